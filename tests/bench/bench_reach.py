"""What computing who can reach whom costs: `python -m tests.bench.bench_reach`.

Compared with reading the same network, as a ratio of one run on one machine; and what twice the tenants cost. Every tenant of
this network has two clusters and a pinned address; each third has a drop of its own, so that treatment differs.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

from kmetal_network.facts.reader import facts_of
from kmetal_network.reach.difference import difference
from kmetal_network.reach.table import table
from tests.bench.bench_laws import GROWTH, TENANTS, measured, network
from tests.support.network.objects import Body, build, policy

SECONDS: Final = 5.0
"""Of one processor of this machine, for a thousand tenants."""


@dataclass(frozen=True)
class Figures:
    """One size, in seconds of this process."""

    tenants: int
    read: float
    reach: float
    compare: float
    """Two versions: every tenant has lost a drop."""
    sources: int
    groups: int
    changes: int


def _network(tenants: int) -> list[Body]:
    """The network of the laws' benchmark, with what makes its tenants differ."""
    bodies = network(tenants)
    for number, body in enumerate(
        [body for body in bodies if body["kind"] == "Vpc" and body["spec"].get("policyRoutes")]
    ):
        if number % 3 == 0:
            body["spec"]["policyRoutes"].append(policy(1400, f"ip4.dst == 198.18.{number % 250}.0/24"))
        address = f"77.220.{1 + number // 250}.{1 + number % 250}"
        spec = {"externalSubnet": "external", "type": "lrp", "v4Ip": address}
        bodies.append(build("OvnEip", f"{body['metadata']['name']}-external", spec))
    return bodies


def figures(tenants: int) -> Figures:
    """Read, then compute."""
    bodies = _network(tenants)
    read, facts = measured(lambda: facts_of(bodies, whole=True))
    reach, found = measured(lambda: table(facts))
    for body in bodies:
        if body["kind"] == "Vpc" and body["spec"].get("policyRoutes"):
            body["spec"]["policyRoutes"].pop(0)
    opened = facts_of(bodies, whole=True)
    compare, changes = measured(lambda: difference(facts, opened))
    return Figures(tenants, read, reach, compare, len(found.rows), len(found.groups()), len(changes))


def main() -> int:
    """Print both sizes; 1 where doubling costs more than it may, or a thousand tenants more than five seconds a version."""
    half, full = figures(TENANTS // 2), figures(TENANTS)
    for entry in (half, full):
        print(  # noqa: T201 (a command's output)
            f"{entry.tenants} tenants: reader {entry.read:.2f} s, reach {entry.reach:.2f} s ="
            f" {entry.reach / entry.read:.2f} of the reader; {entry.sources} sources in {entry.groups} groups;"
            f" two versions of it {entry.compare:.2f} s, {entry.changes} lines"
        )
    growth = {"reach": full.reach / half.reach, "two versions": full.compare / half.compare}
    for what, times in growth.items():
        print(f"twice the tenants: {what} {times:.2f} times the time (at most {GROWTH})")  # noqa: T201 (as above)
    quick = full.reach < SECONDS and full.compare < 2 * SECONDS
    return 0 if max(growth.values()) <= GROWTH and quick else 1


if __name__ == "__main__":
    sys.exit(main())
