"""Gives a standing tenant's router another way out, in the one order in which Kube-OVN lets go of the old address.

An address belongs to its router for life, so another `egressAddress` is another router: SNAT rules, Subnets,
attachments, Vpc and OvnEip go, one after the other, and the `up` that follows makes them anew. One run of the engine
cannot be relied on for that: it deletes what is replaced along with a resource in the order of a Go map (pulumi pkg
3.250, `findResourcesReplacedWith`), and a Vpc deleted before its Subnets waits for ever (seen in two of five runs).
What depends on a resource that a `destroy` targets goes in order, and a run that was killed in between is finished by
the next `underlay up`.

To pin the address that a router has already costs nothing: Kube-OVN made the OvnEip for a Vpc of ours, and the stack
takes it over.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from operations.engine import select
from operations.live import COLLECTIONS, LiveCluster, snapshot
from operations.outcome import Outcome, Watch
from operations.routers import KINDS, REROUTED, Router, rerouted
from operations.stacks import run
from underlay.errors import Finding, OperatorError
from underlay.names import external_eip
from underlay.stackfile import Environment

_PATIENCE: Final = 60.0


def _wait_until_gone(environment: Environment, cluster: LiveCluster, routers: Mapping[str, Router]) -> None:
    """Wait for the addresses of routers that were deleted: a Vpc made before loses its port (kube-ovn.md 2.3).

    Raises:
        OperatorError: an address is still there after a minute.
    """
    external = environment.settings.provider.external.name
    deadline = time.monotonic() + _PATIENCE
    for vpc, router in routers.items():
        eip = external_eip(vpc, external)
        while live := cluster.get(f"{COLLECTIONS['OvnEip']}/{eip}"):
            if time.monotonic() > deadline:
                held = ", ".join(live["metadata"].get("finalizers") or ()) or "nothing"
                raise OperatorError(
                    [
                        Finding(
                            place=router.place,
                            problem=f"OvnEip {eip} is still there {_PATIENCE:.0f} s after its Vpc (held by {held})",
                            remedy="see what uses it (kubectl get ovn-snat-rules,ovn-fips,ovn-dnat-rules), then run"
                            f" `underlay up {environment.name}` again",
                            rule=REROUTED,
                        )
                    ]
                )
            time.sleep(0.5)


def reroute(root: Path, environment: Environment, cluster: LiveCluster, watch: Watch | None = None) -> Outcome | None:
    """Take down, in order, every router that the settings give another way out; an `up` has to follow.

    To be called when the guard has let the plan pass.

    Returns:
        What was done, or None where there is no such router.

    Raises:
        OperatorError: the run failed, or an address stays.
    """
    routers = rerouted(environment, snapshot(cluster, KINDS))
    if not routers:
        return None
    deployment = select(root, environment.name).export_stack().deployment or {}
    outcome = run(root, environment.name, "destroy", watch=watch, targets=_urns(deployment, environment, routers))
    outcome.stop()
    _wait_until_gone(environment, cluster, routers)
    return outcome


def _urns(deployment: Mapping[str, Any], environment: Environment, routers: Collection[str]) -> list[str]:
    """What a `destroy` has to be aimed at: the routers and their pinned addresses, as a state knows them."""
    external = environment.settings.provider.external.name
    wanted = {("Vpc", vpc) for vpc in routers} | {("OvnEip", external_eip(vpc, external)) for vpc in routers}
    return [
        str(resource["urn"])
        for resource in deployment.get("resources") or ()
        if (str(resource["type"]).rpartition(":")[2], resource.get("id")) in wanted
    ]
