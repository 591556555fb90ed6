"""A plan is about the whole environment, also where only some of its stacks were asked."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kmetal_network.cells import cell_of
from kmetal_network.config.stackfile import Environment, parse_environment
from kmetal_network.names import TENANT_LABEL
from kmetal_network.plan.model import Plan
from kmetal_network.plan.offline import pairs
from operations.cluster.view import ClusterView
from operations.engine.events import Outcome, Step
from operations.preview.previewing import live_plan
from operations.preview.revisions import Revision
from tests.support.stack_project import ROOT

CELLS = 3
FILE = ROOT / "Pulumi.staging.yaml"
TEXT = f"{FILE.read_text(encoding='utf-8')}  kmetal-network:cells: {CELLS}\n"
BASE = parse_environment(TEXT, FILE.name, "staging")
STACKS = ("staging", *(f"staging-cell-{number}" for number in range(1, CELLS + 1)))


def _outcome(head: Environment, asked: set[int]) -> Outcome:
    """What the engine reports of those stacks alone; 0 is the platform."""
    outcome = Outcome(skipped=tuple(stack for cell, stack in enumerate(STACKS) if cell not in asked))
    for pair in pairs(BASE.settings, head.settings, "staging"):
        body = pair.after or pair.before or {}
        tenant = ((body.get("metadata") or {}).get("labels") or {}).get(TENANT_LABEL)
        if (cell_of(tenant, CELLS) if tenant else 0) not in asked:
            continue
        kind = f"kubernetes:x/v1:{pair.kind}{'Patch' if pair.patch else ''}"
        urn = f"urn:pulumi:s::kmetal-network::{kind}::{pair.urn}"
        step = Step(str(pair.operation or "same"), urn, before=pair.before, after=pair.after)
        (outcome.steps if pair.operation else outcome.unchanged).append(step)
        outcome.objects.add(urn)
    return outcome


def _plan(head: Environment, asked: set[int]) -> Plan:
    view = SimpleNamespace(uid=lambda: "uid", seen=lambda _: {}, objects=lambda _: {}, items=lambda _: [])
    before = SimpleNamespace(environments={"staging": BASE}, warnings=lambda _: ())
    return live_plan(head, cast("ClusterView", view), _outcome(head, asked), before=cast("Revision", before))


def _changed(old: str, new: str) -> Environment:
    assert old in TEXT
    return parse_environment(TEXT.replace(old, new, 1), FILE.name, "staging")


def _comparable(plan: Plan) -> dict[str, Any]:
    found = vars(replace(plan, changes=()))
    return {key: sorted(map(repr, value)) if isinstance(value, tuple) else value for key, value in found.items()}


def test_a_path_that_opens_is_seen_though_the_other_cells_were_not_asked() -> None:
    head = _changed("drop: [172.21.208.0/24, ", "drop: [")
    changed = {cell_of(change.tenant, CELLS) for change in _plan(head, {0, 1, 2, 3}).changes if change.tenant}
    assert len(changed) == 1, "one tenant changes"
    whole, part = _plan(head, {0, 1, 2, 3}), _plan(head, changed)
    assert any(risk.rule == "OPENS" for risk in whole.risks)
    assert _comparable(part) == _comparable(whole)
    assert part.digest == whole.digest


@pytest.mark.parametrize("asked", [set[int](), {0}, {1, 2}])
def test_what_was_not_asked_counts_as_it_stands(asked: set[int]) -> None:
    assert _comparable(_plan(BASE, asked)) == _comparable(_plan(BASE, {0, 1, 2, 3}))
