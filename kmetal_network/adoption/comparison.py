"""Compares a live object with the manifest that the settings render for it, field by field.

It trusts no reader. Every value of a live spec is in the manifest, or written only by a controller or the API server,
or reported as a difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from kmetal_network.adoption.ownership import a_controller_owns, controllers_own
from kmetal_network.facts.lenient_fields import is_list, written
from kmetal_network.names import STACK_LABEL, TENANT_LABEL


class Fate(StrEnum):
    """What happens to a field when an object is adopted."""

    ADDED = "added"
    """The live object has nothing there, and the program always writes it."""

    REWRITTEN = "rewritten"
    """The same in another spelling: JSON without spaces, a list in the controller's order."""

    STAYS = "stays"
    """The settings cannot express it; it stays on the object, and no one manages it."""

    LOST = "lost"
    """Another value would replace the live one, even if only a longer list: no adoption does that."""


@dataclass(frozen=True, order=True)
class Difference:
    """One field of one object in which the settings and the cluster do not agree."""

    object: str
    path: str
    fate: Fate
    live: str
    ours: str


API_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "IPAddressPool": {"autoAssign": True, "avoidBuggyIPs": False},
    "BGPPeer": {"disableMP": False, "dualStackAddressFamily": False, "peerPort": 179},
    "BGPAdvertisement": {"aggregationLength": 32, "aggregationLengthV6": 128},
    "Namespace": {"finalizers": ["kubernetes"]},
}
"""Defaults of the API server (MetalLB: CRDs of 0.15)."""

_HEAD: Final = frozenset({"apiVersion", "kind", "metadata", "status"})
_OWN_LABELS: Final = frozenset({STACK_LABEL, TENANT_LABEL})
_SYSTEM_LABELS: Final = frozenset({"kubernetes.io/metadata.name"})
_ABSENT: Final[Any] = object()


def compare(live: Mapping[str, Any], body: Mapping[str, Any], *, patch: bool = False) -> Iterator[Difference]:
    """Every difference between a live object and its manifest; ownership labels and annotations are no fields.

    Args:
        live: the object as the API server gave it.
        body: the manifest.
        patch: only the fields of the manifest are ours; the rest of the object is somebody else's.
    """
    metadata = live["metadata"]
    name = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
    kind = str(live["kind"])
    walk = _Walk(live, f"{kind} {name}", kind, patch=patch)
    keys = body.keys() if patch else live.keys() | body.keys()
    for key in sorted(keys - _HEAD):
        yield from walk.at((key,), live.get(key, _ABSENT), body.get(key, _ABSENT))
    yield from walk.labels(metadata.get("labels") or {}, body["metadata"].get("labels") or {})


