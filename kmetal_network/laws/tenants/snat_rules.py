"""Egress of a VPC: each Subnet has a SNAT rule, which names an address and a source."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.errors import Severity
from kmetal_network.facts.kube_ovn import Vpc
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, has_unknown, known
from kmetal_network.laws.model import Breach, Law
from kmetal_network.names import DEFAULT_VPC, external_eip


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
)
