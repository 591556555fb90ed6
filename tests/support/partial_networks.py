"""Looks at the good network in which nothing is wrong, and much is not known: values decided later, and single objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import facts_of
from kmetal_network.facts.source_objects import SourceObject, default_place
from kmetal_network.facts.unknown import UNKNOWN
from tests.support.network.good import good
from tests.support.network.objects import copied

SHOWN_BY_A_PART: Final = "NET-418"
"""A Vpc alone shows that it drops nothing towards its own Subnets' neighbours; no other law may speak of one object."""


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every field of an object, those that hold others included."""
    if isinstance(value, dict):
        return [path] * bool(path) + [leaf for key, entry in value.items() for leaf in leaves(entry, (*path, key))]
    if isinstance(value, list):
        return [path] + [leaf for index, entry in enumerate(value) for leaf in leaves(entry, (*path, index))]
    return [path]


def unknown_variants() -> list[tuple[str, tuple[Any, ...]]]:
    """Every field of the good network, by object and path."""
    objects = good().objects
    return [(place, path) for place, body in objects.items() for path in leaves(body["spec"], ("spec",))]


def decided_later(place: str, path: tuple[Any, ...]) -> Facts:
    """The good network with one field that no one can know yet."""
    network = good()
    body = copied(network.objects[place])
    target: Any = body
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = UNKNOWN
    network.objects[place] = body
    return network.facts()


def nameless() -> dict[str, Facts]:
    """Each object of the good network alone, its name decided later."""
    bodies = {place: copied(body) for place, body in good().objects.items()}
    for body in bodies.values():
        body["metadata"]["name"] = UNKNOWN
    return {place: facts_of([body], whole=False) for place, body in bodies.items()}


def parts() -> dict[str, Facts]:
    """Each object of the good network alone; others hold the rest."""
    return {place: facts_of([body], whole=False) for place, body in good().objects.items()}


def one_field_patches(body: Mapping[str, Any]) -> Iterator[SourceObject]:
    """An object's fields one by one, each as a patch that leaves out the others."""
    for key, value in body["spec"].items():
        place = f"{default_place(body)} patch of {key}"
        yield SourceObject({**body, "spec": {key: value}}, place, patch=True)


def patched() -> dict[str, Facts]:
    """One field of an object of the good network as a patch: alone, and next to the network."""
    objects = list(good().objects.values())
    patches = [manifest for body in objects for manifest in one_field_patches(body)]
    return {
        **{f"{patch.place}, alone": facts_of([patch]) for patch in patches},
        **{f"{patch.place}, beside": facts_of([*objects, patch]) for patch in patches},
    }
