"""What `lint` reads: files and folders, sorted into objects, stack files, and what is not for it to judge.

Helm templates and Kustomize bases with placeholders are to be rendered first. A Kustomize patch is judged by what it
writes; a JSON patch, which names paths and no object, is not judged.
"""

from __future__ import annotations

import errno
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from kmetal_network.errors import Finding, OperatorError
from kmetal_network.facts.lenient_fields import is_list
from kmetal_network.facts.source_objects import SourceObject, default_place
from kmetal_network.yaml_budget import BYTES, BudgetError
from kmetal_network.yaml_document import Document, read_documents
from operations.linting.environments import Environments
from operations.linting.kustomize import PatchFiles, is_incomplete

STDIN: Final = "-"
_SUFFIXES: Final = (".yaml", ".yml", ".json")
_PLACEHOLDER: Final = "_replaced_"
"""What stands in a Kustomize base where `replacements` of its overlays write (openstack-k8s-operators/architecture)."""

JSON_PATCH: Final = "Kustomize patch that names paths and no object"
PLACEHOLDERS: Final = (
    "Kustomize base with placeholders; build it first (kubectl kustomize FOLDER | kmetal-network lint -)"
)
TEMPLATE: Final = "a Helm template, which is no YAML yet"
RENDER: Final = "render it first (helm template RELEASE CHART | kmetal-network lint -)"


@dataclass
class Sources:
    """Everything that was read."""

    manifests: list[SourceObject] = field(default_factory=list)
    environments: Environments = field(default_factory=Environments)
    """What stack files and tenant files say."""
    unreadable: list[Finding] = field(default_factory=list)
    """What cannot be read at all: no one has judged it."""
    unjudged: Counter[str] = field(default_factory=Counter)
    """What was read and is not for a law to judge, by a name in the singular."""


def read_sources(names: Sequence[str]) -> Sources:
    """Read files, folders (every .yaml, .yml and .json below them) and, for `-`, standard input."""
    sources, patches = Sources(), PatchFiles()
    for name, path in _files(names, sources):
        try:
            _sort(sources, _text(path), name, is_patch=path is not None and path in patches)
        except OperatorError as error:
            sources.unreadable.extend(error.findings)
        except RecursionError:
            sources.unreadable.append(
                Finding(place=name, problem="nested too deep to read", remedy="write plain manifests")
            )
        except UnicodeDecodeError as error:
            problem = f"not UTF-8 at byte {error.start}"
            sources.unreadable.append(Finding(place=name, problem=problem, remedy="save it as UTF-8"))
        except (OSError, ValueError) as error:
            sources.unreadable.append(_unreadable(name, error))
    return sources


def _unreadable(name: str, error: Exception) -> Finding:
    """A file that cannot be opened; a name with a zero byte is a ValueError to Python."""
    reason = error.strerror if isinstance(error, OSError) else str(error)
    remedy = "name a file that can be read"
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        remedy = "write the file's name, not its text; `-` reads standard input"
    return Finding(place=name, problem=f"cannot be read: {(reason or 'unknown error').lower()}", remedy=remedy)


def _files(names: Sequence[str], sources: Sources) -> Iterator[tuple[str, Path | None]]:
    """Each file with the name by which to speak of it; a folder without one is a finding."""
    for name in names:
        path = Path(name)
        try:
            if name != STDIN and path.is_dir():
                yield from _folder(name, path, sources)
                continue
        except (OSError, ValueError):
            pass  # reading it says why
        yield ("(stdin)", None) if name == STDIN else (name, path)


def _folder(name: str, path: Path, sources: Sources) -> Iterator[tuple[str, Path]]:
    inside = sorted(entry for entry in path.rglob("*") if entry.is_file())
    files = [entry for entry in inside if entry.suffix in _SUFFIXES]
    for entry in inside:
        if entry.suffix not in _SUFFIXES and entry.suffix.lower() in _SUFFIXES:
            sources.unjudged[f"file whose name ends in {entry.suffix}, which kubectl does not read either"] += 1
    if not files:
        have = ", ".join(sorted({entry.suffix or entry.name for entry in inside})[:5]) or "it is empty"
        problem = f"no YAML in it ({have})"
        remedy = f"name a folder with files that end in {', '.join(_SUFFIXES)}"
        sources.unreadable.append(Finding(place=name, problem=problem, remedy=remedy))
    for entry in files:
        yield str(entry), entry


def _text(path: Path | None) -> str:
    """A file's text; one past the budget is not read to its end."""
    if path is None:
        raw = sys.stdin.buffer.read(BYTES + 1)
    else:
        with path.open("rb") as file:
            raw = file.read(BYTES + 1)
    return raw[: BYTES + 1].decode("utf-8-sig", "strict" if len(raw) <= BYTES else "replace")


def _sort(sources: Sources, text: str, name: str, *, is_patch: bool) -> None:
    """Put a file's documents where they belong."""
    try:
        documents = list(read_documents(text, name))
    except BudgetError:
        raise
    except OperatorError:
        if "{{" in text:
            raise OperatorError([Finding(place=name, problem=TEMPLATE, remedy=RENDER)]) from None
        raise
    of_patches = is_patch or any(isinstance(entry.data, Mapping) and "$patch" in entry.data for entry in documents)
    for document in documents:
        data = document.data
        if data is None:
            continue
        if _is_json_patch(data):
            sources.unjudged[JSON_PATCH] += 1
        elif not isinstance(data, dict):
            problem = "a document that is no mapping"
            remedy = "write an object with apiVersion and kind, or chart values"
            raise OperatorError([Finding(place=document.place(()).strip(), problem=problem, remedy=remedy)])
        elif sources.environments.takes(data, text, Path(name)):
            continue
        elif _has_placeholder(data):
            sources.unjudged[PLACEHOLDERS] += 1
        else:
            patch = is_patch or "$patch" in data or (of_patches and is_incomplete(data))
            sources.manifests.append(SourceObject(data, _place(document), partial(_locate, document), patch))


def _is_json_patch(data: object) -> bool:
    """A list of operations on paths (RFC 6902)."""
    return (
        is_list(data)
        and bool(data)
        and all(isinstance(entry, Mapping) and {"op", "path"} <= set(entry) for entry in data)
    )


def _has_placeholder(data: object) -> bool:
    pending = [data]
    while pending:
        value = pending.pop()
        if value == _PLACEHOLDER:
            return True
        if isinstance(value, Mapping):
            pending.extend(value.values())
        elif isinstance(value, tuple):
            pending.extend(value)
    return False


def _place(document: Document) -> str:
    """`FILE:LINE Kind namespace/name`, or `FILE:LINE` alone for chart values."""
    where = document.place(())
    data = document.data
    return f"{where} {default_place(data)}" if "kind" in data or "apiVersion" in data else where


def _locate(document: Document, path: tuple[str | int, ...]) -> str:
    return document.place(path)
