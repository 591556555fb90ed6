"""Ways in which a pod can reach the provider VLAN without a MetalLB pool, with a law for each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from kmetal_network.facts.cni_plugins import interfaces_of, named_by, plugins, type_of, vlan_of
from kmetal_network.facts.kube_ovn import Attachment, Subnet
from kmetal_network.facts.model import Facts
from kmetal_network.facts.nics import ids_of, is_under, vlan_ids
from kmetal_network.facts.unknown import known
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.physical_subnets import connection, in_tenant_vpc
from kmetal_network.laws.vlan_carriers import Carriers
from kmetal_network.names import EXTERNAL_SUBNET

_UNDECIDED: Final = ", if tenants leave through that VLAN (no Subnet through which they leave is in sight)"
_OWN: Final = ("", "ovn")
"""Providers of pods' default network."""


def _on_provider_vlan(facts: Facts) -> Iterator[tuple[Subnet, bool]]:
    """Each Subnet on a VLAN that tenants leave through, and whether that is sure."""
    connected = connection(facts)
    for subnet in facts.subnets:
        verdict = connected(subnet) if isinstance(subnet.vlan, str) and subnet.vlan else False
        if verdict is not False:
            yield subnet, bool(verdict)


def _tenant_subnets(facts: Facts) -> Iterator[Breach]:
    for subnet, sure in _on_provider_vlan(facts):
        if in_tenant_vpc(subnet) and subnet.name != EXTERNAL_SUBNET:
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} of vpc {subnet.vpc!r} is on vlan {subnet.vlan!r}, so the tenant's pods are"
                f" directly on the provider VLAN{'' if sure else _UNDECIDED}",
                "take `vlan` out: a tenant's Subnet is an overlay, and its Vpc leaves by enableExternal",
                not sure,
            )


def _served_subnets(facts: Facts) -> Iterator[Breach]:
    for subnet, sure in _on_provider_vlan(facts):
        if in_tenant_vpc(subnet):
            continue  # NET-320 and NET-317 cover those
        attached = isinstance(subnet.provider, str) and subnet.provider not in _OWN
        namespaces = known(subnet.namespaces)
        if not attached and not namespaces:
            continue
        whom = f"attachment {subnet.provider!r}" if attached else f"namespace {', '.join(map(repr, namespaces))}"
        yield Breach(
            subnet.place,
            f"subnet {subnet.name!r} on vlan {subnet.vlan!r} serves {whom}, so pods are directly on the provider"
            f" VLAN{'' if sure else _UNDECIDED}",
            "take the provider and the namespaces out: the provider VLAN holds routers' addresses alone",
            not sure,
        )


_FIX_PLACE: Final = "name a NIC that does not carry the provider VLAN"


def _plugins(facts: Facts, types: Collection[str]) -> Iterator[tuple[Attachment, Mapping[str, object]]]:
    """Each plugin of those types, with its attachment."""
    for attachment in facts.attachments:
        for plugin in plugins(attachment):
            if type_of(plugin) in types:
                yield attachment, plugin


def _breach(attachment: Attachment, plugin: Mapping[str, object], reason: str, *, warning: bool = False) -> Breach:
    name = f"NetworkAttachmentDefinition {attachment.name!r} ({plugin.get('type')})"
    return Breach(attachment.place, f"{name} {reason}", _FIX_PLACE, warning)


def _carrying(facts: Facts, types: Collection[str]) -> Iterator[Breach]:
    """Plugins on an interface that carries the provider VLAN."""
    carriers = Carriers(facts.provider_networks, facts.vlans)
    for attachment, plugin in _plugins(facts, types):
        for nic in interfaces_of(plugin):
            for _, reason in carriers.of(nic):
                yield _breach(attachment, plugin, f"takes {nic!r}, which {reason}")


def _under(facts: Facts, types: Collection[str]) -> Iterator[Breach]:
    """Plugins that take the NIC under the provider network's, and with it all of its VLANs."""
    for attachment, plugin in _plugins(facts, types):
        for nic in named_by(plugin):
            for network in facts.provider_networks:
                if above := is_under(nic, network):
                    whose = f"the NIC of provider network {network.name!r}"
                    yield _breach(attachment, plugin, f"takes {nic!r}, the parent of {above!r}, {whose}")


