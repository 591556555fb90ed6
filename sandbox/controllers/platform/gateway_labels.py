"""The label stripper: it resets the gateway labels of nodes where the default Vpc has no external Subnet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.controllers.api import key_of, labels_of, spec_of, status_of
from sandbox.controllers.names import DEFAULT_VPC
from sandbox.controllers.vpc import GATEWAY_LABEL

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process

STRIPPER_TICK: Final = 1.0
GATEWAY_CONFIG: Final = "ovn-external-gw-config"


def strip_labels(process: Process, key: str) -> None:
    """Once per process, and only while the default Vpc has no `extraExternalSubnets`.

    Evidence: docs/evidence/kube-ovn.md#gateway-labels.
    """
    process.do("platform", strip_labels, key, STRIPPER_TICK)
    vpc = process.get("Vpc", DEFAULT_VPC)
    if any(part.get("extraExternalSubnets") is not None for part in (spec_of(vpc), status_of(vpc))):
        return
    configs = [one for one in process.all("ConfigMap") if one["metadata"]["name"] == GATEWAY_CONFIG]
    wanted = any((one.get("data") or {}).get("enable-external-gw", "") != "false" for one in configs)
    if wanted or process.memory.get("exGwEnabled") == "false":
        return
    for node in process.all("Node"):
        if labels_of(node).get(GATEWAY_LABEL) == "true":
            process.client.patch("Node", key_of(node), {"metadata": {"labels": {GATEWAY_LABEL: "false"}}})
    process.memory["exGwEnabled"] = "false"
