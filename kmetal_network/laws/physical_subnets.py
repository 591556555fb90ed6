"""Which Subnets are on a physical network, and which of those networks tenants are connected to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kmetal_network.facts.cni_plugins import interfaces_of, on_host_network, plugins, provider_of, served_by_kube_ovn
from kmetal_network.facts.kube_ovn import Attachment, Subnet
from kmetal_network.facts.model import Facts
from kmetal_network.facts.nics import same_nic
from kmetal_network.facts.unknown import UNKNOWN, has_unknown, known
from kmetal_network.names import DEFAULT_VPC, EXTERNAL_SUBNET


def _of_management(attachment: Attachment, facts: Facts) -> bool:
    """Whether an attachment takes the management NIC: its addresses are then those of the management VLAN."""
    own = [entry.interface for entry in facts.management if isinstance(entry.interface, str)]
    own += [nic for entry in facts.advertisements for nic in known(entry.interfaces)]
    taken = [nic for plugin in plugins(attachment) for nic in interfaces_of(plugin)]
    return any(same_nic(nic, other) for nic in taken for other in own)


def by_attachment(facts: Facts) -> frozenset[str]:
    """Names of the Subnets whose addresses pods have on a NIC of the host: Kube-OVN only assigns them (IPAM).

    The management VLAN's are not among them. An attachment of macvlan and its kind names the Subnet by
    `<name>.<namespace>` (kubeovn/docs, advance/multi-nic).
    """
    physical = {
        provider_of(attachment)
        for attachment in facts.attachments
        if on_host_network(attachment) and not served_by_kube_ovn(attachment) and not _of_management(attachment, facts)
    } - {None}
    return frozenset(subnet.name for subnet in facts.subnets if subnet.provider in physical)


def physical_subnets(facts: Facts) -> Iterator[Subnet]:
    """Every Subnet on a physical network, through its Vlan or an attachment."""
    names = by_attachment(facts)
    return (subnet for subnet in facts.subnets if subnet.on_provider_network or subnet.name in names)


def connection(facts: Facts) -> Callable[[Subnet], bool | None]:
    """Whether tenants leave through the VLAN of a Subnet; None where no Subnet is in sight that they leave through.

    They leave through the Subnet `external` and those that a Vpc names in `extraExternalSubnets`. A second Subnet on
    the same VLAN is reached with them, whatever Vlan object names it.
    """
    vlans = {vlan.name: (vlan.provider, vlan.id or 0) for vlan in facts.vlans if vlan.provider not in (None, UNKNOWN)}
    lists = [vpc.extra_external for vpc in facts.vpcs]
    named = {EXTERNAL_SUBNET} | {name for extra in lists for name in known(extra)}
    undecided = any(has_unknown(extra) for extra in lists)

    def key(subnet: Subnet) -> object:
        return vlans.get(str(subnet.vlan), ("", subnet.vlan))

    through = [subnet for subnet in facts.subnets if subnet.on_provider_network and subnet.name in named]
    keys = {key(subnet) for subnet in through}

    def connected(subnet: Subnet) -> bool | None:
        if subnet.vlan is UNKNOWN or subnet.name in named or key(subnet) in keys:
            return True
        return None if undecided or not through or any(one.vlan is UNKNOWN for one in through) else False

    return connected


def in_tenant_vpc(subnet: Subnet) -> bool:
    """Whether a Subnet is in another Vpc than the default one, for sure."""
    return isinstance(subnet.vpc, str) and subnet.vpc not in ("", DEFAULT_VPC)


def networks_out(facts: Facts) -> frozenset[str]:
    """Names of the provider networks through which tenants surely leave; none where that is not in sight."""
    providers = {vlan.name: vlan.provider for vlan in facts.vlans}
    connected = connection(facts)
    through = {providers.get(str(one.vlan)) for one in facts.subnets if one.on_provider_network and connected(one)}
    return frozenset(name for name in through if isinstance(name, str))
