"""The VLANs of a provider network: their ids, and the names by which Subnets find them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kmetal_network.addresses import VLAN_ID_MAXIMUM, sub_interface
from kmetal_network.facts.model import Facts
from kmetal_network.facts.nics import named_vlan
from kmetal_network.facts.unknown import UNKNOWN, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.model import Breach, Law


def _vlan_id(facts: Facts) -> Iterator[Breach]:
    nics: dict[object, list[str]] = defaultdict(list)
    for network in facts.provider_networks:
        nics[network.name] += known(network.interfaces)
    for vlan in facts.vlans:
        if vlan.id is UNKNOWN:
            yield Breach(vlan.place, f"id of vlan {vlan.name!r} is not known yet", "write it as a literal")
            continue
        if vlan.id is None and vlan.patch:
            continue
        for nic in nics.get(vlan.provider, ()):
            tagged, sure = named_vlan(nic), sub_interface(nic) is not None
            if tagged and vlan.id and (sure or vlan.id == tagged):
                yield Breach(
                    vlan.place,
                    f"vlan {vlan.name!r} has id {vlan.id} and its NIC {nic!r} is {'' if sure else 'by its name '}a"
                    f" kernel sub-interface that tags {tagged} already, so frames are tagged twice and dropped in"
                    " silence",
                    "write id 0",
                )
            elif not tagged and not vlan.id:
                yield Breach(
                    vlan.place,
                    f"vlan {vlan.name!r} has id {vlan.id or 0}, so frames leave NIC {nic!r} without a tag: right on"
                    " an access port and on a kernel VLAN, which its name does not tell, and wrong on a trunk",
                    "keep id 0 there; on a trunk write the VLAN's real id",
                    warning=True,
                )


def _vlan_ids_apart(facts: Facts) -> Iterator[Breach]:
    seen: dict[tuple[str, int], str] = {}
    for vlan in facts.vlans:
        if isinstance(vlan.provider, str) and isinstance(vlan.id, int) and vlan.id:
            other = seen.setdefault((vlan.provider, vlan.id), vlan.name)
            if other != vlan.name:
                yield Breach(
                    vlan.place,
                    f"vlans {other!r} and {vlan.name!r} both have id {vlan.id} on provider network {vlan.provider!r}",
                    "keep one of the two; several Subnets may name it",
                )


def _parts_exist(facts: Facts) -> Iterator[Breach]:
    if not facts.whole:
        return
    networks, vlans = {network.name for network in facts.provider_networks}, {vlan.name for vlan in facts.vlans}
    for vlan in facts.vlans:
        if isinstance(vlan.provider, str) and vlan.provider not in networks:
            have = ", ".join(sorted(networks)) or "none"
            yield Breach(
                vlan.place,
                f"vlan {vlan.name!r} is on provider network {vlan.provider!r}, which does not exist",
                f"name one of those there are ({have})",
            )
    for subnet in facts.subnets:
        if isinstance(subnet.vlan, str) and subnet.vlan and subnet.vlan not in vlans:
            have = ", ".join(sorted(vlans)) or "none"
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} is on vlan {subnet.vlan!r}, which does not exist",
                f"name one of those there are ({have})",
            )


def _vlan_range(facts: Facts) -> Iterator[Breach]:
    for vlan in facts.vlans:
        if isinstance(vlan.id, int) and not 0 <= vlan.id <= VLAN_ID_MAXIMUM:
            yield Breach(
                vlan.place, f"vlan {vlan.name!r} has id {vlan.id}", f"write a number from 0 to {VLAN_ID_MAXIMUM}"
            )


LAWS = (
    Law(
        id="NET-301",
        title="A Vlan's id is 0 on a kernel sub-interface and the real id on a trunk",
        why="A non-zero id on NIC.NNN tags frames twice, and they are dropped silently. With 0 on a trunk, frames"
        " leave without a tag.",
        fix="Write id 0 with NIC.NNN and on an access port, the real id on a trunk.",
        reference="kMetal's networking guide, Step 1; kubeovn/kube-ovn#1302; kubeovn/docs, start/underlay",
        judge=_vlan_id,
        unknown="is a finding",
    ),
    Law(
        id="NET-312",
        title="A VLAN id is used once on a provider network",
        why="The second Vlan is marked as in conflict and its Subnets are refused, in a log only.",
        fix="Keep one Vlan.",
        reference="kube-ovn pkg/controller/vlan.go checkVlanConflict",
        not_admitted=not_admitted.OTHER_OBJECT,
        judge=_vlan_ids_apart,
    ),
    Law(
        id="NET-313",
        title="A Vlan's provider network and a Subnet's Vlan exist",
        why="The controller retries forever, without a condition that says why.",
        fix="Name one that exists.",
        reference="docs/evidence/kube-ovn.md#subnets (S20)",
        judge=_parts_exist,
    ),
    Law(
        id="NET-316",
        title="A Vlan's id is valid in 802.1Q",
        why="The schema of Kube-OVN 1.16 has no bound, others allow the reserved 4095; OVN drops or refuses the tag.",
        fix="Write 0 to 4094.",
        reference="docs/evidence/kube-ovn.md#kinds-and-fields",
        judge=_vlan_range,
    ),
)
