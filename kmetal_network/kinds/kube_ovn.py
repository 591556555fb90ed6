"""Kube-OVN's kinds, each read into its fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from kmetal_network.facts.kube_ovn import (
    Eip,
    PolicyRoute,
    ProviderNetwork,
    Route,
    SnatRule,
    Subnet,
    Translation,
    Vlan,
    Vpc,
)
from kmetal_network.facts.lenient_fields import Fields, as_json, or_default
from kmetal_network.facts.unknown import UNKNOWN, Maybe, Texts, Unknown
from kmetal_network.kinds.fact import Fact, Reader
from kmetal_network.kinds.parsed_object import ParsedObject

DEFAULT_PROVIDER: Final = "provider"
"""What Kube-OVN writes where a Vlan's provider is empty (pkg/controller/config.go, `--default-provider-name`)."""

EGRESS_ANNOTATION: Final = "kmetal-network/egress"

UNREAD: Final = ("acls", "externalEgressGateway", "logicalGateway", "routeTable", "u2oInterconnection")
"""Fields of a Subnet that change who can reach it and that no law reads (kube-ovn pkg/apis/kubeovn/v1/subnet.go)."""


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
        selector=as_json(found.spec.mapping("nodeSelector").plain()) if found.spec.has("nodeSelector") else None,
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
        # Left out of a patch it counts as off: with BFD no one but the controller writes routes (NET-420).
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


KUBE_OVN_READERS: Final[Mapping[tuple[str, str], Reader]] = {
    ("kubeovn.io", "ProviderNetwork"): _provider_network,
    ("kubeovn.io", "Vlan"): _vlan,
    ("kubeovn.io", "Subnet"): _subnet,
    ("kubeovn.io", "Vpc"): _vpc,
    ("kubeovn.io", "OvnSnatRule"): _snat_rule,
    ("kubeovn.io", "OvnEip"): _eip,
    ("kubeovn.io", "OvnFip"): _fip,
    ("kubeovn.io", "OvnDnatRule"): _dnat_rule,
}
