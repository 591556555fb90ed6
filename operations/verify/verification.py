"""`kmetal-network verify`: the checks in the guide's Verifying and Troubleshooting sections, on the live objects.

Each check reads the status fields that really prove it. `ready` alone proves little: an EIP and a SNAT rule report
ready without a router port, a Subnet's Ready outlives a change, a Vpc's `standby` is true although its external port
failed (docs/evidence/kube-ovn.md#readiness).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.config.stackfile import Environment
from operations.cluster.view import ClusterView
from operations.verify.checks import VERIFIED, Check, Part, RecordedNodes, Seen, Verification
from operations.verify.parts import (
    admission,
    environments,
    laws,
    metallb_configuration,
    metallb_objects,
    pods,
    provider,
    tenants,
)
from operations.verify.parts.metallb_configuration import controller_log

PARTS: Final[tuple[Part, ...]] = (
    pods.PART,
    metallb_objects.PART,
    metallb_configuration.PART,
    provider.PART,
    tenants.PART,
    admission.PART,
    laws.PART,
    environments.PART,
)
"""In the order of a report."""


def verify(environment: Environment, view: ClusterView, others: tuple[RecordedNodes, ...] = ()) -> tuple[Check, ...]:
    """Every check of one environment against its cluster.

    Args:
        environment: what should stand there.
        view: the cluster.
        others: the nodes of other environments, as far as they are recorded.

    Raises:
        UnreachableError: the cluster does not answer, or this identity may not read a kind.
    """
    seen = view.seen(VERIFIED)
    return tuple(checks(environment, seen, controller_log(view.cluster, seen), others))


def checks(
    environment: Environment,
    seen: Seen,
    metallb_log: str | None = None,
    others: tuple[RecordedNodes, ...] = (),
) -> Iterator[Check]:
    """The checks over objects already read; each part is shown the kinds that it says it reads."""
    for part in PARTS:
        shown = {kind: objects for kind, objects in seen.items() if kind in part.kinds}
        yield from part.lines(Verification(environment=environment, seen=shown, metallb_log=metallb_log, others=others))
