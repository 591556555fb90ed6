"""`picture`: topology, address map and who can reach whom; changes are marked where a plan is given."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from kmetal_network.config.settings_files import environment_names
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.drawing.address_map import address_map
from kmetal_network.drawing.matrix import matrix
from kmetal_network.drawing.topology import mermaid, topology
from kmetal_network.errors import OperatorError
from kmetal_network.facts.model import Facts
from kmetal_network.plan.model import Plan
from kmetal_network.reach.table import table
from operations.console import out
from operations.pictures.d2 import Form, draw
from operations.preview.store import load

_ROOT: Final = Path()


def texts(environment: Environment, facts: Facts, plan: Plan | None = None) -> dict[str, str]:
    """Every picture of an environment as text of D2, in the order in which a reader wants them.

    Args:
        environment: the settings.
        facts: by which it is computed who can reach whom.
        plan: what changes; marked.
    """
    name, settings = environment.name, environment.settings
    return {
        "topology": topology(settings, name, plan),
        "addresses": address_map(settings, name, plan),
        "reach": matrix(table(facts), name, plan),
    }


def drawings(environment: Environment, live: Facts) -> dict[str, str]:
    """Title to SVG, for the report of a live network.

    Raises:
        OperatorError: no D2 here.
    """
    titles = {
        "topology": "Topology, as the settings have it",
        "addresses": "Addresses: who holds what, and what is free",
        "reach": "Who can reach whom, by the live objects",
    }
    return {titles[what]: draw(text, Form.SVG).decode() for what, text in texts(environment, live).items()}


def pictures(environment: Environment, plan: Plan | None = None) -> dict[str, bytes]:
    """File name to content, for one environment.

    Raises:
        OperatorError: no D2 here.
    """
    name = environment.name
    found = {f"{name}-topology.mmd": mermaid(environment.settings, name).encode()}
    for what, text in texts(environment, environment.facts(), plan).items():
        for form in Form:
            found[f"{name}-{what}.{form}"] = draw(text, form)
    return found


def picture_command(
    stack: Annotated[str, typer.Argument(help="Name of the environment; all without it.")] = "",
    folder: Annotated[Path, typer.Option("--out", help="Folder for the files; made where it is not there.")] = Path(
        "pictures"
    ),
    plan: Annotated[
        Path | None, typer.Option(help="JSON of `kmetal-network preview --save`: its changes are marked.")
    ] = None,
) -> None:
    """Draw topology, address map and who can reach whom as SVG, PNG and Mermaid, without a cluster."""
    marked = None if plan is None else load(plan)
    if plan is not None and marked is None:
        raise OperatorError(f"--plan {plan}: no plan that was written to its end; name a file of `preview --save`")
    for name in (stack,) if stack else environment_names(_ROOT):
        environment, _ = load_stack(_ROOT, name)
        own = marked if marked is not None and marked.environment == name else None
        for file, content in pictures(environment, own).items():
            _write(folder, file, content)


def _write(folder: Path, file: str, content: bytes) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(content)
    except OSError as error:
        raise OperatorError(f"--out {folder}: {error.strerror}; name a folder that you may write to") from None
    out.print(str(folder / file), highlight=False, markup=False, soft_wrap=True)
