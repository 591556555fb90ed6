"""Who would lose connectivity or an address by a plan. Works on objects already read; changes nothing.

Text that is no address counts as none: no one gets an address from it. Examples are an undeclared pool's text, and the
`<nil>` that Kube-OVN writes into `excludeIps` for what it does not understand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from kmetal_network.config.sections.tenant import TenantCluster
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, Severity, listed
from kmetal_network.finding_codes.codes import CUT_OFF, LOST_ADDRESS
from kmetal_network.live.diff import Seen
from kmetal_network.live.offboarding import runs
from kmetal_network.manifests.objects import exclude_ips
from kmetal_network.names import TENANT_LABEL, TenantNames, external_eip
from operations.impact.lost_addresses import addresses_lost, held, readable, spec_of
from operations.impact.plan import Plan

_WAYS_OUT: Final = (
    "keep it as it is; or stop these pods first, or write `replaceWhileInUse:` with the reason in the settings of their"
    " clusters"
)


def losses(environment: Environment, plan: Plan, seen: Seen) -> Iterator[Finding]:
    """Everybody whom a plan would harm.

    Args:
        environment: the settings.
        plan: what happens to what is there.
        seen: `planned.OWN_KINDS`, and of Pod, IP, Service and TenantControlPlane what the plan gives reason to look at.
    """
    yield from _pods_cut_off(environment, plan, seen)
    yield from _namespaces_in_use(environment, plan, seen)
    yield from _provider_pulled_away(environment, plan, seen)
    yield from _external_pulled_away(environment, plan, seen)
    yield from addresses_lost(environment, plan, seen)


def _pods_cut_off(environment: Environment, plan: Plan, seen: Seen) -> Iterator[Finding]:
    """Subnets that go while pods have addresses of theirs; a warning where the settings accept it."""
    clusters = dict(_clusters(environment))
    for name in sorted(plan.gone.get("Subnet", ())):
        pods = _pods_of(name, seen)
        if not pods:
            continue
        replaced = name in plan.replaced.get("Subnet", ())
        place, cluster = clusters.get(name, (f"Subnet {name}", None))
        accepted = cluster.replace_while_in_use if replaced and cluster is not None else None
        remedy = "take the tenant's clusters away first, then the Subnet"
        if replaced:
            remedy = "stop these pods first, or write `replaceWhileInUse:` with the reason in the cluster's settings"
        yield Finding(
            place=place,
            problem=f"the plan {'replaces' if replaced else 'deletes'} Subnet {name}, and {listed('pod', pods)} would"
            f" be cut off: its SNAT rule goes first, then the deletion waits for them",
            remedy=remedy if accepted is None else f"accepted in the settings: {accepted}",
            rule=CUT_OFF,
            severity=Severity.ERROR if accepted is None else Severity.WARNING,
            subject=f"Subnet {name}",
            names=tuple(pods),
            tenants=_tenants_of([name], seen),
        )


def _namespaces_in_use(environment: Environment, plan: Plan, seen: Seen) -> Iterator[Finding]:
    """Tenants' namespaces that go with everything in them while pods run there."""
    for name in sorted(plan.gone.get("Namespace", ())):
        running = sorted(
            key for key, pod in seen.get("Pod", {}).items() if pod["metadata"].get("namespace") == name and runs(pod)
        )
        if running:
            labels = seen.get("Namespace", {}).get(name, {}).get("metadata", {}).get("labels") or {}
            yield Finding(
                place=f"Namespace {name}",
                problem=f"the plan for {environment.name} deletes it, and {listed('pod', running)} in it would be"
                " killed",
                remedy="take the tenant's clusters away first; a Subnet with pods would not go anyway",
                rule=CUT_OFF,
                subject=f"Namespace {name}",
                names=tuple(running),
                tenants=(str(labels[TENANT_LABEL]),) if TENANT_LABEL in labels else (),
            )


def _provider_pulled_away(environment: Environment, plan: Plan, seen: Seen) -> Iterator[Finding]:
    """NIC and Vlan of the provider network: nothing holds them, they go at once.

    Pods of clusters whose settings accept it come as a warning, with each reason.

    Evidence: docs/evidence/kube-ovn.md#deletion.
    """
    staying = _staying(environment, plan, seen)
    clusters = dict(_clusters(environment))
    refused: dict[str, list[str]] = {}
    accepted: dict[str, list[str]] = {}
    reasons: list[str] = []
    for name, subnet in sorted(seen.get("Subnet", {}).items()):
        behind = external_eip(str(spec_of(subnet).get("vpc")), environment.settings.provider.external.name) in staying
        pods = _pods_of(name, seen) if behind else []
        reason = clusters[name][1].replace_while_in_use if name in clusters else None
        if pods:
            (refused if reason is None else accepted)[name] = pods
        if pods and reason is not None:
            reasons.append(f"{name}: {reason}")
    for kind, section in (("ProviderNetwork", "network"), ("Vlan", "vlan")):
        for name in sorted(plan.gone.get(kind, ())):
            for group, severity, remedy in (
                (
                    refused,
                    Severity.ERROR,
                    _WAYS_OUT,
                ),
                (accepted, Severity.WARNING, f"accepted in the settings: {'; '.join(reasons)}"),
            ):
                pods = sorted({pod for subnet_pods in group.values() for pod in subnet_pods})
                if pods:
                    yield Finding(
                        place=environment.place(("provider", section)),
                        problem=f"the plan takes {kind} {name} away, if only to make it anew, and"
                        f" {listed('pod', pods)} would be cut off: their way out goes over it",
                        remedy=remedy,
                        rule=CUT_OFF,
                        severity=severity,
                        subject=f"{kind} {name}",
                        names=tuple(pods),
                        tenants=_tenants_of(group, seen),
                    )


