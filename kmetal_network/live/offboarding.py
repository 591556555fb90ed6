"""Finds who still uses a tenant's network, and what is left of it. It only compares live objects and changes nothing.

An object is the tenant's by our label, by its name, or because it refers to the tenant's Vpc or Subnets. A load
balancer's address that names neither, and that no rule uses, cannot be recognized: the labels of cloud-provider-ovn
are not documented.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kmetal_network.errors import Finding, listed
from kmetal_network.finding_codes.codes import IN_USE, LEFT, TOUCHED
from kmetal_network.kinds.registry import in_order
from kmetal_network.live.diff import Seen
from kmetal_network.live.drift import kubectl
from kmetal_network.live.undeclared import NAT_KINDS, vpcs_of
from kmetal_network.live.values import Object
from kmetal_network.names import STACK_LABEL, TENANT_LABEL, TenantNames, external_eip

_OWNERS: Final = ("TenantControlPlane", "Cluster")
"""Kamaji's and Cluster API's kinds: as long as they exist, a controller recreates pods."""

GONE_IN_ORDER: Final = in_order("goes")
"""The order in which a tenant's kinds are deleted (docs/evidence/kube-ovn.md#deletion)."""


@dataclass(frozen=True, slots=True)
class TenantObjects:
    """The names of a tenant's objects in a cluster."""

    stack: str
    tenant: str
    namespace: str
    """Empty if neither the settings nor a label name it."""
    external: str
    """Name of the external Subnet."""

    @property
    def vpc(self) -> str:
        """Its Vpc."""
        return TenantNames(self.tenant).vpc

    @property
    def port(self) -> str:
        """The OvnEip of its router port."""
        return external_eip(self.vpc, self.external)

    def objects(self, seen: Seen) -> Iterator[tuple[str, str, Object]]:
        """Kind, key and object of everything that is the tenant's, in the order of deletion."""
        subnets = {key for key, item in seen.get("Subnet", {}).items() if self._names_vpc(item)}
        subnets |= {key for key, item in seen.get("Subnet", {}).items() if self._is_labelled(item)}
        for kind in GONE_IN_ORDER:
            for key, item in sorted(seen.get(kind, {}).items()):
                if self._holds(kind, key, item, subnets, seen):
                    yield kind, key, item

    def _holds(self, kind: str, key: str, item: Object, subnets: Collection[str], seen: Seen) -> bool:
        if self._owner(item) not in (None, self.stack):
            return False
        if self._is_labelled(item) or (kind in NAT_KINDS and self._names_vpc(item)):
            return True
        spec = item.get("spec") or {}
        refers = {
            "Vpc": key == self.vpc,
            "Subnet": key in subnets,
            "IP": spec.get("subnet") in subnets,
            "OvnEip": key == self.port or self.vpc in vpcs_of(key, item, (self.vpc,), seen),
        }
        return refers.get(kind, kind in NAT_KINDS and spec.get("ovnEip") == self.port)

    def _is_labelled(self, item: Object) -> bool:
        labels = (item.get("metadata") or {}).get("labels") or {}
        return labels.get(STACK_LABEL) == self.stack and labels.get(TENANT_LABEL) == self.tenant

    @staticmethod
    def _owner(item: Object) -> str | None:
        """The stack that claims it."""
        return ((item.get("metadata") or {}).get("labels") or {}).get(STACK_LABEL)

    def _names_vpc(self, item: Object) -> bool:
        return any((item.get(part) or {}).get("vpc") == self.vpc for part in ("spec", "status"))


def uses(owned: TenantObjects, seen: Seen) -> Iterator[Finding]:
    """Everything that blocks the tenant's removal, by kind, with names."""
    mine = list(owned.objects(seen))
    pods = {
        f"{item['spec'].get('namespace')}/{item['spec']['podName']}"
        for kind, _, item in mine
        if kind == "IP" and item["spec"].get("podName")
    }
    yield from _in_use(owned, "Pod", pods, "addresses in its Subnets", "stop them, and whatever recreates them")
    running = {key for key, pod in _inside(owned, "Pod", seen) if runs(pod)}
    yield from _in_use(
        owned, "Pod", running - pods, "running in its namespace", "stop them, and whatever recreates them"
    )
    balancers = {key for key, item in _inside(owned, "Service", seen) if item["spec"].get("type") == "LoadBalancer"}
    yield from _in_use(owned, "Service", balancers, "addresses of MetalLB's pools", "delete them")
    for kind in _OWNERS:
        held = {key for key, _ in _inside(owned, kind, seen)}
        yield from _in_use(owned, kind, held, "in its namespace", "delete them; what they made goes along")
    for kind, ours in (("OvnFip", ()), ("OvnDnatRule", ()), ("OvnEip", (owned.port,))):
        names = {key for one, key, _ in mine if one == kind} - set(ours)
        remedy = "delete the LoadBalancer Services inside the tenant's clusters"
        yield from _in_use(owned, kind, names, "its clusters' load balancers", remedy)


