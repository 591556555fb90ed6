"""Checks that the settings, the state and the kubeconfig context are about the same cluster.

The engine does not check. A `destroy` and a refresh go to the cluster recorded in the state, whatever the settings name
now. An `up` on a rebuilt cluster finds each object "same" in its state and creates none.
"""

from __future__ import annotations

from typing import Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import CLUSTER
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.state.stack_state import State

NOT_ON_RECORD: Final = "whose uid is not on record"
"""What stands for the uid in a state that was begun on another cluster and is being moved to this one."""


class ElsewhereError(OperatorError):
    """A state that is of another cluster than this."""


def make_sure_of_identity(environment: Environment, view: ClusterView) -> str:
    """That the cluster answers and is the one that the settings name.

    Returns:
        UID of its kube-system namespace.

    Raises:
        OperatorError: no answer, credentials refused, or another cluster.
    """
    uid, cluster = view.uid(), view.cluster
    wanted = environment.settings.cluster.uid
    if wanted is not None and uid != wanted:
        raise OperatorError(
            [
                Finding(
                    place=environment.place(("cluster", "uid")),
                    problem=f"the settings name the cluster {wanted}, and context {cluster.context}"
                    f" ({cluster.server}) is {uid or 'a cluster without kube-system'}",
                    remedy="name the right context; change the uid only if the cluster was built anew, and then run"
                    f" `kmetal-network up {environment.name} --refresh`",
                    rule=CLUSTER,
                )
            ]
        )
    return uid


def is_elsewhere(state: State, cluster: LiveCluster, uid: str) -> bool:
    """Whether what the state remembers stands on another cluster than this.

    Where no `up` has ended yet since the state was begun, no uid is on record; address and authority of the API server
    then tell, and what they leave open counts as elsewhere.
    """
    if state.uid:
        return state.uid != uid
    return state.endpoint not in (None, cluster.endpoint)


def elsewhere(environment: Environment, cluster: LiveCluster, uid: str, state: State) -> ElsewhereError:
    """What is said where it does."""
    return ElsewhereError(
        [
            Finding(
                place=f"stack {environment.name}",
                problem=f"its state is of the cluster {whose(state)}, and context {cluster.context} ({cluster.server})"
                f" is {uid}",
                remedy="name the context of that cluster again; if it is gone or was built anew:"
                f" `kmetal-network up {environment.name} --refresh` reads every object from this one first",
                rule=CLUSTER,
            )
        ]
    )


def whose(state: State) -> str:
    """The cluster that a state is of."""
    return state.uid or (f"at {state.endpoint[0]} (its uid is not on record)" if state.endpoint else NOT_ON_RECORD)
