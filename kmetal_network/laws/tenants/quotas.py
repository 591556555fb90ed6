"""Quotas of tenants' namespaces: who may use MetalLB's pools, and keys that the API server accepts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Severity
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.model import Breach, Law
from kmetal_network.names import DEFAULT_VPC

LOAD_BALANCERS: Final = "services.loadbalancers"

_STANDARD: Final = frozenset(
    {
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage",
        "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods", "services",
        "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims",
        "services.nodeports", "services.loadbalancers",
    }
)  # fmt: skip
"""What a quota may name without a slash (Kubernetes pkg/apis/core/helper, standardQuotaResources)."""

_HUGE_PAGES: Final = ("hugepages-", "requests.hugepages-")
"""How the other names begin that it may (Kubernetes pkg/apis/core/helper, IsQuotaHugePageResourceName)."""


def _tenant_namespaces(facts: Facts) -> dict[str, tuple[str, str]]:
    """Namespace to the VPC that holds it, and the place of that."""
    return {
        namespace: (vpc.name, vpc.place)
        for vpc in facts.vpcs
        if vpc.name != DEFAULT_VPC
        for namespace in known(vpc.namespaces)
    }


def _draws_by_default(facts: Facts) -> Iterator[Breach]:
    if facts.quotas is None or not facts.whole:
        return
    pools = [pool for pool in facts.pools if pool.auto_assign in (None, True)]
    limited = {quota.namespace for quota in facts.quotas if quota.hard is UNKNOWN or LOAD_BALANCERS in quota.hard}
    for namespace, (vpc, place) in _tenant_namespaces(facts).items() if pools and UNKNOWN not in limited else ():
        drawn = [pool.name for pool in pools if pool.namespaces is None or namespace in known(pool.namespaces)]
        if drawn and namespace not in limited:
            yield Breach(
                place,
                f"namespace {namespace!r} of vpc {vpc!r} has no quota on {LOAD_BALANCERS}, so any Service of type"
                f" LoadBalancer in it draws from pool {', '.join(map(repr, drawn))}",
                f"write a ResourceQuota with {LOAD_BALANCERS}: as many as the tenant has clusters",
            )


def _admits_control_planes(facts: Facts) -> Iterator[Breach]:
    wanted = Counter(plane.namespace for plane in facts.control_planes if isinstance(plane.namespace, str))
    for quota in facts.quotas or ():
        limit = UNKNOWN if quota.hard is UNKNOWN else quota.hard.get(LOAD_BALANCERS, UNKNOWN)
        planes = wanted.get(quota.namespace, 0) if isinstance(quota.namespace, str) else 0
        if str(limit).isdecimal() and int(str(limit)) < planes:
            yield Breach(
                quota.place,
                f"ResourceQuota {quota.name!r} allows {limit} {LOAD_BALANCERS} in namespace {quota.namespace!r},"
                f" where {planes} tenant control planes need one each",
                f"write {LOAD_BALANCERS}: {planes}",
            )


def _known_keys(facts: Facts) -> Iterator[Breach]:
    for quota in facts.quotas or ():
        for key in sorted(map(str, quota.hard)) if quota.hard is not UNKNOWN else ():
            if "/" not in key and key not in _STANDARD and not key.startswith(_HUGE_PAGES):
                yield Breach(
                    quota.place,
                    f"ResourceQuota {quota.name!r} limits {key!r}, which is no standard resource, so the API server"
                    " refuses it",
                    f"write count/{key}",
                )


LAWS = (
    Law(
        id="NET-215",
        title="No tenant's namespace draws from a MetalLB pool without a limit",
        severity=Severity.WARNING,
        why="A Service of type LoadBalancer in a tenant's namespace takes an address that is meant for control planes.",
        fix="Write a ResourceQuota with services.loadbalancers, or set autoAssign false or serviceAllocation on the"
        " pool.",
        reference="kMetal's networking guide, MetalLB; docs/evidence/kmetal.md#tenants",
        judge=_draws_by_default,
    ),
    Law(
        id="NET-219",
        title="A tenant's quota admits its own control planes",
        why="Kamaji exposes a tenant's API server by a Service of type LoadBalancer in the tenant's own namespace: a"
        " quota below their number refuses it, and the cluster never starts.",
        fix="Allow as many services.loadbalancers as the tenant has clusters.",
        reference="docs/evidence/kmetal.md#tenants",
        not_admitted=not_admitted.OTHER_OBJECT,
        judge=_admits_control_planes,
    ),
    Law(
        id="NET-433",
        title="A quota names resources that the API server knows",
        why="A key without a slash has to be a standard resource; kMetal's own example names"
        " tenantcontrolplanes.kamaji.clastix.io, and the API server refuses the whole object.",
        fix="Write count/<plural>.<group> for objects of other kinds.",
        reference="docs/evidence/kmetal.md#tenants; Kubernetes pkg/apis/core/validation",
        not_admitted="the API server itself refuses such a quota",
        judge=_known_keys,
    ),
)
