"""Names what a preview from settings alone cannot see, where the change depends on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kmetal_network.laws.spans import span, without
from kmetal_network.plan.build import Pair
from kmetal_network.plan.model import Operation


def unseen(made: Iterable[Pair], moved: Mapping[str, bool]) -> Iterator[str]:
    """What a cluster would have to be asked, by what changes."""
    listed = list(made)
    for vpc, asks in moved.items():
        if asks:
            yield f"which egress address {vpc} has now: pinning another one replaces the router and its Subnets"
        else:
            yield f"which pods use {vpc}, whose router is replaced"
    for pair in listed:
        if pair.operation in (Operation.DELETE, Operation.REPLACE):
            yield from _taken_away(pair)
        elif pair.kind == "IPAddressPool" and _shrinks(pair, listed):
            yield f"who holds an address that IPAddressPool {_name(pair)} gives up"
        elif pair.urn == "provider-network-external" and pair.operation is Operation.UPDATE:
            yield from _excluded(pair)


def _taken_away(pair: Pair) -> Iterator[str]:
    asked = {
        "Subnet": "which pods have an address of",
        "ProviderNetwork": "which pods leave over",
        "Vlan": "which pods leave over",
        "Namespace": "which pods run in",
        "IPAddressPool": "who holds an address of",
    }
    if pair.kind in asked:
        done = "deleted" if pair.operation is Operation.DELETE else "replaced"
        yield f"{asked[pair.kind]} {pair.kind} {_name(pair)}, which is {done}"


def _excluded(pair: Pair) -> Iterator[str]:
    before, after = ((body or {}).get("spec") or {} for body in (pair.before, pair.after))
    come = sorted(set(after.get("excludeIps") or ()) - set(before.get("excludeIps") or ()))
    if come:
        yield f"whose egress address is among {', '.join(come)}, which Subnet {_name(pair)} gives out no more"


def _shrinks(pair: Pair, listed: Iterable[Pair]) -> bool:
    """Whether an address of a pool is in no pool afterwards."""
    if pair.before is None or pair.after is None:
        return False

    def held(body: Mapping[str, Any] | None) -> list[Any]:
        texts = ((body or {}).get("spec") or {}).get("addresses") or ()
        return [one for text in texts if (one := span(str(text))) is not None]

    after = [one for other in listed if other.kind == "IPAddressPool" for one in held(other.after)]
    return bool(without(held(pair.before), after))


def _name(pair: Pair) -> str:
    metadata = (pair.after or pair.before or {})["metadata"]
    return "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
