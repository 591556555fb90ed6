"""Objects that a stack would write and that exist already: their owner, and the field managers of their fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError, Severity
from kmetal_network.finding_codes.codes import HELD
from kmetal_network.live.field_managers import stack_manager
from kmetal_network.live.ownership_transfer import ownership_transfer
from kmetal_network.manifests.inventory import manifests_of, object_key
from kmetal_network.manifests.objects import Manifest
from kmetal_network.names import STACK_LABEL
from operations.cluster.live import COLLECTIONS
from operations.cluster.view import ClusterView
from operations.cluster.writing import WritableCluster

_TRIES: Final = 5
"""A controller may write a status between a look and a write."""


class OwnedObject(NamedTuple):
    """One of them."""

    manifest: Manifest
    key: str
    live: Mapping[str, Any]

    @property
    def name(self) -> str:
        """`Kind namespace/name` or `Kind name`."""
        return f"{self.manifest.kind} {self.key}"

    @property
    def path(self) -> str:
        """Where the API server has it."""
        return path_of(self.manifest.kind, self.live)

    @property
    def owner(self) -> str | None:
        """The stack whose label it carries."""
        return (self.live["metadata"].get("labels") or {}).get(STACK_LABEL)


def path_of(kind: str, live: Mapping[str, Any]) -> str:
    """Where the API server has an object."""
    collection, metadata = COLLECTIONS[kind], live["metadata"]
    namespace = metadata.get("namespace")
    if namespace and "/namespaces/" not in collection:
        head, _, plural = collection.rpartition("/")
        collection = f"{head}/namespaces/{namespace}/{plural}"
    return f"{collection}/{metadata['name']}"


def owned_objects(environment: Environment, view: ClusterView) -> list[OwnedObject]:
    """All of them, in the order in which they are made.

    Raises:
        UnreachableError: one of their kinds cannot be read.
    """
    owned = [one for one in manifests_of(environment) if one.kind in COLLECTIONS]
    seen = view.seen(dict.fromkeys(one.kind for one in owned))
    found = ((one, object_key(one.body), seen.get(one.kind, {})) for one in owned)
    return [OwnedObject(one, key, objects[key]) for one, key, objects in found if key in objects]


def by_kind(there: Iterable[OwnedObject]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The live objects as a snapshot has them."""
    seen: dict[str, dict[str, Mapping[str, Any]]] = {}
    for one in there:
        seen.setdefault(one.manifest.kind, {})[one.key] = one.live
    return seen


def transfer_field_ownership(environment: Environment, cluster: WritableCluster, there: list[OwnedObject]) -> int:
    """End what earlier versions of this program, and runs of theirs that died, hold of the stack's own objects.

    Nothing but `managedFields` is written. How many objects it was needed for.

    Raises:
        OperatorError: an object changes faster than it can be read and written.
    """
    done = 0
    for one in there:
        live: Mapping[str, Any] | None = one.live
        for _ in range(_TRIES):
            patch = (
                ownership_transfer(one.manifest.body, live, environment.name)
                if live and _is_ours(one, environment)
                else []
            )
            if not patch:
                break
            if cluster.patch(one.path, patch, stack_manager(environment.name)):
                done += 1
                break
            live = cluster.get(one.path)
        else:
            problem, remedy = (
                "it changes faster than it can be read",
                f"run `kmetal-network up {environment.name}` again",
            )
            raise OperatorError([Finding(place=one.name, problem=problem, remedy=remedy, rule=HELD)])
    return done


def held_by_others(environment: Environment, there: list[OwnedObject]) -> Iterator[Finding]:
    """The transfer of field ownership that is still to be done, as a warning in a preview."""
    held = [
        one.name
        for one in there
        if _is_ours(one, environment) and ownership_transfer(one.manifest.body, one.live, environment.name)
    ]
    if held:
        yield Finding(
            place=f"stack {environment.name}",
            problem=f"{len(held)} of its objects are held by runs of an earlier version ({held[0]}, for one), so this"
            " preview may tell of conflicts with pulumi-kubernetes",
            remedy=f"`kmetal-network up {environment.name}` ends that before its own preview",
            rule=HELD,
            severity=Severity.WARNING,
        )


def _is_ours(one: OwnedObject, environment: Environment) -> bool:
    return one.owner == environment.name
