"""Cases of the families of tenants (NET-4xx)."""

from __future__ import annotations

import json

from kmetal_network.facts.model import UNKNOWN, Expectation, Range, RangeKind
from tests.law_cases.case import breaks, passes
from tests.support.network import (
    EXTERNAL,
    NAD,
    NO,
    QUOTA,
    SNAT,
    SUBNET,
    VPC,
    YES,
    Body,
    Edit,
    add,
    again,
    build,
    gone,
    known_as,
    partial,
    policy,
    put,
    rename,
    take,
)

BETA = "Vpc beta-vpc"
PINNED = "OvnEip alpha-vpc-external"
DROP = "spec.policyRoutes.0"


def config(**changes: object) -> Edit:
    """The attachment's CNI configuration, changed; None removes a key."""
    values = {
        "cniVersion": "0.3.1",
        "name": "kube-ovn",
        "type": "kube-ovn",
        "server_socket": "/run/openvswitch/kube-ovn-daemon.sock",
        "provider": "alpha-dev-net.alpha.ovn",
        **changes,
    }
    return put(NAD, "spec.config", json.dumps({key: value for key, value in values.items() if value is not None}))


def eip(name: str = "alpha-vpc-external", **spec: object) -> Body:
    return build("OvnEip", name, {"externalSubnet": "external", "type": "lrp", **spec})


def match(text: object) -> Edit:
    return put(VPC, f"{DROP}.match", text)


def route(**entry: object) -> Edit:
    return put(VPC, "spec.staticRoutes.+", entry)


def peering(remote: str, address: object) -> Edit:
    return put(VPC, "spec.vpcPeerings", [{"remoteVpc": remote, "localConnectIP": address}])


def expects(source: str, target: str, *, path_open: bool) -> Edit:
    """A path that the settings want open, or closed."""
    reason = "agreed with the tenant"
    entry = Expectation(place="expect[0]", source=source, target=target, open=path_open, reason=reason)
    return known_as(expectations=(entry,))


APART = (
    put("Subnet beta-dev-subnet", "spec.cidrBlock", "10.101.0.0/24"),
    put("Subnet beta-dev-subnet", "spec.gateway", "10.101.0.1"),
    put("Subnet beta-dev-subnet", "spec.excludeIps", []),
)
"""Tenants whose blocks do not overlap, as peers must be."""

NO_EGRESS = (put(VPC, "spec.enableExternal", NO), gone(SNAT))

