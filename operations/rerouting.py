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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from operations.engine import select
from operations.live import COLLECTIONS, LiveCluster, snapshot
from operations.outcome import Outcome, Watch
from operations.stacks import run
from underlay.errors import Finding, OperatorError, Severity
from underlay.managed_fields import maker_of
from underlay.names import STACK_LABEL, TenantNames, external_eip
from underlay.stackfile import Environment

REROUTED: Final = "REROUTED"

KINDS: Final = ("Vpc", "OvnEip")
"""What tells whether a router is to be made anew."""

_PATIENCE: Final = 60.0

Seen: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Any]]]


def rerouted(environment: Environment, seen: Seen) -> dict[str, str]:
    """Routers of the stack whose live address is pinned otherwise than the settings say.

    Args:
        environment: the settings.
        seen: `KINDS` by kind and name.

    Returns:
        Name of the Vpc to the place in the settings that asks for another way out.
    """
    found = {}
    for index, tenant in enumerate(environment.settings.tenants):
        vpc = TenantNames(tenant.name).vpc
        eip = seen.get("OvnEip", {}).get(external_eip(vpc, environment.settings.provider.external.name))
        if eip is None or not _is_ours(seen.get("Vpc", {}).get(vpc), environment.name):
            continue
        wanted = str(tenant.egress_address) if tenant.egress_address else None
        if wanted != (eip["spec"].get("v4Ip") if wanted or _is_ours(eip, environment.name) else None):
            found[vpc] = environment.place(("tenants", index, "egressAddress"))
    return found


def may_be_pinned(environment: Environment, eip: str, seen: Seen) -> bool:
    """Whether an OvnEip that carries no stack's label was made by Kube-OVN for a router of this stack."""
    external = environment.settings.provider.external.name
    vpc, live = seen.get("Vpc", {}).get(eip.removesuffix(f"-{external}")), seen.get("OvnEip", {}).get(eip)
    maker = maker_of(live) if live else None
    return maker is not None and maker.controller and _is_ours(vpc, environment.name)


def _is_ours(live: Mapping[str, Any] | None, stack: str) -> bool:
    labels = ((live or {}).get("metadata") or {}).get("labels") or {}
    return bool(labels.get(STACK_LABEL) == stack)


def notices(environment: Environment, cluster: LiveCluster) -> Iterator[Finding]:
    """What an `up` will make anew, for whoever reads the preview."""
    return findings(environment, rerouted(environment, snapshot(cluster, KINDS)), Severity.WARNING)


def findings(environment: Environment, routers: Mapping[str, str], severity: Severity) -> Iterator[Finding]:
    """What a preview says about routers that are made anew, and a plain `pulumi up` is refused with."""
    for vpc, place in routers.items():
        yield Finding(
            place=place,
            problem=f"{vpc} has another way out than this, so it is made anew with its Subnets and SNAT rules, and its"
            " clusters are cut off meanwhile",
            remedy=f"apply it by `underlay up {environment.name}`, which takes them down in order first; plain Pulumi"
            " may delete the Vpc before its Subnets, and then waits for ever",
            severity=severity,
            rule=REROUTED,
        )


def _wait_until_gone(environment: Environment, cluster: LiveCluster, routers: Mapping[str, str]) -> None:
    """Wait for the addresses of routers that were deleted: a Vpc made before loses its port (kube-ovn.md 2.3).

    Raises:
        OperatorError: an address is still there after a minute.
    """
    external = environment.settings.provider.external.name
    deadline = time.monotonic() + _PATIENCE
    for vpc, place in routers.items():
        eip = external_eip(vpc, external)
        while live := cluster.get(f"{COLLECTIONS['OvnEip']}/{eip}"):
            if time.monotonic() > deadline:
                held = ", ".join(live["metadata"].get("finalizers") or ()) or "nothing"
                raise OperatorError(
                    [
                        Finding(
                            place=place,
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


def _urns(deployment: Mapping[str, Any], environment: Environment, routers: Mapping[str, str]) -> list[str]:
    """What a `destroy` has to be aimed at: the routers and their pinned addresses, as a state knows them."""
    external = environment.settings.provider.external.name
    wanted = {("Vpc", vpc) for vpc in routers} | {("OvnEip", external_eip(vpc, external)) for vpc in routers}
    return [
        str(resource["urn"])
        for resource in deployment.get("resources") or ()
        if (str(resource["type"]).rpartition(":")[2], resource.get("id")) in wanted
    ]
