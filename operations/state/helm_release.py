"""Handles Helm release records with our name that the stack's state does not contain.

Helm refuses to install a release under a name that it has a record of. A run that was killed before the engine
recorded the release would block every later `up`. Such a record is ours if the state holds the creation as pending.
Then we delete the record; Helm installs again and takes over each object annotated with the release's name, so
nothing that runs is deleted. Any other record is somebody else's release.

A pending creation stays in a state long after the release is known (pulumi pkg 3.250, `snapshot.go`: "must require user
intervention to be cleared"), so it proves nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError, UnreachableError
from kmetal_network.finding_codes.codes import OWNER
from kmetal_network.live.values import Object
from kmetal_network.names import RELEASE, RELEASE_NAMESPACE
from operations.cluster.live import LiveCluster
from operations.cluster.writing import WritableCluster
from operations.engine.stack import select, state_of
from operations.state.run_context import Release, RunContext

_TYPE: Final = "kubernetes:helm.sh/v3:Release"
_SECRETS: Final = f"/api/v1/namespaces/{RELEASE_NAMESPACE}/secrets"
_OWN: Final = f"labelSelector=owner%3Dhelm,name%3D{RELEASE}"
_BY_HAND: Final = f"kubectl -n {RELEASE_NAMESPACE} delete secret -l owner=helm,name={RELEASE}"

DEPLOYED: Final = f"{_SECRETS}?{_OWN},status%3Ddeployed"
"""Helm's record of the release as it stands."""


def release_in(deployment: Mapping[str, Any]) -> Release:
    """What a state says of the release."""
    if any(entry.get("type") == _TYPE for entry in deployment.get("resources") or ()):
        return Release.KNOWN
    begun = (
        entry.get("type") == "creating" and (entry.get("resource") or {}).get("type") == _TYPE
        for entry in deployment.get("pending_operations") or ()
    )
    return Release.PENDING if any(begun) else Release.UNKNOWN


def settle_release(
    root: Path, environment: Environment, cluster: LiveCluster, run_context: RunContext | None, *, dry_run: bool
) -> tuple[str, ...]:
    """Make way for the chart's installation, or stop before it where somebody else's release stands there.

    To be called by the program, which runs under the engine's lock unless it is a preview: so no other run lives. A
    preview leaves what a dead run may have left to the `up`. Under plain `pulumi` no one has read the state: Helm
    itself refuses.

    Returns:
        What was done, and what could not be looked at.

    Raises:
        OperatorError: Helm has a release of that name which is not the stack's.
    """
    if run_context is None or run_context.release is Release.KNOWN or environment.settings.chart.install != "release":
        return ()
    try:
        records = (cluster.get(f"{_SECRETS}?{_OWN}") or {}).get("items") or ()
    except UnreachableError as error:
        return (f"whether Helm has a release {RELEASE_NAMESPACE}/{RELEASE} is not known: {error}",)
    pending = run_context.release is Release.PENDING
    if not records or (pending and dry_run):
        return ()
    if not pending or not all(_is_the_dead_runs(record, run_context.died) for record in records):
        raise OperatorError([_in_the_way(environment, cluster, records)])
    known = release_in(state_of(select(root, environment.name)).deployment or {})
    if known is Release.KNOWN:  # another run has been faster than this one's lock
        return ()
    with WritableCluster.of(root, environment.settings.cluster) as writable:
        for record in records:
            writable.delete(f"{_SECRETS}/{record['metadata']['name']}")
    return (f"Helm's record of the installation that died was taken away ({RELEASE_NAMESPACE}/{RELEASE})",)


def _is_the_dead_runs(record: Object, died: datetime | None) -> bool:
    """Whether a run that died during its first installation can have made a record, with its creation pending."""
    metadata = record["metadata"]
    labels = metadata.get("labels") or {}
    if labels.get("version") != "1":
        return False
    younger = died is not None and datetime.fromisoformat(str(metadata["creationTimestamp"])) >= died
    return younger or labels.get("status") == "pending-install"


def _in_the_way(environment: Environment, cluster: LiveCluster, records: Sequence[Object]) -> Finding:
    metadata = max((record["metadata"] for record in records), key=lambda one: str(one.get("creationTimestamp")))
    labels = metadata.get("labels") or {}
    return Finding(
        place=f"cluster {cluster.context}",
        problem=f"Helm has a release {RELEASE_NAMESPACE}/{RELEASE} (revision {labels.get('version')},"
        f" {labels.get('status')}, {metadata.get('creationTimestamp')}) that the state of {environment.name} does not"
        " know",
        remedy="where others install the chart, write `chart.install: external` (`kmetal-network adopt` does, for a"
        " network"
        f" made by hand); where a run of this stack died and left it: {_BY_HAND}",
        rule=OWNER,
    )