def _external_pulled_away(environment: Environment, plan: Plan, seen: Seen) -> Iterator[Finding]:
    """The external Subnet and the tenants' addresses out of it."""
    external = environment.settings.provider.external
    staying = _staying(environment, plan, seen)
    if external.name not in plan.gone.get("Subnet", ()):
        if external.name in plan.touched.get("Subnet", ()):
            yield from _excluded_eips(environment, staying, seen)
    elif staying:
        yield Finding(
            place=environment.place(("provider", "external")),
            problem=f"the plan replaces Subnet {external.name}, and {listed('OvnEip', staying)} draws from it: its"
            " deletion waits for all of them",
            remedy="keep its cidrBlock, vlan and vpc; a new block needs the tenants taken away first",
            rule=CUT_OFF,
            subject=f"Subnet {external.name}",
            tenants=tuple(sorted({name.removesuffix(f"-{external.name}").removesuffix("-vpc") for name in staying})),
        )


def _staying(environment: Environment, plan: Plan, seen: Seen) -> dict[str, str]:
    """Addresses out of the external Subnet that the plan leaves where they are, by name of the OvnEip."""
    external = environment.settings.provider.external.name
    doomed = {external_eip(vpc, external) for vpc in plan.gone.get("Vpc", ())} | plan.gone.get("OvnEip", frozenset())
    return {
        name: str((eip.get("status") or {}).get("v4Ip") or spec_of(eip).get("v4Ip") or "")
        for name, eip in seen.get("OvnEip", {}).items()
        if spec_of(eip).get("externalSubnet") == external and name not in doomed
    }


def _excluded_eips(environment: Environment, eips: Mapping[str, str], seen: Seen) -> Iterator[Finding]:
    """An address that is excluded from now on is not given again at the controller's next start, unless pinned."""
    external = environment.settings.provider.external
    pinned = {str(tenant.egress_address) for tenant in environment.settings.tenants if tenant.egress_address}
    live = readable(spec_of(seen.get("Subnet", {}).get(external.name)).get("excludeIps"))
    wanted = readable(exclude_ips(external.gateway, external.exclude_ips))
    for name, address in sorted(eips.items()):
        if address not in pinned and held(address, wanted) and not held(address, live):
            yield Finding(
                place=environment.place(("provider", "external", "excludeIps")),
                problem=f"{address} becomes excluded, and OvnEip {name} has it",
                remedy=f"leave {address} out, or pin it: `egressAddress: {address}` at its tenant",
                rule=LOST_ADDRESS,
                subject=f"Subnet {external.name}",
                names=(f"OvnEip {name} ({address})",),
                tenants=(name.removesuffix(f"-{external.name}").removesuffix("-vpc"),),
            )


def _tenants_of(subnets: Iterable[str], seen: Seen) -> tuple[str, ...]:
    """Tenants whose Subnets those are, by their label."""
    live = seen.get("Subnet", {})
    labels = ((live.get(name, {}).get("metadata") or {}).get("labels") or {} for name in subnets)
    return tuple(sorted({str(entry[TENANT_LABEL]) for entry in labels if TENANT_LABEL in entry}))


def _clusters(environment: Environment) -> Iterator[tuple[str, tuple[str, TenantCluster]]]:
    """Each tenant cluster's Subnet, where it is written, and its settings."""
    for index, tenant in enumerate(environment.settings.tenants):
        for position, cluster in enumerate(tenant.clusters):
            place = environment.place(("tenants", index, "clusters", position))
            yield TenantNames(tenant.name).subnet(cluster.name), (place, cluster)


def _pods_of(subnet: str, seen: Seen) -> list[str]:
    """Pods with an address of a Subnet; an IP without a pod is a router's or a node's."""
    specs = (spec for ip in seen.get("IP", {}).values() if (spec := spec_of(ip)).get("subnet") == subnet)
    return sorted(f"{spec.get('namespace')}/{spec['podName']}" for spec in specs if spec.get("podName"))
