"""The good network's literals, and which rows of the table the admission policies can see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.cases import CASES, Case
from tests.network import PROVIDER, good
from underlay.admission import DECIDED_ALONE, Literals
from underlay.facts import UNKNOWN

LITERALS: Final = Literals(
    cidrs=["77.220.68.96/27", "2001:db8:0:1::/64"],
    interfaces={"provider": ["data.222"], "plain": ["eth9"]},
    vlan_ids={"plain": 222},
    other_interfaces=["data.204", "data.205"],
)
"""The good network's, a block of the other family, and a second provider network on a plain NIC."""

ELSEWHERE: Final = {
    "NET-102 the broadcast address": "CEL cannot ask a block for its last address",
    "NET-102 the network's own address": "the same",
    "NET-201 a block on a VLAN that is not known yet": "a second provider block, which is no literal",
    "NET-201 a provider block that nobody can read": "the provider block is a literal",
    "NET-302 the tunnel NIC": "the tunnel NIC is a literal",
    "NET-302 the management NIC": "the management NIC is a literal",
    "NET-428 two rules for one Subnet": "two objects",
    "NET-431 a Subnet that is not the provider's": "two objects",
}
"""Breaking cases of laws decided alone whose cause one object does not show, and why."""

_MANY: Final = 10
"""Cases of capacity count objects; no single one of theirs tells a law anything."""

_SERVED: Final = ("metallb.io/", "kubeovn.io/", "k8s.cni.cncf.io/")


def unknown_in(value: Any) -> bool:
    """Whether something in it is decided later: no API server ever sees that."""
    if isinstance(value, dict):
        return any(map(unknown_in, value.values()))
    return any(map(unknown_in, value)) if isinstance(value, list) else value is UNKNOWN


def changed(case: Case) -> Iterator[dict[str, Any]]:
    """The objects that a case adds to the good network or changes in it, as `kubectl` would post them."""
    before = good().objects
    for place, body in case.network().objects.items():
        if body != before.get(place) and body["apiVersion"].startswith(_SERVED) and not unknown_in(body):
            yield body


def rows() -> Iterator[tuple[Case, list[dict[str, Any]]]]:
    """Every row with objects that the API server can be asked about, and the literals that it was made for.

    A patch is no object: the API server asks about what comes out of it.
    """
    for case in CASES:
        bodies = list(changed(case))
        if any(body["kind"].endswith("Patch") for body in bodies):
            continue
        if 0 < len(bodies) <= _MANY and _nics(case.network().objects) == _nics(good().objects):
            yield case, bodies


def _nics(objects: dict[str, dict[str, Any]]) -> object:
    """The provider NICs: literals, so a case that changes them is one of other policies."""
    spec = objects.get(PROVIDER, {}).get("spec", {})
    return spec.get("defaultInterface"), spec.get("customInterfaces")


def refusing(case: Case) -> set[str]:
    """The laws by which the admission policies have to refuse one of a case's objects."""
    return set() if str(case) in ELSEWHERE else {rule for rule, _ in case.expected} & DECIDED_ALONE
