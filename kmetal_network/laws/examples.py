"""Each law's example of either side: what an engineer writes, and the mistake that people make.

They stand next to the law's module, in a YAML file of its name. Each law has `keeps` and `breaks`, each a text,
and what is needed to judge them. They are read on first use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import yaml

from kmetal_network.laws.registry import MODULE_OF


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """YAML on either side of one law: objects, or parts of stack files, each headed by a comment with its file name."""

    keeps: str
    breaks: str
    beside: str = ""
    """Objects around both sides; they are judged, and not printed."""
    whole: bool = False
    """Whether these objects are the whole network, so that what is missing is a finding."""
    also: tuple[str, ...] = ()
    """Other laws that the broken side cannot help breaking."""
    copies: Mapping[str, int] = field(default_factory=dict)
    """How often a side is there, for laws that count; `NUMBER` in its text is 1, 2 and so on. By default once."""


def example_of(law: str) -> Example:
    """The example of a law, by its id."""
    return _beside(MODULE_OF[law])[law]


@cache
def _beside(module: str) -> Mapping[str, Example]:
    """The examples of a module's laws, by id."""
    package, _, name = module.rpartition(".")
    text = files(package).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return {law: Example(**{**data, "also": tuple(data.get("also", ()))}) for law, data in yaml.safe_load(text).items()}
