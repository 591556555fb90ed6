"""Changes the egress address of an existing tenant's router, in the only order in which Kube-OVN releases the old one.

A targeted `destroy` deletes SNAT rules, Subnets, attachments, Vpc and OvnEip in turn; the next `up` recreates them. A
single run of the engine cannot do that reliably. It deletes resources that are replaced together in the order of a Go
map (pulumi pkg 3.250, `findResourcesReplacedWith`), and a Vpc that is deleted before its Subnets waits forever (two of
five runs). A `destroy` deletes the dependents of its targets in order. The next `kmetal-network up` finishes a run that
was killed in between.

A `destroy` deletes only what the state contains. So an `up` that keeps each router's present address first takes over
the orphans of killed runs.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from kmetal_network.cells import Part
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import REROUTED
from kmetal_network.live.diff import Seen
from kmetal_network.live.drift import kubectl
from kmetal_network.manifests.inventory import object_key
from kmetal_network.manifests.tenant import tenant_manifests
from kmetal_network.names import external_eip
from operations.cluster.live import COLLECTIONS, LiveCluster
from operations.cluster.view import ClusterView
from operations.engine.events import Outcome, Watch
from operations.engine.stack import select, state_of
from operations.impact.guard import guard
from operations.impact.routers import DOMAIN, KINDS, Router, behind, is_ours, rerouted
from operations.parts.environment_run import run_environment
from operations.state.run_context import RunContext

_PATIENCE: Final = 60.0

_Name: TypeAlias = tuple[str, str]
"""An object: kind and key."""


@dataclass(frozen=True, slots=True)
class Rerouted:
    """What was done; an `up` has to follow."""

    taken_over: tuple[str, ...]
    """Objects that no state knew: `Kind key`."""
    taken_down: tuple[str, ...]
    """Resources, in order."""
    advice: tuple[str, ...]
    """What the engine wants known."""


def to_be_taken_down(environment: Environment, view: ClusterView) -> list[str]:
    """What `reroute` will take down, in order: `Kind key`."""
    if not (routers := rerouted(environment, view.seen(KINDS))):
        return []
    seen = view.seen(DOMAIN)
    return [f"{kind} {key}" for router in routers.values() for kind, key in behind(environment, router.tenant, seen)]


def reroute(
    root: Path, environment: Environment, cluster: LiveCluster, planned: Outcome, watch: Watch | None = None
) -> Rerouted | None:
    """Take down, in order, every router that the settings give another way out; an `up` has to follow.

    Args:
        root: the project.
        environment: the settings.
        cluster: the cluster that they are for.
        planned: the preview; held to the cluster once more, since the answer to a question may take a while.
        watch: called with each step.

    Returns:
        What was done, or None where there is no such router.

    Raises:
        OperatorError: the plan cuts somebody off, something is in the way, a run failed, or an address stays.
    """
    view = ClusterView(cluster)
    guard(environment, view, planned)
    seen = view.seen(DOMAIN)
    routers = rerouted(environment, seen)
    if not routers:
        return None
    deployment = _deployment(root, environment, routers)
    strays = _strays(environment, routers, deployment, seen)
    advice: list[str] = []
    if strays:
        present = {router.tenant: router.present for router in routers.values()}
        declared = _declared(environment.with_egress(present))
        _refuse(environment, routers, [stray for stray in strays if stray not in declared])
        taken = run_environment(root, environment.name, "up", watch=watch, run_context=RunContext(egress=present))
        deployment, view = _deployment(root, environment, routers), view.anew()
        if unknown := _strays(environment, routers, deployment, view.seen(DOMAIN)):
            taken.stop()
            _refuse(environment, routers, unknown)
        advice += taken.advice  # even a failed `up` has written to the state what the `destroy` needs
        guard(environment, view, planned)
    urns = _urns(deployment, environment, routers)
    outcome = run_environment(root, environment.name, "destroy", watch=watch, targets=urns)
    outcome.stop()
    _wait_until_gone(environment, cluster, routers)
    return Rerouted(
        taken_over=tuple(f"{kind} {key}" for kind, key in strays),
        taken_down=tuple(step.name for step in outcome.steps),
        advice=(*advice, *outcome.advice),
    )


def _deployment(root: Path, environment: Environment, routers: Mapping[str, Router]) -> Mapping[str, Any]:
    """The states that hold those routers, as one."""
    parts = Part.all(environment.name, environment.settings.cells)
    stacks = [part.stack for part in parts if any(part.has_tenant(router.tenant) for router in routers.values())]
    states = [state_of(select(root, stack)).deployment or {} for stack in stacks]
    return {"resources": [resource for state in states for resource in state.get("resources") or ()]}


def _known(deployment: Mapping[str, Any]) -> dict[_Name, str]:
    """URN of each object of a state; one that is only to be forgotten there is not known."""
    return {
        (str(resource["type"]).rpartition(":")[2], str(resource.get("id"))): str(resource["urn"])
        for resource in deployment.get("resources") or ()
        if not resource.get("delete") and not resource.get("pendingReplacement")
    }


def _strays(
    environment: Environment, routers: Mapping[str, Router], deployment: Mapping[str, Any], seen: Seen
) -> list[_Name]:
    """What stands behind those routers, or is one of them, and is in no state: no targeted `destroy` would find it.

    An attachment is in no one's way, and an OvnEip that Kube-OVN made goes with its Vpc.
    """
    known = _known(deployment)
    made = {key for key, eip in seen.get("OvnEip", {}).items() if not is_ours(eip, environment.name)}
    return [
        (kind, key)
        for router in routers.values()
        for kind, key in behind(environment, router.tenant, seen)
        if (kind, key) not in known and kind != "NetworkAttachmentDefinition" and (kind != "OvnEip" or key not in made)
    ]


def _declared(environment: Environment) -> set[_Name]:
    """What an `up` takes over."""
    external = environment.settings.provider.external
    return {
        (manifest.kind, object_key(manifest.body))
        for tenant in environment.settings.tenants
        for manifest in tenant_manifests(tenant, external, environment.name)
    }


def _refuse(environment: Environment, routers: Mapping[str, Router], strays: Sequence[_Name]) -> None:
    """Stop where the router would wait for something for ever that neither the settings nor a state know.

    Raises:
        OperatorError: there is such a thing.
    """
    if strays:
        names = [f"{kind} {key}" for kind, key in strays]
        raise OperatorError(
            [
                Finding(
                    place=f"stack {environment.name}",
                    problem=f"{', '.join(routers)} gets another way out, and in its way {_stands(names)} that no state"
                    " knows and no settings name",
                    remedy=f"find out whose that is (kmetal-network drift {environment.name}); then"
                    f" {' && '.join(kubectl('delete', name) for name in names)}",
                    rule=REROUTED,
                )
            ]
        )


def _stands(names: Sequence[str]) -> str:
    return f"{'stand' if len(names) > 1 else 'stands'} {', '.join(names)}"


def _urns(deployment: Mapping[str, Any], environment: Environment, routers: Collection[str]) -> list[str]:
    """What a `destroy` has to be aimed at: the routers and their pinned addresses, as a state knows them."""
    external = environment.settings.provider.external.name
    wanted = {("Vpc", vpc) for vpc in routers} | {("OvnEip", external_eip(vpc, external)) for vpc in routers}
    return [urn for name, urn in _known(deployment).items() if name in wanted]


def _wait_until_gone(environment: Environment, cluster: LiveCluster, routers: Mapping[str, Router]) -> None:
    """Wait for the addresses of routers that were deleted: a Vpc made before loses its port.

    Evidence: docs/evidence/kube-ovn.md#deletion.

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
                            f" `kmetal-network up {environment.name}` again",
                            rule=REROUTED,
                        )
                    ]
                )
            time.sleep(0.5)
