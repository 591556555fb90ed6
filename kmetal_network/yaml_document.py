"""Reads YAML as Pulumi reads it, and remembers the line of every value.

YAML 1.2's few scalars only: `yes` and `12:30` are text here, as they are for the engine. Merge keys (`<<`) are
followed, as the engine, kubectl and Helm follow them: what one brings in is there. A key that occurs twice is refused:
every other reader silently keeps one of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import yaml

from kmetal_network.errors import Finding, OperatorError
from kmetal_network.yaml_budget import DEPTH, ENDLESS, FLAT, Spending, hold_to_budget

Path: TypeAlias = tuple[str | int, ...]


def dotted(path: Path) -> str:
    """A path as `tenants[0].clusters[1].cidrBlock`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


_BASE: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BASE):  # type: ignore[misc, valid-type]  # the C loader where libyaml is, else the same in Python
    """PyYAML's safe loader with the scalars of YAML 1.2's core schema."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})$"), [*_first, *("" if _tag != "null" else [""])]
    )


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its data (lists as tuples) and the position of each value."""

    name: str
    data: Any
    lines: dict[Path, int] = field(repr=False)

    def place(self, path: Path) -> str:
        """`FILE:LINE dotted.path[0]`, the line being that of the nearest value that is really there."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        line = f":{self.lines[known]}" if known in self.lines else ""
        return f"{self.name}{line} {dotted(path)}".rstrip()


def read_documents(text: str, name: str) -> Iterator[Document]:
    """Every document of a YAML stream.

    Raises:
        OperatorError: not YAML, over the budget (`kmetal_network.yaml_budget`), a key twice in one mapping, or a key
        that is
            not text; all repeated keys at once.
    """
    try:
        written = hold_to_budget(text, name, _Loader)
        loader = _Loader(text)
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise _not_yaml(error, name) from None
    spending = Spending(name, written)
    try:
        while loader.check_node():
            lines: dict[Path, int] = {}
            findings: list[Finding] = []
            node = loader.get_node()
            data = _Builder(name, lines, findings, loader, spending).value(node, ())
            if findings:
                raise OperatorError(findings)
            yield Document(name, data, lines)
    except yaml.YAMLError as error:
        raise _not_yaml(error, name) from None
    except RecursionError:  # merge keys inside keys that are no text
        raise OperatorError([Finding(place=name, problem=ENDLESS, remedy=FLAT)]) from None
    finally:
        loader.dispose()


def read_document(text: str, name: str) -> Document:
    """The one document of a file; an empty file reads as None.

    Raises:
        OperatorError: as `read_documents`, or more than one document.
    """
    documents = list(read_documents(text, name))
    if len(documents) > 1:
        problem, remedy = f"holds {len(documents)} YAML documents", "keep one, without `---` between"
        raise OperatorError([Finding(place=name, problem=problem, remedy=remedy)])
    return documents[0] if documents else Document(name, None, {})


_Pairs: TypeAlias = list[tuple[yaml.Node, yaml.Node]]


class _Builder:
    """Builds one document's data from its nodes, and notes the line of each value."""

    def __init__(
        self, name: str, lines: dict[Path, int], findings: list[Finding], loader: Any, spending: Spending
    ) -> None:
        self._name = name
        self._lines = lines
        self._findings = findings
        self._loader = loader
        self._spending = spending
        self._merged: dict[int, _Pairs | None] = {}
        """Each mapping's pairs, None while they are being found: a mapping inside itself never ends."""

    def value(self, node: yaml.Node, path: Path) -> Any:
        """What a node holds."""
        line = self._lines[path] = node.start_mark.line + 1
        self._spending.spend(1, line)
        if len(path) > DEPTH:
            self._refuse(f"{self._name}:{line}", ENDLESS, FLAT)
            return None
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.value(child, (*path, index)) for index, child in enumerate(node.value))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return _scalar(node, path, self._name, self._findings, self._loader)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in self._pairs(node):
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            line = key_node.start_mark.line + 1
            if key is None:
                self._refuse(f"{self._name}:{line}", "a key that is not text", "write a plain name")
            elif key in mapping:
                earlier = self._lines[(*path, key)]
                place = f"{self._name}:{line} {'.'.join(map(str, (*path, key)))}"
                self._refuse(place, f"the key {key!r} is written twice, first on line {earlier}", "keep one of the two")
            else:
                mapping[key] = self.value(value_node, (*path, key))
        return mapping

    def _pairs(self, node: yaml.MappingNode) -> _Pairs:
        """A mapping's own keys, and after them those that its merge keys bring in and it does not have itself."""
        known = self._merged.get(id(node))
        if known is not None:
            return known
        self._merged[id(node)] = None
        pairs = [pair for pair in node.value if not _merges(pair[0])]
        taken = {key.value for key, _ in pairs if isinstance(key, yaml.ScalarNode)}
        for key, value in node.value:
            if not _merges(key):
                continue
            line = key.start_mark.line + 1
            for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:  # the first with a key wins
                found = self._source(source)
                if found is None:
                    problem = "`<<` merges what is no mapping, or itself"
                    remedy = "write an alias to a mapping, or the keys themselves"
                    self._refuse(f"{self._name}:{line}", problem, remedy)
                    continue
                self._spending.spend(len(found), line)
                for pair in found:
                    if not (isinstance(pair[0], yaml.ScalarNode) and pair[0].value in taken):
                        pairs.append(pair)
                        taken |= {pair[0].value} if isinstance(pair[0], yaml.ScalarNode) else set()
        self._merged[id(node)] = pairs
        return pairs

    def _source(self, node: yaml.Node) -> _Pairs | None:
        """The pairs of what a merge key names; None where it is no mapping, or is being merged itself."""
        if not isinstance(node, yaml.MappingNode) or self._merged.get(id(node), ()) is None:
            return None
        return self._pairs(node)

    def _refuse(self, place: str, problem: str, remedy: str) -> None:
        self._findings.append(Finding(place=place, problem=problem, remedy=remedy))


def _not_yaml(error: Exception, name: str) -> OperatorError:
    mark = getattr(error, "problem_mark", None)
    place = f"{name}:{mark.line + 1}" if mark else name
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    remedy = "mend the YAML there (indentation, quotes, a missing colon)"
    return OperatorError([Finding(place=place, problem=f"not YAML: {problem}", remedy=remedy)])


def _merges(key: yaml.Node) -> bool:
    """Whether a key is `<<` without quotes."""
    return isinstance(key, yaml.ScalarNode) and key.value == "<<" and not key.style


def _scalar(node: yaml.Node, path: Path, name: str, findings: list[Finding], loader: Any) -> Any:
    """One value; what PyYAML's constructors trip over (`08`, a tag that does not fit) is a finding."""
    try:
        return loader.construct_object(node, deep=True)
    except (ValueError, LookupError, AttributeError, TypeError):
        tag = str(node.tag).rpartition(":")[2]
        findings.append(
            Finding(
                place=f"{name}:{node.start_mark.line + 1} {'.'.join(map(str, path))}".rstrip(),
                problem=f"{node.value!r} can't be read as {tag}",
                remedy="write a number without leading zeros, or text in quotes; leave tags (`!!...`) out",
            )
        )
        return None
