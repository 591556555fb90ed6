"""Gateway nodes that have left, and gateway labels that are off; without any gateway node no tenant has a way out.

The engine creates a stub Node for a labelled node that is gone (docs/evidence/provider.md#patch-resources).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Finding, Severity
from kmetal_network.finding_codes.codes import GATEWAY_NODE
from kmetal_network.names import EXTERNAL_GATEWAY_LABEL
from operations.preflight.check import Preflight, PreflightCheck


def _gateway_nodes(preflight: Preflight) -> Iterator[Finding]:
    environment, labels = preflight.environment, preflight.gateway_labels
    place = environment.place(("provider", "gatewayNodes"))
    for name in environment.settings.provider.gateway_nodes:
        if name not in labels:
            yield Finding(
                place=place,
                problem=f"node {name} is not in the cluster",
                remedy="take it out of gatewayNodes, or correct the name; it is left out until then",
                rule=GATEWAY_NODE,
                severity=Severity.WARNING,
            )
        elif labels[name] not in (None, "true"):
            yield Finding(
                place=f"Node {name}",
                problem=f"its label {EXTERNAL_GATEWAY_LABEL} is {labels[name]!r}, and Kube-OVN asks for 'true'",
                remedy=f"`kmetal-network up {environment.name}` puts it back (plain Pulumi:"
                f" pulumi up -s {environment.name} --refresh)",
                rule=GATEWAY_NODE,
                severity=Severity.WARNING,
            )
    if not labels:
        yield Finding(
            place=place,
            problem="none of the gateway nodes is in the cluster, so no tenant would have a way out",
            remedy="name nodes that have the provider NIC (kubectl get nodes)",
            rule=GATEWAY_NODE,
        )


CHECK: Final = PreflightCheck(
    title="Gateway nodes are in the cluster and keep their label", findings=_gateway_nodes, kinds=("Node",)
)
