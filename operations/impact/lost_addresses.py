"""Who loses an address when a pool gives it up: Services and hosted control planes, by what the cluster shows now.

Text that is no address (in an undeclared pool) counts as none: no one gets an address from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from kmetal_network.addresses import Span
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, listed
from kmetal_network.finding_codes.codes import LOST_ADDRESS
from kmetal_network.live.diff import Seen
from kmetal_network.live.values import Object
from kmetal_network.names import METALLB_NAMESPACE
from operations.impact.plan import Plan


def addresses_lost(environment: Environment, plan: Plan, seen: Seen) -> Iterator[Finding]:
    """Services and hosted control planes whose address no pool holds after the plan."""
    gone = plan.gone.get("IPAddressPool", frozenset()) - plan.replaced.get("IPAddressPool", frozenset())
    wanted = {f"{METALLB_NAMESPACE}/{pool.name}": pool.addresses for pool in environment.settings.metallb.pools}
    pools = seen.get("IPAddressPool", {})
    live = {
        key: readable(spec_of(pool).get("addresses"))
        for key, pool in pools.items()
        if key.startswith(f"{METALLB_NAMESPACE}/")
    }
    after = [span for key, spans in {**live, **wanted}.items() if key not in gone for span in spans]
    holders = tuple(_holders(seen))
    for key in sorted(plan.touched.get("IPAddressPool", ())):
        losers = [
            f"{who} ({address})"
            for who, address in holders
            if held(address, live.get(key, ())) and not held(address, after)
        ]
        if losers:
            yield Finding(
                place=environment.place(("metallb", "pools")),
                problem=f"IPAddressPool {key} no longer holds the address of {listed('holder', losers)}; MetalLB would"
                " give them another at once",
                remedy="keep these addresses in a pool, or move those who have them first",
                rule=LOST_ADDRESS,
                subject=f"IPAddressPool {key}",
                names=tuple(sorted(losers)),
                tenants=_owners(environment, losers),
            )


def _owners(environment: Environment, holders: Iterable[str]) -> tuple[str, ...]:
    """Tenants whose namespace a `Kind namespace/name (address)` stands in."""
    namespaces = {tenant.namespace_name: tenant.name for tenant in environment.settings.tenants}
    found = (namespaces.get(holder.partition(" ")[2].partition("/")[0]) for holder in holders)
    return tuple(sorted({name for name in found if name}))


def _holders(seen: Seen) -> Iterator[tuple[str, str]]:
    """Who has an address that a pool may have given, and that address."""
    for key, service in seen.get("Service", {}).items():
        for entry in ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ():
            if entry.get("ip"):
                yield f"Service {key}", str(entry["ip"])
    for key, plane in seen.get("TenantControlPlane", {}).items():
        address = (spec_of(plane).get("networkProfile") or {}).get("address")
        if address:
            yield f"TenantControlPlane {key}", str(address)


def spec_of(item: Object | None) -> Mapping[str, Any]:
    """What an object asks for; a custom resource may do without, and an object may be gone."""
    return (item or {}).get("spec") or {}


def readable(texts: Iterable[object] | None) -> tuple[Span, ...]:
    """Those of the written ranges that are ranges."""
    spans: list[Span] = []
    for text in texts or ():
        with suppress(ValueError):
            spans.append(Span.parse(str(text)))
    return tuple(spans)


def held(address: str, spans: Iterable[Span]) -> bool:
    """Whether one of the ranges holds an address; what is no address is held by none."""
    return any(span.contains(one) for one in readable([address]) for span in spans)
