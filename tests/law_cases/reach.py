"""Cases of the ways in which a pod can reach the provider VLAN (NET-320 to NET-327), and of what is no such way."""

from __future__ import annotations

import json

from kmetal_network.facts.model import UNKNOWN
from tests.law_cases.case import breaks, passes, warns
from tests.support.network import (
    DEFAULT_VPC,
    EXTERNAL,
    LAYER2,
    NAD,
    POOL,
    PROVIDER,
    SNAT,
    SUBNET,
    VLAN,
    VPC,
    Body,
    Edit,
    add,
    build,
    gone,
    partial,
    put,
)

WAN = "Subnet wan"
WAN_NAD = "NetworkAttachmentDefinition alpha/wan"
TRUNK = (put(PROVIDER, "spec.defaultInterface", "eth9"), put(VLAN, "spec.id", 222))
"""A plain provider NIC on which OVN tags."""


def wan(**spec: object) -> Body:
    """A second Subnet, on the provider VLAN, whose block is beside the external one."""
    block = {"vlan": "vlan222", "cidrBlock": "77.220.68.128/27", "gateway": "77.220.68.129", **spec}
    return build("Subnet", "wan", block)


def attachment(**config: object) -> Body:
    """An attachment of a tenant's namespace to a network of the host."""
    return build("NetworkAttachmentDefinition", "wan", {"config": json.dumps(config)}, namespace="alpha")


def storage(vlan: int = 0, nic: str = "data.300", **spec: object) -> tuple[Body, ...]:
    """An underlay network through which no tenant leaves."""
    block = {"vlan": "vlan300", "cidrBlock": "10.30.0.0/24", "gateway": "10.30.0.1", **spec}
    return (
        build("ProviderNetwork", "storage", {"defaultInterface": nic}),
        build("Vlan", "vlan300", {"id": vlan, "provider": "storage"}),
        build("Subnet", "storage", block),
    )


def drops(*blocks: str) -> tuple[Edit, ...]:
    """Drops of both tenants towards further blocks."""
    return tuple(
        put(place, "spec.policyRoutes.+", {"priority": 1500, "match": f"ip4.dst == {block}", "action": "drop"})
        for place in (VPC, "Vpc beta-vpc")
        for block in blocks
    )


GUARDED = drops("77.220.68.128/27")
"""Drops towards the second block."""

