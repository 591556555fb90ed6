"""The text of a tenant file: a new one, or one with further clusters; every other line stays as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from kmetal_network.allocation.giving import Grant
from kmetal_network.config.stackfile_edit import end_of
from kmetal_network.config.tenant_files import as_yaml
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.yaml_document import read_document


def new_tenant(name: str, grant: Grant) -> str:
    """The file of a new tenant."""
    egress = {"egressAddress": grant.egress} if grant.egress else {}
    return as_yaml({"name": name, **egress, "clusters": list(_clusters(grant))})


def with_clusters(text: str, path: str, grant: Grant) -> str:
    """A tenant's file with the new clusters at the end of its list.

    Raises:
        OperatorError: the list cannot be added to line by line.
    """
    before = read_document(text, path)
    added = tuple(_clusters(grant))
    edited = _added(text, added)
    wanted = {**before.data, "clusters": (*(before.data.get("clusters") or ()), *added)}
    if edited is None or read_document(edited, path).data != wanted:
        problem = "`clusters` is no list of lines that begin with a dash"
        raise OperatorError([Finding(place=before.place(("clusters",)), problem=problem, remedy="write it as one")])
    return edited


def _clusters(grant: Grant) -> Iterable[Mapping[str, str]]:
    for name, block in grant.blocks.items():
        plane = grant.control_planes.get(name)
        yield {"name": name, "cidrBlock": block, **({"controlPlaneAddress": plane} if plane else {})}


def _added(text: str, clusters: Iterable[Mapping[str, str]]) -> str | None:
    """The text with more entries of `clusters`; None where they are written in brackets."""
    whole: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    held = next((value for key, value in whole.value if key.value == "clusters"), None)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    entries = as_yaml([dict(cluster) for cluster in clusters]).splitlines(keepends=True)
    if held is None:
        return "".join([*lines, "clusters:\n", *entries])
    if not isinstance(held, yaml.SequenceNode) or held.flow_style or not held.value:
        return None
    after, indent = end_of(held), " " * held.start_mark.column
    return "".join([*lines[:after], *(indent + entry for entry in entries), *lines[after:]])
