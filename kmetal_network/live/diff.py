"""Finds where a live cluster differs from the settings: compares plain objects, field by field.

It compares the fields that the program owns, and whole lists: an element that somebody appended counts. The engine's
own refresh does not see such an element (docs/evidence/provider.md#diff).

It ignores status, finalizers, labels, annotations and fields that are not ours. It also ignores zero values that a
controller adds when it writes a whole object (docs/evidence/kube-ovn.md#rewrites).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, TypeAlias

from kmetal_network.config.settings import Settings
from kmetal_network.live.managed_fields import Steps, Writer, writer_of
from kmetal_network.manifests.inventory import object_key, owned_manifests
from kmetal_network.manifests.objects import FORCE, Manifest
from kmetal_network.manifests.provider import default_vpc_patch, gateway_label
from kmetal_network.names import STACK_LABEL

Object: TypeAlias = Mapping[str, Any]
Seen: TypeAlias = Mapping[str, Mapping[str, Object]]
"""Kind, then `namespace/name` or `name`; a kind that is not served is empty, one that was not read is absent."""

_COUNTED: Final = frozenset({"ResourceQuota", "LimitRange"})
"""Kinds with quantities, which the API server normalizes (`1000m` becomes `1`) and completes with defaults."""

_NODE_LISTS: Final = (("spec", "excludeNodes"), ("spec", "customInterfaces"))
"""Lists of a ProviderNetwork from which Kube-OVN removes nodes that leave."""

_QUANTITY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(m|k|Ki|[MGTPE]i?)?")
_SCALE: Final = {
    "": Fraction(1),
    "m": Fraction(1, 1000),
    "k": Fraction(1000),
    "Ki": Fraction(1024),
    **{unit: Fraction(1000) ** power for power, unit in enumerate("MGTPE", 2)},
    **{f"{unit}i": Fraction(1024) ** power for power, unit in enumerate("MGTPE", 2)},
}


class DriftKind(StrEnum):
    """The way in which a cluster differs."""

    CHANGED = "changed"
    """A field of ours has another value."""

    MISSING = "missing"
    """An object of ours is not there."""

    GOING = "going"
    """An object of ours is being deleted."""

    LEFTOVER = "leftover"
    """An orphan: it has our stack's label and is in no settings."""

    ROGUE = "rogue"
    """Nobody declared it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One line of the report."""

    way: DriftKind
    object: str
    """`Kind namespace/name`."""
    field: str = ""
    wanted: Any = None
    live: Any = None
    by: Writer | None = None
    """Who wrote what is there now."""
    note: str = ""
    remedy: str = ""

    def as_data(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)

    @property
    def seen(self) -> str:
        """What differs, as text."""
        if self.way is not DriftKind.CHANGED:
            return self.note or self.way.value
        return f"{self.field}: {_difference(self.wanted, self.live)}{f' ({self.note})' if self.note else ''}"

    @property
    def who(self) -> str:
        """Who did it and when, if recorded."""
        if self.by is None:
            return "" if self.way is DriftKind.MISSING else "not on record"
        return f"{self.by.manager} ({self.by.operation}) {self.by.time}".rstrip()


def differing(settings: Settings, stack: str, seen: Seen) -> Iterator[Drift]:
    """Compares our objects with the live ones, in the order of their layers, then the two kinds of patch."""
    for manifest in owned_manifests(settings, stack):
        if manifest.kind in seen:
            live = seen.get(manifest.kind, {}).get(object_key(manifest.body))
            yield from _object(manifest, stack, live, seen.get("Node", {}))
    yield from _patch(
        default_vpc_patch(settings.provider.external), stack, seen, "see `kmetal-network verify`: no Kube-OVN?"
    )
    for node in settings.provider.gateway_nodes:
        remedy = f"bring the node back, or take it out of gatewayNodes, then: kmetal-network up {stack} --refresh"
        yield from _patch(gateway_label(node), stack, seen, remedy)


def _object(manifest: Manifest, stack: str, live: Object | None, nodes: Mapping[str, Object]) -> Iterator[Drift]:
    name = f"{manifest.kind} {object_key(manifest.body)}"
    if live is None:
        yield Drift(way=DriftKind.MISSING, object=name, remedy=f"kmetal-network up {stack} --refresh")
        return
    metadata = live.get("metadata") or {}
    if since := metadata.get("deletionTimestamp"):
        held = ", ".join(metadata.get("finalizers") or ()) or "nothing"
        note = f"being deleted since {since}, held by {held}"
        remedy = (
            f"see what blocks it: docs/guide/a-run-that-died.md; once it is gone:  kmetal-network up {stack} --refresh"
        )
        yield Drift(way=DriftKind.GOING, object=name, note=note, remedy=remedy)
    ours = {key: value for key, value in manifest.body.items() if key not in ("apiVersion", "kind", "metadata")}
    own = {key: manifest.body["metadata"].get(key) or {} for key in ("labels", "annotations")}
    for path, wanted, value in differences({"metadata": own, **ours}, live, counted=manifest.kind in _COUNTED):
        found = _changed(name, path, wanted, value, live, stack, forced=FORCE in own["annotations"])
        if path in _NODE_LISTS and (gone := _nodes(wanted) - _nodes(value) - nodes.keys()):
            remedy = f"it left the cluster: take {', '.join(sorted(gone))} out of {path[-1]} in Pulumi.{stack}.yaml"
            found = replace(found, remedy=f"{remedy}, or if it is to come back: {found.remedy}")
        yield found