CASES = (
    passes(
        "NET-320",
        "a tenant's Subnet on a VLAN of its own",
        add(*storage(vpc="alpha-vpc")),
        *drops("10.30.0.0/24"),
        partial,
    ),
    breaks(
        "NET-320",
        "a tenant's Subnet on the provider Vlan",
        add(wan(vpc="alpha-vpc", namespaces=["alpha"])),
        *GUARDED,
        at=WAN,
    ),
    breaks(
        "NET-320",
        "a tenant's Subnet on another Vlan object of the provider VLAN",
        add(build("Vlan", "again", {"id": 0, "provider": "provider"}), wan(vpc="alpha-vpc", vlan="again")),
        *GUARDED,
        at=WAN,
    ),
    breaks(
        "NET-320",
        "a tenant's Subnet on the Vlan of a second way out",
        add(
            *storage(),
            build(
                "Subnet",
                "tenants-own",
                {"vpc": "alpha-vpc", "vlan": "vlan300", "cidrBlock": "10.31.0.0/24", "gateway": "10.31.0.1"},
            ),
        ),
        put(DEFAULT_VPC, "spec.extraExternalSubnets", ["external", "storage"]),
        *drops("10.30.0.0/24", "10.31.0.0/24"),
        at="Subnet tenants-own",
    ),
    passes(
        "NET-320",
        "a tenant's Subnet on a VLAN that is not known yet",
        put(SUBNET, "spec.vlan", UNKNOWN),
        gone(SNAT, NAD),
        put("Subnet beta-dev-subnet", "spec.cidrBlock", "10.101.0.0/24"),
        put("Subnet beta-dev-subnet", "spec.gateway", "10.101.0.1"),
        put("Subnet beta-dev-subnet", "spec.excludeIps", []),
        *drops("10.100.0.0/24"),
    ),
    passes("NET-321", "a second Subnet for routers alone", add(wan()), *GUARDED),
    passes(
        "NET-321",
        "an attachment on an underlay through which no tenant leaves",
        partial,
        add(*storage(provider="storage.alpha.ovn")),
        *drops("10.30.0.0/24"),
    ),
    breaks(
        "NET-321",
        "a Subnet of the default Vpc for a tenant's attachment",
        add(
            wan(provider="wan.alpha.ovn"),
            attachment(type="kube-ovn", server_socket="/run/ovs.sock", provider="wan.alpha.ovn"),
        ),
        *GUARDED,
        at=WAN,
    ),
    breaks("NET-321", "a Subnet that serves a namespace", add(wan(namespaces=["gamma"])), *GUARDED, at=WAN),
    warns(
        "NET-321",
        "an attachment on a VLAN of which nobody here says who leaves through it",
        partial,
        gone(EXTERNAL),
        add(wan(provider="wan.alpha.ovn")),
        *GUARDED,
        at=WAN,
        also=(("NET-303", "Vpc beta-vpc"), ("NET-303", VPC), ("NET-410", "Vpc beta-vpc"), ("NET-410", VPC)),
    ),
    passes("NET-322", "macvlan on the management NIC", add(attachment(type="macvlan", master="data.204"))),
    passes(
        "NET-322", "macvlan on another VLAN of the trunk", *TRUNK, add(attachment(type="macvlan", master="eth9.223"))
    ),
    passes("NET-322", "macvlan on no NIC by name", add(attachment(type="macvlan"))),
    breaks("NET-322", "macvlan on the provider NIC", add(attachment(type="macvlan", master="data.222")), at=WAN_NAD),
    breaks(
        "NET-322",
        "macvlan in a chain of plugins",
        add(attachment(plugins=[{"type": "macvlan", "master": "data.222"}, {"type": "tuning"}])),
        at=WAN_NAD,
    ),
    breaks("NET-322", "macvtap on the bridge", add(attachment(type="macvtap", master="br-provider")), at=WAN_NAD),
    breaks(
        "NET-322", "macvlan on a VLAN inside the VLAN", add(attachment(type="macvlan", master="data.222.7")), at=WAN_NAD
    ),
    passes("NET-323", "ipvlan on the tunnel NIC", add(attachment(type="ipvlan", master="data.205"))),
    breaks(
        "NET-323",
        "ipvlan on Kube-OVN's port",
        *TRUNK,
        add(attachment(type="ipvlan", master="br-provider-vlan222")),
        at=WAN_NAD,
    ),
    passes("NET-324", "a bridge of pods alone", add(attachment(type="bridge", bridge="cni0"))),
    passes("NET-324", "a bridge with another VLAN", add(attachment(type="bridge", bridge="br-lan", vlan=223))),
    breaks(
        "NET-324", "the provider network's bridge", add(attachment(type="bridge", bridge="br-provider")), at=WAN_NAD
    ),
    breaks(
        "NET-324",
        "the provider network's bridge by OVS",
        add(attachment(type="ovs", bridge="br-provider", vlan=5)),
        at=WAN_NAD,
    ),
    warns(
        "NET-324",
        "the provider VLAN on a bridge that nobody knows",
        add(attachment(type="bridge", bridge="br-lan", vlan=222)),
        at=WAN_NAD,
    ),
    passes(
        "NET-325", "a device by its address on the bus", add(attachment(type="host-device", pciBusID="0000:3d:00.1"))
    ),
    breaks("NET-325", "the provider NIC", add(attachment(type="host-device", device="data.222")), at=WAN_NAD),
    breaks("NET-325", "the NIC under it", add(attachment(type="host-device", device="data")), at=WAN_NAD),
    passes("NET-326", "a virtual function on another VLAN", add(attachment(type="sriov", vlan=223))),
    breaks("NET-326", "a virtual function on the provider VLAN", add(attachment(type="sriov", vlan=222)), at=WAN_NAD),
    breaks(
        "NET-326", "a virtual function of the NIC under it", add(attachment(type="sriov", master="data")), at=WAN_NAD
    ),
    passes("NET-327", "another VLAN on the same NIC", add(attachment(type="vlan", master="data", vlanId=223))),
    breaks(
        "NET-327", "the provider VLAN once more", add(attachment(type="vlan", master="data", vlanId=222)), at=WAN_NAD
    ),
    breaks(
        "NET-327",
        "the VLAN of a plain NIC",
        *TRUNK,
        add(attachment(type="vlan", master="eth9", vlanId=222)),
        at=WAN_NAD,
    ),
    breaks(
        "NET-201",
        "a pool in the block of a macvlan network",
        partial,
        gone(EXTERNAL, PROVIDER, VLAN),
        add(
            attachment(type="macvlan", master="data.222", ipam={"type": "kube-ovn", "provider": "wan.alpha"}),
            build(
                "Subnet", "wan", {"provider": "wan.alpha", "cidrBlock": "77.220.68.96/27", "gateway": "77.220.68.97"}
            ),
            build("IPAddressPool", "p", {"addresses": ["77.220.68.100-77.220.68.101"]}, namespace="kmetal-metallb"),
        ),
        at="IPAddressPool kmetal-metallb/p",
    ),
    passes(
        "NET-201",
        "a pool beside pods with addresses of the management VLAN",
        partial,
        add(
            attachment(type="macvlan", master="data.204", ipam={"type": "kube-ovn", "provider": "wan.alpha"}),
            build(
                "Subnet", "wan", {"provider": "wan.alpha", "cidrBlock": "172.21.205.0/24", "gateway": "172.21.205.1"}
            ),
        ),
        put(POOL, "spec.addresses", ["172.21.204.200-172.21.204.250"]),
        put(LAYER2, "spec.interfaces", ["data.204"]),
        *drops("172.21.205.0/24"),
    ),
    passes(
        "NET-424",
        "addresses alone for an attachment of another CNI",
        partial,
        add(
            attachment(type="macvlan", master="eth0", ipam={"type": "kube-ovn", "provider": "wan.alpha"}),
            build("Subnet", "wan", {"provider": "wan.alpha", "cidrBlock": "172.17.0.0/16", "gateway": "172.17.0.1"}),
        ),
        *drops("172.17.0.0/16"),
    ),
    warns(
        "NET-424",
        "two parts, and no attachment in sight",
        partial,
        put(SUBNET, "spec.provider", "elsewhere.alpha"),
        at=SUBNET,
    ),
    passes(
        "NET-408",
        "a chain of plugins",
        add(
            attachment(
                name="wan",
                plugins=[
                    {"type": "kube-ovn", "server_socket": "/run/ovs.sock", "provider": "wan.alpha.ovn"},
                    {"type": "portmap"},
                ],
            )
        ),
        partial,
    ),
    passes(
        "NET-408",
        "a configuration that a file on the node holds",
        add(build("NetworkAttachmentDefinition", "wan", {}, namespace="alpha")),
    ),
    breaks(
        "NET-408", "a plugin without a type", add(attachment(plugins=[{"type": "macvlan"}, {"name": "x"}])), at=WAN_NAD
    ),
    breaks(
        "NET-408",
        "a chain whose plugin of Kube-OVN has no socket",
        partial,
        add(attachment(plugins=[{"type": "kube-ovn", "provider": "wan.alpha.ovn"}])),
        at=WAN_NAD,
    ),
    breaks(
        "NET-403",
        "an attachment without a Subnet",
        add(attachment(type="kube-ovn", server_socket="/run/ovs.sock", provider="wan.alpha.ovn")),
        at=WAN_NAD,
    ),
    breaks("NET-403", "a Subnet that names no provider", put(SUBNET, "spec.provider", ""), at=SUBNET),
    breaks(
        "NET-403",
        "two names in one file",
        partial,
        put(SUBNET, "spec.provider", "alpha-prod-net.alpha.ovn"),
        at=SUBNET,
    ),
    breaks(
        "NET-410",
        "an address of the block that may be another tenant's",
        put(VPC, "spec.staticRoutes.0.nextHopIP", "77.220.68.110"),
        at=VPC,
    ),
    passes(
        "NET-410",
        "a second router, whose address is excluded",
        put(EXTERNAL, "spec.excludeIps.+", "77.220.68.98..77.220.68.99"),
        put(VPC, "spec.staticRoutes.0.nextHopIP", "77.220.68.99"),
    ),
    breaks(
        "NET-418",
        "an underlay through which no tenant leaves",
        add(*storage()),
        at=(VPC, "Vpc beta-vpc"),
    ),
)
