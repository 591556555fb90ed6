"""What changes, grouped by kind of change and not by object, with old values and new ones."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kmetal_network.comment.markdown import code, plain, shown, table
from kmetal_network.comment.names import all_but, every
from kmetal_network.counting import counted
from kmetal_network.plan.consequences import cluster_of
from kmetal_network.plan.model import FieldChange, ObjectChange, Operation, Plan

_HOW = {
    Operation.CREATE: "new",
    Operation.UPDATE: "in place",
    Operation.REPLACE: "deleted, then recreated",
    Operation.DELETE: "deleted",
}

_POLICY = "ValidatingAdmissionPolicy"

_ALONG = {**_HOW, Operation.UPDATE: "annotations of the engine", Operation.REPLACE: "goes along"}
"""What is said of a change without a field of its own."""


def what_changes(plan: Plan) -> str:
    """A table of kinds of change; new tenants are listed elsewhere, with everything."""
    new, gone = tenants_with(plan, Operation.CREATE), tenants_with(plan, Operation.DELETE)
    rows = [*_rows(plan, [one for one in plan.changes if one.tenant not in new | gone])]
    if gone:
        objects = sum(change.tenant in gone for change in plan.changes)
        rows.append(("the tenant goes", counted(objects, "object"), "deleted", every(gone)))
    return table(("change", "objects", "how", "who"), rows) if rows else ""


def tenants_with(plan: Plan, operation: Operation) -> set[str]:
    """Tenants that come, or go: their Vpc does."""
    return {change.tenant for change in plan.changes if change.kind == "Vpc" and change.operation is operation} - {""}


def _rows(plan: Plan, changes: Iterable[ObjectChange]) -> Iterator[tuple[str, str, str, str]]:
    alike: dict[tuple[Any, ...], list[ObjectChange]] = defaultdict(list)
    for change in map(_without_derived, changes):
        shape = (*((one.path, one.kind) for one in change.fields), _note_of(change))
        alike[(change.operation, change.kind, shape, change.why)].append(change)
    for (operation, kind, _, why), members in alike.items():
        same: dict[str, list[ObjectChange]] = defaultdict(list)
        for member in members:
            same[json.dumps([[one.before, one.after] for one in member.fields], sort_keys=True)].append(member)
        how = _HOW[operation] + (f": {plain(why)}" if why else "")
        for group in same.values():
            if len(group) > 1 or len(same) == 1:
                yield (
                    _delta(group[0].fields) or _note_of(group[0]) or _ALONG[operation],
                    f"{len(group)} {code(kind)}",
                    how,
                    _who(plan, group),
                )
        alone = [group[0] for group in same.values() if len(group) == 1]
        if alone and len(same) > 1:
            paths = ", ".join(code(_short(path)) for path in dict.fromkeys(one.path for one in alone[0].fields))
            each = "<br>".join(f"{_who(plan, [one])}: {_values(one.fields)}" for one in alone)
            yield paths or _ALONG[operation], f"{len(alone)} {code(kind)}", how, each


def _without_derived(change: ObjectChange) -> ObjectChange:
    """Without what follows: a block takes its gateway along, and settings the expressions of admission policies."""
    if change.kind == _POLICY:
        return replace(change, fields=())
    if all(one.path != "spec.cidrBlock" for one in change.fields):
        return change
    own = tuple(one for one in change.fields if one.path not in ("spec.gateway", "spec.excludeIps"))
    return replace(change, fields=own)


def _note_of(change: ObjectChange) -> str:
    """Addresses of what comes or goes."""
    if change.kind == _POLICY and change.operation is Operation.UPDATE:
        return "expressions, which follow from the settings"
    if change.operation not in (Operation.CREATE, Operation.DELETE):
        return ""
    spec = (change.after or change.before or {}).get("spec") or {}
    texts = [str(spec[key]) for key in ("cidrBlock", "v4Ip") if key in spec] + list(
        map(str, spec.get("addresses") or ())
    )
    return ", ".join(map(code, texts))


def _who(plan: Plan, group: list[ObjectChange]) -> str:
    names = [cluster_of(one) if one.tenant else one.key for one in group]
    whole = all(one.tenant and cluster_of(one) == one.tenant for one in group)
    return all_but(names, plan.tenants) if whole else every(names)


def _delta(fields: Iterable[FieldChange]) -> str:
    return "<br>".join(f"{code(_short(one.path))} {_step(one)}" for one in fields)


def _values(fields: Iterable[FieldChange]) -> str:
    return "; ".join(_step(one) for one in fields)


def _step(one: FieldChange) -> str:
    if one.kind == "add":
        return f"+ {code(entry(one.after))}"
    if one.kind == "delete":
        return f"- {code(entry(one.before))}"
    if isinstance(one.after, Mapping) and "expression" in one.after:  # of an admission policy
        return f"{code(entry(one.after))}, which follows from the settings"
    return f"{code(entry(one.before))} → {code(entry(one.after))}"


def _short(path: str) -> str:
    return path.removeprefix("spec.")


def entry(value: Any) -> str:
    """A value, or an entry of a list of policy routes, in a line."""
    if isinstance(value, Mapping) and "match" in value and "action" in value:
        return shown(f"{value['action']} {value['match']} ({value.get('priority')})")
    return shown(value)


def as_diff(plan: Plan) -> str:
    """The plan as a diff: one object of each kind of change, and how many are alike."""
    alike: dict[tuple[Any, ...], list[ObjectChange]] = defaultdict(list)
    for change in map(_without_derived, plan.changes):
        shape = tuple((one.path, one.kind) for one in change.fields)
        own = change.key if change.operation in (Operation.CREATE, Operation.DELETE) and not shape else ""
        alike[(change.operation, change.kind, shape, own)].append(change)
    marks = {Operation.CREATE: "+", Operation.DELETE: "-", Operation.UPDATE: "~", Operation.REPLACE: "!"}
    lines = []
    for (operation, kind, _, _), members in alike.items():
        first, more = members[0], len(members) - 1
        tail = f"   ({more} more alike)" if more else ""
        lines.append(f"{marks[operation]} {kind} {first.key}{tail}")
        for one in first.fields:
            if one.kind != "add":
                lines.append(f"-   {one.path}: {shown(one.before)}")
            if one.kind != "delete":
                lines.append(f"+   {one.path}: {shown(one.after)}")
    return "\n".join(lines)


def tenants_by_change(plan: Plan) -> str:
    """Every tenant that is touched, by what happens to its objects; each is named once."""
    done: dict[str, list[str]] = defaultdict(list)
    for tenant in plan.touched:
        steps = sorted(
            {
                f"{_HOW[one.operation]} {one.kind}" + (f" ({', '.join(paths)})" if paths else "")
                for one in plan.changes
                if one.tenant == tenant
                for paths in [list(dict.fromkeys(_short(field.path) for field in one.fields))]
            }
        )
        done["; ".join(steps)].append(tenant)
    return "\n".join(
        f"- {plain(steps) or 'none of their own, but what all tenants share, or a risk'}: {every(names)}"
        for steps, names in sorted(done.items())
    )
