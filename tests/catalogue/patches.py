"""Cases of patches, of every family: what a patch leaves out is others' to say, what it writes is judged."""

from __future__ import annotations

from tests.catalogue.case import breaks, passes
from tests.network import (
    DEFAULT_VPC,
    DROPS,
    EXTERNAL,
    LAYER2,
    NAD,
    NO,
    POOL,
    PROVIDER,
    QUOTA,
    SNAT,
    SUBNET,
    VLAN,
    VPC,
    YES,
    add,
    build,
    gone,
    partial,
    patch,
    policy,
    put,
)
from underlay.facts import UNKNOWN

POD = "Subnet ovn-default"
PEER = "BGPPeer kmetal-metallb/leaf"
SPARE = "OvnEip spare"
GUARD = [policy(1500, f"ip4.dst == {block}") for block in DROPS]

LEAF = add(
    build(
        "BGPPeer",
        "leaf",
        {"myASN": 64512, "peerASN": 64513, "peerAddress": "172.21.204.1"},
        namespace="kmetal-metallb",
    )
)
PINNED = add(build("OvnEip", "spare", {"externalSubnet": "external", "type": "nat", "v4Ip": "77.220.68.99"}))
INNER = add(
    build(
        "Subnet",
        "inner",
        {"vpc": "ovn-cluster", "provider": "ovn", "cidrBlock": "172.21.204.240/28", "gateway": "172.21.204.241"},
    )
)
"""A Subnet of the default VPC on addresses of the pool, which breaks NET-101 by itself."""

PLAIN = (put(PROVIDER, "spec.defaultInterface", "eth9"), put(VLAN, "spec.id", 222))
"""The provider network on a plain NIC."""