def _in_use(owned: TenantObjects, kind: str, names: Collection[str], what: str, remedy: str) -> Iterator[Finding]:
    if names:
        yield Finding(
            place=f"tenant {owned.tenant}",
            problem=f"is in use by {listed(kind, names)} ({what})",
            remedy=remedy,
            rule=IN_USE,
        )


def _inside(owned: TenantObjects, kind: str, seen: Seen) -> Iterator[tuple[str, Object]]:
    for key, item in seen.get(kind, {}).items():
        if item["metadata"].get("namespace") == owned.namespace:
            yield key, item


def runs(pod: Object) -> bool:
    """Whether a pod has not terminated."""
    return (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed")


def left(owned: TenantObjects, seen: Seen) -> Iterator[Finding]:
    """What is not deleted yet, why if known, and what to do; in the order in which to delete it."""
    for kind, key, item in owned.objects(seen):
        metadata = item["metadata"]
        since = metadata.get("deletionTimestamp")
        held = ", ".join([*(metadata.get("finalizers") or ()), *((item.get("spec") or {}).get("finalizers") or ())])
        state = f"hangs since {since}, held by {held or 'nothing'}" if since else "is there and no one deletes it"
        name = f"{kind} {key}"
        remedy = _cure(owned, kind, key, seen) if since else f"no state knows it: {kubectl('delete', name)}"
        yield Finding(place=name, problem=f"{state}{_said(item)}", remedy=remedy, rule=LEFT)


def _said(item: Object) -> str:
    """What a namespace's status says about its deletion."""
    conditions = (item.get("status") or {}).get("conditions") or ()
    words = [
        str(one.get("message"))
        for one in conditions
        if one.get("status") == "True" and str(one.get("type")).startswith("Namespace")
    ]
    return f" ({'; '.join(words)})" if words else ""


def _cure(owned: TenantObjects, kind: str, key: str, seen: Seen) -> str:
    match kind:
        case "OvnSnatRule" | "OvnFip" | "OvnDnatRule" | "OvnEip" if owned.vpc not in seen.get("Vpc", {}):
            return (
                f"its router is gone before it: make Vpc {owned.vpc} again (kubectl create, an empty spec), wait until"
                " this is gone, then delete that Vpc"
            )
        case "OvnEip":
            return "delete the OvnSnatRule, OvnFip and OvnDnatRule that use it first"
        case "Subnet":
            pods = sorted(ip for ip, item in seen.get("IP", {}).items() if item["spec"].get("subnet") == key)
            if pods:
                by_hand = kubectl("delete", f"IP {pods[0]}")
                return f"{listed('IP', pods)} still in use: end the pods; without one, {by_hand}"
            return "look at its conditions: a gateway outside its block, or a Vlan that is gone, holds it for ever"
        case "Vpc":
            return "its Subnets go first: look at status.subnets"
    return "look at its events and conditions; whoever set the finalizer has to take it off"


def of_others(owned: TenantObjects, vpcs: Iterable[str], seen: Seen) -> Mapping[str, Object]:
    """`Kind key` to object of what must not be touched: all that has a stack's label, and the others' addresses."""
    mine = {(kind, key) for kind, key, _ in owned.objects(seen)}
    ports = {external_eip(vpc, owned.external) for vpc in vpcs}
    return {
        f"{kind} {key}": item
        for kind, items in seen.items()
        for key, item in items.items()
        if (kind, key) not in mine
        and (STACK_LABEL in (item["metadata"].get("labels") or {}) or (kind == "OvnEip" and key in ports))
    }


def touched(before: Mapping[str, Object], after: Mapping[str, Object]) -> Iterator[Finding]:
    """Others' objects that are deleted, replaced or changed; status does not count, since controllers write it."""
    for name, item in sorted(before.items()):
        now = after.get(name)
        if now is None or now["metadata"]["uid"] != item["metadata"]["uid"]:
            problem = "is gone" if now is None else "is another object than before"
        elif _substance(now) != _substance(item):
            problem = "has changed meanwhile"
        else:
            continue
        remedy = "find out who did it (kmetal-network drift); the plan held nothing but the tenant"
        yield Finding(place=name, problem=problem, remedy=remedy, rule=TOUCHED)


def same_version(before: Mapping[str, Object], after: Mapping[str, Object]) -> int:
    """How many still have the same resourceVersion."""
    return sum(
        name in after and after[name]["metadata"]["resourceVersion"] == item["metadata"]["resourceVersion"]
        for name, item in before.items()
    )


def _substance(item: Object) -> Any:
    metadata = item["metadata"]
    kept = {key: value for key, value in item.items() if key not in ("metadata", "status")}
    return kept, [metadata.get(key) for key in ("labels", "finalizers", "deletionTimestamp", "generation")]
