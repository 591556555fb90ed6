"""Writes the rules of `docs/rbac-*.yaml` that follow from the table of kinds, between two marks in each role."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from kmetal_network.kinds.kind import Kind
from kmetal_network.kinds.registry import KINDS

_BEGIN: Final = "  # make generate writes from here, from kmetal_network/kinds\n"
_END: Final = "  # to here\n"
_WIDTH: Final = 120
_CORE: Final = '""'

_POLICIES: Final = "admissionregistration.k8s.io"
_BINDINGS: Final = "rbac.authorization.k8s.io"
_FLUX: Final = frozenset({"source.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io"})
"""Granted in the namespace of the release alone."""


@dataclass(frozen=True)
class _Role:
    """A ClusterRole whose rules are written here."""

    path: Path
    name: str
    verbs: str
    written: bool
    """Only for kinds of which the program writes whole objects."""
    without: frozenset[str] = frozenset()
    """API groups of which the file itself speaks."""

    def kinds(self) -> list[Kind]:
        """The kinds that it has rules for; a kind of which some objects alone are read has a rule by their names."""
        found = (kind for kind in KINDS.values() if kind.written or not self.written)
        return [kind for kind in found if _group(kind) not in self.without and not kind.only]


_ROLES: Final = (
    _Role(Path("docs", "rbac-preview.yaml"), "kmetal-network-preview", "get, list", written=False),
    _Role(
        Path("docs", "rbac-preview.yaml"),
        "kmetal-network-dry-run",
        "create, patch, update",
        written=True,
        without=frozenset({_POLICIES, _BINDINGS}),
    ),
    _Role(
        Path("docs", "rbac-apply.yaml"),
        "kmetal-network-apply",
        "create, delete, get, list, patch, update, watch",
        written=True,
        without=_FLUX,
    ),
)


def pages(root: Path) -> dict[Path, str]:
    """Each file as it should be.

    Args:
        root: holds the files as they are: everything but the rules between the marks stays.

    Raises:
        ValueError: a role or its marks are gone.
    """
    texts = {role.path: (root / role.path).read_text(encoding="utf-8") for role in _ROLES}
    for role in _ROLES:
        head = rf"(?<=\n  name: {role.name}\nrules:\n)((?:  #.*\n)*?{_BEGIN})"
        found = re.search(rf"{head}(?:.*\n)*?(?={_END})", text := texts[role.path])
        if found is None:
            message = f"{role.path}: role {role.name} has no place for its rules; write {_BEGIN.strip()!r} under rules:"
            raise ValueError(message)
        rules = "".join(_rules(role.kinds(), role.verbs))
        texts[role.path] = f"{text[: found.start()]}{found[1]}{rules}{text[found.end() :]}"
    return texts


def _group(kind: Kind) -> str:
    return kind.version.rpartition("/")[0]


def _rules(kinds: Iterable[Kind], verbs: str) -> Iterator[str]:
    """One rule for each API group, in the order of the groups' names."""
    for group, of_group in groupby(sorted(kinds, key=_group), _group):
        names = [kind.plural for kind in of_group]
        line = f"    resources: [{', '.join(names)}]\n"
        listed = "    resources:\n" + "".join(f"      - {name}\n" for name in names)
        yield f"  - apiGroups: [{group or _CORE}]\n{line if len(line) <= _WIDTH else listed}    verbs: [{verbs}]\n"