CASES = (
    breaks(
        "NET-102",
        "a patch with a gateway that is no address",
        patch(SUBNET, gateway="gateway"),
        at="SubnetPatch alpha-dev-subnet",
    ),
    passes("NET-112", "a patch of the MTU alone", patch(SUBNET, mtu=1400)),
    passes(
        "NET-112",
        "a patch of a Subnet that others hold",
        patch(SUBNET, excludeIps=["10.100.0.9"]),
        partial,
        gone(SUBNET),
    ),
    breaks(
        "NET-114",
        "a patch with a range with a dash",
        patch(SUBNET, excludeIps=["10.100.0.1-10.100.0.9"]),
        at="SubnetPatch alpha-dev-subnet",
    ),
    passes(
        "NET-115",
        "a patch of a block whose gateway others name",
        patch(EXTERNAL, cidrBlock="77.220.68.96/27"),
        partial,
        gone(EXTERNAL),
    ),
    passes("NET-201", "a patch that leaves the addresses to others", patch(POOL, autoAssign=NO)),
    breaks(
        "NET-201",
        "a patch with an address of the external block",
        patch(POOL, addresses=["77.220.68.100/32"]),
        at="IPAddressPoolPatch kmetal-metallb/tenant-cp-pool",
    ),
    breaks(
        "NET-201",
        "a patch with addresses that are not known yet",
        patch(POOL, addresses=UNKNOWN),
        at="IPAddressPoolPatch kmetal-metallb/tenant-cp-pool",
    ),
    breaks(
        "NET-201",
        "a patch with a block around the pool, of a Subnet that others hold",
        INNER,
        patch("Subnet inner", cidrBlock="172.21.204.192/26"),
        partial,
        gone("Subnet inner"),
        at=POOL,
    ),
    passes("NET-202", "a patch that leaves the interfaces to others", patch(LAYER2, ipAddressPools=["tenant-cp-pool"])),
    passes("NET-202", "a patch that leaves the provider NIC to others", patch(PROVIDER, excludeNodes=["c1"])),
    breaks(
        "NET-202",
        "a patch with the provider NIC",
        patch(LAYER2, interfaces=["data.222"]),
        at="L2AdvertisementPatch kmetal-metallb/tenant-cp-l2",
    ),
    breaks(
        "NET-202",
        "a patch with an empty list",
        patch(LAYER2, interfaces=[]),
        at="L2AdvertisementPatch kmetal-metallb/tenant-cp-l2",
    ),
    breaks(
        "NET-202",
        "a patch with interfaces that are not known yet",
        patch(LAYER2, interfaces=UNKNOWN),
        at="L2AdvertisementPatch kmetal-metallb/tenant-cp-l2",
    ),
    breaks(
        "NET-202",
        "a patch with a provider NIC that is not known yet",
        patch(PROVIDER, defaultInterface=UNKNOWN),
        at="ProviderNetworkPatch provider",
    ),
    breaks(
        "NET-202",
        "a patch that makes a NIC that answers ARP the provider's",
        put(LAYER2, "spec.interfaces", ["data.204", "data.22"]),
        patch(PROVIDER, defaultInterface="data.22"),
        at=LAYER2,
    ),
    breaks(
        "NET-202",
        "a sub-interface of the provider VLAN, beside a patch of the Vlan without its id",
        *PLAIN,
        put(LAYER2, "spec.interfaces", ["eth9.222"]),
        patch(VLAN, provider="provider"),
        at=LAYER2,
    ),
    breaks("NET-213", "a patch with zero", LEAF, patch(PEER, myASN=0), at="BGPPeerPatch kmetal-metallb/leaf"),
    passes("NET-214", "a patch that leaves the router to others", LEAF, patch(PEER, holdTime="30s")),
    breaks(
        "NET-214",
        "a patch with a router that is not known yet",
        LEAF,
        patch(PEER, peerAddress=UNKNOWN),
        at="BGPPeerPatch kmetal-metallb/leaf",
    ),
    breaks(
        "NET-214",
        "a patch with a router in the provider block",
        LEAF,
        patch(PEER, peerAddress="77.220.68.97"),
        at="BGPPeerPatch kmetal-metallb/leaf",
    ),
    passes(
        "NET-215",
        "no quota, and a patch that leaves autoAssign to others",
        gone(QUOTA),
        put(POOL, "spec.autoAssign", NO),
        patch(POOL, avoidBuggyIPs=YES),
    ),
    passes("NET-301", "a patch that leaves the id to others", *PLAIN, patch(VLAN, provider="provider")),
    breaks("NET-301", "a patch with an id that is not known yet", patch(VLAN, id=UNKNOWN), at="VlanPatch vlan222"),
    breaks("NET-301", "a patch with a second tag", patch(VLAN, id=222, provider="provider"), at="VlanPatch vlan222"),
    passes(
        "NET-401",
        "two patches of one Vpc",
        patch(DEFAULT_VPC, extraExternalSubnets=["external"]),
        patch(DEFAULT_VPC, enableBfd=NO),
    ),
    passes(
        "NET-401",
        "patches of a Subnet and of a SNAT rule",
        patch(SUBNET, mtu=1400),
        patch(SNAT, ovnEip="alpha-vpc-external"),
    ),
    passes("NET-408", "a patch without a configuration", patch(NAD, other=YES)),
    breaks(
        "NET-408",
        "a patch with no type",
        patch(NAD, config="{}"),
        at="NetworkAttachmentDefinitionPatch alpha/alpha-dev-net",
    ),
    passes(
        "NET-409",
        "a patch of a tenant's Subnet that leaves its VPC to others",
        patch(SUBNET, namespaces=["alpha"]),
        partial,
        gone(SUBNET),
    ),
    breaks(
        "NET-409",
        "a patch of Kube-OVN's own Subnet, which is known by its name",
        patch(POD, namespaces=["alpha"]),
        partial,
        gone(POD),
        at="SubnetPatch ovn-default",
    ),
    passes("NET-411", "a patch that leaves the routes to others", patch(VPC, enableExternal=YES)),
    breaks(
        "NET-411",
        "a patch that takes the routes away",
        patch(VPC, enableExternal=YES, staticRoutes=[]),
        at="VpcPatch alpha-vpc",
    ),
    passes(
        "NET-412",
        "a patch that leaves the policies to others",
        patch(VPC, namespaces=["alpha"]),
        patch(VPC, enableExternal=YES),
    ),
    passes("NET-412", "a patch that takes the way out away, too", patch(VPC, enableExternal=NO, policyRoutes=[])),
    breaks(
        "NET-412",
        "a patch that takes the drop away",
        patch(VPC, enableExternal=YES, policyRoutes=GUARD[1:]),
        at="VpcPatch alpha-vpc",
    ),
    breaks(
        "NET-412",
        "a patch that takes the drop of a VPC away that may leave",
        patch(VPC, policyRoutes=GUARD[1:]),
        at="VpcPatch alpha-vpc",
    ),
    breaks(
        "NET-412",
        "a patch with policies that are not known yet",
        patch(VPC, policyRoutes=UNKNOWN),
        at="VpcPatch alpha-vpc",
    ),
    breaks(
        "NET-413",
        "a patch with an allow above the drop",
        patch(VPC, policyRoutes=[*GUARD, policy(1501, "ip4.dst == 77.220.68.98", "allow")]),
        at="VpcPatch alpha-vpc",
    ),
    breaks(
        "NET-414",
        "a patch with a single equals sign",
        patch(VPC, policyRoutes=[*GUARD, policy(1501, "ip4.dst = 10.0.0.0/8")]),
        at="VpcPatch alpha-vpc",
    ),
    breaks("NET-418", "a patch with the seed's one drop", patch(VPC, policyRoutes=GUARD[:1]), at="VpcPatch alpha-vpc"),
    passes(
        "NET-428",
        "patches of one end each",
        patch(SNAT, ovnEip="alpha-vpc-external"),
        patch(SNAT, vpcSubnet="alpha-dev-subnet"),
    ),
    breaks(
        "NET-428",
        "a patch that takes the address away",
        partial,
        patch(SNAT, ovnEip=""),
        at="OvnSnatRulePatch alpha-snat-dev",
    ),
    breaks(
        "NET-429",
        "a patch with the gateway's address",
        PINNED,
        patch(SPARE, externalSubnet="external", v4Ip="77.220.68.97"),
        at="OvnEipPatch spare",
    ),
    passes("NET-431", "a patch of the address alone", PINNED, patch(SPARE, v4Ip="77.220.68.100")),
    breaks("NET-431", "a patch with an unknown type", PINNED, patch(SPARE, type="snat"), at="OvnEipPatch spare"),
    breaks("NET-711", "a patch with an MTU of 10", patch(SUBNET, mtu=10), at="SubnetPatch alpha-dev-subnet"),
)
