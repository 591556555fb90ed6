"""The stack output `declared`: what settings say and no rendered object shows (`kmetal_network.config.declared`).

Any program may export it. An entry that cannot be read is a finding, and is not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Finding
from kmetal_network.facts.lenient_fields import Fields, Note, written
from kmetal_network.facts.model import Expectation, Facts
from kmetal_network.facts.platform import Range, RangeKind
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.yaml_document import dotted

OUTPUT: Final = "declared"
_PLACE: Final = f"stack output `{OUTPUT}`"
_PATHS: Final = {"open": True, "closed": False}


def declared_facts(value: object) -> tuple[Facts, tuple[Finding, ...]]:
    """Ranges, exceptions and expected paths of an export; nothing where there is none."""
    notes: list[Note] = []
    fields = Fields(value, (), notes)
    findings: list[Finding] = []
    if fields.unknown and value is UNKNOWN:
        findings.append(_finding("", "is not known yet", "write it as literals"))
    facts = Facts(
        whole=False,
        ranges=tuple(_ranges(fields, "ranges", findings)),
        exempt=tuple(_ranges(fields, "exceptions", findings)),
        expectations=tuple(_expectations(fields, findings)),
    )
    findings += [_finding(dotted(note.path), note.problem, note.remedy) for note in notes]
    return facts, tuple(findings)


def _entries(fields: Fields, key: str, findings: list[Finding]) -> Iterator[tuple[str, Fields]]:
    entries = fields.mappings(key)
    if entries is UNKNOWN:
        if not fields.unknown:
            findings.append(_finding(key, "is not known yet, or no list", "write a list of mappings"))
        return
    for index, entry in enumerate(entries):
        yield f"{key}[{index}]", entry


def _ranges(fields: Fields, key: str, findings: list[Finding]) -> Iterator[Range]:
    for place, entry in _entries(fields, key, findings):
        name, block = entry.text("name"), entry.text("block")
        kind = entry.text("kind") if key == "ranges" else RangeKind.RESERVED.value
        if not isinstance(name, str) or not isinstance(block, str):
            findings.append(_finding(place, "lacks `name` or `block`", "write both as text"))
        elif kind not in set(RangeKind):
            problem = f"has kind {written(kind)!r}"
            findings.append(_finding(place, problem, f"write one of {', '.join(RangeKind)}"))
        else:
            yield Range(place=f"{_PLACE} {place}", name=name, kind=RangeKind(str(kind)), text=block)


def _expectations(fields: Fields, findings: list[Finding]) -> Iterator[Expectation]:
    for place, entry in _entries(fields, "expect", findings):
        source, target, path, reason = (entry.text(key) for key in ("from", "to", "path", "reason"))
        if not isinstance(source, str) or not isinstance(target, str) or path not in _PATHS:
            problem = f"is from {written(source)!r} to {written(target)!r}, path {written(path)!r}"
            findings.append(_finding(place, problem, "write `from`, `to`, and a `path` that is open or closed"))
        else:
            yield Expectation(
                place=f"{_PLACE} {place}",
                source=source,
                target=target,
                open=_PATHS[str(path)],
                reason=written(reason) if reason else "no reason is given",
            )


def _finding(where: str, problem: str, remedy: str) -> Finding:
    return Finding(place=f"{_PLACE} {where}".rstrip(), problem=problem, remedy=remedy)