CASES = (
    passes("NET-401", "a SNAT rule with the name of a Subnet", rename(SNAT, "alpha-dev-subnet")),
    breaks("NET-401", "a SNAT rule twice", again(SNAT, vpcSubnet="", v4IpCidr="10.100.0.0/25"), at=SNAT),
    breaks("NET-401", "two tenants of one name", again(VPC), at=VPC),
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
    passes("NET-403", "an attachment that another file may hold", partial, gone(NAD)),
    breaks("NET-403", "the configuration's provider", config(provider="alpha-dev-net.alpha"), at=NAD),
    breaks("NET-403", "the Subnet's provider", put(SUBNET, "spec.provider", "alpha-net.alpha.ovn"), at=SUBNET),
    passes("NET-404", "a namespace fewer than the Vpc holds", put(SUBNET, "spec.namespaces", [])),
    breaks(
        "NET-404",
        "a namespace that the Vpc does not hold",
        put(SUBNET, "spec.namespaces", ["alpha", "gamma"]),
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
    passes("NET-407", "a namespace that is not known yet", partial, put(NAD, "metadata.namespace", UNKNOWN)),
    breaks(
        "NET-407",
        "a dot in the name",
        add(
            build(
                "NetworkAttachmentDefinition",
                "alpha.dev",
                {"config": json.dumps({"type": "macvlan"})},
                namespace="alpha",
            )
        ),
        at="NetworkAttachmentDefinition alpha/alpha.dev",
    ),
    passes(
        "NET-408",
        "another CNI, which needs no socket of Kube-OVN's",
        add(
            build(
                "NetworkAttachmentDefinition", "storage", {"config": json.dumps({"type": "macvlan"})}, namespace="alpha"
            )
        ),
    ),
    passes("NET-408", "a configuration that is not known yet", put(NAD, "spec.config", UNKNOWN)),
    breaks("NET-408", "no socket", config(server_socket=None), at=NAD),
    breaks("NET-408", "a comma too many", put(NAD, "spec.config", '{"type": "kube-ovn",}'), at=NAD),
    breaks("NET-408", "no type", put(NAD, "spec.config", "{}"), at=NAD),
    passes("NET-409", "a namespace of nobody", put("Subnet ovn-default", "spec.namespaces", ["gamma"])),
    breaks(
        "NET-409",
        "a tenant's namespace",
        put("Subnet ovn-default", "spec.namespaces", ["alpha"]),
        at="Subnet ovn-default",
    ),
    passes("NET-410", "the external block's last address", put(VPC, "spec.staticRoutes.0.nextHopIP", "77.220.68.127")),
    breaks(
        "NET-410",
        "the address after the external block",
        put(VPC, "spec.staticRoutes.0.nextHopIP", "77.220.68.128"),
        at=VPC,
    ),
    passes("NET-411", "no default route, no way out", put(VPC, "spec.staticRoutes", []), *NO_EGRESS),
    breaks("NET-411", "no default route", put(VPC, "spec.staticRoutes", []), at=VPC),
    passes("NET-412", "the drop in two halves", match("ip4.dst == {77.220.68.96/28, 77.220.68.112/28}")),
    passes("NET-412", "a drop of more", match("ip4.dst == 77.220.64.0/18")),
    passes("NET-412", "a VPC without a way out", put(VPC, "spec.policyRoutes", []), *NO_EGRESS),
    breaks("NET-412", "no drop", take(VPC, DROP), at=VPC),
    breaks("NET-412", "a drop of half of it", match("ip4.dst == 77.220.68.96/28"), at=VPC),
    breaks("NET-412", "a drop of some of its packets", match("ip4.dst == 77.220.68.96/27 && tcp"), at=VPC),
    breaks("NET-412", "a drop of what comes from there", match("ip4.src == 77.220.68.96/27"), at=VPC),
    breaks("NET-412", "a drop of everything else", match("ip4.dst != 77.220.68.96/27"), at=VPC),
    breaks("NET-412", "a drop of IPv6", match("ip6.dst == ::/0"), at=VPC),
    breaks("NET-412", "a drop of both families at once", match("ip4 && ip6.dst == ::/0"), at=VPC),
    breaks("NET-412", "an allow in its place", put(VPC, f"{DROP}.action", "allow"), at=VPC),
    breaks("NET-412", "no policy at all", put(VPC, "spec.policyRoutes", []), at=VPC, also=(("NET-418", VPC),)),
    breaks("NET-412", "policies that are not known yet", put(VPC, "spec.policyRoutes", UNKNOWN), at=VPC),
    passes("NET-413", "an allow below the drop", put(VPC, "spec.policyRoutes.+", policy(1499, "ip4", "allow"))),
    passes(
        "NET-413",
        "an allow above, of other addresses",
        put(VPC, "spec.policyRoutes.+", policy(1600, "ip4.dst == 8.8.8.8", "allow")),
    ),
    passes(
        "NET-413",
        "an allow above, of IPv6",
        put(VPC, "spec.policyRoutes.+", policy(2000, "ip6.dst == ::/0", "allow")),
    ),
    passes(
        "NET-413", "an allow above, of IPv6 as a flag", put(VPC, "spec.policyRoutes.+", policy(2000, "ip6", "allow"))
    ),
    breaks(
        "NET-413",
        "an allow above the drop",
        put(VPC, "spec.policyRoutes.+", policy(1501, "ip4.dst == 77.220.68.98 && udp.dst == 53", "allow")),
        at=VPC,
    ),
    breaks(
        "NET-413",
        "an allow beside the drop",
        put(VPC, "spec.policyRoutes.+", policy(1500, "ip4.dst == 77.220.68.98", "allow")),
        at=VPC,
    ),
    breaks(
        "NET-413",
        "a reroute of everything",
        put(VPC, "spec.policyRoutes.+", policy(2000, "ip4", "reroute", nextHopIP="10.100.0.9")),
        at=VPC,
    ),
    passes(
        "NET-414",
        "every form that OVN reads",
        match("(ip4.dst == 77.220.68.96/27 || ip4.dst == {10.0.0.0/8, 10.1.0.0/16}) && ip4"),
    ),
    breaks("NET-414", "a single equals sign", match("ip4.dst = 77.220.68.96/27"), at=VPC),
    breaks("NET-414", "host bits", match("ip4.dst == 77.220.68.97/27"), at=VPC),
    breaks("NET-414", "a wildcard mask", match("ip4.dst == 77.220.68.96/0.0.0.31"), at=VPC),
    breaks("NET-414", "a blank that is not ASCII", match("ip4.dst ==\u00a077.220.68.96/27"), at=VPC),
    breaks("NET-414", "a word", match("ip.dst == 77.220.68.96/27"), at=VPC),
    breaks("NET-414", "and beside or", match("ip4 && ip4.dst == 77.220.68.96/27 || ip4"), at=VPC),
    breaks("NET-414", "the other family", match("ip6.dst == 77.220.68.96/27"), at=VPC),
    breaks("NET-414", "a parenthesis left open", match("(ip4.dst == 77.220.68.96/27"), at=VPC),
    breaks("NET-414", "a second expression", match("ip4.dst == 77.220.68.96/27 ip4"), at=VPC),
    breaks("NET-414", "nothing", match(""), at=VPC),
    breaks("NET-414", "a match that is not known yet", match(UNKNOWN), at=VPC),
    passes(
        "NET-415",
        "0 and 28999",
        *(put(VPC, f"spec.policyRoutes.{index}.priority", value) for index, value in ((0, 28999), (1, 0))),
    ),
    breaks("NET-415", "29000, where Kube-OVN's own begin", put(VPC, f"{DROP}.priority", 29000), at=VPC),
    breaks("NET-415", "a negative number", put(VPC, "spec.policyRoutes.+", policy(-1, "ip6", "drop")), at=VPC),
    passes(
        "NET-416",
        "a reroute to two addresses",
        put(VPC, "spec.policyRoutes.+", policy(1, "ip4", "reroute", nextHopIP="10.100.0.8,10.100.0.9")),
    ),
    breaks(
        "NET-416", "an action that OVN does not know", put(VPC, "spec.policyRoutes.+", policy(1, "ip4", "deny")), at=VPC
    ),
    breaks(
        "NET-416",
        "a blank between addresses",
        put(VPC, "spec.policyRoutes.+", policy(1, "ip4", "reroute", nextHopIP="10.100.0.8, 10.100.0.9")),
        at=VPC,
    ),
    breaks("NET-416", "a reroute to nowhere", put(VPC, "spec.policyRoutes.+", policy(1, "ip4", "reroute")), at=VPC),
    passes(
        "NET-417",
        "one match at two priorities",
        put(VPC, "spec.policyRoutes.+", policy(1501, "ip4.dst == 77.220.68.96/27")),
    ),
    breaks(
        "NET-417",
        "one policy twice",
        put(VPC, "spec.policyRoutes.+", policy(1500, "ip4.dst == 77.220.68.96/27")),
        at=VPC,
    ),
    passes(
        "NET-418",
        "one drop of several ranges",
        put(
            VPC,
            "spec.policyRoutes",
            [policy(1500, "ip4.dst == {77.220.68.96/27, 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12}")],
        ),
    ),
    breaks(
        "NET-418",
        "the seed's one drop",
        put(VPC, "spec.policyRoutes", [policy(1500, "ip4.dst == 77.220.68.96/27")]),
        at=VPC,
    ),
    passes("NET-434", "a path that is closed as expected", expects("tenants", "nodes", path_open=NO)),
    passes("NET-434", "a path that leaves as expected", expects("alpha", "internet", path_open=YES)),
    passes(
        "NET-434",
        "a path that is not known",
        put(VPC, "spec.policyRoutes.5.priority", UNKNOWN),
        expects("alpha", "nodes", path_open=NO),
    ),
    breaks("NET-434", "a path that is open", expects("alpha/dev", "8.8.8.8", path_open=NO), at="expect[0]"),
    breaks("NET-434", "a path that is closed", expects("alpha", "77.220.68.97", path_open=YES), at="expect[0]"),
    breaks("NET-434", "a source that is not there", expects("alfa", "internet", path_open=YES), at="expect[0]"),
    breaks("NET-434", "a destination that is not there", expects("alpha", "nodez", path_open=NO), at="expect[0]"),
    passes(
        "NET-418",
        "a range that the settings except",
        put(VPC, "spec.policyRoutes.4.match", "ip4.dst == 10.94.0.0/16"),
        known_as(exempt=(Range(place="isolation", name="svcCidr", kind=RangeKind.SERVICE, text="10.96.0.0/16"),)),
    ),
    passes("NET-414", "a negation of what has an order", match("ip4.dst == 77.220.68.96/27 || !(tcp.dst == 80)")),
    breaks("NET-414", "a protocol negated", match("!tcp && ip4.dst == 77.220.68.96/27"), at=VPC),
    breaks("NET-414", "a protocol that differs", match("ip.proto != 6 && ip4"), at=VPC),
    breaks("NET-414", "a number too wide", match("ip.ttl == 256 && ip4"), at=VPC),
    passes("NET-419", "a source route", route(cidr="10.100.0.0/24", nextHopIP="77.220.68.97", policy="policySrc")),
    breaks("NET-419", "a policy of no kind", route(cidr="8.8.8.8", nextHopIP="77.220.68.97", policy="dst"), at=VPC),
    breaks(
        "NET-419",
        "a next hop with a length",
        route(cidr="8.8.8.8", nextHopIP="77.220.68.97/27", policy="policyDst"),
        at=VPC,
    ),
    breaks(
        "NET-419",
        "a range of destinations",
        route(cidr="10.0.0.0..10.0.0.9", nextHopIP="77.220.68.97", policy="policyDst"),
        at=VPC,
    ),
    breaks(
        "NET-419",
        "a range of next hops",
        route(cidr="8.8.8.8", nextHopIP="77.220.68.97..77.220.68.98", policy="policyDst"),
        at=VPC,
    ),
    breaks("NET-419", "no block", route(cidr="default", nextHopIP="77.220.68.97"), at=VPC),
    passes("NET-420", "BFD without routes", put(VPC, "spec.enableBfd", YES), put(VPC, "spec.staticRoutes", [])),
    breaks("NET-420", "BFD beside routes", put(VPC, "spec.enableBfd", YES), at=VPC),
    passes(
        "NET-421",
        "a Subnet that wants no way out",
        gone(SNAT),
        put(SUBNET, "metadata.annotations", {"kmetal-network/egress": "none"}),
    ),
    passes("NET-421", "a rule whose Subnet is not known yet", put(SNAT, "spec.vpcSubnet", UNKNOWN)),
    breaks("NET-421", "no SNAT rule", gone(SNAT), at=SUBNET),
    passes("NET-422", "a Vpc that another file may hold", partial, gone(VPC)),
    breaks(
        "NET-422",
        "a Vpc that does not exist",
        add(build("Subnet", "lost", {"vpc": "gamma-vpc", "cidrBlock": "10.103.0.0/24", "gateway": "10.103.0.1"})),
        at="Subnet lost",
    ),
    passes(
        "NET-423",
        "two Subnets of the default provider",
        add(
            build(
                "Subnet",
                "spare",
                {"vpc": "ovn-cluster", "provider": "ovn", "cidrBlock": "10.103.0.0/24", "gateway": "10.103.0.1"},
            )
        ),
        *(put(vpc, "spec.policyRoutes.+", policy(1500, "ip4.dst == 10.103.0.0/24")) for vpc in (VPC, BETA)),
    ),
    breaks(
        "NET-423",
        "two Subnets of one attachment",
        add(
            build(
                "Subnet",
                "alpha-two-subnet",
                {
                    "vpc": "alpha-vpc",
                    "cidrBlock": "10.103.0.0/24",
                    "gateway": "10.103.0.1",
                    "provider": "alpha-dev-net.alpha.ovn",
                },
            ),
            build("OvnSnatRule", "alpha-snat-two", {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-two-subnet"}),
        ),
        at="Subnet alpha-two-subnet",
    ),
    passes("NET-424", "Kube-OVN's own provider", partial, gone(NAD), put(SUBNET, "spec.provider", "ovn")),
    breaks(
        "NET-424", "a provider of two parts", partial, put(SUBNET, "spec.provider", "alpha-dev-net.alpha"), at=SUBNET
    ),
    breaks(
        "NET-424",
        "a provider that ends otherwise",
        partial,
        put(SUBNET, "spec.provider", "alpha-dev-net.alpha.ov"),
        at=SUBNET,
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
    passes(
        "NET-426", "an address that somebody made", add(eip("spare", type="nat")), put(SNAT, "spec.ovnEip", "spare")
    ),
    breaks("NET-426", "an address that nobody makes", put(SNAT, "spec.ovnEip", "alpha-external"), at=SNAT),
    breaks(
        "NET-426",
        "a Subnet that does not exist",
        add(build("OvnSnatRule", "alpha-snat-old", {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-old-subnet"})),
        at="OvnSnatRule alpha-snat-old",
    ),
    passes(
        "NET-427",
        "an address of nobody's router",
        add(eip("beta-vpc-spare", type="nat")),
        put(SNAT, "spec.ovnEip", "beta-vpc-spare"),
    ),
    breaks("NET-427", "another VPC's address", put(SNAT, "spec.ovnEip", "beta-vpc-external"), at=SNAT),
    passes(
        "NET-428",
        "a rule by block beside a rule by Subnet",
        add(
            build(
                "OvnSnatRule",
                "alpha-snat-half",
                {"ovnEip": "alpha-vpc-external", "vpc": "alpha-vpc", "v4IpCidr": "10.100.0.0/25"},
            )
        ),
    ),
    breaks(
        "NET-428",
        "two rules for one Subnet",
        add(build("OvnSnatRule", "alpha-snat-more", {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-dev-subnet"})),
        at="OvnSnatRule alpha-snat-more",
    ),
    breaks(
        "NET-428",
        "no source",
        add(build("OvnSnatRule", "alpha-snat-none", {"ovnEip": "alpha-vpc-external"})),
        at="OvnSnatRule alpha-snat-none",
    ),
    breaks("NET-428", "no address", take(SNAT, "spec.ovnEip"), at=SNAT),
    passes(
        "NET-429",
        "the first usable address, and an excluded one",
        add(eip(v4Ip="77.220.68.98"), eip("beta-vpc-external", v4Ip="77.220.68.126")),
        put(EXTERNAL, "spec.excludeIps", ["77.220.68.126"]),
    ),
    breaks("NET-429", "the gateway's address", add(eip(v4Ip="77.220.68.97")), at=PINNED),
    breaks("NET-429", "the broadcast address", add(eip(v4Ip="77.220.68.127")), at=PINNED),
    breaks("NET-429", "an address of another block", add(eip(v4Ip="77.220.68.128")), at=PINNED),
    breaks("NET-429", "no address", add(eip(v4Ip="any")), at=PINNED),
    passes("NET-430", "addresses side by side", add(eip(v4Ip="77.220.68.98"), eip("spare", v4Ip="77.220.68.99"))),
    breaks(
        "NET-430",
        "one address twice",
        add(eip(v4Ip="77.220.68.98"), eip("spare", v4Ip="77.220.68.98")),
        at="OvnEip spare",
    ),
    passes("NET-431", "the type left to Kube-OVN", add(build("OvnEip", "spare", {"externalSubnet": "external"}))),
    breaks("NET-431", "no Subnet", add(build("OvnEip", "spare", {"type": "nat"})), at="OvnEip spare"),
    breaks(
        "NET-431", "no spec at all", add(build("OvnEip", "spare", {})), take("OvnEip spare", "spec"), at="OvnEip spare"
    ),
    breaks(
        "NET-431",
        "a Subnet that is not the provider's",
        add(build("OvnEip", "spare", {"externalSubnet": "join"})),
        at="OvnEip spare",
    ),
    breaks("NET-431", "an unknown type", add(eip("spare", type="snat")), at="OvnEip spare"),
    passes("NET-432", "a peer with an address and a length", peering("beta-vpc", "169.254.0.1/30"), *APART),
    breaks("NET-432", "a peer that does not exist", peering("gamma-vpc", "169.254.0.1/30"), at=VPC),
    breaks("NET-432", "an address without a length", peering("beta-vpc", "169.254.0.1"), *APART, at=VPC),
    passes(
        "NET-433",
        "objects counted by group",
        put(
            QUOTA,
            "spec.hard",
            {"services.loadbalancers": "1", "count/tenantcontrolplanes.kamaji.clastix.io": "10", "requests.cpu": "100"},
        ),
    ),
    breaks(
        "NET-433",
        "kMetal's own example",
        put(QUOTA, "spec.hard", {"services.loadbalancers": "1", "tenantcontrolplanes.kamaji.clastix.io": "10"}),
        at=QUOTA,
    ),
)
