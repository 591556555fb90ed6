"""Judges a law's example with the readers and laws that `lint` and `check` use.

A document with `config:` is a part of the stack file that its comment names, and is laid over a stack file that breaks no
law: mappings key by key, anything else in place of what was there. Objects after it are those of its cluster. Other
objects are judged by themselves, as a part of a network unless the example says that they are the whole.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from kmetal_network.config.stackfile import parse_environment
from kmetal_network.errors import Finding
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import read_objects
from kmetal_network.facts.source_objects import SourceObject
from kmetal_network.laws.examples import Example
from kmetal_network.laws.registry import judge, judge_estate
from operations.linting.environments import is_stack_file
from tests.support.stack_project import stack_config


@dataclass
class Written:
    """What an example's text holds."""

    objects: list[SourceObject] = field(default_factory=list)
    stacks: dict[str, Any] = field(default_factory=dict)
    """The content of each stack file, by the stack's name."""
    members: dict[str, list[SourceObject]] = field(default_factory=lambda: defaultdict(list))
    """The objects of a stack's cluster."""

    def read(self, text: str) -> None:
        """Add a text."""
        stack = ""
        for comment, data in documents(text):
            if is_stack_file(data):
                named = re.search(r"# Pulumi\.([a-z]+)\.yaml", comment)
                assert named is not None, f"a part of a stack file without a comment that names the file: {data}"
                stack = named[1]
                self.stacks[stack] = laid_over(self.stacks.get(stack) or stack_without_findings(stack), data)
            elif stack:
                self.members[stack].append(SourceObject(data))
            else:
                self.objects.append(SourceObject(data))


def documents(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each document that is not empty: its text and its data."""
    for document in re.split(r"(?m)^---$", text):
        data = yaml.safe_load(document)
        if data is not None:
            yield document, data


def stack_without_findings(name: str) -> dict[str, Any]:
    """One of the repository's stack files, with what `dev` lacks on purpose."""
    config = stack_config(name)
    if name == "dev":
        config["management"]["cidr"] = "172.21.204.0/24"
        config["isolation"] = {"level": "platform"}
        config["tenants"][0]["quota"] = {"requests.cpu": "20"}
    return {"config": {f"kmetal-network:{section}": value for section, value in config.items()}}


def laid_over(base: Any, part: Any) -> Any:
    """Mappings key by key; any other value replaces what was there."""
    if isinstance(base, Mapping) and isinstance(part, Mapping):
        return {**base, **{key: laid_over(base.get(key), value) for key, value in part.items()}}
    return part


def findings_of(example: Example, side: str, unseen: Facts | None = None) -> set[Finding]:
    """Everything that is found in one side of an example.

    Args:
        example: a law's.
        side: `keeps` or `breaks`.
        unseen: facts that no file shows.
    """
    written = Written()
    written.read(example.beside)
    for text in _copies(example, side):
        written.read(text)
    seen = read_objects(written.objects, whole=example.whole)
    assert seen.coverage.unknown == 0, "an object of a kind that no law knows"
    found = {*seen.shape, *judge(seen.facts.joined(unseen or Facts()))}
    estate = {}
    for stack, data in written.stacks.items():
        environment = parse_environment(yaml.safe_dump(data), f"Pulumi.{stack}.yaml", stack).facts()
        inside = read_objects(written.members[stack], whole=True)
        estate[stack] = Facts.union((environment, inside.facts))
        found |= {*inside.shape, *judge(estate[stack])}
    return found | set(judge_estate(estate))


def _copies(example: Example, side: str) -> Iterable[str]:
    text: str = getattr(example, side)
    if side not in example.copies:
        return (text,)
    return (text.replace("NUMBER", str(count + 1)) for count in range(example.copies[side]))