def _numbered(facts: Facts, types: Collection[str], where: str, *, warning: bool) -> Iterator[Breach]:
    """Plugins that put pods on a VLAN of the provider VLAN's id, on a NIC that they do not name."""
    vlans, carriers = vlan_ids(facts.vlans), Carriers(facts.provider_networks, facts.vlans)
    ids = {number for network in facts.provider_networks for number in ids_of(network, vlans)}
    for attachment, plugin in _plugins(facts, types):
        carried = any(any(carriers.of(nic)) for nic in interfaces_of(plugin))
        if vlan_of(plugin) in ids and not carried:
            reason = f"puts pods on VLAN {vlan_of(plugin)}, the id of the provider VLAN{where}"
            yield _breach(attachment, plugin, reason, warning=warning)


def _macvlan(facts: Facts) -> Iterator[Breach]:
    yield from _carrying(facts, ("macvlan", "macvtap"))


def _ipvlan(facts: Facts) -> Iterator[Breach]:
    yield from _carrying(facts, ("ipvlan",))


def _bridge(facts: Facts) -> Iterator[Breach]:
    yield from _carrying(facts, ("bridge", "ovs"))
    yield from _numbered(facts, ("bridge", "ovs"), ", on a bridge whose NIC is not in sight", warning=True)


def _host_device(facts: Facts) -> Iterator[Breach]:
    yield from _carrying(facts, ("host-device",))
    yield from _under(facts, ("host-device",))


def _sriov(facts: Facts) -> Iterator[Breach]:
    yield from _carrying(facts, ("sriov",))
    yield from _under(facts, ("sriov",))
    yield from _numbered(facts, ("sriov",), "", warning=False)


def _vlan(facts: Facts) -> Iterator[Breach]:
    yield from _carrying(facts, ("vlan",))


_WHY: Final = (
    "Its pods send and receive on the provider VLAN past OVN: no drop of a Vpc applies, and they can take any tenant's"
    " address there."
)
_FIX: Final = "Give the attachment another NIC, or Kube-OVN's own CNI with a Subnet in the tenant's Vpc."

LAWS = (
    Law(
        id="NET-320",
        title="No tenant's Subnet is on the provider VLAN",
        why=_WHY,
        fix="Take `vlan` out of the tenant's Subnet.",
        reference="kube-ovn pkg/controller/subnet.go (a Subnet with a Vlan has a localnet port)",
        judge=_tenant_subnets,
    ),
    Law(
        id="NET-321",
        title="No Subnet on the provider VLAN serves pods",
        why=_WHY,
        fix="Leave provider and namespaces out of Subnets on the provider VLAN.",
        reference="kubeovn/docs, start/underlay and advance/multi-nic",
        judge=_served_subnets,
    ),
    Law(
        id="NET-322",
        title="No macvlan attachment takes a NIC of the provider network",
        why=_WHY,
        fix=_FIX,
        reference="containernetworking/plugins, main/macvlan; k8snetworkplumbingwg/macvtap-cni",
        judge=_macvlan,
    ),
    Law(
        id="NET-323",
        title="No ipvlan attachment takes a NIC of the provider network",
        why=_WHY,
        fix=_FIX,
        reference="containernetworking/plugins, main/ipvlan",
        judge=_ipvlan,
    ),
    Law(
        id="NET-324",
        title="No bridge attachment takes the bridge of the provider network",
        why=_WHY,
        fix=_FIX,
        reference="containernetworking/plugins, main/bridge; k8snetworkplumbingwg/ovs-cni",
        judge=_bridge,
    ),
    Law(
        id="NET-325",
        title="No host-device attachment takes a NIC of the provider network",
        why=_WHY + " The NIC leaves the node, and every tenant loses its egress through it.",
        fix=_FIX,
        reference="containernetworking/plugins, main/host-device",
        judge=_host_device,
    ),
    Law(
        id="NET-326",
        title="No SR-IOV attachment takes a NIC of the provider network",
        why=_WHY,
        fix=_FIX,
        reference="k8snetworkplumbingwg/sriov-cni",
        judge=_sriov,
    ),
    Law(
        id="NET-327",
        title="No VLAN attachment makes the provider VLAN on a NIC",
        why=_WHY,
        fix=_FIX,
        reference="containernetworking/plugins, main/vlan",
        judge=_vlan,
    ),
)
