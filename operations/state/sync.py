"""Reconciles the stack's state with the cluster before a run.

Three things in a state become outdated: the credentials of the last `up`, patches of Nodes whose label changed, and
all of it when the cluster was rebuilt or the settings name another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from pulumi import automation as auto

from kmetal_network.config.stackfile import Environment, load_part
from kmetal_network.errors import OperatorError
from operations.cluster.view import ClusterView
from operations.cluster.writing import WritableCluster
from operations.engine.events import Outcome
from operations.engine.stack import state_of
from operations.state.first_run import begin
from operations.state.helm_release import release_in
from operations.state.identity import (
    NOT_ON_RECORD,
    ElsewhereError,
    elsewhere,
    is_elsewhere,
    make_sure_of_identity,
    whose,
)
from operations.state.kubernetes_provider import credentials, renew
from operations.state.node_patches import StalePatch, let_go, stale_patches
from operations.state.placement import make_sure_of_placement
from operations.state.run_context import RunContext
from operations.state.stack_state import State

Verb: TypeAlias = Literal["preview", "up", "destroy", "preview-destroy", "renew"]
"""`renew` is for an `up` without a step: no object changes, only what the state says about credentials and cluster."""

_RUN_THE_PROGRAM: Final = ("preview", "up")
WRITING: Final = ("up", "destroy")
"""What changes objects of the cluster."""
_MAY_MOVE: Final = ("preview", "up", "renew")
"""With a refresh, which finds out what stands on the new cluster; a `destroy` would leave the old one's objects."""


class ReadPlan(NamedTuple):
    """How the engine is to read before the run."""

    refresh: bool
    """Whether every object is to be read first."""

    with_program: bool = False
    """Whether by the program's provider, because the one in the state has other credentials. It reads only what the
    program still wants, which is enough for a preview."""


class _Comparison(NamedTuple):
    """A state and the cluster of its settings."""

    loaded: Environment
    uid: str
    """Of the cluster."""

    moved: bool
    """Whether the state is of another one."""

    others: bool
    """Whether it holds other credentials than today's."""

    stale: tuple[StalePatch, ...]


def reconcile(
    stack: auto.Stack, verb: Verb, root: Path, outcome: Outcome, run_context: RunContext, *, refresh: bool
) -> ReadPlan:
    """Hold the state to the cluster, and tell the program what it says of the chart's release.

    Raises:
        OperatorError: it is another cluster's state; or, where no program would say it, what is wrong with the cluster.
    """
    exported = state_of(stack)
    deployment = exported.deployment or {}
    state, run_context.release = State.of(deployment, stack.export_stack), release_in(deployment)
    if not state.provider:
        return _of_nothing_yet(stack, verb, root, deployment, run_context, refresh=refresh)
    outcome.state = state.written
    try:
        loaded, _ = load_part(root, stack.name)
    except OperatorError:
        if verb in _RUN_THE_PROGRAM:
            return ReadPlan(refresh)  # the program says it
        raise
    make_sure_of_placement(loaded, state)
    try:
        seen = _compare(root, loaded, state, verb, run_context.view, refresh=refresh)
    except ElsewhereError:
        raise
    except OperatorError:
        if verb in _RUN_THE_PROGRAM:
            return ReadPlan(refresh)  # the program says it
        raise
    if seen.moved:
        left = "every object is read from this one first, and what may still stand on that one is left to you"
        outcome.advice.append(f"stack {stack.name}: its state is of the cluster {whose(state)}; {left}")
    outcome.advice.extend(patch.why for patch in seen.stale)
    outcome.outdated = seen.others or seen.moved or not state.uid
    if verb == "preview":
        return ReadPlan(refresh or bool(seen.stale), with_program=seen.others)
    if verb == "preview-destroy":
        return ReadPlan(refresh=False)  # it asks the cluster nothing else
    _bring_up_to_date(stack, verb, root, state, seen, refresh=refresh)
    return ReadPlan(refresh)


def _of_nothing_yet(
    stack: auto.Stack, verb: Verb, root: Path, deployment: Mapping[str, Any], run_context: RunContext, *, refresh: bool
) -> ReadPlan:
    """A state without objects has nothing to be held to the cluster."""
    if verb == "up":
        begin(stack, root, deployment, run_context)
    return ReadPlan(refresh)


def _compare(
    root: Path, loaded: Environment, state: State, verb: Verb, view: ClusterView | None, *, refresh: bool
) -> _Comparison:
    if view is not None:
        return _compared(root, loaded, state, verb, view, refresh=refresh)
    with WritableCluster.of(root, loaded.settings.cluster) as cluster:
        seen = ClusterView(cluster)
        found = _compared(root, loaded, state, verb, seen, refresh=refresh)
        if verb in WRITING and not found.moved and state.patches:
            let_go(state.holders, seen.objects("Node"), cluster)
    return found


def _compared(
    root: Path, loaded: Environment, state: State, verb: Verb, view: ClusterView, *, refresh: bool
) -> _Comparison:
    uid = make_sure_of_identity(loaded, view)
    moved = is_elsewhere(state, view.cluster, uid)
    if moved and not (refresh and verb in _MAY_MOVE):
        raise elsewhere(loaded, view.cluster, uid, state)
    stale = () if refresh or not state.patches else tuple(stale_patches(state.patches, view.objects("Node")))
    today = credentials(root, loaded)
    # A `destroy` and a refresh work with those of the state, so they look at them and not at what is said of them.
    others = state.kubeconfig != today if verb == "destroy" or refresh or stale else not state.says_it_has(today)
    return _Comparison(loaded, uid, moved, others, stale)


def _bring_up_to_date(
    stack: auto.Stack, verb: Verb, root: Path, state: State, seen: _Comparison, *, refresh: bool
) -> None:
    """What the engine would rely on as it is: an `up` without a refresh brings its own credentials."""
    if verb == "renew" or (seen.others and (verb == "destroy" or refresh or seen.stale)):
        # Until they have been read from the new cluster, the objects in the state are the old one's, and so it says.
        renew(stack, state, root, seen.loaded, (state.uid or NOT_ON_RECORD) if seen.moved else seen.uid)
    if verb == "renew" and seen.moved:
        stack.refresh(color="never")
        renew(stack, state, root, seen.loaded, seen.uid)
    if seen.stale:
        stack.refresh(target=[patch.urn for patch in seen.stale], color="never")
