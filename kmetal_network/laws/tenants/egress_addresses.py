"""The addresses that tenants leave with: pinned ones, and the form of an OvnEip."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import overlapping, span, spans

EIP_TYPES: Final = ("", "lrp", "lsp", "nat")


def _pinned(facts: Facts) -> Iterator[Breach]:
    for eip in facts.eips:
        blocks = [
            (block, subnet)
            for subnet in facts.subnets
            if subnet.name == eip.external_subnet and subnet.on_provider_network
            for block in spans(subnet.cidr)
        ]
        address = span(eip.address)
        if eip.address not in (None, "", UNKNOWN) and address is None:
            yield Breach(eip.place, f"OvnEip {eip.name!r} has v4Ip {eip.address!r}, no address", "write one address")
        if address is None:
            continue
        for block, subnet in blocks:
            taken = {block.first: "the network address", block.last: "the broadcast address"}
            if gateway := span(subnet.gateway):
                taken[gateway.first] = "the gateway"
            what = taken.get(address.first)
            if what or not block.contains(address):
                yield Breach(
                    eip.place,
                    f"OvnEip {eip.name!r} is pinned to {eip.address}, which is {what or 'outside'} of subnet"
                    f" {subnet.name!r} {subnet.cidr}",
                    f"write a free address of {subnet.cidr}",
                )


def _pinned_apart(facts: Facts) -> Iterator[Breach]:
    pinned = [(address, eip) for eip in facts.eips if (address := span(eip.address)) is not None]
    for (_, one), (_, two) in overlapping(pinned):
        left, right = sorted((one, two), key=lambda eip: eip.name)
        if left.name != right.name:
            yield Breach(
                right.place,
                f"OvnEips {left.name!r} and {right.name!r} are both pinned to {right.address}",
                "give each an address of its own",
            )


def _eip_form(facts: Facts) -> Iterator[Breach]:
    names = {subnet.name for subnet in facts.subnets if subnet.on_provider_network}
    for eip in facts.eips:
        if eip.external_subnet in (None, ""):
            yield Breach(
                eip.place,
                f"OvnEip {eip.name!r} names no externalSubnet, and Kube-OVN's parts differ in the default they take",
                "write externalSubnet: external",
            )
        elif facts.whole and isinstance(eip.external_subnet, str) and eip.external_subnet not in names:
            yield Breach(
                eip.place,
                f"OvnEip {eip.name!r} is on subnet {eip.external_subnet!r}, which is no provider Subnet",
                f"name one of those there are ({', '.join(sorted(names)) or 'none'})",
            )
        if isinstance(eip.type, str) and eip.type not in EIP_TYPES:
            yield Breach(eip.place, f"OvnEip {eip.name!r} has type {eip.type!r}", "write lrp, lsp or nat")


LAWS = (
    Law(
        id="NET-429",
        title="A pinned egress address is a usable one of its Subnet",
        why="The controller logs that the address is not available, and the VPC's router never gets its port.",
        fix="Write a free address: not the network's, the gateway's or the broadcast one.",
        reference="docs/evidence/kube-ovn.md#addresses-and-snat",
        judge=_pinned,
    ),
    Law(
        id="NET-430",
        title="An egress address is pinned once",
        why="The second gets AddressConflict, in a log only; its status stays empty.",
        fix="Give each an address of its own.",
        reference="docs/evidence/kube-ovn.md#addresses-and-snat",
        judge=_pinned_apart,
    ),
    Law(
        id="NET-431",
        title="An OvnEip names its provider Subnet and a known type",
        why="Webhook and controller use different defaults for the Subnet; an unknown type is never served.",
        fix="Write externalSubnet: external, and lrp, lsp or nat.",
        reference="docs/evidence/kube-ovn.md#addresses-and-snat",
        judge=_eip_form,
    ),
)
