"""Refuses a plan that would cut somebody off, between the preview and the first write.

Plain Pulumi deletes a SNAT rule first and then waits for ever for a Subnet that has pods, with the tenant cut off
meanwhile (reference/kube-ovn.md 2.3); MetalLB gives a Service another address in the moment in which a pool loses the
old one (reference/observed/timeline-metallb.jsonl). So the plan is held to the live cluster: who has an address that it
would take away. What it does not see: connections, and pods that come between the look and the write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from operations import rerouting
from operations.live import LiveCluster, snapshot
from operations.outcome import Outcome
from underlay.errors import Finding, OperatorError, Severity, listed
from underlay.inventory import object_key, owned_manifests
from underlay.manifests import exclude_ips
from underlay.names import METALLB_NAMESPACE, STACK_LABEL, TenantNames, external_eip
from underlay.offboarding import runs
from underlay.replacing import is_fixed
from underlay.sections.tenant import TenantCluster
from underlay.stackfile import Environment
from underlay.types import Span

CUT_OFF: Final = "CUT-OFF"
LOST_ADDRESS: Final = "LOST-ADDRESS"

_REPLACED: Final = frozenset({"replace", "create-replacement", "delete-replaced"})
_GONE: Final = frozenset({"delete", "delete-replaced", "replace"})
_OWN_KINDS: Final = ("Subnet", "Namespace", "Vpc", "OvnEip", "IPAddressPool")
"""What a plan may take away from somebody; who that is, is only asked when it does."""

_CONTROL_PLANES: Final = "/apis/kamaji.clastix.io/v1alpha1/tenantcontrolplanes"

Seen: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Any]]]


def guard(environment: Environment, cluster: LiveCluster, outcome: Outcome | None = None) -> None:
    """Hold a plan to the live cluster; to be called before anything is written.

    Args:
        environment: the settings.
        cluster: the cluster that they are for.
        outcome: a preview of an `up` or of a `destroy`, from who takes down in order what is rerouted. Without one the
            plan is foreseen from what stands under the stack's label and is no longer, or otherwise, in the settings:
            so a plain `pulumi up` is held to it, too.

    Raises:
        OperatorError: the plan cuts pods off, takes an address from somebody who has it, or, without a preview,
            reroutes a tenant; all of them at once.
    """
    if outcome is not None and not outcome.steps:
        return
    seen = snapshot(cluster, _OWN_KINDS)
    routers = rerouting.rerouted(environment, seen)
    changes = _foreseen(environment, seen) if outcome is None else _previewed(outcome)
    plan = _Plan.of([*changes, *_dragged_along(routers, seen)])
    if plan.gone:
        seen |= snapshot(cluster, ("IP", "Pod"))
    if "IPAddressPool" in plan.touched:
        seen |= snapshot(cluster, ("Service",))
    findings = [
        *_pods_cut_off(environment, plan, seen),
        *_namespaces_in_use(environment, plan, seen),
        *_tenants_cut_off(environment, plan, seen),
        *(rerouting.findings(environment, routers, Severity.ERROR) if outcome is None else ()),
        *_addresses_lost(environment, plan, seen, cluster),
    ]
    if findings:
        raise OperatorError(findings)


class _Change(NamedTuple):
    """One object that is there, and what happens to it."""

    operation: str
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a plan does to objects that are there, by kind: names of those that go, and of those that change at all."""

    gone: Mapping[str, frozenset[str]]
    replaced: Mapping[str, frozenset[str]]
    touched: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, changes: Collection[_Change]) -> _Plan:
        """From changes of what is there; what is only to be made harms nobody."""
        return cls(
            gone=_by_kind(change for change in changes if change.operation in _GONE),
            replaced=_by_kind(change for change in changes if change.operation in _REPLACED),
            touched=_by_kind(changes),
        )


