"""What many equal or touching items cost compared with half as many: `python -m tests.bench.bench_repeats`.

Each is read, judged and shown as `kmetal-network lint` does it. Work that compares every item with every other grows fourfold.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final

from operations.commands.lint import lint
from tests.bench.bench_laws import measured

GROWTH: Final = 3.0
"""How much longer twice the items may take."""


def equal_pools(number: int) -> str:
    """Pools that all hold one address."""
    head = "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
    return "".join(
        f"---\n{head}metadata: {{name: p{index}, namespace: kmetal-metallb}}\nspec: {{addresses: [172.30.0.9/32]}}\n"
        for index in range(number)
    )


def excluded_addresses(number: int) -> str:
    """A Subnet that excludes so many addresses, none next to another."""
    excluded = ", ".join(f"10.{index // 32000}.{index // 125 % 256}.{index % 125 * 2 + 3}" for index in range(number))
    return (
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: external}\n"
        f"spec: {{vlan: v, cidrBlock: 10.0.0.0/8, gateway: 10.0.0.1, excludeIps: [{excluded}]}}\n"
    )


def policy_routes(number: int) -> str:
    """A Vpc with so many policies, drops among them, next to a provider Subnet."""
    routes = ", ".join(
        f"{{priority: {index % 29000}, match: ip4.dst == 10.{index % 250}.{index // 250}.0/24,"
        f" action: {('allow', 'drop')[index % 2]}}}"
        for index in range(number)
    )
    return (
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: external}\n"
        "spec: {vlan: v, cidrBlock: 10.0.0.0/8, gateway: 10.0.0.1}\n---\napiVersion: kubeovn.io/v1\nkind: Vpc\n"
        f"metadata: {{name: a}}\nspec: {{enableExternal: true, policyRoutes: [{routes}]}}\n"
    )


CASES: Final[Mapping[str, tuple[Callable[[int], str], int]]] = {
    "equal pools": (equal_pools, 1_000),
    "excluded addresses": (excluded_addresses, 20_000),
    "policy routes of a Vpc": (policy_routes, 4_000),
}


def seconds(text: str, folder: Path) -> float:
    """Of this process, for one run of lint."""
    file = folder / "given.yaml"
    file.write_text(text, encoding="utf-8")
    with redirect_stdout(io.StringIO()):
        best, _ = measured(lambda: lint([str(file)]))
    return best


def main() -> int:
    """Print each case at two sizes; 1 where doubling costs more than it may."""
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for title, (write, number) in CASES.items():
            half, full = (seconds(write(size), Path(folder)) for size in (number // 2, number))
            worst = max(worst, full / half)
            print(f"lint of {number:,} {title}: {full:.2f} s, {full / half:.2f} times half of them")  # noqa: T201 (a command's output)
    print(f"twice as many: {worst:.2f} times the time (at most {GROWTH})")  # noqa: T201 (as above)
    return int(worst > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
