"""Helm's record of an installation whose run died before the engine could write it down.

Helm refuses to install under a name that it has a record of, half made or whole, so the next `up` would fail for ever.
The engine's state tells that the record is ours: it holds the creation as pending. Without the record Helm installs
anew, and takes over each object that carries the release's name in its annotations; nothing that runs is taken away for
a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pulumi import automation as auto

from operations.writing import WritableCluster
from underlay.names import RELEASE, RELEASE_NAMESPACE
from underlay.stackfile import load_stack

_TYPE: Final = "kubernetes:helm.sh/v3:Release"
_SECRETS: Final = f"/api/v1/namespaces/{RELEASE_NAMESPACE}/secrets"
_OWN: Final = f"labelSelector=owner%3Dhelm,name%3D{RELEASE}"

DEPLOYED: Final = f"{_SECRETS}?{_OWN},status%3Ddeployed"
"""Helm's record of the release as it stands."""


def forget_dead_install(root: Path, name: str, stack: auto.Stack) -> str:
    """What was done about the record of an installation that died; empty where there was none.

    To be called by who holds the stack, and knows that no other run lives: a live one has its creation pending, too.

    Raises:
        OperatorError: settings that are wrong, or a cluster that does not answer.
    """
    if not _pending(stack.export_stack().deployment or {}):
        return ""
    settings = load_stack(root, name)[0].settings.cluster
    with WritableCluster.of(root, settings) as cluster:
        if settings.uid is not None and cluster.uid() != settings.uid:
            return ""
        records = (cluster.get(f"{_SECRETS}?{_OWN}") or {}).get("items") or ()
        for secret in records:
            cluster.delete(f"{_SECRETS}/{secret['metadata']['name']}")
    if not records:
        return ""
    return f"stack {name}: Helm's record of the installation that died was taken away; it takes its objects over"


def _pending(deployment: Mapping[str, Any]) -> bool:
    """Whether the creation of a release was begun, and neither done nor failed."""
    return any(
        entry.get("type") == "creating" and (entry.get("resource") or {}).get("type") == _TYPE
        for entry in deployment.get("pending_operations") or ()
    )
