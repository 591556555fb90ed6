"""Each kind that a law speaks of, read into its fact: one short function per kind, and the table of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from kmetal_network.facts.carriers import kind_of, releases
from kmetal_network.facts.chart_values import values_facts
from kmetal_network.facts.lenient_fields import Fields, as_json, or_default
from kmetal_network.facts.model import (
    UNKNOWN,
    Advertisement,
    Attachment,
    BfdProfile,
    BgpPeer,
    Claim,
    ClusterFact,
    Cni,
    CommunityAlias,
    Eip,
    Maybe,
    Node,
    PolicyRoute,
    Pool,
    ProviderNetwork,
    Quota,
    Range,
    Route,
    SnatRule,
    Subnet,
    Texts,
    Translation,
    Unknown,
    Vlan,
    Vpc,
)
from kmetal_network.kinds.claims import READERS as CLAIM_READERS
from kmetal_network.kinds.parsed_object import ParsedObject
from kmetal_network.names import EXTERNAL_GATEWAY_LABEL

DEFAULT_PROVIDER: Final = "provider"
"""What Kube-OVN writes where a Vlan's provider is empty (pkg/controller/config.go, `--default-provider-name`)."""

EGRESS_ANNOTATION: Final = "kmetal-network/egress"
_CONTROLLER: Final = "kube-ovn-controller"

UNREAD: Final = ("acls", "externalEgressGateway", "logicalGateway", "routeTable", "u2oInterconnection")
"""Fields of a Subnet that change who can reach it and that no law reads (kube-ovn pkg/apis/kubeovn/v1/subnet.go)."""


Fact: TypeAlias = (
    Advertisement
    | Attachment
    | BfdProfile
    | BgpPeer
    | Claim
    | ClusterFact
    | Cni
    | CommunityAlias
    | Eip
    | Node
    | Pool
    | ProviderNetwork
    | Quota
    | Range
    | SnatRule
    | Subnet
    | Translation
    | Vlan
    | Vpc
)

COLLECTION: Final[Mapping[type, str]] = {
    Advertisement: "advertisements",
    Attachment: "attachments",
    BfdProfile: "bfd_profiles",
    BgpPeer: "bgp_peers",
    Claim: "claims",
    ClusterFact: "clusters",
    Cni: "cni",
    CommunityAlias: "communities",
    Eip: "eips",
    Node: "nodes",
    Pool: "pools",
    ProviderNetwork: "provider_networks",
    Quota: "quotas",
    Range: "ranges",
    SnatRule: "snat_rules",
    Subnet: "subnets",
    Translation: "translations",
    Vlan: "vlans",
    Vpc: "vpcs",
}


def _pool(found: ParsedObject) -> Iterator[Fact]:
    allocation = found.spec.mapping("serviceAllocation")
    yield Pool(
        place=found.place,
        name=found.name,
        namespace=found.namespace,
        addresses=or_default(found.spec.texts("addresses"), ()),
        auto_assign=or_default(found.spec.flag("autoAssign"), found.absent),
        namespaces=_served(allocation) if found.spec.has("serviceAllocation") else found.absent,
        patch=found.patch,
    )


def _address_pool(found: ParsedObject) -> Iterator[Fact]:
    """The kind from before MetalLB 0.13: a pool that is announced by its own protocol, on every NIC."""
    yield from _pool(found)
    protocol = found.spec.text("protocol")
    if protocol in ("layer2", UNKNOWN):
        yield Advertisement(
            place=found.place, name=found.name, namespace=found.namespace, protocol="L2", pools=(found.name,)
        )
    elif protocol == "bgp":
        yield Advertisement(
            place=found.place, name=found.name, namespace=found.namespace, protocol="BGP", pools=(found.name,)
        )


def _served(allocation: Fields) -> Texts | None:
    """Namespaces that may draw from a pool; None is all of them, which MetalLB takes from empty lists too."""
    if allocation.unknown:
        return None
    selectors = allocation.mappings("namespaceSelectors")
    if selectors is UNKNOWN:
        return UNKNOWN
    if selectors:
        return UNKNOWN if all(selector.has_any for selector in selectors) else None
    return allocation.texts("namespaces") or None


def _selects_by_label(found: ParsedObject) -> bool:
    return found.spec.raw("ipAddressPoolSelectors") not in (None, (), [])


def _layer2(found: ParsedObject) -> Iterator[Fact]:
    yield Advertisement(
        place=found.place,
        name=found.name,
        namespace=found.namespace,
        protocol="L2",
        pools=or_default(found.spec.texts("ipAddressPools"), found.absent or ()),
        selects_by_label=_selects_by_label(found),
        interfaces=found.spec.texts("interfaces"),
        nodes=_selectors(found),
        patch=found.patch,
    )


