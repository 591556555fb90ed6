"""Nodes that the provider network names and that are not in the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Finding, Severity
from kmetal_network.finding_codes.codes import NODE
from operations.preflight.check import Preflight, PreflightCheck


def _absent_nodes(preflight: Preflight) -> Iterator[Finding]:
    """Decommissioned, yet to come, or misspelt."""
    environment = preflight.environment
    for key, node in environment.settings.provider.network.named_nodes():
        if node not in preflight.view.objects("Node"):
            yield Finding(
                place=environment.place(("provider", "network", key)),
                problem=f"node {node} is not in the cluster",
                remedy="take it out, or correct the name; one that is yet to come may stay",
                rule=NODE,
                severity=Severity.WARNING,
            )


CHECK: Final = PreflightCheck(
    title="Nodes that the provider network names are in the cluster", findings=_absent_nodes, kinds=("Node",)
)
