"""One environment's settings: the whole of a stack file, typed, and the facts it states.

A stack file is judged once, before any resource is registered: first its form (`kmetal_network.config.stackfile`), then
the laws (`kmetal_network.laws`). Its addresses are plain values, so every law can be judged before the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Final

from pydantic import Field, model_validator

from kmetal_network.config.sections.admission import Admission
from kmetal_network.config.sections.base import Section
from kmetal_network.config.sections.cluster import Chart, Cluster
from kmetal_network.config.sections.cni import Network
from kmetal_network.config.sections.isolation import Expect, Isolation, platform_ranges, without_exceptions
from kmetal_network.config.sections.metallb import Management, MetalLB, NodeSelector
from kmetal_network.config.sections.provider import Provider
from kmetal_network.config.sections.supplies import Supplies
from kmetal_network.config.sections.tenant import Tenant
from kmetal_network.facts.lenient_fields import as_json
from kmetal_network.facts.model import (
    Advertisement,
    Attachment,
    BfdProfile,
    BgpPeer,
    ClusterFact,
    Cni,
    CommunityAlias,
    ControlPlane,
    Eip,
    Expectation,
    Facts,
    Node,
    PolicyRoute,
    ProviderNetwork,
    Quota,
    Range,
    RangeKind,
    Route,
    SnatRule,
    Subnet,
    Texts,
    Vlan,
    Vpc,
)
from kmetal_network.facts.model import Management as ManagementFact
from kmetal_network.facts.model import Pool as PoolFact
from kmetal_network.names import (
    DEFAULT_VPC,
    DROP_PRIORITY,
    METALLB_NAMESPACE,
    TenantNames,
    attachment_config,
    destination_match,
    external_eip,
)
from kmetal_network.yaml_document import Path

Place = Callable[[Path], str]

PROJECT: Final = "kmetal-network"
"""Name of the Pulumi project, and so the prefix of each key under `config:`."""

_REASON_LENGTH: Final = 8


def _dotted(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


class Settings(Section):
    """Everything that one environment's stack file may say."""

    cluster: Cluster
    """Which API server the stack belongs to."""

    chart: Chart
    """The kMetal chart and how it is installed."""

    network: Network
    """kMetal's `network` values: Flannel, Kube-OVN, Multus."""

    management: Management
    """The VLAN of nodes, API servers and MetalLB."""

    metallb: MetalLB = MetalLB()
    """Pools on the management VLAN and how they are announced."""

    provider: Provider
    """The provider network that tenants leave through."""

    admission: Admission = Admission()
    """Admission policies that enforce laws in the API server."""

    isolation: Isolation = Isolation()
    """What tenants cannot reach, besides the external block."""

    tenants: tuple[Tenant, ...] = ()
    """The tenants of this environment."""

    supplies: Supplies | None = None
    """Blocks and addresses that `kmetal-network allocate` gives to new tenants."""

    expect: tuple[Expect, ...] = ()
    """Paths that must be open or closed (see docs/reach.md)."""

    relaxed: dict[str, Annotated[str, Field(min_length=_REASON_LENGTH)]] = Field(default_factory=dict)
    """Laws that this stack relaxes: rule id to the reason, which every report prints."""

    differences: dict[str, Annotated[str, Field(min_length=_REASON_LENGTH)]] = Field(default_factory=dict)
    """Intended differences from the other environments: topic to the reason."""

    @model_validator(mode="after")
    def _exceptions_are_ranges(self) -> Settings:
        known = platform_ranges(self.network, self.management, self.metallb)
        for name in self.isolation.exceptions:
            if name not in known:
                message = (
                    f"isolation excepts {name!r}, which is no range of the platform; write one of {', '.join(known)}"
                )
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _supplies_name_pools(self) -> Settings:
        section = self.supplies.control_plane_addresses if self.supplies else None
        known = [pool.name for pool in self.metallb.pools]
        for name in section.pools if section else ():
            if name not in known:
                message = (
                    f"supplies name pool {name!r}, which is no pool here; write one of {', '.join(known) or 'none'}"
                )
                raise ValueError(message)
        return self

    def isolated(self) -> Settings:
        """The same settings with what `isolation` adds to each tenant's `drop`; what drops already is not repeated."""
        if self.isolation.level == "guide":
            return self
        ranges = platform_ranges(self.network, self.management, self.metallb)
        blocks = without_exceptions(ranges, self.isolation.exceptions)
        external = self.provider.external.cidr_block
        tenants = tuple(
            tenant.model_copy(
                update={
                    "drop": (*tenant.drop, *(b for b in blocks if not any(map(b.subnet_of, (external, *tenant.drop)))))
                }
            )
            for tenant in self.tenants
        )
        return self.model_copy(update={"tenants": tenants})

    def facts(self, place: Place = _dotted) -> Facts:
        """What these settings say about the network.

        Args:
            place: turns a path of this model, in the file's spelling, into a place that an operator can find.
        """
        return (
            Facts(
                ranges=tuple(self._ranges(place)),
                pools=tuple(
                    PoolFact(
                        place=place(("metallb", "pools", index)),
                        name=pool.name,
                        namespace=METALLB_NAMESPACE,
                        addresses=tuple(map(str, pool.addresses)),
                        auto_assign=pool.auto_assign,
                    )
                    for index, pool in enumerate(self.metallb.pools)
                ),
                advertisements=tuple(self._advertisements(place)),
                bgp_peers=tuple(
                    BgpPeer(
                        place=place(("metallb", "bgpPeers", index)),
                        name=peer.name,
                        address=str(peer.peer_address),
                        my_asn=peer.my_asn,
                        peer_asn=peer.peer_asn,
                        bfd_profile=peer.bfd_profile,
                        source_address=str(peer.source_address) if peer.source_address else None,
                        hold_time=peer.hold_time,
                        keepalive_time=peer.keepalive_time,
                        multi_hop=peer.ebgp_multi_hop,
                        nodes=_selectors(peer.node_selectors),
                    )
                    for index, peer in enumerate(self.metallb.bgp_peers)
                ),
                bfd_profiles=tuple(
                    BfdProfile(place=place(("metallb", "bfdProfiles", index)), name=profile.name)
                    for index, profile in enumerate(self.metallb.bfd_profiles)
                ),
                communities=tuple(
                    CommunityAlias(place=place(("metallb", "communities", index)), name=alias.name, value=alias.value)
                    for index, alias in enumerate(self.metallb.communities)
                ),
                management=(
                    ManagementFact(
                        place=place(("management",)),
                        interface=self.management.interface,
                        cidr=",".join(map(str, self.management.blocks)) or None,
                    ),
                ),
                cni=(self._cni(place),),
                clusters=(
                    ClusterFact(place=place(("cluster",)), context=self.cluster.context, expected_uid=self.cluster.uid),
                ),
                relaxed=self.relaxed,
                differences=self.differences,
                expectations=tuple(
                    Expectation(
                        place=place(("expect", index)),
                        source=entry.source,
                        target=entry.to,
                        open=entry.path == "open",
                        reason=entry.reason,
                    )
                    for index, entry in enumerate(self.expect)
                ),
                exempt=tuple(self._exempt(place)),
            )
            .joined(self._provider_facts(place))
            .joined(self._tenant_facts(place))
        )

    def _ranges(self, place: Place) -> Iterator[Range]:
        kube_ovn = self.network.kube_ovn
        flannel = ("network", "flannel", "podCidr"), RangeKind.POD, self.network.flannel.pod_cidr
        for path, kind, block in (
            flannel,
            (("network", "kubeOvn", "podCidr"), RangeKind.POD, kube_ovn.pod_cidr),
            (("network", "kubeOvn", "svcCidr"), RangeKind.SERVICE, kube_ovn.svc_cidr),
            (("network", "kubeOvn", "joinCidr"), RangeKind.JOIN, kube_ovn.join_cidr),
            (("management", "cidr"), RangeKind.MANAGEMENT, self.management.cidr),
            (("management", "cidr6"), RangeKind.MANAGEMENT, self.management.cidr6),
        ):
            if block is not None:
                yield Range(place=place(path), name=_dotted(path), kind=kind, text=str(block))
        for index, reserved in enumerate(self.management.reserved):
            where = ("management", "reserved", index)
            yield Range(place=place(where), name=_dotted(where), kind=RangeKind.RESERVED, text=str(reserved))

    def _exempt(self, place: Place) -> Iterator[Range]:
        ranges = platform_ranges(self.network, self.management, self.metallb)
        for name in self.isolation.exceptions:
            where = place(("isolation", "exceptions", name))
            for block in ranges.get(name, ()):
                yield Range(place=where, name=name, kind=RangeKind.RESERVED, text=str(block))

    def _cni(self, place: Place) -> Cni:
        kube_ovn = self.network.kube_ovn
        return Cni(
            place=place(("network",)),
            tunnel_interface=kube_ovn.tunnel_interface,
            tunnel_type=kube_ovn.tunnel_type,
            tunnel_mtu=kube_ovn.tunnel_mtu,
            service_cidr=str(kube_ovn.svc_cidr),
            pod_cidr=str(kube_ovn.pod_cidr),
            pod_gateway=str(kube_ovn.pod_gateway),
            multus=self.network.multus.enabled,
            kube_ovn=kube_ovn.enabled,
        )

    def _advertisements(self, place: Place) -> Iterator[Advertisement]:
        for index, layer2 in enumerate(self.metallb.l2_advertisements):
            yield Advertisement(
                place=place(("metallb", "l2Advertisements", index)),
                name=layer2.name,
                protocol="L2",
                pools=layer2.ip_address_pools,
                interfaces=layer2.interfaces or (self.management.interface,),
                nodes=_selectors(layer2.node_selectors),
            )
        for index, bgp in enumerate(self.metallb.bgp_advertisements):
            yield Advertisement(
                place=place(("metallb", "bgpAdvertisements", index)),
                name=bgp.name,
                protocol="BGP",
                pools=bgp.ip_address_pools,
                peers=bgp.peers,
                nodes=_selectors(bgp.node_selectors),
                aggregation=bgp.aggregation_length,
                aggregation_v6=bgp.aggregation_length_v6,
                local_pref=bgp.local_pref,
                communities=bgp.communities,
            )

    def _provider_facts(self, place: Place) -> Facts:
        network, vlan, external = self.provider.network, self.provider.vlan, self.provider.external
        return Facts(
            provider_networks=(
                ProviderNetwork(
                    place=place(("provider", "network")),
                    name=network.name,
                    default_interface=network.default_interface,
                    custom_interfaces=tuple((entry.interface, entry.nodes) for entry in network.custom_interfaces),
                    exclude_nodes=network.exclude_nodes,
                ),
            ),
            vlans=(Vlan(place=place(("provider", "vlan")), name=vlan.name, id=vlan.id, provider=network.name),),
            subnets=(
                Subnet(
                    place=place(("provider", "external")),
                    name=external.name,
                    cidr=str(external.cidr_block),
                    gateway=str(external.gateway),
                    exclude=tuple(map(str, external.exclude_ips)),
                    vpc=DEFAULT_VPC,
                    vlan=vlan.name,
                    gateway_type=external.gateway_type,
                    protocol="IPv4",
                ),
            ),
            vpcs=(
                Vpc(
                    place=place(("provider", "external")),
                    name=DEFAULT_VPC,
                    extra_external=(external.name,),
                ),
            ),
            nodes=tuple(
                Node(place=place(("provider", "gatewayNodes", index)), name=node, external_gateway="true")
                for index, node in enumerate(self.provider.gateway_nodes)
            ),
        )

    def _tenant_facts(self, place: Place) -> Facts:
        tenants = list(enumerate(self.tenants))
        return Facts(
            vpcs=tuple(self._vpc(tenant, place(("tenants", index))) for index, tenant in tenants),
            control_planes=tuple(
                ControlPlane(
                    place=place(("tenants", index, "clusters", position)),
                    name=f"{tenant.name}-{cluster.name}",
                    namespace=tenant.namespace_name,
                    address=None if cluster.control_plane_address is None else str(cluster.control_plane_address),
                )
                for index, tenant in tenants
                for position, cluster in enumerate(tenant.clusters)
            ),
            eips=tuple(
                Eip(
                    place=place(("tenants", index, "egressAddress")),
                    name=external_eip(TenantNames(tenant.name).vpc),
                    external_subnet=self.provider.external.name,
                    address=str(tenant.egress_address),
                    type="lrp",
                )
                for index, tenant in tenants
                if tenant.egress_address is not None
            ),
            quotas=tuple(
                Quota(
                    place=place(("tenants", index, "quota")),
                    name=f"{tenant.name}-quota",
                    namespace=tenant.namespace_name,
                    hard=tenant.hard,
                )
                for index, tenant in tenants
                if tenant.quota
            ),
        ).joined(self._cluster_facts(place))

    def _vpc(self, tenant: Tenant, place: str) -> Vpc:
        return Vpc(
            place=place,
            name=TenantNames(tenant.name).vpc,
            namespaces=(tenant.namespace_name,),
            enable_external=True,
            routes=(Route(cidr="0.0.0.0/0", next_hop=str(self.provider.external.gateway), policy="policyDst"),),
            policies=tuple(
                PolicyRoute(priority=DROP_PRIORITY, match=destination_match(block), action="drop")
                for block in (self.provider.external.cidr_block, *tenant.drop)
            ),
        )

    def _cluster_facts(self, place: Place) -> Facts:
        subnets, attachments, rules = [], [], []
        for index, tenant in enumerate(self.tenants):
            names = TenantNames(tenant.name)
            for position, cluster in enumerate(tenant.clusters):
                where = place(("tenants", index, "clusters", position))
                attachment = names.attachment(cluster.name)
                provider = names.provider(cluster.name, tenant.namespace_name)
                subnets.append(
                    Subnet(
                        place=where,
                        name=names.subnet(cluster.name),
                        cidr=str(cluster.cidr_block),
                        gateway=str(cluster.gateway_address),
                        exclude=tuple(map(str, cluster.exclude_ips)),
                        vpc=names.vpc,
                        provider=provider,
                        namespaces=(tenant.namespace_name,),
                        protocol="IPv4",
                        mtu=cluster.mtu,
                    )
                )
                attachments.append(
                    Attachment(
                        place=where,
                        name=attachment,
                        namespace=tenant.namespace_name,
                        config=attachment_config(provider),
                    )
                )
                rules.append(
                    SnatRule(
                        place=where,
                        name=names.snat_rule(cluster.name),
                        eip=external_eip(names.vpc),
                        subnet=names.subnet(cluster.name),
                    )
                )
        return Facts(subnets=tuple(subnets), attachments=tuple(attachments), snat_rules=tuple(rules))


def _selectors(selectors: tuple[NodeSelector, ...]) -> Texts:
    """In the form that the reader of objects returns."""
    return tuple(as_json(selector.model_dump(by_alias=True)) for selector in selectors)