def _bgp(found: ParsedObject) -> Iterator[Fact]:
    yield Advertisement(
        place=found.place,
        name=found.name,
        namespace=found.namespace,
        protocol="BGP",
        pools=or_default(found.spec.texts("ipAddressPools"), found.absent or ()),
        selects_by_label=_selects_by_label(found),
        peers=or_default(found.spec.texts("peers"), found.absent or ()),
        nodes=_selectors(found),
        aggregation=or_default(found.spec.number("aggregationLength"), found.absent),
        aggregation_v6=or_default(found.spec.number("aggregationLengthV6"), found.absent),
        local_pref=or_default(found.spec.number("localPref"), found.absent),
        communities=or_default(found.spec.texts("communities"), found.absent or ()),
        patch=found.patch,
    )


def _as_json(fields: Fields) -> str | Unknown:
    return as_json(fields.plain())


def _selectors(found: ParsedObject) -> Texts:
    """Each of `nodeSelectors` as JSON, for a comparison; UNKNOWN where a part of it is decided later."""
    selectors = found.spec.mappings("nodeSelectors") if found.spec.has("nodeSelectors") else found.absent or ()
    if selectors is UNKNOWN:
        return UNKNOWN
    return tuple(as_json(selector.plain()) for selector in selectors)


def _bgp_peer(found: ParsedObject) -> Iterator[Fact]:
    yield BgpPeer(
        place=found.place,
        name=found.name,
        namespace=found.namespace,
        address=found.spec.text("peerAddress"),
        my_asn=or_default(found.spec.number("myASN"), found.absent),
        peer_asn=or_default(found.spec.number("peerASN"), found.absent),
        bfd_profile=or_default(found.spec.text("bfdProfile"), found.absent),
        dynamic_asn=found.spec.has("dynamicASN"),
        plain_password=found.spec.raw("password") not in (None, ""),
        interface=or_default(found.spec.text("interface"), found.absent),
        vrf=or_default(found.spec.text("vrf"), found.absent),
        router_id=or_default(found.spec.text("routerID"), found.absent),
        source_address=or_default(found.spec.text("sourceAddress"), found.absent),
        hold_time=or_default(found.spec.text("holdTime"), found.absent),
        keepalive_time=or_default(found.spec.text("keepaliveTime"), found.absent),
        multi_hop=or_default(found.spec.flag("ebgpMultiHop"), found.absent),
        nodes=_selectors(found),
        patch=found.patch,
    )


def _bfd_profile(found: ParsedObject) -> Iterator[Fact]:
    yield BfdProfile(place=found.place, name=found.name, namespace=found.namespace)


def _communities(found: ParsedObject) -> Iterator[Fact]:
    entries = found.spec.mappings("communities")
    if entries is UNKNOWN or found.patch:
        yield CommunityAlias(place=found.place, name="", value=UNKNOWN, namespace=found.namespace)
    for entry in entries if entries is not UNKNOWN else ():
        name = entry.text("name")
        yield CommunityAlias(
            place=found.place,
            name=name if isinstance(name, str) else "",
            value=entry.text("value"),
            namespace=found.namespace,
        )


def _provider_network(found: ParsedObject) -> Iterator[Fact]:
    custom = found.spec.mappings("customInterfaces")
    interfaces: tuple[tuple[str | Unknown, Texts], ...] | Unknown = UNKNOWN
    if custom is not UNKNOWN:
        interfaces = tuple(
            (or_default(entry.text("interface"), UNKNOWN), or_default(entry.texts("nodes"), ())) for entry in custom
        )
    yield ProviderNetwork(
        place=found.place,
        name=found.name,
        default_interface=found.spec.text("defaultInterface"),
        custom_interfaces=interfaces,
        exclude_nodes=or_default(found.spec.texts("excludeNodes"), found.absent or ()),
        node_selector=found.spec.has("nodeSelector"),
        selector=_as_json(found.spec.mapping("nodeSelector")) if found.spec.has("nodeSelector") else None,
    )


def _vlan(found: ParsedObject) -> Iterator[Fact]:
    yield Vlan(
        place=found.place,
        name=found.name,
        id=found.spec.number("id"),
        provider=DEFAULT_PROVIDER
        if found.spec.raw("provider") == ""
        else or_default(found.spec.text("provider"), found.absent),
        patch=found.patch,
    )


