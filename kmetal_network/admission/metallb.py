"""What an object of MetalLB's can break by itself, in CEL."""

from __future__ import annotations

from typing import Final

from kmetal_network.admission.cel import (
    ends_of,
    field_of,
    has,
    inside,
    listed,
    masked,
    once,
    readable,
    scalar,
    text,
    texts,
    touches,
    touches_one,
    unmapped,
)
from kmetal_network.admission.model import BGP, LAYER2, PEERS, POOLS, AdmissionCheck, Literals
from kmetal_network.laws.metallb.bgp.sessions import ASN_MAXIMUM
from kmetal_network.names import METALLB_NAMESPACE

_ENTRIES: Final = {"entries": unmapped(listed("addresses"))}
_COMPARED: Final = 30_000
"""Entries of a pool times reserved ranges, and fifty for what an entry costs by itself, that are compared at most."""


def _on_provider(entry: str, literals: Literals) -> str:
    return " || ".join(touches(entry, block) for block in literals.blocks) or "false"


def _pool_on_provider(literals: Literals) -> str:
    """What cannot be read is refused as well: no one could say where it lies."""
    return f"variables.entries.filter(e, !{readable('e')} || {_on_provider('e', literals)})"


def _pool_outside_management(literals: Literals) -> str:
    """Entries on the provider VLAN are NET-201's."""
    if not literals.management_blocks or not literals.arp_only:
        return "[]"
    within = " || ".join(inside("e", block) for block in literals.management_blocks)
    families = texts(str(block.version) for block in literals.management_blocks)
    family = once("r", "e.split('-')[0].split('/')[0]", f"string(ip(r).family()) in {families}")
    return (
        f"variables.entries.filter(e, {readable('e')} && {family} && !({within}) && !({_on_provider('e', literals)}))"
    )


def _pool_on_reserved(literals: Literals) -> str:
    """Of a pool with very many entries the law alone speaks: the API server bounds what an expression may cost."""
    if not literals.reserved:
        return "[]"
    hits = f"variables.entries.filter(e, {readable('e')} && {touches_one('e', 'l')})"
    held = once("l", ends_of(literals.reserved), hits)
    return f"size(variables.entries) > {_COMPARED // (len(literals.reserved) + 50)} ? [] : {held}"


def _pool_form(_: Literals) -> str:
    """What can be compared and MetalLB cannot read: none, bare addresses, Kube-OVN's ranges, blanks around a block."""
    dots = once("d", "a.split('..').map(x, x.trim()).join('-')", f"a.contains('..') && {readable('d')}")
    blanks = "a != a.trim() && isCIDR(a.trim())"
    unread = f"{listed('addresses')}.filter(a, isIP(a.trim()) || ({blanks}) || ({dots}))"
    return f"size({listed('addresses')}) == 0 ? ['no address'] : {unread}"


def _answers_on_provider(literals: Literals) -> str:
    names = listed("interfaces")
    return f"size({names}) == 0 ? ['no interfaces'] : {names}.filter(i, i.matches({text(literals.carrying)}))"


def _peer_on_provider(literals: Literals) -> str:
    hits = " || ".join(f"cidr({text(str(block))}).containsIP(a)" for block in literals.blocks) or "false"
    spoken = once("a", "w.lowerAscii().trim()", "a.startsWith('::ffff:') ? a.substring(7) : a")
    addresses = f"[{scalar('peerAddress')}, {scalar('sourceAddress')}].map(w, {spoken}).filter(a, isIP(a) && ({hits}))"
    return f"{addresses} + [{scalar('interface')}].filter(i, i.matches({text(literals.carrying)}))"


def _as_numbers(_: Literals) -> str:
    mine, theirs = (f"int({field_of(name, '0')})" for name in ("myASN", "peerASN"))
    dynamic = f"({has('dynamicASN')} && {theirs} == 0)"
    return (
        f"({mine} < 1 || {mine} > {ASN_MAXIMUM} ? ['myASN ' + string({mine})] : [])"
        f" + (!{dynamic} && ({theirs} < 1 || {theirs} > {ASN_MAXIMUM}) ? ['peerASN ' + string({theirs})] : [])"
    )


CHECKS: Final = (
    AdmissionCheck("NET-201", POOLS, _pool_on_provider, _ENTRIES),
    AdmissionCheck("NET-204", POOLS, _pool_outside_management, _ENTRIES),
    AdmissionCheck("NET-208", POOLS, _pool_on_reserved, _ENTRIES),
    AdmissionCheck("NET-220", POOLS, _pool_form),
    AdmissionCheck("NET-108", POOLS, lambda _: f"{listed('addresses')}.filter(a, isCIDR(a) && !({masked('a')}))"),
    AdmissionCheck("NET-202", LAYER2, _answers_on_provider),
    *(
        AdmissionCheck(
            "NET-209",
            kind,
            lambda _: f"object.metadata.namespace == {text(METALLB_NAMESPACE)} ? [] : [object.metadata.namespace]",
        )
        for kind in (POOLS, LAYER2, BGP, PEERS)
    ),
    AdmissionCheck("NET-213", PEERS, _as_numbers),
    AdmissionCheck("NET-214", PEERS, _peer_on_provider),
    AdmissionCheck("NET-709", PEERS, lambda _: f"{scalar('password')} == '' ? [] : ['password']"),
)