@dataclass(frozen=True)
class _Walk:
    live: Mapping[str, Any]
    name: str
    kind: str
    patch: bool

    def _difference(self, path: Sequence[str], fate: Fate, live: object, ours: object) -> Difference:
        shown = ["" if value is _ABSENT else written(value) for value in (live, ours)]
        return Difference(self.name, ".".join(path), fate, *shown)

    def at(self, path: tuple[str, ...], live: Any, ours: Any) -> Iterator[Difference]:
        """Differences at and under one path."""
        if self._says_nothing(path, live) and self._says_nothing(path, ours):
            return
        if isinstance(live, Mapping) and (isinstance(ours, Mapping) or ours is _ABSENT):
            below: Mapping[str, Any] = ours if isinstance(ours, Mapping) else {}
            keys = below.keys() if self.patch else live.keys() | below.keys()
            for key in sorted(keys):
                yield from self.at((*path, key), live.get(key, _ABSENT), below.get(key, _ABSENT))
        elif ours is _ABSENT or self._says_nothing(path, ours):
            if not controllers_own(self.live, path):
                yield self._difference(path, Fate.STAYS if ours is _ABSENT else Fate.LOST, live, ours)
        elif self._says_nothing(path, live):
            yield self._written(path, Fate.ADDED, live, ours)
        elif (fate := _fate(live, ours)) is not None:
            yield self._written(path, fate, live, ours)

    def _written(self, path: tuple[str, ...], fate: Fate, live: Any, ours: Any) -> Difference:
        """A value that the program writes; if a controller holds the field, the run would fail half way."""
        if is_list(live) and is_list(ours) and (missing := _missing(live, ours)):
            return self._difference(path, Fate.LOST, missing, _ABSENT)
        return self._difference(path, Fate.LOST if a_controller_owns(self.live, path) else fate, live, ours)

    def _says_nothing(self, path: tuple[str, ...], value: Any) -> bool:
        """Whether a value is only a default: nothing, the API server's default, or a zero value of Kube-OVN's."""
        if value is _ABSENT or value is None or value == "" or value in ({}, []):
            return True
        if path[0] == "spec" and len(path) == 2:  # noqa: PLR2004 (spec and one of its keys)
            default = API_DEFAULTS.get(self.kind, {}).get(path[1], _ABSENT)
            if default is not _ABSENT:
                return bool(value == default)
        # Their Go types hold no pointers but one, so false and unset are the same to the controller.
        zero = value is False or (value == 0 and value is not False)
        return zero and str(self.live["apiVersion"]).startswith("kubeovn.io/") and path[-1] != "enableLb"

    def labels(self, live: Mapping[str, str], ours: Mapping[str, str]) -> Iterator[Difference]:
        """Labels that differ; which further ones an object carries matters for a Namespace only."""
        for key in sorted(ours.keys() - _OWN_LABELS):
            if live.get(key) != ours[key]:
                fate = Fate.LOST if key in live else Fate.ADDED
                yield self._difference(("metadata", "labels", key), fate, live.get(key, _ABSENT), ours[key])
        if self.kind == "Namespace":
            for key in sorted(live.keys() - ours.keys() - _OWN_LABELS - _SYSTEM_LABELS):
                yield self._difference(("metadata", "labels", key), Fate.STAYS, live[key], _ABSENT)


def leaves(live: Mapping[str, Any]) -> int:
    """How many values an object has outside its metadata and status."""

    def count(value: Any) -> int:
        if isinstance(value, Mapping):
            return sum(map(count, value.values()))
        return sum(map(count, value)) if is_list(value) else 1

    return sum(count(value) for key, value in live.items() if key not in _HEAD)


def _fate(live: Any, ours: Any) -> Fate | None:
    """What a value that both have becomes; None where it is the same."""
    if live == ours:
        return None
    if is_list(live) and is_list(ours):
        mine, theirs = [_bare(entry) for entry in live], [_bare(entry) for entry in ours]
        if mine == theirs:
            return None
        return Fate.LOST if _missing(mine, theirs) or len(mine) != len(theirs) else Fate.REWRITTEN
    if isinstance(live, str) and isinstance(ours, str) and (parsed := _json(live)) is not None:
        return Fate.REWRITTEN if parsed == _json(ours) else Fate.LOST
    return Fate.LOST


def _missing(live: Sequence[Any], ours: Sequence[Any]) -> list[Any]:
    """Elements of the live list that ours does not have, each as often as it lacks it."""
    left = [_bare(entry) for entry in ours]
    missing = []
    for entry in map(_bare, live):
        if entry in left:
            left.remove(entry)
        else:
            missing.append(entry)
    return missing


def _bare(value: Any) -> Any:
    """An element without the empty keys that a controller writes into it."""
    if isinstance(value, Mapping):
        return {key: _bare(entry) for key, entry in value.items() if entry not in ("", None, {}, [])}
    return [_bare(entry) for entry in value] if is_list(value) else value


def _json(text: str) -> Mapping[str, Any] | None:
    try:
        parsed = json.loads(text)
    except ValueError:
        return None
    return parsed if isinstance(parsed, Mapping) else None
