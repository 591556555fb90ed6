"""Stack files of cells: the engine keeps a salt there, and no setting stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from kmetal_network.cells import MOST, Part
from kmetal_network.config.settings import PROJECT
from kmetal_network.config.settings_files import SettingsFiles
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import CELLS
from kmetal_network.yaml_document import read_document


def cell_findings(files: SettingsFiles, cells: Mapping[str, int]) -> Iterator[Finding]:
    """What is wrong with the stack files of cells.

    Args:
        files: all settings files.
        cells: name of each environment whose form is right to its number of cells.
    """
    for path, cell in files.cells().items():
        if cell.environment not in files.environments():
            problem = f"there is no Pulumi.{cell.environment}.yaml, whose cell {cell.cell} it would be"
            yield Finding(place=path, problem=problem, remedy="write that file; no environment may end in -cell-NUMBER")
            continue
        if cell.cell > (there := cells.get(cell.environment, cell.cell)):
            yield no_such_cell(path, cell, there)
        yield from _settings_in(files.texts[path], path, cell.environment)


@lru_cache(maxsize=2 * MOST)
def _settings_in(text: str, path: str, environment: str) -> tuple[Finding, ...]:
    """Settings where none may be. A run writes one such file and reads all of them, so each is read once."""
    try:
        document = read_document(text, path)
    except OperatorError as error:
        return tuple(error.findings)
    data = document.data if isinstance(document.data, Mapping) else {}
    config = data.get("config")
    remedy = f"write it in Pulumi.{environment}.yaml; every stack of {environment} reads that"
    return tuple(
        Finding(
            place=document.place(("config", key)),
            problem=f"{key!r} in the stack file of a cell, which holds no settings",
            remedy=remedy,
        )
        for key in (config if isinstance(config, Mapping) else ())
        if str(key).rpartition(":")[0] in ("", PROJECT)
    )


def no_such_cell(place: str, cell: Part, cells: int) -> Finding:
    """A stack of a cell that its environment does not have, or no longer."""
    return Finding(
        place=place,
        problem=f"it is the stack of cell {cell.cell}, and {cell.environment} has {cells or 'no'} cells",
        remedy=f"run `kmetal-network cells {cell.environment}`, which moves what the stack holds to where it belongs",
        rule=CELLS,
    )
