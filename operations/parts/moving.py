"""Moves tenants between the states of an environment's stacks; no cluster is asked, and no object is touched.

Which stack holds a tenant follows from its name and the number of cells. When that number changes, the states have to
follow before the next `up`. Targets are written before sources: a move that was killed leaves a tenant in both states,
and the next one takes it out of the source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pulumi import automation as auto

from kmetal_network.cells import named, stack_of
from kmetal_network.config.settings_files import read_settings, stack_file
from kmetal_network.counting import counted
from kmetal_network.errors import OperatorError
from operations.engine.stack import cli, last_words, select
from operations.state.first_run import begun_in
from operations.state.relocation import Deployment, relocated, resources_of, tenants_in, without
from operations.state.stack_state import CELLS, STACK, steps_half_done


@dataclass(frozen=True, kw_only=True)
class Move:
    """One tenant's way from a state to another."""

    tenant: str
    objects: int
    """How many objects it takes along."""
    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Moving:
    """All that the states of an environment need, to be as the settings want them."""

    environment: str
    cells: int
    moves: tuple[Move, ...]
    leaving: tuple[str, ...]
    """Stacks of cells that the environment has no longer."""
    is_recorded: bool
    """Whether the state of the platform tells of that number of cells."""

    @property
    def is_needed(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.moves or self.leaving) or not self.is_recorded


def planned_moves(root: Path, environment: str, cells: int) -> Moving:
    """What is to be moved.

    Raises:
        OperatorError: no CLI, no backend, a wrong passphrase; or a run was killed in the middle of a step.
    """
    there = _stacks(root, environment)
    states = {stack: _exported(root, stack) for stack in there}
    for stack, state in states.items():
        if begun_in(state) is not None:
            raise OperatorError(
                f"stack {stack}: its first run died, and what that made is in no state; write the old number of cells"
                f" back, run `kmetal-network up {environment}`, then change the number"
            )
        if open_steps := steps_half_done(state):
            raise OperatorError(
                f"stack {stack}: its last run was killed in the middle of {open_steps[0]['resource']['urn']}; write the"
                f" old number of cells back, run `kmetal-network up {environment}`, and if this comes again `pulumi"
                f" refresh --clear-pending-creates -s {stack}`; then change the number"
            )
    moves = [
        Move(tenant=tenant, objects=objects, source=stack, target=target)
        for stack, state in states.items()
        for tenant, objects in tenants_in(state).items()
        if (target := stack_of(environment, tenant, cells)) != stack
    ]
    platform = states.get(environment, {})
    recorded = next((one.get("outputs") or {} for one in resources_of(platform) if one["type"] == STACK), None)
    return Moving(
        environment=environment,
        cells=cells,
        moves=tuple(sorted(moves, key=lambda move: (move.source, move.target, move.tenant))),
        leaving=tuple(
            stack
            for stack in dict.fromkeys((*there, *_with_file(root)))
            if (part := named(stack)) and part.environment == environment and part.cell > cells
        ),
        is_recorded=recorded is None or int(recorded.get(CELLS) or 0) == cells,
    )


def carry_out(root: Path, moving: Moving) -> Iterator[str]:
    """Do it, step by step; says before each step what it is.

    Raises:
        OperatorError: the engine refuses; run it again when that is mended.
    """
    sources = {name: _exported(root, name) for name in dict.fromkeys(move.source for move in moving.moves)}
    for target in sorted({move.target for move in moving.moves}):
        moves = [move for move in moving.moves if move.target == target]
        yield f"{target}: {counted(len(moves), 'tenant')} more"
        stack = select(root, target)  # makes it, where it is not there yet
        exported = stack.export_stack()
        state: Deployment = dict(exported.deployment or {})
        for source in dict.fromkeys(move.source for move in moves):
            coming = {move.tenant for move in moves if move.source == source}
            state = relocated(sources[source], state, coming, stack=target)
        _import(stack, exported, state)
    for source in sources:
        going = {move.tenant for move in moving.moves if move.source == source}
        yield f"{source}: {counted(len(going), 'tenant')} less"
        stack = select(root, source)
        exported = stack.export_stack()
        _import(stack, exported, without(dict(exported.deployment or {}), going))
    if not moving.is_recorded:
        yield f"{moving.environment}: {moving.cells or 'no'} cells"
        _record(root, moving)
    there = _stacks(root, moving.environment) if moving.leaving else ()
    for name in moving.leaving:
        yield f"{name} ends"
        if name in there:  # another machine may have ended it before
            _end(root, name)
        stack_file(root, name).unlink(missing_ok=True)


def _record(root: Path, moving: Moving) -> None:
    """Write the number of cells into the state of the platform, where the program exports it, too."""
    stack = select(root, moving.environment)
    exported = stack.export_stack()
    state: Deployment = dict(exported.deployment or {})
    for one in resources_of(state):
        if one["type"] == STACK:
            outputs = {key: value for key, value in (one.get("outputs") or {}).items() if key != CELLS}
            one["outputs"] = {**outputs, **({CELLS: moving.cells} if moving.cells else {})}
    _import(stack, exported, state)


def _end(root: Path, stack: str) -> None:
    """Remove a stack that holds nothing but itself and its provider.

    Raises:
        OperatorError: it holds an object.
    """
    kept = [one for one in resources_of(_exported(root, stack)) if not str(one["type"]).startswith("pulumi:")]
    if kept:
        raise OperatorError(f"stack {stack}: it still holds {kept[0]['urn']}; run `kmetal-network cells` again")
    try:
        _workspace(root).remove_stack(stack, force=True)
    except auto.CommandError as error:
        raise OperatorError(f"stack {stack}: {last_words(str(error))}") from None


def _import(stack: auto.Stack, exported: auto.Deployment, state: Deployment) -> None:
    try:
        stack.import_stack(auto.Deployment(version=exported.version or 3, deployment=state))
    except auto.CommandError as error:
        raise OperatorError(f"stack {stack.name}: {last_words(str(error))}") from None


def _exported(root: Path, stack: str) -> Deployment:
    return dict(select(root, stack).export_stack().deployment or {})


def _stacks(root: Path, environment: str) -> list[str]:
    """The environment's stacks that the backend has, the platform's first."""
    try:
        names = [summary.name for summary in _workspace(root).list_stacks()]
    except auto.CommandError as error:
        raise OperatorError(f"stacks of {environment}: {last_words(str(error))}") from None
    cells = [part for name in names if (part := named(name)) and part.environment == environment]
    return [
        *(name for name in names if name == environment),
        *(part.stack for part in sorted(cells, key=lambda part: part.cell)),
    ]


def _with_file(root: Path) -> list[str]:
    """Stacks of cells that have a file, which the engine wrote; it stays in git when another machine ends the stack."""
    return [part.stack for part in read_settings(root).cells().values()]


def _workspace(root: Path) -> auto.LocalWorkspace:
    return auto.LocalWorkspace(work_dir=str(root), pulumi_command=cli())
