"""Cases of patches, of every family: what a patch leaves out is others' to say, what it writes is judged."""

from __future__ import annotations

import json

from kmetal_network.facts.model import UNKNOWN, Range, RangeKind
from tests.law_cases.case import breaks, passes
from tests.support.network import (
    DEFAULT_VPC,
    DROPS,
    EXTERNAL,
    LAYER2,
    NAD,
    NO,
    POOL,
    PROVIDER,
    QUOTA,
    RELEASE,
    SNAT,
    SUBNET,
    VLAN,
    VPC,
    YES,
    add,
    build,
    gone,
    known_as,
    partial,
    patch,
    policy,
    put,
    take,
)

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

BESIDE = add(
    build(
        "Subnet",
        "alpha-two-subnet",
        {"vpc": "alpha-vpc", "cidrBlock": "10.100.1.0/24", "gateway": "10.100.1.1", "namespaces": ["alpha"]},
    ),
    build("OvnSnatRule", "alpha-snat-two", {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-two-subnet"}),
)
"""A second cluster of tenant alpha."""

PLAIN = (put(PROVIDER, "spec.defaultInterface", "eth9"), put(VLAN, "spec.id", 222))
"""The provider network on a plain NIC."""

SMALL_JOIN = known_as(ranges=(Range(place="join", name="join", kind=RangeKind.JOIN, text="172.21.204.96/29"),))

CASES = (
    passes("NET-101", "a patch of the external block", patch(EXTERNAL, cidrBlock="77.220.68.96/28")),
    passes("NET-101", "a patch of the pods' block", patch(POD, cidrBlock="10.16.0.0/16")),
    passes(
        "NET-101",
        "a patch that repeats the chart's values",
        patch(RELEASE, values={"network": {"flannel": {"podCidr": "10.93.0.0/16"}}}),
    ),
    breaks(
        "NET-101",
        "a patch of the pods' block into flannel's",
        patch(POD, cidrBlock="10.93.0.0/17"),
        at="SubnetPatch ovn-default",
    ),
    breaks(
        "NET-102",
        "a patch with a gateway that is no address",
        patch(SUBNET, gateway="gateway"),
        at="SubnetPatch alpha-dev-subnet",
    ),
    breaks(
        "NET-102",
        "a patch with a gateway outside the block beside it",
        patch(SUBNET, cidrBlock="10.100.0.0/25", gateway="10.100.0.129"),
        at="SubnetPatch alpha-dev-subnet",
    ),
    passes("NET-103", "a patch of a Subnet's own block", patch(SUBNET, cidrBlock="10.100.0.0/25")),
    breaks(
        "NET-103",
        "a patch into the neighbour's block",
        BESIDE,
        patch(SUBNET, cidrBlock="10.100.0.0/23"),
        at="SubnetPatch alpha-dev-subnet",
    ),
    passes("NET-104", "a patch of a tenant's block", patch(SUBNET, cidrBlock="77.220.68.64/27")),
    breaks(
        "NET-104",
        "a patch of a tenant's block into the external one",
        patch(SUBNET, cidrBlock="77.220.68.64/26"),
        at="SubnetPatch alpha-dev-subnet",
    ),
    breaks(
        "NET-108", "a patch with host bits", patch(SUBNET, cidrBlock="10.100.0.5/24"), at="SubnetPatch alpha-dev-subnet"
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
        "NET-112",
        "a patch whose block is not known yet",
        patch(SUBNET, cidrBlock=UNKNOWN),
        at="SubnetPatch alpha-dev-subnet",
    ),
    breaks("NET-112", "a patch with no block", patch(SUBNET, cidrBlock=""), at="SubnetPatch alpha-dev-subnet"),
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
    breaks(
        "NET-115",
        "no gateway, beside a patch of the block",
        take(EXTERNAL, "spec.gateway"),
        patch(EXTERNAL, cidrBlock="77.220.68.96/27"),
        at=EXTERNAL,
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
    breaks(
        "NET-201",
        "a patch that puts a Subnet on the provider VLAN",
        INNER,
        patch("Subnet inner", vlan="vlan222"),
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
    passes("NET-205", "a patch of a pool's own addresses", patch(POOL, addresses=["172.21.204.200-172.21.204.249"])),
    breaks(
        "NET-205",
        "a patch with an address twice",
        patch(POOL, addresses=["172.21.204.200/32", "172.21.204.200/29"]),
        at="IPAddressPoolPatch kmetal-metallb/tenant-cp-pool",
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
    breaks(
        "NET-301",
        "a second tag, beside a patch of the network without its NIC",
        put(VLAN, "spec.id", 222),
        patch(PROVIDER, excludeNodes=["c1"]),
        at=VLAN,
    ),
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
    breaks(
        "NET-403",
        "a configuration's provider, beside a patch that mends it",
        put(NAD, "spec.config", json.dumps({"type": "kube-ovn", "server_socket": "s", "provider": "a.b"})),
        patch(
            NAD, config=json.dumps({"type": "kube-ovn", "server_socket": "s", "provider": "alpha-dev-net.alpha.ovn"})
        ),
        at=NAD,
    ),
    passes(
        "NET-404",
        "a namespace that a patch adds to the Vpc",
        partial,
        put(SUBNET, "spec.namespaces", ["alpha", "gamma"]),
        patch(VPC, namespaces=["alpha", "gamma"]),
    ),
    breaks(
        "NET-404",
        "a namespace that the Vpc does not hold, beside a patch without",
        put(SUBNET, "spec.namespaces", ["alpha", "gamma"]),
        patch(VPC, enableBfd=NO),
        at=SUBNET,
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
    passes(
        "NET-506",
        "250 Subnets and a patch",
        partial,
        add(
            *(
                build("Subnet", f"t{number}", {"vpc": f"v{number}", "cidrBlock": "10.100.0.0/24"})
                for number in range(245)
            )
        ),
        patch(SUBNET, mtu=1400),
    ),
    passes(
        "NET-508",
        "a /29 for three nodes, two of them patched",
        SMALL_JOIN,
        patch("Node w1", taints=[]),
        patch("Node w2", taints=[]),
        patch("Node w1", unschedulable=NO),
    ),
    passes(
        "NET-702",
        "a patch of the chart's values that leaves the NIC to others",
        patch(RELEASE, values={"network": {"kubeOvn": {"podCidr": "10.16.0.0/16"}}}),
    ),
    breaks("NET-711", "a patch with an MTU of 10", patch(SUBNET, mtu=10), at="SubnetPatch alpha-dev-subnet"),
)
