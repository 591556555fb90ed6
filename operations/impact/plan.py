"""What a plan does to objects that are there: the engine's own plan, or one foreseen from labels and settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from kmetal_network.config.stackfile import Environment
from kmetal_network.kinds.registry import names_where
from kmetal_network.live.diff import Seen
from kmetal_network.manifests.inventory import manifests_of, object_key
from kmetal_network.manifests.replacement import is_fixed
from operations.engine.events import Outcome

OWN_KINDS: Final = names_where("taken_from")
"""What a plan may take away from somebody; who that is, is only asked when it does."""

_REPLACED: Final = frozenset({"replace", "create-replacement", "delete-replaced"})
_GONE: Final = frozenset({"delete", "delete-replaced", "replace"})


class Change(NamedTuple):
    """One object that is there, and what happens to it."""

    operation: str
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan does to objects that are there, by kind: names of those that go, and of those that change at all."""

    gone: Mapping[str, frozenset[str]]
    replaced: Mapping[str, frozenset[str]]
    touched: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, changes: Collection[Change]) -> Plan:
        """From changes of what is there; what is only to be made harms no one."""
        return cls(
            gone=_by_kind(change for change in changes if change.operation in _GONE),
            replaced=_by_kind(change for change in changes if change.operation in _REPLACED),
            touched=_by_kind(changes),
        )


def _by_kind(changes: Iterable[Change]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for change in changes:
        found.setdefault(change.kind, set()).add(change.key)
    return {kind: frozenset(names) for kind, names in found.items()}


def previewed(outcome: Outcome) -> list[Change]:
    """The engine's own plan."""
    return [Change(step.operation, step.type.rpartition(":")[2], step.object) for step in outcome.steps if step.object]


def foreseen(environment: Environment, seen: Seen) -> list[Change]:
    """What the settings will do to what stands under the stack's label, by the rules of `components`."""
    wanted = {(manifest.kind, object_key(manifest.body)): manifest.body for manifest in manifests_of(environment)}
    changes: list[Change] = []
    for kind in OWN_KINDS:
        for key, live in seen.get(kind, {}).items():
            if not environment.part.has(live):
                continue
            body, spec = wanted.get((kind, key)), live.get("spec") or {}
            if body is None:
                changes.append(Change("delete", kind, key))
            elif changed := [field for field, value in (body.get("spec") or {}).items() if spec.get(field) != value]:
                fixed = is_fixed(kind, (f"spec.{field}" for field in changed))
                changes.append(Change("replace" if fixed else "update", kind, key))
    return changes


def dragged_along(routers: Collection[str], seen: Seen) -> Iterator[Change]:
    """A router that is made anew takes its Subnets along (`operations.rerouting`)."""
    for vpc in routers:
        yield Change("replace", "Vpc", vpc)
    for key, subnet in seen.get("Subnet", {}).items():
        if (subnet.get("spec") or {}).get("vpc") in routers:
            yield Change("replace", "Subnet", key)