def _patch(manifest: Manifest, stack: str, seen: Seen, absent: str) -> Iterator[Drift]:
    """A few fields of an object that somebody else owns; annotations there are the provider's instructions."""
    if manifest.kind not in seen:
        return
    name = f"{manifest.kind} {manifest.name}"
    live = seen[manifest.kind].get(manifest.name)
    if live is None:
        yield Drift(way=DriftKind.MISSING, object=name, remedy=absent)
        return
    labels = manifest.body["metadata"].get("labels") or {}
    forced = FORCE in (manifest.body["metadata"].get("annotations") or {})
    for path, wanted, value in differences(
        {"metadata": {"labels": labels}, "spec": manifest.body.get("spec") or {}}, live
    ):
        yield _changed(name, path, wanted, value, live, stack, forced=forced)


def _nodes(listed: Any) -> set[str]:
    """Nodes that one of a ProviderNetwork's lists names."""
    entries = listed or ()
    return {node for entry in entries for node in ([entry] if isinstance(entry, str) else entry.get("nodes") or ())}


def _changed(name: str, path: Steps, wanted: Any, value: Any, live: Object, stack: str, *, forced: bool) -> Drift:
    by = None if value is None else writer_of(live, path)
    return Drift(
        way=DriftKind.CHANGED,
        object=name,
        field=_spoken(path),
        wanted=wanted,
        live=value,
        by=by,
        remedy=_remedy(name, path, wanted, value, None if forced else by, stack),  # forced, whoever holds it
    )


def _remedy(name: str, path: Steps, wanted: Any, value: Any, by: Writer | None, stack: str) -> str:
    if path == ("metadata", "labels", STACK_LABEL):
        # Without the label the next `up` takes it for somebody else's object and refuses.
        overwrite = " --overwrite" if value is not None else ""
        return f"{kubectl('label', name)} {STACK_LABEL}={stack}{overwrite}"
    if isinstance(wanted, list) and isinstance(value, list) and _same(wanted, value[: len(wanted)]):
        return f"{kubectl('edit', name)}: take the added out (no refresh sees it), or write it into Pulumi.{stack}.yaml"
    if by is not None and not by.overruled:
        # The provider takes fields from kubectl; any other holder makes its update end in a conflict.
        return f"keep {by.manager} from writing it, then {kubectl('edit', name)}: no up overrules {by.manager}"
    return f"kmetal-network up {stack} --refresh"


def kubectl(verb: str, name: str) -> str:
    """A command on one object, `Kind namespace/name`."""
    kind, _, key = name.partition(" ")
    namespace, _, own = key.rpartition("/")
    return f"kubectl {verb} {kind}{f' -n {namespace}' if namespace else ''} {own}"


def differences(
    wanted: Object, live: Object, path: Steps = (), *, counted: bool = False
) -> Iterator[tuple[Steps, Any, Any]]:
    """Each field of ours whose value is another: path, ours, theirs (None where there is none)."""
    for key, value in wanted.items():
        there, steps = live.get(key), (*path, key)
        if isinstance(value, Mapping):
            yield from differences(value, there if isinstance(there, Mapping) else {}, steps, counted=counted)
        elif not _same(value, there, counted=counted):
            yield steps, value, there


def _same(wanted: Any, live: Any, *, counted: bool = False) -> bool:
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        filled = all(not live[key] for key in live if key not in wanted)
        return (counted or filled) and all(_same(wanted[key], live.get(key), counted=counted) for key in wanted)
    if isinstance(wanted, list) and isinstance(live, list):
        return len(wanted) == len(live) and all(
            _same(one, other, counted=counted) for one, other in zip(wanted, live, strict=True)
        )
    if counted and isinstance(wanted, str) and isinstance(live, str):
        return _amount(wanted) == _amount(live)
    return bool(wanted == live) or (live is None and not wanted)


def _amount(text: str) -> Fraction | str:
    """A quantity's amount; any other text as it is."""
    match = _QUANTITY.fullmatch(text)
    return Fraction(match[1]) * _SCALE[match[2] or ""] if match else text


def _spoken(path: Steps) -> str:
    """`spec.addresses`, `metadata.labels[a/b]`."""
    return "".join(f"[{step}]" if "/" in step else f".{step}" for step in path).lstrip(".")


def _difference(wanted: Any, live: Any) -> str:
    if live is None:
        return f"{_shown(wanted)} is gone"
    if isinstance(wanted, list) and isinstance(live, list):
        added = [_shown(entry) for entry in live if not any(_same(one, entry) for one in wanted)]
        lost = [_shown(entry) for entry in wanted if not any(_same(entry, one) for one in live)]
        parts = [f"{', '.join(entries)} {word}" for entries, word in ((added, "added"), (lost, "lost")) if entries]
        return "; ".join(parts) or "another order, or repeated"
    return f"{_shown(live)} instead of {_shown(wanted)}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{key}: {_shown(entry)}" for key, entry in value.items() if entry not in ("", None)) + "}"
        )
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