def _subnet(found: ParsedObject) -> Iterator[Fact]:
    spec = found.spec
    yield Subnet(
        place=found.place,
        name=found.name,
        cidr=spec.text("cidrBlock"),
        gateway=or_default(spec.text("gateway"), found.absent),
        exclude=or_default(spec.texts("excludeIps"), found.absent or ()),
        vpc=spec.text("vpc"),
        vlan=spec.text("vlan"),
        provider=or_default(spec.text("provider"), found.absent),
        namespaces=or_default(spec.texts("namespaces"), found.absent or ()),
        gateway_type=or_default(spec.text("gatewayType"), found.absent),
        protocol=or_default(spec.text("protocol"), found.absent),
        mtu=or_default(spec.number("mtu"), found.absent),
        external_lb=spec.flag("enableExternalLBAddress"),
        wants_egress=found.metadata.mapping("annotations").raw(EGRESS_ANNOTATION) != "none",
        private=or_default(spec.flag("private"), found.absent),
        allow_subnets=or_default(spec.texts("allowSubnets"), found.absent or ()),
        unread=tuple(key for key in UNREAD if spec.raw(key) not in (None, False, "", (), [])),
        patch=found.patch,
    )


def _vpc(found: ParsedObject) -> Iterator[Fact]:
    routes, policies, peerings = (_mappings(found, key) for key in ("staticRoutes", "policyRoutes", "vpcPeerings"))
    yield Vpc(
        place=found.place,
        name=found.name,
        namespaces=or_default(found.spec.texts("namespaces"), found.absent or ()),
        enable_external=or_default(found.spec.flag("enableExternal"), found.absent),
        extra_external=or_default(found.spec.texts("extraExternalSubnets"), found.absent),
        routes=tuple(map(_route, routes)) if isinstance(routes, tuple) else UNKNOWN,
        policies=tuple(map(_policy_route, policies)) if isinstance(policies, tuple) else policies,
        peerings=tuple((peering.text("remoteVpc"), peering.text("localConnectIP")) for peering in peerings)
        if isinstance(peerings, tuple)
        else UNKNOWN,
        # Left out of a patch it counts as off: with BFD nobody but the controller writes routes (NET-420).
        enable_bfd=found.spec.flag("enableBfd"),
        patch=found.patch,
    )


def _mappings(found: ParsedObject, key: str) -> tuple[Fields, ...] | Unknown | None:
    """A list of mappings; None where a patch leaves it out."""
    return None if found.patch and not found.spec.has(key) else found.spec.mappings(key)


def _route(entry: Fields) -> Route:
    return Route(
        cidr=entry.text("cidr"),
        next_hop=entry.text("nextHopIP"),
        policy=entry.text("policy"),
        table=entry.text("routeTable"),
    )


def _policy_route(entry: Fields) -> PolicyRoute:
    return PolicyRoute(
        priority=entry.number("priority"),
        match=entry.text("match"),
        action=entry.text("action"),
        next_hop=entry.text("nextHopIP"),
    )


def _attachment(found: ParsedObject) -> Iterator[Fact]:
    text = found.spec.text("config")
    yield Attachment(
        place=found.place,
        name=found.name,
        namespace=found.namespace,
        config=_parsed(text) if isinstance(text, str) and text else UNKNOWN,
    )


def _parsed(text: str) -> Mapping[str, object] | None:
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return config if isinstance(config, dict) else None


def _snat_rule(found: ParsedObject) -> Iterator[Fact]:
    yield SnatRule(
        place=found.place,
        name=found.name,
        eip=or_default(found.spec.text("ovnEip"), found.absent),
        subnet=or_default(found.spec.text("vpcSubnet"), found.absent),
        other_source=any(found.spec.raw(key) not in (None, "") for key in ("ipName", "vpc", "v4IpCidr")),
        vpc=or_default(found.spec.text("vpc"), found.absent),
        cidrs=_given(found.spec.text("v4IpCidr"), found.spec.text("v6IpCidr")),
        patch=found.patch,
    )


def _eip(found: ParsedObject) -> Iterator[Fact]:
    yield Eip(
        place=found.place,
        name=found.name,
        external_subnet=or_default(found.spec.text("externalSubnet"), found.absent),
        address=or_default(found.spec.text("v4Ip"), found.absent),
        type=or_default(found.spec.text("type"), found.absent),
        address_v6=or_default(found.spec.text("v6Ip"), found.absent),
    )


def _given(*texts: Maybe[str]) -> Texts:
    """Those that are written."""
    return tuple(text for text in texts if text)


def _fip(found: ParsedObject) -> Iterator[Fact]:
    yield _translation(found)


def _dnat_rule(found: ParsedObject) -> Iterator[Fact]:
    spec = found.spec
    yield replace(
        _translation(found),
        all_ports=False,
        external_port=or_default(spec.text("externalPort"), found.absent),
        internal_port=or_default(spec.text("internalPort"), found.absent),
        protocol=or_default(spec.text("protocol"), found.absent),
    )


