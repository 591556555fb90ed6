"""Which files are Kustomize patches: those that a kustomization next to them, or above them, names as such."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from kmetal_network.errors import OperatorError
from kmetal_network.facts.lenient_fields import is_list
from kmetal_network.yaml_document import read_documents

_NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_LEVELS: Final = 4
"""Folders above a file in which a kustomization may name it."""

_REQUIRED: Final[Mapping[str, str]] = {
    "IPAddressPool": "addresses",
    "AddressPool": "addresses",
    "BGPPeer": "myASN",
    "Subnet": "cidrBlock",
    "NetworkAttachmentDefinition": "config",
}
"""A field without which an object of that kind means nothing, so that its file cannot be the whole object."""


def is_incomplete(data: Mapping[str, Any]) -> bool:
    """Whether an object lacks what its kind cannot do without, so that among patches it is one, too."""
    wanted = _REQUIRED.get(str(data.get("kind")))
    spec = data.get("spec")
    return wanted is not None and not (isinstance(spec, Mapping) and wanted in spec)


class PatchFiles:
    """The patch files of every kustomization that was looked at; each is read once."""

    def __init__(self) -> None:
        self._known: dict[Path, frozenset[Path]] = {}

    def __contains__(self, file: Path) -> bool:
        """Whether a kustomization near a file names it as a patch."""
        resolved = file.resolve()
        return any(resolved in self._patches(folder) for folder in list(resolved.parents)[:_LEVELS])

    def _patches(self, folder: Path) -> frozenset[Path]:
        if folder not in self._known:
            self._known[folder] = frozenset((folder / name).resolve() for name in _named(folder))
        return self._known[folder]


def _named(folder: Path) -> Iterator[str]:
    """The paths that a folder's kustomization names as patches (kubectl-sigs reference, kustomization)."""
    for name in _NAMES:
        try:
            documents = list(read_documents((folder / name).read_text(encoding="utf-8"), name))
        except (OSError, ValueError, OperatorError):
            continue
        for document in documents:
            data = document.data if isinstance(document.data, Mapping) else {}
            for key in ("patches", "patchesStrategicMerge", "patchesJson6902"):
                entries = data.get(key)
                for entry in entries if is_list(entries) else ():
                    path = entry.get("path") if isinstance(entry, Mapping) else entry
                    if isinstance(path, str) and path.isprintable() and len(path) < 1000:  # noqa: PLR2004 (inline YAML)
                        yield path
