"""Shapes of public manifests, rewritten: what MetalLB, Kube-OVN, Multus, Cozystack and OpenStack users write.

Each document of the files next to this one has a comment with its name over it. None breaks a law by an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

CORPUS: Final = Path(__file__).parents[2] / "corpus"
_NAME: Final = "# shape: "


def corpus() -> Iterator[tuple[str, str]]:
    """Name and text of each shape; objects that belong together are one shape of several documents."""
    for file in sorted(CORPUS.glob("*.yaml")):
        for part in file.read_text(encoding="utf-8").split(_NAME)[1:]:
            name, _, text = part.partition("\n")
            yield f"{file.stem}: {name.strip()}", text
