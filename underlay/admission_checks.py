"""What one object can break by itself, in CEL: for each such law and kind, a list of what is wrong with the object.

A list rather than a verdict, so that the refusal can name the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Final

from underlay.admission_cel import Block, blocks_touch, masked, readable, text, texts, touches, unmapped
from underlay.admission_ovn import ovn_readable
from underlay.names import DEFAULT_VPC, METALLB_NAMESPACE
from underlay.rules.isolation import ACTIONS, BUILT_IN_PRIORITY
from underlay.types import PROVIDER_NAME_LENGTH, VLAN_ID_MAXIMUM, sub_interface

KUBE_OVN_ACCOUNTS: Final = ("system:serviceaccount:kube-system:ovn",)
"""Under which Kube-OVN's controller writes (its chart, controller Deployment)."""


@dataclass(frozen=True, kw_only=True)
class Literals:
    """What the settings say of the provider network, and every object is held against."""

    cidrs: Sequence[str]
    """Blocks on the provider VLAN."""
    interfaces: Mapping[str, Sequence[str]]
    """NICs by provider network."""
    vlan_ids: Mapping[str, int] = field(default_factory=dict)
    """VLAN id by provider network, where OVN tags."""
    other_interfaces: Sequence[str] = ()
    """The management and the tunnel NIC, which no provider network may take."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The provider blocks, parsed."""
        return tuple(ip_network(cidr) for cidr in self.cidrs)

    @property
    def forbidden(self) -> tuple[str, ...]:
        """Every interface that carries the provider VLAN: NICs, bridges, the VLAN's sub-interface of a plain NIC."""
        names = [nic for nics in self.interfaces.values() for nic in nics]
        names += [f"br-{network}" for network in self.interfaces]
        names += [
            f"{nic}.{self.vlan_ids[network]}"
            for network, nics in self.interfaces.items()
            for nic in nics
            if self.vlan_ids.get(network)
        ]
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource that policies match."""

    group: str
    plural: str
    versions: tuple[str, ...]
    namespaced: bool = False
    exempt: tuple[str, ...] = ()


POOLS: Final = Kind("metallb.io", "ipaddresspools", ("v1beta1",), namespaced=True)
LAYER2: Final = Kind("metallb.io", "l2advertisements", ("v1beta1",), namespaced=True)
BGP: Final = Kind("metallb.io", "bgpadvertisements", ("v1beta1",), namespaced=True)
PEERS: Final = Kind("metallb.io", "bgppeers", ("v1beta2",), namespaced=True)
NETWORKS: Final = Kind("kubeovn.io", "provider-networks", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
VLANS: Final = Kind("kubeovn.io", "vlans", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
SUBNETS: Final = Kind("kubeovn.io", "subnets", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
VPCS: Final = Kind("kubeovn.io", "vpcs", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
EIPS: Final = Kind("kubeovn.io", "ovn-eips", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
SNAT_RULES: Final = Kind("kubeovn.io", "ovn-snat-rules", ("v1",), exempt=KUBE_OVN_ACCOUNTS)
ATTACHMENTS: Final = Kind("k8s.cni.cncf.io", "network-attachment-definitions", ("v1",), namespaced=True)


@dataclass(frozen=True, slots=True)
class Check:
    """A law for one kind: a list, in CEL, of what is wrong with the object; empty where it keeps the law."""

    rule: str
    kind: Kind
    wrong: Callable[[Literals], str]
    variables: Mapping[str, str] = field(default_factory=dict)


def _has(name: str) -> str:
    """Whether the spec has a field; of most kinds the spec itself may be absent."""
    return f"(has(object.spec) && has(object.spec.{name}))"


def _value(name: str, default: str) -> str:
    """A field of the spec that may be absent."""
    return f"({_has(name)} ? object.spec.{name} : {default})"


def _listed(name: str) -> str:
    """A list that may be absent."""
    return _value(name, "[]")


def _scalar(name: str) -> str:
    """A text that may be absent."""
    return _value(name, "''")


_NAME: Final = "object.metadata.name"
_CIDRS: Final = f"{_scalar('cidrBlock')}.split(',').filter(c, isCIDR(c))"


def _pool_on_provider(literals: Literals) -> str:
    hits = " || ".join(touches("e", block) for block in literals.blocks) or "false"
    return f"variables.entries.filter(e, !{readable('e')} || {hits})"


def _subnet_on_external(literals: Literals) -> str:
    hits = " || ".join(blocks_touch("c", block) for block in literals.blocks) or "false"
    return (
        f"({_scalar('vlan')} == '' && !({_scalar('vpc')} in ['', {text(DEFAULT_VPC)}]))"
        f" ? {_CIDRS}.filter(c, {hits}) : []"
    )


def _answers_on_provider(literals: Literals) -> str:
    names = _listed("interfaces")
    return f"size({names}) == 0 ? ['no interfaces'] : {names}.filter(i, i in {texts(literals.forbidden)})"


def _vlan_tags(literals: Literals) -> str:
    tagged = [name for name, nics in literals.interfaces.items() if any(map(sub_interface, nics))]
    plain = [name for name, nics in literals.interfaces.items() if not all(map(sub_interface, nics))]
    return (
        f"(({_scalar('provider')} in {texts(tagged)} && {_ID} != 0)"
        f" || ({_scalar('provider')} in {texts(plain)} && {_ID} == 0)) ? ['id ' + string({_ID})] : []"
    )


def _interfaces() -> str:
    """Every NIC that a provider network names."""
    custom = f"{_listed('customInterfaces')}.filter(c, has(c.interface)).map(c, c.interface)"
    return f"({_has('defaultInterface')} ? [object.spec.defaultInterface] : []) + {custom}"


_ID: Final = f"int({_value('id', '0')})"
_POLICIES: Final = {"policies": _listed("policyRoutes")}
_MATCH: Final = "(has(p.match) ? p.match : '')"
_PRIORITY: Final = "(has(p.priority) ? int(p.priority) : -1)"
_GATEWAY: Final = _scalar("gateway")
_COMPARED: Final = 200
"""Policies of one Vpc up to which they are compared in pairs: the API server bounds what an expression may cost."""

CHECKS: Final = (
    Check("NET-201", POOLS, _pool_on_provider, {"entries": unmapped(_listed("addresses"))}),
    Check("NET-202", LAYER2, _answers_on_provider),
    *(
        Check(
            "NET-209",
            kind,
            lambda _: f"object.metadata.namespace == {text(METALLB_NAMESPACE)} ? [] : [object.metadata.namespace]",
        )
        for kind in (POOLS, LAYER2, BGP, PEERS)
    ),
    Check("NET-709", PEERS, lambda _: f"{_scalar('password')} == '' ? [] : ['password']"),
    Check("NET-301", VLANS, _vlan_tags),
    Check(
        "NET-302", NETWORKS, lambda literals: f"({_interfaces()}).filter(i, i in {texts(literals.other_interfaces)})"
    ),
    Check(
        "NET-309",
        NETWORKS,
        lambda _: f"{_has('nodeSelector')} && size({_listed('excludeNodes')}) > 0 ? {_listed('excludeNodes')} : []",
    ),
    Check("NET-310", NETWORKS, lambda _: f"size({_NAME}) > {PROVIDER_NAME_LENGTH} ? [{_NAME}] : []"),
    Check(
        "NET-316",
        VLANS,
        lambda _: f"{_ID} < 0 || {_ID} > {VLAN_ID_MAXIMUM} ? [string({_ID})] : []",
    ),
    Check(
        "NET-102",
        SUBNETS,
        lambda _: (
            f"size({_CIDRS}) == 1 && {_GATEWAY} != ''"
            f" && !(isIP({_GATEWAY}) && {_CIDRS}.all(c, cidr(c).containsIP({_GATEWAY}))) ? [{_GATEWAY}] : []"
        ),
    ),
    Check("NET-104", SUBNETS, _subnet_on_external),
    Check("NET-108", SUBNETS, lambda _: f"{_CIDRS}.filter(c, !({masked('c')}))"),
    Check("NET-108", POOLS, lambda _: f"{_listed('addresses')}.filter(a, isCIDR(a) && !({masked('a')}))"),
    Check(
        "NET-113",
        SUBNETS,
        lambda _: f"{_CIDRS}.filter(c, cidr(c).prefixLength() == (cidr(c).ip().family() == 4 ? 32 : 128))",
    ),
    Check(
        "NET-318",
        SUBNETS,
        lambda _: f"{_scalar('gatewayType')} in ['', 'distributed', 'centralized'] ? [] : [{_scalar('gatewayType')}]",
    ),
    *(Check("NET-406", kind, lambda _: f"{_NAME}.matches('^[a-z]') ? [] : [{_NAME}]") for kind in (VPCS, SUBNETS)),
    Check("NET-407", ATTACHMENTS, lambda _: f"[{_NAME}, object.metadata.namespace].filter(n, n.contains('.'))"),
    Check(
        "NET-414", VPCS, lambda _: f"variables.policies.filter(p, !{ovn_readable(_MATCH)}).map(p, {_MATCH})", _POLICIES
    ),
    Check(
        "NET-415",
        VPCS,
        lambda _: (
            f"variables.policies.filter(p, {_PRIORITY} < 0 || {_PRIORITY} >= {BUILT_IN_PRIORITY})"
            f".map(p, string({_PRIORITY}))"
        ),
        _POLICIES,
    ),
    Check(
        "NET-416",
        VPCS,
        lambda _: (
            f"variables.policies.filter(p, !((has(p.action) ? p.action : '') in {texts(ACTIONS)})"
            " || (p.action == 'reroute' && !(has(p.nextHopIP) && p.nextHopIP.split(',').all(h, isIP(h)))))"
            f".map(p, string({_PRIORITY}))"
        ),
        _POLICIES,
    ),
    Check(
        "NET-417",
        VPCS,
        lambda _: (
            f"size(variables.pairs) > {_COMPARED} ? [] :"
            " variables.pairs.filter(k, variables.pairs.indexOf(k) != variables.pairs.lastIndexOf(k))"
        ),
        {**_POLICIES, "pairs": f"variables.policies.map(p, string({_PRIORITY}) + ' ' + {_MATCH})"},
    ),
    Check(
        "NET-428",
        SNAT_RULES,
        lambda _: (
            "("
            + " + ".join(
                (
                    f"({_scalar('ovnEip')} == '' ? ['ovnEip'] : [])",
                    "("
                    + " && ".join(f"{_scalar(name)} == ''" for name in ("vpcSubnet", "ipName", "vpc", "v4IpCidr"))
                    + " ? ['vpcSubnet'] : [])",
                )
            )
            + ")"
        ),
    ),
    Check(
        "NET-431",
        EIPS,
        lambda _: (
            f"({_scalar('externalSubnet')} == '' ? ['externalSubnet'] : [])"
            f" + ({_scalar('type')} in ['', 'lrp', 'lsp', 'nat'] ? [] : [{_scalar('type')}])"
        ),
    ),
)

DECIDED_ALONE: Final = frozenset(check.rule for check in CHECKS)
"""The laws that one object can break by itself, given the provider network's literals."""
