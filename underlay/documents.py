"""Reads YAML as Pulumi reads it, and remembers the line of every value.

YAML 1.2's few scalars only: `yes` and `12:30` are text here, as they are for the engine. Merge keys (`<<`) are
followed, as the engine, kubectl and Helm follow them: what one brings in is there. A key that stands twice is refused:
every other reader silently keeps one of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import yaml

from underlay.errors import Finding, OperatorError

Path: TypeAlias = tuple[str | int, ...]

_BASE: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_DEPTH: Final = 64
"""Levels of nesting; nothing that is written for Kubernetes comes near, a YAML alias to its own parent never ends."""


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
    """One YAML document: its data (lists as tuples) and where each value stands."""

    name: str
    data: Any
    lines: dict[Path, int] = field(repr=False)

    def place(self, path: Path) -> str:
        """`FILE:LINE dotted.path[0]`, the line being that of the nearest value that is really there."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        dotted = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
        line = f":{self.lines[known]}" if known in self.lines else ""
        return f"{self.name}{line} {dotted}".rstrip()


def read_documents(text: str, name: str) -> Iterator[Document]:
    """Every document of a YAML stream.

    Raises:
        OperatorError: not YAML, a key twice in one mapping, or a key that is not text; all repeated keys at once.
    """
    loader = _Loader(text)
    try:
        while loader.check_node():
            lines: dict[Path, int] = {}
            findings: list[Finding] = []
            node = loader.get_node()
            data = _construct(node, (), name, lines, findings, loader)
            if findings:
                raise OperatorError(findings)
            yield Document(name, data, lines)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}:{mark.line + 1}" if mark else name
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        remedy = "mend the YAML there (indentation, quotes, a missing colon)"
        raise OperatorError([Finding(place=place, problem=f"not YAML: {problem}", remedy=remedy)]) from None
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


def _construct(
    node: yaml.Node,
    path: Path,
    name: str,
    lines: dict[Path, int],
    findings: list[Finding],
    loader: Any,
) -> Any:
    lines[path] = node.start_mark.line + 1
    if len(path) > _DEPTH:
        place, problem = f"{name}:{lines[path]}", f"nested deeper than {_DEPTH} levels, or inside itself"
        findings.append(
            Finding(place=place, problem=problem, remedy="write it flat, without an alias to what holds it")
        )
        return None
    if isinstance(node, yaml.SequenceNode):
        return tuple(
            _construct(child, (*path, index), name, lines, findings, loader) for index, child in enumerate(node.value)
        )
    if not isinstance(node, yaml.MappingNode):
        return _scalar(node, path, name, findings, loader)
    mapping: dict[str, Any] = {}
    for key_node, value_node in _pairs(node, name, findings, {}):
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        line = key_node.start_mark.line + 1
        if key is None:
            findings.append(
                Finding(place=f"{name}:{line}", problem="a key that is not text", remedy="write a plain name")
            )
            continue
        if key in mapping:
            earlier = lines[(*path, key)]
            findings.append(
                Finding(
                    place=f"{name}:{line} {'.'.join(map(str, (*path, key)))}",
                    problem=f"the key {key!r} stands twice, first on line {earlier}",
                    remedy="keep one of the two",
                )
            )
            continue
        mapping[key] = _construct(value_node, (*path, key), name, lines, findings, loader)
    return mapping


_Pairs: TypeAlias = list[tuple[yaml.Node, yaml.Node]]


def _pairs(node: yaml.MappingNode, name: str, findings: list[Finding], seen: dict[int, _Pairs | None]) -> _Pairs:
    """A mapping's own keys, and after them those that its merge keys bring in and it does not have itself.

    `seen` holds each mapping's pairs, None while they are being found: a mapping inside itself never ends.
    """
    seen[id(node)] = None
    pairs = [pair for pair in node.value if not _merges(pair[0])]
    taken = {key.value for key, _ in pairs if isinstance(key, yaml.ScalarNode)}
    for key, value in node.value:
        if not _merges(key):
            continue
        sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for source in sources:  # the first that has a key wins
            found = None
            if isinstance(source, yaml.MappingNode):
                found = seen[id(source)] if id(source) in seen else _pairs(source, name, findings, seen)
            if found is None:
                problem = "`<<` merges what is no mapping, or itself"
                remedy = "write an alias to a mapping, or the keys themselves"
                findings.append(Finding(place=f"{name}:{key.start_mark.line + 1}", problem=problem, remedy=remedy))
                continue
            for pair in found:
                if not (isinstance(pair[0], yaml.ScalarNode) and pair[0].value in taken):
                    pairs.append(pair)
                    taken |= {pair[0].value} if isinstance(pair[0], yaml.ScalarNode) else set()
    seen[id(node)] = pairs
    return pairs


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
