"""Addresses inside a Subnet: its gateway, and those that it excludes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Severity
from kmetal_network.facts.kube_ovn import Subnet
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.addresses.subnet_cidrs import family
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import is_address, span, spans

_POINT_TO_POINT: Final = 2
"""A /31 has neither network nor broadcast address."""


def _gateways(facts: Facts) -> Iterator[Breach]:
    pairs = [(subnet.place, f"subnet {subnet.name!r}", subnet.cidr, subnet.gateway) for subnet in facts.subnets]
    pairs += [(cni.place, "network.kubeOvn", cni.pod_cidr, cni.pod_gateway) for cni in facts.cni]
    for place, name, cidr, gateway in pairs:
        blocks = spans(cidr)
        for text in gateway.split(",") if isinstance(gateway, str) and blocks else ():
            address = span(text)
            block = next((block for block in blocks if address and family(block) == family(address)), blocks[0])
            if address is None or not is_address(text):
                yield Breach(place, f"gateway {text!r} of {name} is no address", f"write an address of {cidr}")
            elif not block.contains(address):
                yield Breach(
                    place, f"gateway {text} of {name} is not inside its block {cidr}", f"write an address of {cidr}"
                )
            elif block.size > _POINT_TO_POINT and address.first in (block.first, block.last):
                what = "network" if address.first == block.first else "broadcast"
                yield Breach(
                    place,
                    f"gateway {text} of {name} is the {what} address of {cidr}",
                    "write an address between the two",
                )
    for subnet in facts.subnets:
        # A patch does not name the block; whether the text is an address can be checked without it.
        for text in subnet.gateway.split(",") if subnet.patch and isinstance(subnet.gateway, str) else ():
            if subnet.cidr is None and not is_address(text):
                problem = f"gateway {text!r} of subnet {subnet.name!r} is no address"
                yield Breach(subnet.place, problem, "write an address of the Subnet's block")


def _excluded_outside(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        blocks = spans(subnet.cidr)
        for text in known(subnet.exclude) if blocks else ():
            excluded = span(text)
            if excluded is not None and not any(block.contains(excluded) for block in blocks):
                yield Breach(
                    subnet.place,
                    f"subnet {subnet.name!r} excludes {text}, which is not inside its block {subnet.cidr}, so it"
                    " reserves nothing",
                    f"write addresses of {subnet.cidr}",
                )


def _excluded_unreadable(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        for text in known(subnet.exclude):
            first, _, last = text.partition("..")
            if span(text) is None or not is_address(first) or not is_address(last or first):
                yield Breach(
                    subnet.place,
                    f"subnet {subnet.name!r} excludes {text!r}, which Kube-OVN cannot read as an address or"
                    " FIRST..LAST",
                    "write ADDRESS or FIRST..LAST",
                )


def _gateway_missing(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        if subnet.gateway is None and _external(subnet):
            yield Breach(
                subnet.place,
                f"provider subnet {subnet.name!r} names no gateway, so Kube-OVN takes the first address of"
                f" {subnet.cidr}",
                "write the physical router's address",
            )


def _external(subnet: Subnet) -> bool:
    return subnet.on_provider_network and bool(spans(subnet.cidr))


LAWS = (
    Law(
        id="NET-102",
        title="A gateway is a usable address of its own block",
        why="Kube-OVN refuses the Subnet in its conditions only; nothing else reports it.",
        fix="Write an address of the block that is neither its first nor its last.",
        reference="kube-ovn pkg/util/validator.go ValidateSubnet",
        judge=_gateways,
    ),
    Law(
        id="NET-109",
        title="Excluded addresses are inside their Subnet",
        severity=Severity.WARNING,
        why="Kube-OVN accepts addresses outside the block, but they reserve nothing: a typo leaves the address free.",
        fix="Write addresses of the Subnet's block.",
        reference="docs/evidence/kube-ovn.md#subnets (S4)",
        not_admitted=not_admitted.WARNING,
        judge=_excluded_outside,
    ),
    Law(
        id="NET-114",
        title="Excluded addresses are written so that Kube-OVN reads them",
        why="Kube-OVN rewrites what it can't read to the text <nil> in the stored object, and excludes nothing.",
        fix="Write ADDRESS or FIRST..LAST.",
        reference="docs/evidence/kube-ovn.md#subnet-traps",
        judge=_excluded_unreadable,
    ),
    Law(
        id="NET-115",
        title="A provider Subnet names its gateway",
        why="Kube-OVN takes the block's first address instead. If the router has another, nothing leaves, but all is"
        " ready.",
        fix="Write the physical router's address.",
        reference="docs/evidence/kube-ovn.md#rewrites",
        judge=_gateway_missing,
    ),
)
