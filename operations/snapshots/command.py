"""`snapshot`: writes what an offline preview needs of the live cluster, and nothing else of it, to a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from kmetal_network.config.stackfile import load_stack
from kmetal_network.counting import counted
from kmetal_network.live.redaction import READ, redacted
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.console import out
from operations.snapshots.recorded import Snapshot, place_of
from operations.state.identity import make_sure_of_identity
from operations.writing import write_all

_ROOT: Final = Path()


def taken(view: ClusterView, now: datetime) -> Snapshot:
    """The snapshot of a cluster.

    Raises:
        UnreachableError: no answer, or a kind that this identity may not read: half a snapshot would look like a whole.
    """
    when = now.astimezone(UTC).replace(microsecond=0)
    return Snapshot(cluster=view.uid(), taken=when, objects=redacted(view.seen(READ)))


def text_of(made: Snapshot) -> str:
    """The file: the same objects give the same text but for the time."""
    return json.dumps(made.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def snapshot_command(
    stack: Annotated[str, typer.Argument(help="Name of the environment: Pulumi.<stack>.yaml.")],
) -> None:
    """Write snapshots/<stack>.json for `preview --offline`: names and addresses in use, no secrets."""
    environment, _ = load_stack(_ROOT, stack)
    with LiveCluster.of(_ROOT, environment.settings.cluster) as cluster:
        view = ClusterView(cluster)
        make_sure_of_identity(environment, view)
        made = taken(view, datetime.now(UTC))
    place = place_of(stack)
    write_all(_ROOT, {str(place): text_of(made).encode()})
    count = sum(map(len, made.objects.values()))
    out.print(
        f"{place}: {counted(count, 'object')}; commit it, since `preview --offline` reads the base revision's",
        highlight=False,
        soft_wrap=True,
    )
