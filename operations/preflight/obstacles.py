"""Makes sure of the cluster before anything is written.

It answers, it is the one that the settings name, it has what the stack needs (`operations.preflight.platform`), and
every object there that the stack would write is the stack's own. The last is what makes the provider's upsert safe: a
run that was killed left objects that no state knows, and the next run takes them over because they carry the stack's
label; what somebody else made is never taken over in silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import LEAVING, OWNER
from kmetal_network.laws.registry import errors
from kmetal_network.names import TenantNames, external_eip
from operations.cluster.live import COLLECTIONS, LiveCluster
from operations.cluster.owned_objects import OwnedObject, by_kind, owned_objects
from operations.impact.routers import may_be_pinned
from operations.preflight.nic_nodes import absent_nodes, added_nodes
from operations.preflight.platform import gateway_labels, platform
from operations.state.identity import make_sure_of_identity


def make_sure(
    environment: Environment, cluster: LiveCluster
) -> tuple[Environment, list[OwnedObject], tuple[Finding, ...]]:
    """Look before the first write.

    Returns:
        The settings without gateway nodes that have left the cluster, what stands of the stack's own objects, and what
        an operator should know.

    Raises:
        OperatorError: no answer, credentials refused, another cluster, a kind that is not served, a Kube-OVN that this
            network does not work with, no gateway node, objects of others in the way, ours on their way out, or nodes
            of which only Kube-OVN knows.
    """
    make_sure_of_identity(environment, cluster)
    labels = gateway_labels(environment, cluster)
    there = owned_objects(environment, cluster)
    found = tuple(obstacles(environment, cluster, labels, there))
    if wrong := errors(found):
        raise OperatorError(wrong)
    return environment.with_gateway_nodes(tuple(labels)), there, found


def obstacles(
    environment: Environment,
    cluster: LiveCluster,
    labels: Mapping[str, str | None],
    there: list[OwnedObject],
    adopting: Collection[tuple[str, str]] = (),
) -> Iterator[Finding]:
    """What stands in the way of a write, and what an operator should know.

    Args:
        environment: the settings.
        cluster: the cluster that they are for.
        labels: of its gateway nodes, as `gateway_labels` read them.
        there: what stands of the stack's objects.
        adopting: objects by kind and `namespace/name` that are about to become the stack's.
    """
    yield from platform(environment, cluster, labels)
    yield from absent_nodes(environment, cluster)
    yield from _owned_by_others(environment, cluster, there, adopting)
    yield from _leaving(environment, cluster, there, adopting)
    yield from _addresses_leaving(environment, cluster)
    yield from added_nodes(environment, cluster, there)


def _owned_by_others(
    environment: Environment, cluster: LiveCluster, there: list[OwnedObject], adopting: Collection[tuple[str, str]]
) -> Iterator[Finding]:
    seen = by_kind(there)
    for one in there:
        if (one.manifest.kind, one.key) in adopting:
            continue
        if one.owner is None and one.manifest.kind == "OvnEip" and may_be_pinned(environment, one.key, seen):
            continue
        if one.owner != environment.name:
            whose = f"belongs to stack {one.owner!r}" if one.owner else "was made by somebody else"
            yield Finding(
                place=f"cluster {cluster.context}",
                problem=f"{one.name} is there already and {whose}",
                remedy=f"rename ours, or take it over: `kmetal-network adopt {environment.name}` shows what would"
                " change",
                rule=OWNER,
            )


def _leaving(
    environment: Environment, cluster: LiveCluster, there: list[OwnedObject], adopting: Collection[tuple[str, str]]
) -> Iterator[Finding]:
    """Objects on their way out that are ours or would be: what is written to one is lost, a namespace takes nothing."""
    for one in there:
        gone = one.live["metadata"].get("deletionTimestamp")
        if gone and (one.owner == environment.name or (one.manifest.kind, one.key) in adopting):
            spec = one.live.get("spec") or {}
            held = ", ".join([*(one.live["metadata"].get("finalizers") or ()), *(spec.get("finalizers") or ())])
            yield Finding(
                place=f"cluster {cluster.context}",
                problem=f"{one.name} is still being deleted (since {gone}, held by {held or 'nothing'})",
                remedy=f"wait until it is gone, then `kmetal-network up {environment.name} --refresh`; if it stays, see"
                " what"
                f" hangs: `kmetal-network drift {environment.name}`, docs/guide/a-run-that-died.md",
                rule=LEAVING,
            )


def _addresses_leaving(environment: Environment, cluster: LiveCluster) -> Iterator[Finding]:
    """Addresses of routers that went, on their way out: one that is made anew now loses its port.

    Evidence: docs/evidence/kube-ovn.md#deletion.
    """
    for tenant in environment.settings.tenants:
        vpc = TenantNames(tenant.name).vpc
        eip = external_eip(vpc, environment.settings.provider.external.name)
        live = cluster.get(f"{COLLECTIONS['OvnEip']}/{eip}") or {}
        gone = (live.get("metadata") or {}).get("deletionTimestamp")
        if gone and cluster.get(f"{COLLECTIONS['Vpc']}/{vpc}") is None:
            held = ", ".join(live["metadata"].get("finalizers") or ())
            yield Finding(
                place=f"cluster {cluster.context}",
                problem=f"OvnEip {eip} of the Vpc that went is still being deleted (since {gone}, held by {held})",
                remedy=f"wait until it is gone; a Vpc {vpc} made before would lose its way out for good. If it stays:"
                f" kubectl get ovn-snat-rules, one of them uses it",
                rule=LEAVING,
            )
