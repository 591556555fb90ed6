"""Words of D2's language: boxes, containers, wires, and the colours of what happens to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class Mark(StrEnum):
    """What happens to a thing that is drawn."""

    NONE = ""
    NEW = "new"
    CHANGED = "changed"
    BAD = "bad"


_STYLES: Final[Mapping[Mark, tuple[str, str, int]]] = {
    Mark.NONE: ("#ffffff", "#7b8794", 1),
    Mark.NEW: ("#e7f5ec", "#2f855a", 4),
    Mark.CHANGED: ("#e6f0fb", "#2b6cb0", 3),
    Mark.BAD: ("#fde8e8", "#c53030", 4),
}
"""Fill, stroke and its width."""

MANAGEMENT: Final = "#e6f0fb"
TUNNEL: Final = "#f1ebfa"
PROVIDER: Final = "#fdeee3"
TENANTS: Final = "#f3faf5"
FREE: Final = "#f7f9fa"
TAKEN: Final = "#cfe3d6"
HELD_BACK: Final = "#e4e7eb"
POOL: Final = "#d5e4f7"


_HEADING: Final = 18
"""Pixels of a container's label; D2's own are so large that they are read before everything else."""


def quoted(text: str) -> str:
    """A label that nothing in it can end; lines stay lines."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("\n", "\\n")
    return f'"{escaped}"'


def box(
    name: str,
    label: str,
    *,
    mark: Mark = Mark.NONE,
    fill: str = "",
    inside: Iterable[str] = (),
    size: tuple[int, int] | None = None,
    settings: Iterable[str] = (),
) -> list[str]:
    """A box, or a container of others.

    Args:
        name: by which wires find it; letters, digits and dashes.
        label: its text.
        mark: what happens to it.
        fill: colour where nothing happens to it.
        inside: lines of its content.
        size: width and height in pixels; by default what the label needs.
        settings: further lines, such as a grid's.
    """
    colour, stroke, width = _STYLES[mark]
    lines = [f"{name}: {quoted(label)} {{", *(f"  {line}" for line in settings)]
    if size:
        lines += [f"  width: {size[0]}", f"  height: {size[1]}"]
    filled = fill if fill and mark is Mark.NONE else colour
    lines.append(
        f'  style: {{fill: "{filled}"; stroke: "{stroke}"; stroke-width: {width}; border-radius: 4;'
        ' font-color: "#1f2933"}'
    )
    content = [f"  {line}" for line in inside]
    lines += [f"  style.font-size: {_HEADING}"] * bool(content) + content
    return [*lines, "}"]


def wire(start: str, end: str, label: str = "", *, mark: Mark = Mark.NONE, dashed: bool = False) -> str:
    """A line between two boxes."""
    _, stroke, width = _STYLES[mark]
    dash = "; stroke-dash: 4" if dashed else ""
    text = f": {quoted(label)}" if label else ""
    return f'{start} -- {end}{text} {{style: {{stroke: "{stroke}"; stroke-width: {max(width, 2)}{dash}}}}}'


def identifier(text: str) -> str:
    """A name of D2's for a name of ours: the two have letters, digits and dashes in common."""
    return "x-" + "".join(sign if sign.isalnum() else "-" for sign in text)
