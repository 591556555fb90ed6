"""Stack files of cells: the engine keeps a salt there, and no setting stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kmetal_network.cells import Part
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
        try:
            document = read_document(files.texts[path], path)
        except OperatorError as error:
            yield from error.findings
            continue
        data = document.data if isinstance(document.data, Mapping) else {}
        config = data.get("config")
        for key in config if isinstance(config, Mapping) else ():
            if str(key).rpartition(":")[0] in ("", PROJECT):
                remedy = f"write it in Pulumi.{cell.environment}.yaml; every stack of {cell.environment} reads that"
                problem = f"{key!r} in the stack file of a cell, which holds no settings"
                yield Finding(place=document.place(("config", key)), problem=problem, remedy=remedy)


def no_such_cell(place: str, cell: Part, cells: int) -> Finding:
    """A stack of a cell that its environment does not have, or no longer."""
    return Finding(
        place=place,
        problem=f"it is the stack of cell {cell.cell}, and {cell.environment} has {cells or 'no'} cells",
        remedy=f"run `kmetal-network cells {cell.environment}`, which moves what the stack holds to where it belongs",
        rule=CELLS,
    )
