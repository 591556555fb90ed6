"""Finds objects with their places, one by one, also inside Lists and inside other objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kmetal_network.facts.carriers import kind_of, manifests
from kmetal_network.facts.lenient_fields import is_list, written
from kmetal_network.facts.unknown import UNNAMED
from kmetal_network.kinds.readers import READERS
from kmetal_network.yaml_document import Path

KNOWN: Final = frozenset(READERS)
"""Every kind that a law covers, by API group and kind."""


@dataclass(frozen=True, slots=True)
class SourceObject:
    """An object and where it was found."""

    data: object
    place: str | None = None
    """Where to look; by default its kind, namespace and name."""
    locate: Callable[[Path], str] | None = None
    """The place of one of its fields, where the source has lines."""
    patch: bool = False
    """It sets some fields of an object that others own: what it leaves out is not absent."""


def default_place(data: object) -> str:
    """`Kind namespace/name`, as far as it is known."""
    if not isinstance(data, Mapping):
        return written(data)
    metadata = data.get("metadata")
    named = metadata if isinstance(metadata, Mapping) else {}
    parts = [named.get("namespace"), named.get("name") or named.get("generateName")]
    name = "/".join(part for part in parts if isinstance(part, str) and part)
    kind = data.get("kind")
    return f"{kind if isinstance(kind, str) else 'object'} {name or f'{UNNAMED})'}"


def flattened(
    objects: Iterable[object], place: Callable[[Mapping[str, Any]], str] | None, *, carried: bool
) -> Iterator[SourceObject]:
    """Every object, those inside Lists and other objects included, in order; a List of any depth costs no recursion."""
    for entry in objects:
        manifest = entry if isinstance(entry, SourceObject) else SourceObject(entry)
        if manifest.place is None and place is not None and isinstance(manifest.data, Mapping):
            manifest = SourceObject(manifest.data, place(manifest.data), manifest.locate, manifest.patch)
        pending = [manifest]
        while pending:
            current = pending.pop()
            items = _items(current)
            if items is None:
                yield current
                pending.extend(reversed(_carried(current) if carried else []))
            else:
                pending.extend(reversed(items))


def _items(manifest: SourceObject) -> list[SourceObject] | None:
    """What a List holds, or None for any other object."""
    data = manifest.data
    if not isinstance(data, Mapping):
        return None
    kind, items = data.get("kind"), data.get("items")
    if not isinstance(kind, str) or not kind.endswith("List") or not is_list(items):
        return None
    entries: list[Any] = list(items)
    return [_item(manifest, kind.removesuffix("List"), index, entry) for index, entry in enumerate(entries)]


def _item(parent: SourceObject, kind: str, index: int, entry: object) -> SourceObject:
    """A member of a List; in a typed one (`SubnetList`) the API server leaves out the members' own kind."""
    if isinstance(entry, Mapping) and kind and isinstance(parent.data, Mapping):
        entry = {"apiVersion": parent.data.get("apiVersion"), "kind": kind, **entry}
    locate = parent.locate
    if locate is None:
        return SourceObject(entry, None, None, parent.patch)
    inner = _deeper(locate, ("items", index))
    return SourceObject(entry, f"{inner(()).split(' ', 1)[0]} {default_place(entry)}", inner, parent.patch)


def _carried(manifest: SourceObject) -> list[SourceObject]:
    """What an object carries; values without a kind may be those of a chart that makes manifests of them."""
    data = manifest.data
    if not isinstance(data, Mapping):
        return []
    place, locate = manifest.place or default_place(data), manifest.locate
    found = []
    for entry in manifests(kind_of(data), data, KNOWN):
        inner = None if locate is None else _deeper(locate, entry.path)
        where = inner(()).split(" ", 1)[0] if inner else f"{place} holds"
        found.append(
            SourceObject(entry.body, f"{where} {default_place(entry.body)}", inner, manifest.patch or entry.patch)
        )
    return found


def _deeper(locate: Callable[[Path], str], steps: Path) -> Callable[[Path], str]:
    return lambda path: locate((*steps, *path))
