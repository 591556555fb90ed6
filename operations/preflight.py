"""Makes sure of the cluster before anything is written.

It answers, it is the one that the settings name, it has what the stack needs (`operations.platform`), and every object
there that the stack would write is the stack's own. The last is what makes the provider's upsert safe: a run that was
killed left objects that no state knows, and the next run takes them over because they carry the stack's label; what
somebody else made is never taken over in silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from operations.identity import make_sure_of_identity
from operations.live import COLLECTIONS, LiveCluster, snapshot
from operations.platform import gateway_labels, platform
from operations.rerouting import may_be_pinned
from underlay.errors import Finding, OperatorError
from underlay.inventory import owned_manifests
from underlay.names import STACK_LABEL, TenantNames, external_eip
from underlay.rules.registry import errors
from underlay.stackfile import Environment

LEAVING: Final = "LEAVING"


def make_sure(environment: Environment, cluster: LiveCluster) -> tuple[Environment, tuple[Finding, ...]]:
    """Look before the first write.

    Returns:
        The settings without gateway nodes that have left the cluster, and what an operator should know.

    Raises:
        OperatorError: no answer, credentials refused, another cluster, a kind that is not served, a Kube-OVN that this
            network does not work with, no gateway node, or objects of others in the way.
    """
    make_sure_of_identity(environment, cluster)
    labels = gateway_labels(environment, cluster)
    found = tuple(obstacles(environment, cluster, labels))
    if wrong := errors(found):
        raise OperatorError(wrong)
    return environment.with_gateway_nodes(tuple(labels)), found


def obstacles(
    environment: Environment,
    cluster: LiveCluster,
    labels: Mapping[str, str | None],
    adopting: Collection[tuple[str, str]] = (),
) -> Iterator[Finding]:
    """What stands in the way of a write, and what an operator should know.

    Args:
        environment: the settings.
        cluster: the cluster that they are for.
        labels: of its gateway nodes, as `gateway_labels` read them.
        adopting: objects by kind and `namespace/name` that are about to become the stack's.
    """
    yield from platform(environment, cluster, labels)
    yield from _strangers(environment, cluster, adopting)
    yield from _leaving(environment, cluster)


def _strangers(
    environment: Environment, cluster: LiveCluster, adopting: Collection[tuple[str, str]]
) -> Iterator[Finding]:
    owned = owned_manifests(environment.settings, environment.name)
    manifests = [manifest for manifest in owned if manifest.kind in COLLECTIONS]
    seen = snapshot(cluster, sorted({manifest.kind for manifest in manifests}))
    for manifest in manifests:
        namespace = manifest.body["metadata"].get("namespace")
        key = f"{namespace}/{manifest.name}" if namespace else manifest.name
        live = seen.get(manifest.kind, {}).get(key)
        if live is None or (manifest.kind, key) in adopting:
            continue
        owner = (live["metadata"].get("labels") or {}).get(STACK_LABEL)
        if owner is None and manifest.kind == "OvnEip" and may_be_pinned(environment, manifest.name, seen):
            continue
        if owner != environment.name:
            whose = f"belongs to stack {owner!r}" if owner else "was made by somebody else"
            yield Finding(
                place=f"cluster {cluster.context}",
                problem=f"{manifest.kind} {key} is there already and {whose}",
                remedy=f"rename ours, or take it over: `underlay adopt {environment.name}` shows what would change",
                rule="OWNER",
            )


def _leaving(environment: Environment, cluster: LiveCluster) -> Iterator[Finding]:
    """Addresses of routers that went, on their way out: one that is made anew now loses its port (kube-ovn.md 2.3)."""
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
