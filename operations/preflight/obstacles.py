"""Makes sure of the cluster before anything is written.

It answers, it is the one that the settings name, and every check of `operations.preflight.table` passes. The check of
owners makes the provider's upsert safe: a run that was killed left objects that no state knows, and the next run takes
them over because they carry the stack's label. What somebody else made is never taken over in silence.
"""

from __future__ import annotations

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.laws.registry import errors
from operations.cluster.owned_objects import OwnedObject
from operations.cluster.view import ClusterView
from operations.preflight.check import Preflight
from operations.preflight.table import obstacles
from operations.state.identity import make_sure_of_identity


def make_sure(
    environment: Environment, view: ClusterView
) -> tuple[Environment, list[OwnedObject], tuple[Finding, ...]]:
    """Look before the first write.

    Returns:
        The settings without gateway nodes that have left the cluster, what stands of the stack's own objects, and what
        an operator should know.

    Raises:
        OperatorError: no answer, credentials refused, another cluster, or an error of a check; all errors at once.
    """
    make_sure_of_identity(environment, view)
    preflight = Preflight(environment=environment, view=view)
    found = obstacles(preflight)
    if wrong := errors(found):
        raise OperatorError(wrong)
    return environment.with_gateway_nodes(tuple(preflight.gateway_labels)), preflight.owned, found
