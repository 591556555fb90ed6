"""Translations at a router's external ports: OvnSnatRule, OvnFip and OvnDnatRule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kmetal_network.addresses import Span
from kmetal_network.facts.kube_ovn import Eip, Subnet
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import known
from kmetal_network.laws.spans import ALL_IPV4, span, spans
from kmetal_network.names import external_eip
from kmetal_network.reach.topology.network import External
from kmetal_network.reach.topology.router import Inward, SourceTranslation
from kmetal_network.reach.verdict import Decider

NOWHERE: Final = "(vpc not known)"
"""Placeholder for the VPC of a pod that only its own object (`ipName`) names."""


@dataclass(frozen=True, slots=True)
class _Outside:
    """An OvnEip: its provider Subnet, and its addresses as far as they are written."""

    external: str
    addresses: tuple[Span, ...]

    def of_family(self, other: Span) -> Span | None:
        """The address of the same family."""
        version4 = ALL_IPV4.contains(other)
        return next((address for address in self.addresses if ALL_IPV4.contains(address) is version4), None)


def _outside(name: object, vpc: str, facts: Mapping[str, Eip], externals: Mapping[str, External]) -> _Outside | None:
    """An OvnEip by its name; the one that Kube-OVN makes for a router's port is known by name alone."""
    if not isinstance(name, str):
        return None
    if (eip := facts.get(name)) is not None:
        written = tuple(found for text in (eip.address, eip.address_v6) if (found := span(text)) is not None)
        external = eip.external_subnet if isinstance(eip.external_subnet, str) else ""
        if not external:
            external = next((each.name for each in externals.values() if _inside(written, each)), "")
        return _Outside(external, written)
    return next((_Outside(each, ()) for each in externals if name == external_eip(vpc, each)), None)


def _inside(addresses: tuple[Span, ...], external: External) -> bool:
    return any(block.contains(address) for block in external.blocks for address in addresses)


def outward(
    facts: Facts, subnets: Mapping[str, Subnet], externals: Mapping[str, External]
) -> dict[str, list[SourceTranslation]]:
    """Translations of sources, by VPC; that of a single pod before that of a block that holds it, as OVN has it."""
    eips = {eip.name: eip for eip in facts.eips}
    found: dict[str, list[SourceTranslation]] = defaultdict(list)
    for rule in facts.snat_rules:
        subnet = subnets.get(rule.subnet) if isinstance(rule.subnet, str) else None
        vpc = subnet.vpc if subnet else rule.vpc
        blocks = spans(subnet.cidr) if subnet else [block for text in known(rule.cidrs) for block in spans(text)]
        outside = _outside(rule.eip, str(vpc), eips, externals)
        if isinstance(vpc, str) and outside:
            decider = Decider(
                kind="OvnSnatRule", name=rule.name, field="spec.ovnEip", text=str(rule.eip), place=rule.place
            )
            for block in blocks:
                address = outside.of_family(block)
                found[vpc].append(SourceTranslation(block, address, outside.external, decider))
    for vpc, entry in _pairs(facts, externals):
        if entry.pod and not entry.ports:
            translation = SourceTranslation(entry.pod, entry.address, entry.external, entry.decider, both_ways=True)
            found[vpc].append(translation)
    for entries in found.values():
        entries.sort(key=lambda entry: (entry.block.size, not entry.both_ways))
    return found


def inward(facts: Facts, externals: Mapping[str, External]) -> dict[str, list[Inward]]:
    """External addresses that are translated to pods, by VPC."""
    found: dict[str, list[Inward]] = defaultdict(list)
    for vpc, entry in _pairs(facts, externals):
        found[vpc].append(entry)
    return found


def _pairs(facts: Facts, externals: Mapping[str, External]) -> Iterator[tuple[str, Inward]]:
    eips = {eip.name: eip for eip in facts.eips}
    for rule in facts.translations:
        outside = _outside(rule.eip, str(rule.vpc), eips, externals)
        if outside is None:
            continue
        vpc = rule.vpc if isinstance(rule.vpc, str) and rule.vpc else NOWHERE
        kind = "OvnFip" if rule.all_ports else "OvnDnatRule"
        ports = "" if rule.all_ports else f"{str(rule.protocol).lower()} {rule.external_port}"
        decider = Decider(kind=kind, name=rule.name, field="spec.ovnEip", text=str(rule.eip), place=rule.place)
        pods = [found for text in known(rule.addresses) if (found := span(text)) is not None]
        internal = "" if rule.all_ports else str(rule.internal_port)
        for address in outside.addresses:
            pod = next((each for each in pods if ALL_IPV4.contains(each) is ALL_IPV4.contains(address)), None)
            if pod is not None or not pods:
                yield vpc, Inward(address, pod, ports, internal, outside.external, decider)
