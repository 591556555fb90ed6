"""Egress of a VPC: its SNAT rules and the addresses that they translate to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Severity
from kmetal_network.facts.kube_ovn import Vpc
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, has_unknown, known
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.spans import overlapping, span, spans
from kmetal_network.names import DEFAULT_VPC, external_eip

EIP_TYPES: Final = ("", "lrp", "lsp", "nat")


def _tenant_vpcs(facts: Facts) -> Iterator[Vpc]:
    return (vpc for vpc in facts.vpcs if vpc.name != DEFAULT_VPC)


def _way_out(facts: Facts) -> Iterator[Breach]:
    external = {vpc.name for vpc in _tenant_vpcs(facts) if vpc.enable_external is True}
    if not facts.whole or any(rule.subnet is UNKNOWN or rule.other_source for rule in facts.snat_rules):
        return
    served = {rule.subnet for rule in facts.snat_rules}
    for subnet in facts.subnets:
        if (
            subnet.vpc in external
            and subnet.wants_egress
            and not subnet.on_provider_network
            and subnet.name not in served
        ):
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} has no OvnSnatRule, so none of its packets comes back from outside",
                "write one, or annotate the Subnet `kmetal-network/egress: none`",
            )


def _snat_ends(facts: Facts) -> Iterator[Breach]:
    vpcs = {vpc.name: vpc for vpc in facts.vpcs}
    eips = {eip.name for eip in facts.eips} | {
        external_eip(vpc.name, external)
        for vpc in _tenant_vpcs(facts)
        if vpc.enable_external in (True, UNKNOWN)
        for external in (("external",) if vpc.extra_external is None else known(vpc.extra_external))
    }
    subnets = {subnet.name for subnet in facts.subnets}
    surely = not any(has_unknown(vpc.extra_external) for vpc in vpcs.values())
    for rule in facts.snat_rules if facts.whole else ():
        if isinstance(rule.eip, str) and rule.eip not in eips and surely:
            yield Breach(
                rule.place,
                f"SNAT rule {rule.name!r} translates to OvnEip {rule.eip!r}, which nothing creates",
                f"name one of those there are ({', '.join(sorted(eips)) or 'none'}); a VPC's own is <vpc>-external",
            )
        if isinstance(rule.subnet, str) and rule.subnet and rule.subnet not in subnets:
            yield Breach(
                rule.place,
                f"SNAT rule {rule.name!r} is for subnet {rule.subnet!r}, which does not exist",
                f"name one of those there are ({', '.join(sorted(subnets)) or 'none'})",
            )


def _own_address(facts: Facts) -> Iterator[Breach]:
    owner = {external_eip(vpc.name): vpc.name for vpc in _tenant_vpcs(facts)}
    home = {subnet.name: subnet.vpc for subnet in facts.subnets}
    for rule in facts.snat_rules:
        vpc = home.get(rule.subnet) if isinstance(rule.subnet, str) else None
        holder = owner.get(rule.eip) if isinstance(rule.eip, str) else None
        if isinstance(vpc, str) and holder is not None and holder != vpc:
            yield Breach(
                rule.place,
                f"SNAT rule {rule.name!r} translates subnet {rule.subnet!r} of vpc {vpc!r} to {rule.eip!r}, the"
                f" address of vpc {holder!r}",
                f"name {external_eip(vpc)!r}",
            )


def _one_source(facts: Facts) -> Iterator[Breach]:
    served: dict[str, str] = {}
    for rule in facts.snat_rules:
        if rule.eip in (None, "") or (rule.subnet in (None, "") and not rule.other_source):
            missing = "ovnEip" if rule.eip in (None, "") else "vpcSubnet"
            yield Breach(rule.place, f"SNAT rule {rule.name!r} names no {missing}", f"write {missing}")
        if isinstance(rule.subnet, str) and rule.subnet:
            other = served.setdefault(rule.subnet, rule.name)
            if other != rule.name:
                yield Breach(
                    rule.place,
                    f"SNAT rules {other!r} and {rule.name!r} both translate subnet {rule.subnet!r}",
                    "keep one of the two",
                )


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
        id="NET-421",
        title="A Subnet of a VPC with egress has a SNAT rule, or says that it wants none",
        severity=Severity.WARNING,
        why="Without SNAT its packets leave with a source address to which no reply is routed.",
        fix="Write an OvnSnatRule, or annotate the Subnet.",
        reference="kMetal's networking guide, SNAT rule; kubeovn/kube-ovn#6123",
        judge=_way_out,
    ),
    Law(
        id="NET-426",
        title="A SNAT rule's address and Subnet exist",
        why="The controller retries forever and says so in its log only.",
        fix="Name the VPC's own <vpc>-external, or an OvnEip of yours, and a Subnet that exists.",
        reference="docs/evidence/kube-ovn.md#addresses-and-snat",
        judge=_snat_ends,
    ),
    Law(
        id="NET-427",
        title="A VPC's packets leave with its own address",
        why="The address is on another VPC's router: replies go there, and the rule reports ready.",
        fix="Name <vpc>-external of the Subnet's own VPC.",
        reference="kMetal's networking guide, SNAT rule; docs/evidence/kube-ovn.md#readiness",
        judge=_own_address,
    ),
    Law(
        id="NET-428",
        title="A SNAT rule names one address and one source, and no other rule has that source",
        why="Kube-OVN refuses a second rule for a Subnet, in its log only.",
        fix="Keep one rule per Subnet.",
        reference="kubeovn/kube-ovn#6841; kube-ovn pkg/webhook ValidateOvnSnat",
        judge=_one_source,
    ),
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
