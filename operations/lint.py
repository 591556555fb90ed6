"""`underlay lint FILE...`: the same laws on plain YAML, each finding with its file and line.

It reads Kubernetes manifests (several documents, Lists) and kMetal's values, whole or in fragments. What it is given is
taken as a part of the network: that something is missing from these files proves nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from operations.console import counted
from underlay.documents import Document, read_documents
from underlay.errors import Finding, OperatorError, Severity
from underlay.facts import Facts
from underlay.reader import Manifest, default_place, look
from underlay.rules.registry import RULES, judge

STDIN: Final = "-"
FINE: Final = 0
FINDINGS: Final = 1
UNREADABLE: Final = 2

_SUFFIXES: Final = (".yaml", ".yml", ".json")


def lint(files: Sequence[str], *, output: str = "text") -> int:
    """Judge files, print what is found, and return the exit code: 0 fine, 1 findings, 2 unreadable.

    Args:
        files: paths of files or folders; `-` reads standard input.
        output: `text` for people, `json` for machines.
    """
    manifests, unreadable = read_manifests(files)
    findings = tuple(sorted({*unreadable, *lint_manifests(manifests)}))
    if output == "json":
        json.dump({"findings": [asdict(finding) for finding in findings]}, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        _print(findings, len(manifests))
    if unreadable:
        return UNREADABLE
    return FINDINGS if findings else FINE


def lint_manifests(manifests: Iterable[Manifest]) -> tuple[Finding, ...]:
    """Every finding of form and law."""
    seen = look(manifests)
    facts: Facts = seen.facts
    return tuple(sorted({*seen.shape, *judge(facts)}))


def manifests_in(text: str, name: str) -> Iterator[Manifest]:
    """The objects of a YAML stream, each with the line on which it begins.

    Raises:
        OperatorError: it is not YAML, a key stands twice, or a document is no mapping.
    """
    for document in read_documents(text, name):
        if document.data is None:
            continue
        if not isinstance(document.data, dict):
            problem, remedy = (
                "a document that is no mapping",
                "write an object with apiVersion and kind, or chart values",
            )
            raise OperatorError([Finding(place=document.place(()).strip(), problem=problem, remedy=remedy)])
        yield Manifest(document.data, _place(document), partial(_locate, document))


def _place(document: Document) -> str:
    """`FILE:LINE Kind namespace/name`, or `FILE:LINE` alone for chart values."""
    where = document.place(())
    data = document.data
    return f"{where} {default_place(data)}" if "kind" in data or "apiVersion" in data else where


def _locate(document: Document, path: tuple[str | int, ...]) -> str:
    return document.place(path)


def read_manifests(files: Sequence[str]) -> tuple[list[Manifest], list[Finding]]:
    """What can be read, and what is wrong with the rest."""
    manifests: list[Manifest] = []
    unreadable: list[Finding] = []
    for name, source in _sources(files):
        try:
            manifests.extend(manifests_in(_text(source), name))
        except OperatorError as error:
            unreadable.extend(error.findings)
        except RecursionError:
            unreadable.append(Finding(place=name, problem="nested too deep to read", remedy="write plain manifests"))
        except UnicodeDecodeError as error:
            unreadable.append(
                Finding(place=name, problem=f"not UTF-8 at byte {error.start}", remedy="save it as UTF-8")
            )
        except OSError as error:
            problem = f"cannot be read: {(error.strerror or 'unknown error').lower()}"
            unreadable.append(Finding(place=name, problem=problem, remedy="name a file that can be read"))
    return manifests, unreadable


def _sources(files: Sequence[str]) -> Iterator[tuple[str, Path | None]]:
    for name in files:
        path = Path(name)
        if name == STDIN:
            yield "(stdin)", None
        elif path.is_dir():
            inside = (entry for entry in path.rglob("*") if entry.suffix in _SUFFIXES and entry.is_file())
            yield from ((str(entry), entry) for entry in sorted(inside))
        else:
            yield name, path


def _text(path: Path | None) -> str:
    raw = sys.stdin.buffer.read() if path is None else path.read_bytes()
    return raw.decode("utf-8-sig")


def _print(findings: Sequence[Finding], count: int) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for finding in findings:
        style = "red" if finding.severity is Severity.ERROR else "yellow"
        line = Text(f"{finding.severity.value}: ", style=style)
        console.print(line.append(str(finding), style="default"))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    told = f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}"
    what = told if findings else "nothing found"
    console.print(f"{counted(count, 'object')}, {len(RULES)} laws: {what}", style="bold")
