"""Cases of `kmetal_network.laws.metallb.control_planes`."""

from __future__ import annotations

from tests.law_cases.case import breaks, passes
from tests.law_cases.metallb.edits import plane
from tests.support.network.edits import known_as

CASES = (
    passes("NET-217", "the pool's last address", known_as(control_planes=(plane("dev", "172.21.204.250"),))),
    passes("NET-217", "an address that MetalLB picks", known_as(control_planes=(plane("dev", None),))),
    breaks(
        "NET-217",
        "the address after the pool",
        known_as(control_planes=(plane("dev", "172.21.204.251"),)),
        at="tenants dev",
    ),
    passes(
        "NET-218",
        "addresses side by side",
        known_as(control_planes=(plane("dev", "172.21.204.200"), plane("two", "172.21.204.201", "beta"))),
    ),
    breaks(
        "NET-218",
        "one address twice",
        known_as(control_planes=(plane("dev", "172.21.204.200"), plane("two", "172.21.204.200", "beta"))),
        at="tenants two",
    ),
)