def _by_kind(changes: Iterable[_Change]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for change in changes:
        found.setdefault(change.kind, set()).add(change.key)
    return {kind: frozenset(names) for kind, names in found.items()}


def _previewed(outcome: Outcome) -> list[_Change]:
    """The engine's own plan."""
    return [_Change(step.operation, step.type.rpartition(":")[2], step.object) for step in outcome.steps if step.object]


def _foreseen(environment: Environment, seen: Seen) -> list[_Change]:
    """What the settings will do to what stands under the stack's label, by the rules of `components`."""
    wanted = {
        (manifest.kind, object_key(manifest.body)): manifest.body
        for manifest in owned_manifests(environment.settings, environment.name)
    }
    changes: list[_Change] = []
    for kind in _OWN_KINDS:
        for key, live in seen.get(kind, {}).items():
            if (live["metadata"].get("labels") or {}).get(STACK_LABEL) != environment.name:
                continue
            body = wanted.get((kind, key))
            if body is None:
                changes.append(_Change("delete", kind, key))
            elif changed := [
                field for field, value in (body.get("spec") or {}).items() if live["spec"].get(field) != value
            ]:
                fixed = is_fixed(kind, (f"spec.{field}" for field in changed))
                changes.append(_Change("replace" if fixed else "update", kind, key))
    return changes


def _dragged_along(routers: Collection[str], seen: Seen) -> Iterator[_Change]:
    """A router that is made anew takes its Subnets along (`operations.rerouting`)."""
    for vpc in routers:
        yield _Change("replace", "Vpc", vpc)
    for key, subnet in seen.get("Subnet", {}).items():
        if subnet["spec"].get("vpc") in routers:
            yield _Change("replace", "Subnet", key)


def _pods_cut_off(environment: Environment, plan: _Plan, seen: Seen) -> Iterator[Finding]:
    """Subnets that go while pods have addresses of theirs."""
    clusters = dict(_clusters(environment))
    for name in sorted(plan.gone.get("Subnet", ())):
        pods = _pods_of(name, seen)
        if not pods:
            continue
        replaced = name in plan.replaced.get("Subnet", ())
        place, cluster = clusters.get(name, (f"Subnet {name}", None))
        if replaced and cluster is not None and cluster.replace_while_in_use:
            continue
        yield Finding(
            place=place,
            problem=f"the plan {'replaces' if replaced else 'deletes'} Subnet {name}, and {listed('pod', pods)} would"
            f" be cut off: its SNAT rule goes first, then the deletion waits for them",
            remedy="stop these pods first, or write `replaceWhileInUse:` with the reason in the cluster's settings"
            if replaced
            else "take the tenant's clusters away first, then the Subnet",
            rule=CUT_OFF,
        )


def _namespaces_in_use(environment: Environment, plan: _Plan, seen: Seen) -> Iterator[Finding]:
    """Tenants' namespaces that go with everything in them while pods run there."""
    for name in sorted(plan.gone.get("Namespace", ())):
        running = [
            key for key, pod in seen.get("Pod", {}).items() if pod["metadata"]["namespace"] == name and runs(pod)
        ]
        if running:
            yield Finding(
                place=f"Namespace {name}",
                problem=f"the plan for {environment.name} deletes it, and {listed('pod', running)} in it would be"
                " killed",
                remedy="take the tenant's clusters away first; a Subnet with pods would not go anyway",
                rule=CUT_OFF,
            )


def _tenants_cut_off(environment: Environment, plan: _Plan, seen: Seen) -> Iterator[Finding]:
    """The external Subnet and the tenants' addresses out of it."""
    external = environment.settings.provider.external
    doomed = {external_eip(vpc, external.name) for vpc in plan.gone.get("Vpc", ())} | plan.gone.get(
        "OvnEip", frozenset()
    )
    eips = {
        name: str((eip.get("status") or {}).get("v4Ip") or eip["spec"].get("v4Ip") or "")
        for name, eip in seen.get("OvnEip", {}).items()
        if eip["spec"].get("externalSubnet") == external.name
    }
    staying = sorted(set(eips) - doomed)
    place = environment.place(("provider", "external"))
    if external.name in plan.gone.get("Subnet", ()) and staying:
        yield Finding(
            place=place,
            problem=f"the plan replaces Subnet {external.name}, and {listed('OvnEip', staying)} draws from it: its"
            " deletion waits for all of them",
            remedy="keep its cidrBlock, vlan and vpc; a new block needs the tenants taken away first",
            rule=CUT_OFF,
        )
    elif external.name in plan.touched.get("Subnet", ()):
        yield from _excluded_eips(environment, {name: eips[name] for name in staying}, seen)


def _excluded_eips(environment: Environment, eips: Mapping[str, str], seen: Seen) -> Iterator[Finding]:
    """An address that is excluded from now on is not given again at the controller's next start, unless pinned."""
    external = environment.settings.provider.external
    pinned = {str(tenant.egress_address) for tenant in environment.settings.tenants if tenant.egress_address}
    live = [Span.parse(text) for text in seen["Subnet"][external.name]["spec"].get("excludeIps") or ()]
    wanted = [Span.parse(text) for text in exclude_ips(external.gateway, external.exclude_ips)]
    for name, address in sorted(eips.items()):
        if address and address not in pinned and _held(address, wanted) and not _held(address, live):
            yield Finding(
                place=environment.place(("provider", "external", "excludeIps")),
                problem=f"{address} becomes excluded, and OvnEip {name} has it",
                remedy=f"leave {address} out, or pin it: `egressAddress: {address}` at its tenant",
                rule=LOST_ADDRESS,
            )


def _addresses_lost(environment: Environment, plan: _Plan, seen: Seen, cluster: LiveCluster) -> Iterator[Finding]:
    """Services and hosted control planes whose address no pool holds after the plan."""
    changed = plan.touched.get("IPAddressPool", frozenset())
    if not changed:
        return
    gone = plan.gone.get("IPAddressPool", frozenset()) - plan.replaced.get("IPAddressPool", frozenset())
    wanted = {f"{METALLB_NAMESPACE}/{pool.name}": pool.addresses for pool in environment.settings.metallb.pools}
    pools = seen.get("IPAddressPool", {})
    live = {key: _spans(pool) for key, pool in pools.items() if key.startswith(f"{METALLB_NAMESPACE}/")}
    after = [span for key, spans in {**live, **wanted}.items() if key not in gone for span in spans]
    holders = tuple(_holders(seen, cluster))
    for key in sorted(changed):
        losers = [
            f"{who} ({address})"
            for who, address in holders
            if _held(address, live.get(key, ())) and not _held(address, after)
        ]
        if losers:
            yield Finding(
                place=environment.place(("metallb", "pools")),
                problem=f"IPAddressPool {key} no longer holds the address of {listed('holder', losers)}; MetalLB would"
                " give them another at once",
                remedy="keep these addresses in a pool, or move those who have them first",
                rule=LOST_ADDRESS,
            )


def _holders(seen: Seen, cluster: LiveCluster) -> Iterator[tuple[str, str]]:
    """Who has an address that a pool may have given, and that address."""
    for key, service in seen.get("Service", {}).items():
        for entry in ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ():
            if entry.get("ip"):
                yield f"Service {key}", str(entry["ip"])
    for plane in cluster.list(_CONTROL_PLANES) or ():
        address = ((plane.get("spec") or {}).get("networkProfile") or {}).get("address")
        if address:
            metadata = plane["metadata"]
            yield f"TenantControlPlane {metadata['namespace']}/{metadata['name']}", str(address)


def _clusters(environment: Environment) -> Iterator[tuple[str, tuple[str, TenantCluster]]]:
    """Each tenant cluster's Subnet, where it is written, and its settings."""
    for index, tenant in enumerate(environment.settings.tenants):
        for position, cluster in enumerate(tenant.clusters):
            place = environment.place(("tenants", index, "clusters", position))
            yield TenantNames(tenant.name).subnet(cluster.name), (place, cluster)


def _pods_of(subnet: str, seen: Seen) -> list[str]:
    """Pods with an address of a Subnet; an IP without a pod is a router's or a node's."""
    specs = (ip["spec"] for ip in seen.get("IP", {}).values() if ip["spec"].get("subnet") == subnet)
    return sorted(f"{spec.get('namespace')}/{spec['podName']}" for spec in specs if spec.get("podName"))


def _spans(pool: Mapping[str, Any]) -> tuple[Span, ...]:
    return tuple(Span.parse(text) for text in (pool.get("spec") or {}).get("addresses") or ())


def _held(address: str, spans: Iterable[Span]) -> bool:
    """Whether one of the ranges holds an address."""
    return any(span.contains(Span.parse(address)) for span in spans)
