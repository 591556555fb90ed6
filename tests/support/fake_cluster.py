"""A cluster that holds what a test says, and remembers what it was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from kmetal_network.errors import Finding, ForbiddenError, UnreachableError
from operations.cluster.live import COLLECTIONS, LiveCluster
from operations.cluster.view import ClusterView


def refusal(problem: str, error: type[UnreachableError] = UnreachableError) -> UnreachableError:
    """What a client raises where a cluster does not answer as it should."""
    return error([Finding(place="cluster test", problem=problem, remedy="renew", rule="CLUSTER")])


FORBIDDEN = refusal("GET x: credentials do not permit it", ForbiddenError)
SILENT = refusal("GET x: no answer (refused)")


class FakeCluster(LiveCluster):
    """Answers from memory; it has no client.

    A kind or a path may be given as an exception, which is raised, or as None, which stands for one that is not served.
    """

    def __init__(self, *, paths: Mapping[str, Any] | None = None, default: Any = (), **kinds: Any) -> None:
        """Hold objects.

        Args:
            paths: answers by path, query left out.
            default: the answer for a kind that is not named.
            kinds: objects by kind.
        """
        self.context, self.server, self.endpoint = "test", "https://test", ("https://test", "")
        self.identity = "uid-1"
        self.paths: dict[str, Any] = dict(paths or {})
        self.collections: dict[str, Any] = {COLLECTIONS[kind]: answer for kind, answer in kinds.items()}
        self.default = default
        self.asked: list[str] = []

    def uid(self) -> str:
        """Its identity."""
        self.asked.append("uid")
        return self.identity

    def get(self, path: str) -> Mapping[str, Any] | None:
        """One path."""
        self.asked.append(f"get {path}")
        return _given(self.paths.get(path.partition("?")[0]))  # type: ignore[no-any-return]  # what the test gave

    def list(self, path: str) -> list[Mapping[str, Any]] | None:
        """A collection."""
        self.asked.append(f"list {path}")
        answer: Sequence[Mapping[str, Any]] | None = _given(self.collections.get(path, self.default))
        return None if answer is None else [*answer]

    @property
    def view(self) -> ClusterView:
        """A view that has seen nothing yet."""
        return ClusterView(self)

    @property
    def repeated(self) -> dict[str, int]:
        """What was asked more than once."""
        return {question: times for question, times in Counter(self.asked).items() if times > 1}


def _given(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer
