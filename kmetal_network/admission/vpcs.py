"""What a Vpc, an address or a SNAT rule can break by itself, in CEL."""

from __future__ import annotations

from typing import Final

from kmetal_network.admission.cel import (
    NAME,
    Block,
    blocks_touch,
    field_of,
    listed,
    no_address,
    no_block,
    once,
    scalar,
    text,
    texts,
    unreadable,
)
from kmetal_network.admission.model import EIPS, SNAT_RULES, VPCS, AdmissionCheck, Literals
from kmetal_network.admission.ovn_match import ovn_readable
from kmetal_network.laws.tenants.egress_addresses import EIP_TYPES
from kmetal_network.laws.tenants.routing.policy_routes import ACTIONS, BUILT_IN_PRIORITY
from kmetal_network.laws.tenants.routing.routes import EVERYTHING
from kmetal_network.names import DEFAULT_VPC, EXTERNAL_SUBNET

_POLICIES: Final = {"policies": listed("policyRoutes")}
_ROUTES: Final = {"routes": listed("staticRoutes")}

_MATCH: Final = "(has(p.match) ? p.match : '')"
_PRIORITY: Final = "(has(p.priority) ? int(p.priority) : -1)"
_ACTION: Final = "(has(p.action) ? p.action : '')"
_CIDR: Final = "(has(r.cidr) ? r.cidr : '')"

_ONE_BLOCK: Final = r"^\s*ip4\.dst\s*==\s*[0-9./]+\s*$"
_SECOND: Final = "m.split('==')[1].trim()"
_COMPARED: Final = 200
"""Policies of one Vpc up to which they are compared in pairs."""

_LEAVES: Final = f"({NAME} != {text(DEFAULT_VPC)} && {field_of('enableExternal', 'false')})"
_BFD: Final = field_of("enableBfd", "false")


def _no_drop(literals: Literals) -> str:
    """The blocks that no drop can touch: there is none, or each names one block elsewhere. Other matches pass here."""
    open_blocks = " + ".join(
        f"(variables.drops.exists(m, !m.matches({text(_ONE_BLOCK)}) || {once('c', _SECOND, _may_touch(block))})"
        f" ? [] : [{text(str(block))}])"
        for block in literals.blocks
        if block.version == 4  # noqa: PLR2004 (the IP version)
    )
    return f"{_LEAVES} ? {open_blocks or '[]'} : []"


def _may_touch(block: Block) -> str:
    return f"!isCIDR(c) || {blocks_touch('c', block)}"


def _repeated(_: Literals) -> str:
    """Of many the law alone speaks: they are compared in pairs, and the API server bounds what that may cost."""
    twice = "variables.pairs.filter(k, variables.pairs.indexOf(k) != variables.pairs.lastIndexOf(k))"
    return f"size(variables.pairs) > {_COMPARED} ? [] : {twice}"


def _no_default_route(_: Literals) -> str:
    routed = f"variables.routes.exists(r, {_CIDR} in {texts(EVERYTHING)})"
    return f"{_LEAVES} && !{_BFD} && !{routed} ? ['no route'] : []"


def _actions(_: Literals) -> str:
    hops = "(has(p.nextHopIP) ? p.nextHopIP : '').split(',')"
    bad = f"{hops}.exists(h, {no_address('h')})"
    wrong = f"!({_ACTION} in {texts(ACTIONS)}) || ({_ACTION} == 'reroute' && {bad})"
    return f"variables.policies.filter(p, {wrong}).map(p, string({_PRIORITY}))"


def _priorities(_: Literals) -> str:
    wrong = f"{_PRIORITY} < 0 || {_PRIORITY} >= {BUILT_IN_PRIORITY}"
    return f"variables.policies.filter(p, {wrong}).map(p, string({_PRIORITY}))"


def _static_routes(_: Literals) -> str:
    hop = "(has(r.nextHopIP) ? r.nextHopIP : '')"
    kind = "(has(r.policy) ? r.policy : '')"
    to = f"{no_block(_CIDR)} && {no_address(_CIDR)}"
    wrong = f"!({kind} in ['', 'policyDst', 'policySrc']) || {no_address(hop)} || ({to})"
    return f"variables.routes.filter(r, {wrong}).map(r, {_CIDR} + ' ' + {hop})"


def _peerings(_: Literals) -> str:
    address = "(has(p.localConnectIP) ? p.localConnectIP : '')"
    wrong = f"{address}.split(',').exists(a, {no_block('a')})"
    return f"{listed('vpcPeerings')}.filter(p, {wrong}).map(p, {address})"


def _snat_ends(_: Literals) -> str:
    sources = " && ".join(f"{scalar(name)} == ''" for name in ("vpcSubnet", "ipName", "vpc", "v4IpCidr"))
    return f"(({scalar('ovnEip')} == '' ? ['ovnEip'] : []) + ({sources} ? ['vpcSubnet'] : []))"


def _eip_form(_: Literals) -> str:
    kind = scalar("type")
    return (
        f"({scalar('externalSubnet')} == '' ? ['externalSubnet'] : []) + ({kind} in {texts(EIP_TYPES)} ? [] : [{kind}])"
    )


def _pinned(literals: Literals) -> str:
    blocks = [block for block in literals.blocks if block.version == 4]  # noqa: PLR2004 (the IP version)
    taken = {str(end) for block in blocks for end in (block.network_address, block.broadcast_address)}
    held = " || ".join(f"cidr({text(str(block))}).containsIP(a)" for block in blocks) or "true"
    external = f"{scalar('externalSubnet')} == {text(EXTERNAL_SUBNET)} && isIP(a) && ip(a).family() == 4"
    unusable = f"!({held}) || a in {texts(sorted({*taken, literals.gateway}))}"
    return f"[{scalar('v4Ip')}.trim()].filter(a, a != '' && ({unreadable('a')} || ({external} && ({unusable}))))"


CHECKS: Final = (
    AdmissionCheck("NET-406", VPCS, lambda _: f"{NAME}.matches('^[a-z]') ? [] : [{NAME}]"),
    AdmissionCheck("NET-411", VPCS, _no_default_route, _ROUTES),
    AdmissionCheck(
        "NET-412",
        VPCS,
        _no_drop,
        {**_POLICIES, "drops": f"variables.policies.filter(p, {_ACTION} == 'drop').map(p, {_MATCH})"},
    ),
    AdmissionCheck(
        "NET-414", VPCS, lambda _: f"variables.policies.filter(p, !{ovn_readable(_MATCH)}).map(p, {_MATCH})", _POLICIES
    ),
    AdmissionCheck("NET-415", VPCS, _priorities, _POLICIES),
    AdmissionCheck("NET-416", VPCS, _actions, _POLICIES),
    AdmissionCheck(
        "NET-417",
        VPCS,
        _repeated,
        {**_POLICIES, "pairs": f"variables.policies.map(p, string({_PRIORITY}) + ' ' + {_MATCH})"},
    ),
    AdmissionCheck("NET-419", VPCS, _static_routes, _ROUTES),
    AdmissionCheck(
        "NET-420",
        VPCS,
        lambda _: (
            f"{NAME} != {text(DEFAULT_VPC)} && {_BFD} && size(variables.routes) > 0"
            f" ? variables.routes.map(r, {_CIDR}) : []"
        ),
        _ROUTES,
    ),
    AdmissionCheck("NET-432", VPCS, _peerings),
    AdmissionCheck("NET-428", SNAT_RULES, _snat_ends),
    AdmissionCheck("NET-429", EIPS, _pinned),
    AdmissionCheck("NET-431", EIPS, _eip_form),
)
