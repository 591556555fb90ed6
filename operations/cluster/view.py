"""What a run has seen of a cluster: each kind is listed once, when somebody first asks for it.

All checks of one phase share a view, so they judge the same objects. A phase ends with a write and with a question to
the operator. The next one begins with `anew`; a view refuses to answer after a write by its own client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar, cast

from kmetal_network.errors import UnreachableError
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import facts_of
from kmetal_network.kinds.registry import KINDS
from kmetal_network.live.values import Object
from kmetal_network.manifests.inventory import object_key
from operations.cluster.live import COLLECTIONS, LiveCluster

T = TypeVar("T")

_AT_ONCE: Final = 4
"""Lists that are read side by side."""


class StaleViewError(RuntimeError):
    """A mistake in this program: somebody asks a view for objects after they were written."""


class ClusterView:
    """One cluster in one phase of a run. Reads lazily, remembers each answer, and never writes.

    Four answers differ: a kind that is not served is None, an empty one has no objects, one that this identity may not
    read raises `ForbiddenError`, and a cluster that does not answer raises `UnreachableError`. Refusals are remembered,
    too: nothing is asked twice.
    """

    def __init__(self, cluster: LiveCluster) -> None:
        self.cluster = cluster
        self._writes = cluster.writes
        self._answers: dict[str, object] = {}

    def anew(self) -> ClusterView:
        """A view of the same cluster that has seen nothing yet: for the time after a write or a question."""
        return ClusterView(self.cluster)

    def uid(self) -> str:
        """UID of the kube-system namespace: the cluster's identity.

        Raises:
            UnreachableError: no answer, or not permitted.
        """
        return self._once("uid", self.cluster.uid)

    def get(self, path: str) -> Mapping[str, Any] | None:
        """One path of the API that is no kind of the table; None where it is not there.

        Raises:
            UnreachableError: no answer, or not permitted.
        """
        return self._once(f"get {path}", lambda: self.cluster.get(path))

    def items(self, path: str) -> Mapping[str, Object] | None:
        """The items of a collection by `namespace/name` (cluster-scoped: `name`); None where it is not served.

        Raises:
            UnreachableError: no answer, or not permitted.
        """

        def keyed() -> Mapping[str, Object] | None:
            found = self.cluster.list(path)
            return None if found is None else {object_key(item): item for item in found}

        return self._once(f"list {path}", keyed)

    def served(self, kind: str) -> Mapping[str, Object] | None:
        """The objects of a kind; None where the API server does not serve it.

        Raises:
            UnreachableError: no answer, or not permitted.
        """
        if paths := KINDS[kind].paths:
            return {object_key(item): item for item in map(self.get, paths) if item is not None}
        return self.items(COLLECTIONS[kind])

    def objects(self, kind: str) -> Mapping[str, Object]:
        """The same for whom a kind that is not served has no objects."""
        return self.served(kind) or {}

    def seen(self, kinds: Iterable[str]) -> dict[str, Mapping[str, Object]]:
        """Objects by kind; a kind that is not served is left out, so that it differs from an empty one.

        The kinds are listed side by side: the API server writes one list while this process reads another.

        Raises:
            UnreachableError: one of them cannot be read.
        """
        wanted = [*kinds]
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            found = list(threads.map(self.served, wanted))
        return {kind: objects for kind, objects in zip(wanted, found, strict=True) if objects is not None}

    def facts(self, *kinds: str, whole: bool = False) -> Facts:
        """What the readers of the table of kinds make of the objects.

        Args:
            kinds: which are read.
            whole: they are all that there is, so absence proves something.
        """
        objects = (item for kind in kinds for item in self.objects(kind).values())
        return facts_of(objects, whole=whole)

    def _once(self, question: str, ask: Callable[[], T]) -> T:
        if self.cluster.writes != self._writes:
            raise StaleViewError(f"{question}: the cluster was written to since this view began")
        if question not in self._answers:
            try:
                self._answers[question] = ask()
            except UnreachableError as error:
                self._answers[question] = error
        answer = self._answers[question]
        if isinstance(answer, UnreachableError):
            raise answer.with_traceback(None)
        return cast("T", answer)
