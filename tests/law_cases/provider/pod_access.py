"""Cases of `kmetal_network.laws.provider.pod_access`."""

from __future__ import annotations

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes, warns
from tests.law_cases.provider.edits import TRUNK, WAN_NAD, attachment, drops, storage
from tests.support.network.edits import add, gone, partial, put
from tests.support.network.objects import DEFAULT_VPC, EXTERNAL, NAD, SNAT, SUBNET, VPC, Body, build

WAN = "Subnet wan"


def wan(**spec: object) -> Body:
    """A second Subnet, on the provider VLAN, whose block is next to the external one."""
    block = {"vlan": "vlan222", "cidrBlock": "77.220.68.128/27", "gateway": "77.220.68.129", **spec}
    return build("Subnet", "wan", block)


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
        "an attachment on a VLAN of which no one here says who leaves through it",
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
        "the provider VLAN on a bridge that no one knows",
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
)
