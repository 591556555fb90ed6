"""Hands a network made by hand over to a stack, and proves that nothing changed except the owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kmetal_network.adoption.ownership import MANAGER, takeover_patch
from kmetal_network.adoption.proposal import Proposal
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import ADOPT
from kmetal_network.manifests.inventory import object_key
from kmetal_network.names import STACK_LABEL
from operations.cluster.owned_objects import path_of
from operations.cluster.view import ClusterView
from operations.cluster.writing import WritableCluster
from operations.console import out
from operations.engine.events import Outcome
from operations.engine.stack import select
from operations.impact.guard import guard
from operations.parts.environment_run import run_environment
from operations.progress.watching import watched
from operations.state.run_context import RunContext
from operations.state.sync import Verb

_DEFAULT_VPC: Final = "default-vpc"
_NOT_ASKED_FOR: Final = frozenset({"apiVersion", "kind", "metadata", "status"})
_TRIES: Final = 5


class Takeover(WritableCluster):
    """A cluster whose objects are handed over; `root` is the project."""

    def __init__(self, kubeconfig: Mapping[str, Any], root: Path) -> None:
        super().__init__(kubeconfig)
        self._root = root

    def take_over(self, proposal: Proposal) -> None:
        """Label each object, end kubectl's field ownership, and import all of them into the state by one `up`.

        Run it again after a run that was killed: it does not touch objects that are handed over already.

        Raises:
            OperatorError: an object has changed since it was read, or the engine or the policy pack refuses.
        """
        environment = proposal.environment
        select(self._root, environment.name)  # reports a missing CLI, backend or passphrase before an object is touched
        with watched(f"handing {len(proposal.adopted)} objects over"):
            for adopted in proposal.adopted:
                if adopted.manifest.role != _DEFAULT_VPC:
                    self.hand_over(path_of(adopted.manifest.kind, adopted.live), adopted.live, environment.name)
        view = ClusterView(self)
        guard(environment, view, self._engine(environment.name, "preview", "previewing the takeover", view=view))
        self._engine(environment.name, "up", "importing it into the state")
        # On a busy API server the provider may record an object as it was before its own write
        # (docs/evidence/provider.md#waits); the next diff then shows that write again. A refresh mends the state.
        again = self._engine(environment.name, "preview", "previewing", view=view.anew()).steps
        if again and all(step.operation == "update" for step in again):
            self._engine(environment.name, "up", "reading it once more into the state", refresh=True)

    def prove(self, proposal: Proposal) -> None:
        """Prove that nothing is left to change, also with a refresh, and that no object was replaced.

        Raises:
            OperatorError: the proof fails.
        """
        stack = proposal.environment.name
        for title, refresh in (("previewing", False), ("previewing with a refresh", True)):
            if steps := self._engine(stack, "preview", title, refresh=refresh, skip=()).steps:
                names = ", ".join(" ".join((step.operation, step.name, *step.fields)) for step in steps)
                raise OperatorError(
                    f"stack {stack}: adopted, but changes remain ({names}); see `kmetal-network preview {stack}`"
                )
        before, view = _uids(entry.live for entry in proposal.adopted), ClusterView(self)
        kinds = sorted({entry.manifest.kind for entry in proposal.adopted})
        now = _uids(item for kind in kinds for item in view.objects(kind).values())
        if gone := sorted(" ".join(key) for key, uid in before.items() if now.get(key) != uid):
            raise OperatorError(f"stack {stack}: adopted, but replaced or deleted meanwhile: {', '.join(gone)}")
        out.print(
            f"{stack}: {len(before)} objects adopted, none replaced; nothing to change, also with --refresh",
            soft_wrap=True,
            highlight=False,
        )

    def _engine(
        self,
        stack: str,
        verb: Verb,
        title: str,
        *,
        refresh: bool = False,
        view: ClusterView | None = None,
        skip: Sequence[str] | None = None,
    ) -> Outcome:
        with watched(title) as watch:
            outcome = run_environment(
                self._root, stack, verb, watch=watch, refresh=refresh, run_context=RunContext(view=view), skip=skip
            )
        outcome.stop()
        return outcome

    def hand_over(self, path: str, read: Mapping[str, Any], stack: str) -> None:
        """Make an object the stack's as it was judged; what its controllers write meanwhile is none of that.

        Kube-OVN counts addresses in the status of a Subnet whenever a pod comes or goes.

        Raises:
            OperatorError: what was judged is otherwise now, or it never rests.
        """
        live: Mapping[str, Any] | None = read
        for _ in range(_TRIES):
            if live is None or _judged(live) != _judged(read):
                break
            patch = takeover_patch({**live, "kind": read["kind"]}, stack)
            if not patch or self.patch(path, patch, MANAGER):
                return
            live = self.get(path)
        problem, remedy = "it has changed since it was read", "run `kmetal-network adopt` again"
        raise OperatorError([Finding(place=path, problem=problem, remedy=remedy, rule=ADOPT)])


def _judged(item: Mapping[str, Any]) -> tuple[str, str | None, dict[str, Any]]:
    """Which object it is, whose, and all that is asked for in it."""
    metadata = item["metadata"]
    asked = {key: value for key, value in item.items() if key not in _NOT_ASKED_FOR}
    return str(metadata["uid"]), (metadata.get("labels") or {}).get(STACK_LABEL), asked


def _uids(items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    return {(str(item["kind"]), object_key(item)): str(item["metadata"]["uid"]) for item in items}
