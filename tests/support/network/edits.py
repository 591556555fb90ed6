"""Edits of the good network: what the cases of the catalogue are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeAlias

from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Management
from kmetal_network.facts.source_objects import default_place
from tests.support.network.good import Network, good
from tests.support.network.objects import EXTERNAL, POOL, Body, copied

YES: Final = True
NO: Final = False
"""Values of flags; a bare literal as an argument says nothing."""

Edit: TypeAlias = Callable[[Network], None]


def put(place: str, path: str, value: Any) -> Edit:
    """Set a field; the path is dotted, digits are places in a list, `+` appends."""

    def edit(network: Network) -> None:
        target: Any = network.objects[place]
        *steps, last = path.split(".")
        for step in steps:
            target = target[int(step)] if isinstance(target, list) else target.setdefault(step, {})
        if last == "+":
            target.append(copied(value))
        else:
            target[int(last) if isinstance(target, list) else last] = copied(value)

    return edit


def take(place: str, path: str) -> Edit:
    """Remove a field."""

    def edit(network: Network) -> None:
        target: Any = network.objects[place]
        *steps, last = path.split(".")
        for step in steps:
            target = target[int(step)] if isinstance(target, list) else target[step]
        del target[int(last) if isinstance(target, list) else last]

    return edit


def add(*bodies: Body) -> Edit:
    """Further objects."""

    def edit(network: Network) -> None:
        for body in bodies:
            network.objects[default_place(body)] = copied(body)

    return edit


def again(place: str, **spec: Any) -> Edit:
    """The same object a second time, as another file may declare it."""

    def edit(network: Network) -> None:
        body = copied(network.objects[place])
        body["spec"].update(spec)
        network.objects[f"{place} (again)"] = body

    return edit


def patch(place: str, **spec: Any) -> Edit:
    """A patch of the object, which leaves out all other fields; found at `<kind>Patch <name>`."""

    def edit(network: Network) -> None:
        body = copied({**network.objects[place], "spec": spec})
        body["kind"] += "Patch"
        network.objects[f"{default_place(body)} ({', '.join(spec)})"] = body

    return edit


def gone(*places: str) -> Edit:
    """Without those objects."""

    def edit(network: Network) -> None:
        for place in places:
            del network.objects[place]

    return edit


def rename(place: str, name: str) -> Edit:
    """The object under another name, at its old place in the table."""

    def edit(network: Network) -> None:
        network.objects[place]["metadata"]["name"] = name

    return edit


def known_as(**facts: Any) -> Edit:
    """What no object says: facts that settings or other witnesses give."""

    def edit(network: Network) -> None:
        network.context = network.context.joined(Facts(**facts))

    return edit


def managed(cidr: str | None = None, interface: str = "data.204") -> Edit:
    """The management VLAN as the settings tell it."""

    def edit(network: Network) -> None:
        network.context = replace(
            network.context, management=(Management(place="management", interface=interface, cidr=cidr),)
        )

    return edit


def partial(network: Network) -> None:
    """Others hold the rest of the network."""
    network.whole = False


def beside(name: str, *edits: Edit) -> Edit:
    """A second environment: one whose addresses are its own, then edited."""

    def edit(network: Network) -> None:
        other = good()
        for change in (
            put(EXTERNAL, "spec.cidrBlock", "77.220.69.96/27"),
            put(EXTERNAL, "spec.gateway", "77.220.69.97"),
            put(POOL, "spec.addresses", ["172.21.205.200-172.21.205.250"]),
            *(
                put(f"Node {each}", "status.addresses.0.address", f"172.21.205.{last}")
                for each, last in (("c1", 11), ("w1", 12), ("w2", 13))
            ),
            *edits,
        ):
            change(other)
        network.others[name] = other

    return edit