def _translation(found: ParsedObject) -> Translation:
    """The status has what `ipName` decides, once the controller has read it."""
    status = found.top.mapping("status")
    written = _given(found.spec.text("v4Ip"), found.spec.text("v6Ip"))
    return Translation(
        place=found.place,
        name=found.name,
        eip=or_default(found.spec.text("ovnEip"), found.absent),
        vpc=or_default(found.spec.text("vpc") or status.text("vpc"), found.absent),
        addresses=written or _given(status.text("v4Ip"), status.text("v6Ip")),
    )


def _node(found: ParsedObject) -> Iterator[Fact]:
    addresses = found.top.mapping("status").mappings("addresses")
    internal: Texts = UNKNOWN
    if addresses is not UNKNOWN:
        internal = tuple(
            or_default(entry.text("address"), UNKNOWN)
            for entry in addresses
            if entry.raw("type") in ("InternalIP", UNKNOWN)
        )
    yield Node(
        place=found.place,
        name=found.name,
        external_gateway=or_default(found.metadata.mapping("labels").text(EXTERNAL_GATEWAY_LABEL), found.absent),
        addresses=internal,
        labels=None if found.patch else _as_json(found.metadata.mapping("labels")),
    )


def _quota(found: ParsedObject) -> Iterator[Fact]:
    hard = UNKNOWN if found.patch and not found.spec.has("hard") else found.spec.mapping("hard").plain()
    yield Quota(place=found.place, name=found.name, namespace=found.namespace, hard=hard)


def _namespace(found: ParsedObject) -> Iterator[Fact]:
    if found.name == "kube-system" and (uid := found.metadata.text("uid")) is not None:
        yield ClusterFact(place=found.place, uid=uid)


def _service_cidr(found: ParsedObject) -> Iterator[Fact]:
    yield ClusterFact(place=found.place, service_cidrs=or_default(found.spec.texts("cidrs"), ()))


def _controller(found: ParsedObject) -> Iterator[Fact]:
    """Deployment kube-ovn-controller; all others are none of our business."""
    if found.name != _CONTROLLER:
        return
    containers = found.spec.mapping("template").mapping("spec").mappings("containers")
    for container in containers if containers is not UNKNOWN else ():
        if container.raw("name") == _CONTROLLER:
            image = container.text("image")
            tag = image
            if isinstance(image, str):  # HOST:PORT/NAME:TAG@DIGEST
                tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2] or image
            yield ClusterFact(place=found.place, kube_ovn_version=tag, kube_ovn_arguments=container.texts("args"))


def _release(found: ParsedObject) -> Iterator[Fact]:
    """Whatever asks for a Helm release, Pulumi's own in the form to which the policy pack brings it included."""
    data = found.top.plain()
    for values in releases(kind_of(data), data) if data is not UNKNOWN else ():
        tree = Fields(values.tree, values.path, found.notes)
        yield from values_facts(tree, found.place, chart=values.chart, patch=found.patch, complete=values.complete)


Reader: TypeAlias = Callable[[ParsedObject], Iterator[Fact]]

READERS: Final[Mapping[tuple[str, str], Reader]] = {
    ("metallb.io", "IPAddressPool"): _pool,
    ("metallb.io", "AddressPool"): _address_pool,
    ("metallb.io", "L2Advertisement"): _layer2,
    ("metallb.io", "BGPAdvertisement"): _bgp,
    ("metallb.io", "BGPPeer"): _bgp_peer,
    ("metallb.io", "BFDProfile"): _bfd_profile,
    ("metallb.io", "Community"): _communities,
    ("kubeovn.io", "ProviderNetwork"): _provider_network,
    ("kubeovn.io", "Vlan"): _vlan,
    ("kubeovn.io", "Subnet"): _subnet,
    ("kubeovn.io", "Vpc"): _vpc,
    ("kubeovn.io", "OvnSnatRule"): _snat_rule,
    ("kubeovn.io", "OvnEip"): _eip,
    ("kubeovn.io", "OvnFip"): _fip,
    ("kubeovn.io", "OvnDnatRule"): _dnat_rule,
    ("k8s.cni.cncf.io", "NetworkAttachmentDefinition"): _attachment,
    ("", "Node"): _node,
    ("", "ResourceQuota"): _quota,
    ("", "Namespace"): _namespace,
    ("networking.k8s.io", "ServiceCIDR"): _service_cidr,
    ("apps", "Deployment"): _controller,
    ("helm.toolkit.fluxcd.io", "HelmRelease"): _release,
    ("helm.sh", "Release"): _release,
    ("argoproj.io", "Application"): _release,
    ("argoproj.io", "ApplicationSet"): _release,
    ("helm.cattle.io", "HelmChart"): _release,
    ("helm.cattle.io", "HelmChartConfig"): _release,
    ("helm.crossplane.io", "Release"): _release,
    **CLAIM_READERS,
}
