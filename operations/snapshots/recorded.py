"""A cluster as its snapshot has it: says whom a plan harms as the live one would have on the day it was taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, Final, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from kmetal_network.config.stackfile import Environment
from kmetal_network.counting import counted
from kmetal_network.errors import OperatorError
from kmetal_network.live.values import Object
from kmetal_network.manifests.inventory import object_key
from kmetal_network.plan.build import Pair
from kmetal_network.plan.offline import Looked
from operations.impact.guard import examine_changes
from operations.impact.plan import Change

FOLDER: Final = "snapshots"
"""Where snapshots stand in the project, each as `<environment>.json`."""

FRESH: Final = timedelta(days=7)
"""Age above which what a snapshot says of pods and addresses decides nothing."""


_Objects: TypeAlias = dict[str, list[dict[str, Any]]]


class Snapshot(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cluster: str
    """UID of the cluster's kube-system namespace."""
    taken: AwareDatetime
    objects: _Objects
    """By kind; one that the cluster does not serve is absent."""

    def seen(self, kinds: Iterable[str]) -> dict[str, Mapping[str, Object]]:
        """Objects by kind and key; a kind that was not served is left out."""
        return {kind: {object_key(item): item for item in self.objects[kind]} for kind in kinds if kind in self.objects}


def place_of(stack: str) -> PurePosixPath:
    """Where an environment's snapshot stands, from the project's folder."""
    return PurePosixPath(FOLDER) / f"{stack}.json"


def parsed(text: bytes, place: str) -> Snapshot:
    """The snapshot of a file.

    Raises:
        OperatorError: it is none.
    """
    try:
        return Snapshot.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise OperatorError(
            f"{place}: is no snapshot ({where}: {first['msg']}); write it anew with `kmetal-network snapshot`"
        ) from None


def looked_up(snapshot: Snapshot, environment: Environment, made: Sequence[Pair], now: datetime) -> Looked:
    """Whom a plan from settings harms, as of the snapshot.

    Args:
        snapshot: of the environment's cluster, or of another one, which then counts for nothing.
        environment: the settings.
        made: every object before and after.
        now: today, which tells the snapshot's age.
    """
    wanted, day = environment.settings.cluster.uid, snapshot.taken.astimezone(UTC).date()
    if wanted is not None and wanted != snapshot.cluster:
        why = f"{place_of(environment.name)} is of the cluster {snapshot.cluster}, and the settings name {wanted}"
        return Looked(unseen=(f"the cluster, since {why}",), counts=False)
    age = (now.astimezone(UTC).date() - day).days
    since = f"what changed in the cluster since its snapshot of {day}, which is {counted(age, 'day')} old"
    examined = examine_changes(environment, snapshot, _changes(made))
    old = age > FRESH.days
    return Looked(
        risks=examined.findings,
        rerouted=examined.rerouted,
        unseen=(f"{since}: `kmetal-network snapshot {environment.name}` takes a new one",) if old else (),
        caveats=() if old else (since,),
    )


def _changes(made: Sequence[Pair]) -> list[Change]:
    """What happens to what is there."""
    return [
        Change(pair.operation.value, pair.kind, object_key(pair.before))
        for pair in made
        if pair.operation is not None and pair.before is not None and not pair.patch
    ]
