"""What judging costs, compared with reading the same network: `python -m tests.bench.bench_laws`.

Ratios of one run on one machine, since seconds of two machines say nothing. The network is generated: tenants with two
clusters each, half of them on blocks that others hold too, which is legal.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from time import process_time
from typing import Any, Final, TypeVar

import yaml

from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import facts_of
from kmetal_network.laws.registry import judge
from tests.support.network.good import good, tenant
from tests.support.network.objects import Body

TENANTS: Final = 1_000
CLUSTERS: Final = 2
GROWTH: Final = 2.3
"""How much longer twice the tenants may take."""

_RUNS: Final = 3

_JUDGED: Final = 15
"""A tenth of a second each: so many, that a busy machine leaves one of them alone."""

T = TypeVar("T")


@dataclass(frozen=True)
class Figures:
    """One size, in seconds of this process."""

    tenants: int
    objects: int
    parse: float
    read: float
    judge: float
    findings: int


def network(tenants: int) -> list[Body]:
    """The good network's platform with so many tenants."""
    own = ("alpha", "beta")
    bodies = [body for place, body in good().objects.items() if not any(name in place for name in own)]
    blocks = list(IPv4Network("10.128.0.0/9").subnets(new_prefix=24))
    for number in range(tenants):
        bodies += _tenant(f"t{number}", blocks[number % (tenants // 2 or 1) * CLUSTERS :][:CLUSTERS])
    external = next(body for body in bodies if body["metadata"]["name"] == "external")
    external["spec"].update(cidrBlock="77.220.0.0/16", gateway="77.220.68.97")
    return bodies


def _tenant(name: str, blocks: list[IPv4Network]) -> Iterator[Body]:
    for index, block in enumerate(blocks):
        for body in tenant(name, f"c{index}", str(block.network_address).removesuffix(".0")):
            if index == 0 or body["kind"] not in ("Vpc", "ResourceQuota"):
                if body["kind"] == "Vpc":
                    body["spec"]["policyRoutes"][0]["match"] = "ip4.dst == 77.220.0.0/16"
                yield body


def measured(work: Callable[[], T], runs: int = _RUNS) -> tuple[float, T]:
    """The quickest of some runs, and its result; the collector rests meanwhile."""
    best, result = float("inf"), None
    for _ in range(runs):
        gc.collect()
        gc.disable()
        start = process_time()
        result = work()
        best = min(best, process_time() - start)
        gc.enable()
    return best, result  # type: ignore[return-value]  # there is at least one run


def figures(tenants: int) -> Figures:
    """Parse with the C loader, read, judge."""
    text = yaml.dump_all(network(tenants), Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    parse, bodies = measured(lambda: list(yaml.load_all(text, Loader=loader)))
    read, facts = measured(lambda: facts_of(bodies, whole=True))
    assert isinstance(facts, Facts)
    seconds, findings = measured(lambda: judge(facts), _JUDGED)
    return Figures(tenants, len(bodies), parse, read, seconds, len(findings))


def main() -> int:
    """Print both sizes; 1 where doubling costs more than it may."""
    half, full = figures(TENANTS // 2), figures(TENANTS)
    for entry in (half, full):
        print(  # noqa: T201 (a command's output)
            f"{entry.tenants} tenants, {entry.objects} objects: YAML (C loader) {entry.parse:.2f} s, reader"
            f" {entry.read:.2f} s, judge {entry.judge:.2f} s = {entry.judge / entry.parse:.2f} of the parse,"
            f" {entry.findings} findings"
        )
    growth = full.judge / half.judge
    print(f"twice the tenants: {growth:.2f} times the time (at most {GROWTH})")  # noqa: T201 (as above)
    return 0 if growth <= GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
