"""The plan without a cluster: settings of two revisions, and what the base revision's snapshot says of the cluster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from kmetal_network.config.settings_files import environment_names
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.plan.build import Pair, unknown
from kmetal_network.plan.model import Plan
from kmetal_network.plan.offline import Look, Looked, offline_plan
from operations.git import git
from operations.preview.revisions import Revision
from operations.snapshots.recorded import looked_up, parsed, place_of


def plan_from_settings(root: Path, stack: str, before: Revision) -> Plan:
    """The plan from the settings of two revisions, and from the cluster's snapshot where the first holds one.

    Raises:
        OperatorError: the settings are wrong, or the snapshot is none.
    """
    there = before.environments.get(stack)
    if stack in before.files and there is None:
        why = f"what Pulumi.{stack}.yaml of {before.commit[:7]} asks for: this program does not accept its form"
        return unknown(stack, why, source="settings")
    if stack not in environment_names(root) and there is not None:
        return offline_plan(None, there, look=_look(root, there, before))
    environment, warnings = load_stack(root, stack)
    look = _look(root, environment, before)
    return offline_plan(environment, there, warnings=warnings, before=before.warnings(stack), look=look)


def _look(root: Path, environment: Environment, before: Revision) -> Look:
    """Ask the snapshot of the revision that stands, so that no branch can bring one of its own."""

    def look(made: Sequence[Pair]) -> Looked:
        place = str(place_of(environment.name))
        text, failure = git(root, "show", "--end-of-options", f"{before.commit}:./{place}")
        if failure:
            return Looked(counts=False)
        return looked_up(parsed(text, place), environment, made, datetime.now(UTC))

    return look
