"""Who would be cut off by a plan, or lose an address to it: plain looks at live objects, nothing is asked or changed.

What cannot be read as an address (a rogue pool's text, the `<nil>` that Kube-OVN writes into `excludeIps` for what it
does not understand) is held to be none: nobody is given an address out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from operations.planned import Plan
from underlay.addresses import Span
from underlay.drift import Object, Seen
from underlay.errors import Finding, listed
from underlay.finding_codes import CUT_OFF, LOST_ADDRESS
from underlay.manifests import exclude_ips
from underlay.names import METALLB_NAMESPACE, TenantNames, external_eip
from underlay.offboarding import runs
from underlay.sections.tenant import TenantCluster
from underlay.stackfile import Environment


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
    yield from _addresses_lost(environment, plan, seen)


def _pods_cut_off(environment: Environment, plan: Plan, seen: Seen) -> Iterator[Finding]:
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


def _namespaces_in_use(environment: Environment, plan: Plan, seen: Seen) -> Iterator[Finding]:
    """Tenants' namespaces that go with everything in them while pods run there."""
    for name in sorted(plan.gone.get("Namespace", ())):
        running = [
            key for key, pod in seen.get("Pod", {}).items() if pod["metadata"].get("namespace") == name and runs(pod)
        ]
        if running:
            yield Finding(
                place=f"Namespace {name}",
                problem=f"the plan for {environment.name} deletes it, and {listed('pod', running)} in it would be"
                " killed",
                remedy="take the tenant's clusters away first; a Subnet with pods would not go anyway",
                rule=CUT_OFF,
            )


def _provider_pulled_away(environment: Environment, plan: Plan, seen: Seen) -> Iterator[Finding]:
    """NIC and Vlan of the provider network: nothing holds them, they go at once.

    Evidence: docs/evidence/kube-ovn.md#deletion.
    """
    staying = _staying(environment, plan, seen)
    clusters = dict(_clusters(environment))
    pods = {
        pod
        for name, subnet in seen.get("Subnet", {}).items()
        if external_eip(str(_spec(subnet).get("vpc")), environment.settings.provider.external.name) in staying
        and not ((settings := clusters.get(name)) and settings[1].replace_while_in_use)
        for pod in _pods_of(name, seen)
    }
    for kind, section in (("ProviderNetwork", "network"), ("Vlan", "vlan")):
        for name in sorted(plan.gone.get(kind, ())):
            if pods:
                yield Finding(
                    place=environment.place(("provider", section)),
                    problem=f"the plan takes {kind} {name} away, if only to make it anew, and {listed('pod', pods)}"
                    " would be cut off: their way out goes over it",
                    remedy="keep it as it is; or stop these pods first, or write `replaceWhileInUse:` with the reason"
                    " in the settings of their clusters",
                    rule=CUT_OFF,
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
        )


def _staying(environment: Environment, plan: Plan, seen: Seen) -> dict[str, str]:
    """Addresses out of the external Subnet that the plan leaves where they are, by name of the OvnEip."""
    external = environment.settings.provider.external.name
    doomed = {external_eip(vpc, external) for vpc in plan.gone.get("Vpc", ())} | plan.gone.get("OvnEip", frozenset())
    return {
        name: str((eip.get("status") or {}).get("v4Ip") or _spec(eip).get("v4Ip") or "")
        for name, eip in seen.get("OvnEip", {}).items()
        if _spec(eip).get("externalSubnet") == external and name not in doomed
    }


def _excluded_eips(environment: Environment, eips: Mapping[str, str], seen: Seen) -> Iterator[Finding]:
    """An address that is excluded from now on is not given again at the controller's next start, unless pinned."""
    external = environment.settings.provider.external
    pinned = {str(tenant.egress_address) for tenant in environment.settings.tenants if tenant.egress_address}
    live = _readable(_spec(seen.get("Subnet", {}).get(external.name)).get("excludeIps"))
    wanted = _readable(exclude_ips(external.gateway, external.exclude_ips))
    for name, address in sorted(eips.items()):
        if address not in pinned and _held(address, wanted) and not _held(address, live):
            yield Finding(
                place=environment.place(("provider", "external", "excludeIps")),
                problem=f"{address} becomes excluded, and OvnEip {name} has it",
                remedy=f"leave {address} out, or pin it: `egressAddress: {address}` at its tenant",
                rule=LOST_ADDRESS,
            )


def _addresses_lost(environment: Environment, plan: Plan, seen: Seen) -> Iterator[Finding]:
    """Services and hosted control planes whose address no pool holds after the plan."""
    gone = plan.gone.get("IPAddressPool", frozenset()) - plan.replaced.get("IPAddressPool", frozenset())
    wanted = {f"{METALLB_NAMESPACE}/{pool.name}": pool.addresses for pool in environment.settings.metallb.pools}
    pools = seen.get("IPAddressPool", {})
    live = {
        key: _readable(_spec(pool).get("addresses"))
        for key, pool in pools.items()
        if key.startswith(f"{METALLB_NAMESPACE}/")
    }
    after = [span for key, spans in {**live, **wanted}.items() if key not in gone for span in spans]
    holders = tuple(_holders(seen))
    for key in sorted(plan.touched.get("IPAddressPool", ())):
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


def _holders(seen: Seen) -> Iterator[tuple[str, str]]:
    """Who has an address that a pool may have given, and that address."""
    for key, service in seen.get("Service", {}).items():
        for entry in ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ():
            if entry.get("ip"):
                yield f"Service {key}", str(entry["ip"])
    for key, plane in seen.get("TenantControlPlane", {}).items():
        address = (_spec(plane).get("networkProfile") or {}).get("address")
        if address:
            yield f"TenantControlPlane {key}", str(address)


def _clusters(environment: Environment) -> Iterator[tuple[str, tuple[str, TenantCluster]]]:
    """Each tenant cluster's Subnet, where it is written, and its settings."""
    for index, tenant in enumerate(environment.settings.tenants):
        for position, cluster in enumerate(tenant.clusters):
            place = environment.place(("tenants", index, "clusters", position))
            yield TenantNames(tenant.name).subnet(cluster.name), (place, cluster)


def _pods_of(subnet: str, seen: Seen) -> list[str]:
    """Pods with an address of a Subnet; an IP without a pod is a router's or a node's."""
    specs = (spec for ip in seen.get("IP", {}).values() if (spec := _spec(ip)).get("subnet") == subnet)
    return sorted(f"{spec.get('namespace')}/{spec['podName']}" for spec in specs if spec.get("podName"))


def _spec(item: Object | None) -> Mapping[str, Any]:
    """What an object asks for; a custom resource may do without, and an object may be gone."""
    return (item or {}).get("spec") or {}


def _readable(texts: Iterable[object] | None) -> tuple[Span, ...]:
    """Those of the written ranges that are ranges."""
    spans: list[Span] = []
    for text in texts or ():
        with suppress(ValueError):
            spans.append(Span.parse(str(text)))
    return tuple(spans)


def _held(address: str, spans: Iterable[Span]) -> bool:
    """Whether one of the ranges holds an address; what is no address is held by none."""
    return any(span.contains(one) for one in _readable([address]) for span in spans)
