"""A plan as a Mermaid sketch: tenants grouped by what happens to them, so that 3 and 300 are read alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from kmetal_network.comment.risks import addresses_of
from kmetal_network.finding_codes.codes import CUT_OFF, LOST_ADDRESS
from kmetal_network.plan.consequences import cluster_of
from kmetal_network.plan.model import ObjectChange, Operation, Plan
from kmetal_network.plan.path_change import PathChange

_FEW: Final = 6
_GROUPS: Final = 12
"""Boxes of tenants that a reader takes in."""
_RANGES: Final = 2
"""Ranges of a class that a box names."""
_NEW: Final = "NEW"
_SIGNS: Final = {'"': "#quot;", "<": "&lt;", ">": "&gt;"}


def sketch(plan: Plan) -> str:
    """Internet, gateway and provider network on one side, tenants by what happens to them on the other."""
    external = [name for name in (one.name for one in plan.supplies) if name.startswith("egress addresses, ")]
    if not external:
        return ""
    block = external[0].removeprefix("egress addresses, ")
    provider = {one.kind: one for one in plan.changes if one.kind in ("ProviderNetwork", "Vlan") and not one.tenant}
    lines = ["flowchart LR", "  net((internet)) --- ext"]
    lines.append(f'  ext["external {block}{_provider(provider)}"]')
    bad = ["ext"] if any(one.operation is not Operation.UPDATE for one in provider.values()) else []
    new: list[str] = []
    for number, (what, tenants, kind) in enumerate(_groups(plan)):
        node = f"g{number}"
        lines.append(f'  ext {"===" if kind == "new" else "---"} {node}["{_text(_label(tenants))}<br/>{_text(what)}"]')
        (bad if kind == "bad" else new if kind == "new" else []).append(node)
    for number, label in enumerate(dict.fromkeys(map(_opened, plan.opened))):
        lines.append(f'  ext -. opens .-> o{number}["{label}"]')
        bad.append(f"o{number}")
    for number, risk in enumerate(one for one in plan.risks if one.rule == LOST_ADDRESS):
        count = len(addresses_of(risk.names))
        lost = f"{count} {'address is' if count == 1 else 'addresses are'} lost"
        lines.append(f'  lost{number}["{_text(risk.subject)}<br/>{lost}"]')
        bad.append(f"lost{number}")
    for name, colour, nodes in (("bad", "#c53030", bad), ("new", "#2f855a", new)):
        if nodes:
            lines += [f"  classDef {name} stroke:{colour},stroke-width:3px", f"  class {','.join(nodes)} {name}"]
    return "\n".join(lines)


def _provider(changed: dict[str, ObjectChange]) -> str:
    return "".join(
        f"<br/>{_text(one.name)}: {'REPLACED' if one.operation is Operation.REPLACE else one.operation}"
        for one in changed.values()
    )


def _groups(plan: Plan) -> Iterator[tuple[str, list[str], str]]:
    """What happens, to whom, and how it is drawn: `bad`, `new` or plain; those to whom nothing happens come last."""
    cut_off = {tenant for risk in plan.risks if risk.rule == CUT_OFF for tenant in risk.tenants}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_tenant: dict[str, list[ObjectChange]] = defaultdict(list)
    for change in plan.changes:
        by_tenant[change.tenant].append(change)
    for tenant in plan.tenants:
        changes = by_tenant.get(tenant, [])
        what, kind = _done(changes)
        if tenant in cut_off:
            what, kind = f"{what}, pods cut off", "bad"
        found[what, kind].append(tenant)
    if len(found) > _GROUPS:  # each new tenant has blocks of its own
        for key in [key for key in found if key[0].startswith(_NEW)]:
            found[_NEW, "new"] += found.pop(key) if key[0] != _NEW else []
    for (what, kind), tenants in sorted(found.items(), key=lambda one: (not one[0][1], one[0])):
        yield what, tenants, kind


def _done(changes: list[ObjectChange]) -> tuple[str, str]:
    vpc = {one.operation for one in changes if one.kind == "Vpc"}
    if Operation.CREATE in vpc:
        blocks = [
            f"{cluster_of(one).partition('/')[2]} {((one.after or {}).get('spec') or {}).get('cidrBlock')}"
            for one in changes
            if one.kind == "Subnet"
        ]
        return f"{_NEW} {', '.join(blocks)}" if len(blocks) <= _FEW else _NEW, "new"
    if Operation.DELETE in vpc:
        return "GOES", "bad"
    if any(one.operation in (Operation.REPLACE, Operation.DELETE) for one in changes):
        return "partly recreated", "bad"
    return ("changed in place" if changes else "as before"), ""


def _opened(path: PathChange) -> str:
    """A line for each class; the risk itself has every address."""
    lines = (f"{name} {', '.join(at) if len(at) <= _RANGES else f'{len(at)} ranges'}" for name, at in path.to.items())
    return "<br/>".join(_text(line.rstrip()) for line in lines)


def _label(tenants: list[str]) -> str:
    return ", ".join(tenants) if len(tenants) <= _FEW else f"{len(tenants)} tenants"


def _text(text: str) -> str:
    for sign, written in _SIGNS.items():
        text = text.replace(sign, written)
    return text
