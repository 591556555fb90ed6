"""Cases of `kmetal_network.laws.tenants.naming`."""

from __future__ import annotations

from tests.law_cases.addresses.edits import POD
from tests.law_cases.case import breaks, passes
from tests.law_cases.tenants.edits import BETA
from tests.support.network.edits import NO, add, again, gone, partial, patch, put, rename
from tests.support.network.objects import DEFAULT_VPC, SNAT, SUBNET, VPC, build

CASES = (
    passes("NET-401", "a SNAT rule with the name of a Subnet", rename(SNAT, "alpha-dev-subnet")),
    breaks("NET-401", "a SNAT rule twice", again(SNAT, vpcSubnet="", v4IpCidr="10.100.0.0/25"), at=SNAT),
    breaks("NET-401", "two tenants of one name", again(VPC), at=VPC),
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
    passes(
        "NET-402",
        "a Subnet with the name of an attachment",
        rename(SUBNET, "alpha-dev-net"),
        put(SNAT, "spec.vpcSubnet", "alpha-dev-net"),
    ),
    breaks(
        "NET-402",
        "a Subnet with the name of a Vpc",
        rename(SUBNET, "beta-vpc"),
        put(SNAT, "spec.vpcSubnet", "beta-vpc"),
        at="Subnet beta-vpc",
    ),
    passes("NET-404", "a namespace fewer than the Vpc holds", put(SUBNET, "spec.namespaces", [])),
    breaks(
        "NET-404",
        "a namespace that the Vpc does not hold",
        put(SUBNET, "spec.namespaces", ["alpha", "gamma"]),
        at=SUBNET,
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
        "a namespace that the Vpc does not hold, next to a patch without",
        put(SUBNET, "spec.namespaces", ["alpha", "gamma"]),
        patch(VPC, enableBfd=NO),
        at=SUBNET,
    ),
    passes("NET-405", "a namespace twice in one Vpc", put(VPC, "spec.namespaces", ["alpha", "alpha"])),
    breaks("NET-405", "a namespace in two Vpcs", put(BETA, "spec.namespaces", ["beta", "alpha"]), at=BETA),
    passes("NET-406", "a name that ends in a digit", rename(SUBNET, "alpha-9"), put(SNAT, "spec.vpcSubnet", "alpha-9")),
    breaks(
        "NET-406",
        "a name that starts with a digit",
        rename(BETA, "9-vpc"),
        put("Subnet beta-dev-subnet", "spec.vpc", "9-vpc"),
        rename("Subnet beta-dev-subnet", "9-dev-subnet"),
        put("OvnSnatRule beta-snat-dev", "spec.ovnEip", "9-vpc-external"),
        put("OvnSnatRule beta-snat-dev", "spec.vpcSubnet", "9-dev-subnet"),
        at=("Vpc 9-vpc", "Subnet 9-dev-subnet"),
    ),
    passes("NET-409", "a namespace of no one", put("Subnet ovn-default", "spec.namespaces", ["gamma"])),
    breaks(
        "NET-409",
        "a tenant's namespace",
        put("Subnet ovn-default", "spec.namespaces", ["alpha"]),
        at="Subnet ovn-default",
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
    passes("NET-422", "a Vpc that another file may hold", partial, gone(VPC)),
    breaks(
        "NET-422",
        "a Vpc that does not exist",
        add(build("Subnet", "lost", {"vpc": "gamma-vpc", "cidrBlock": "10.103.0.0/24", "gateway": "10.103.0.1"})),
        at="Subnet lost",
    ),
    passes(
        "NET-425", "the tenant's name and anything", rename(SUBNET, "alpha-x"), put(SNAT, "spec.vpcSubnet", "alpha-x")
    ),
    breaks(
        "NET-425",
        "another tenant's name",
        rename(SUBNET, "alphabet-dev"),
        put(SNAT, "spec.vpcSubnet", "alphabet-dev"),
        at="Subnet alphabet-dev",
    ),
)
