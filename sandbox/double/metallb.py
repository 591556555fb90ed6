"""MetalLB's controller, webhook off: addresses for Services, and what becomes of them when a pool is edited.

As recorded in `observed/timeline-metallb.jsonl`: an address that leaves its pool is replaced at once and silently;
pools that overlap are not refused, the last good set stays in force and only the log says so; a Service whose last
pool is gone stays pending. The webhook's rule is here as `overlap`, a function over all pools. It is not served:
admission across objects needs a webhook with a certificate, which a sandbox without root or openssl cannot count on,
and a ValidatingAdmissionPolicy sees one object alone. Only IPv4 is allocated.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any, Final

from sandbox.double.api import METALLB, Object, annotations_of, deleting, key_of, spec_of, status_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.double.engine import Process

FROM_POOL: Final = "metallb.io/ip-allocated-from-pool"
WISH_POOL: Final = "metallb.io/address-pool"
WISH_IPS: Final = "metallb.io/loadBalancerIPs"
VPC_MARK: Final = "ovn.kubernetes.io/vpc"

Span = tuple[int, int]
Pools = dict[str, Object]


def spans_of(pool: Object) -> list[Span]:
    """The ranges of a pool: `a-b` or a network."""
    spans: list[Span] = []
    for text in spec_of(pool).get("addresses") or []:
        if "/" in text:
            network = IPv4Network(text)
            spans.append((int(network[0]), int(network[-1])))
        else:
            first, last = (int(IPv4Address(end.strip())) for end in text.split("-"))
            spans.append((first, last))
    return spans


def overlap(pools: Iterable[Object]) -> str | None:
    """The first two ranges of the pools that share an address, in words; None where there are none."""
    seen: list[tuple[Span, str]] = []
    for pool in pools:
        name = pool["metadata"]["name"]
        for first, last in spans_of(pool):
            for (low, high), other in seen:
                if first <= high and low <= last:
                    mine, theirs = _words((first, last)), _words((low, high))
                    return f"range {mine} of pool {name} overlaps {theirs} of pool {other}"
            seen.append(((first, last), name))
    return None


def on_pool(process: Process, old: Object | None, new: Object | None) -> None:
    """A changed set of pools is read anew as a whole."""
    if old is None or new is None or spec_of(old) != spec_of(new):
        process.do("metallb", reload_pools, "pools")


def on_service(process: Process, old: Object | None, new: Object | None) -> None:
    """A Service comes, changes or goes; Kube-OVN marks each with a Vpc, too."""
    if new is not None and VPC_MARK not in annotations_of(new):
        process.do("platform", mark_service, key_of(new))
    if old is None or new is None or spec_of(old) != spec_of(new) or deleting(new):
        process.do("metallb", assign, "services")


def mark_service(process: Process, key: str) -> None:
    """The annotation of kube-ovn-controller."""
    process.client.patch("Service", key, {"metadata": {"annotations": {VPC_MARK: "ovn-cluster"}}})


def reload_pools(process: Process, key: str) -> None:
    """Take the pools over, unless two of them overlap: then all of the last good set stays."""
    pools = {one["metadata"]["name"]: one for one in process.all("IPAddressPool") if not deleting(one)}
    if overlap(pools.values()) is None:
        process.memory["pools"] = pools
        assign(process, key)


def assign(process: Process, key: str) -> None:
    """Who may keep an address keeps it; the others get another, or none, in the order of their names."""
    del key
    pools: Pools = process.memory.get("pools", {})  # type: ignore[assignment]  # memory holds anything
    services = [one for one in process.all("Service") if _wants(one)]
    held: dict[str, str] = {}
    for service in services:
        address = _address(service)
        if address and _may_have(service, address, pools) and address not in held.values():
            held[key_of(service)] = address
    for service in services:
        if key_of(service) not in held and (found := _free(service, pools, set(held.values()))):
            held[key_of(service)] = found
        _write(process, service, held.get(key_of(service)), pools)
    for name, pool in pools.items():
        _count(process, pool, [one for one in held.values() if _pool_of(one, {name: pool})])


def _wants(service: Object) -> bool:
    return spec_of(service).get("type") == "LoadBalancer" and not deleting(service)


def _address(service: Object) -> str | None:
    ingress = (status_of(service).get("loadBalancer") or {}).get("ingress") or []
    return str(ingress[0]["ip"]) if ingress else None


def _pool_of(address: str, pools: Pools) -> str | None:
    number = int(IPv4Address(address))
    return next((n for n, p in pools.items() if any(low <= number <= high for low, high in spans_of(p))), None)


def _may_have(service: Object, address: str, pools: Pools) -> bool:
    pool = _pool_of(address, pools)
    wish = annotations_of(service).get(WISH_POOL)
    return pool is not None and wish in (None, pool) and _wished(service) in (None, address)


def _wished(service: Object) -> str | None:
    return annotations_of(service).get(WISH_IPS) or spec_of(service).get("loadBalancerIP") or None


def _free(service: Object, pools: Pools, taken: set[str]) -> str | None:
    if wished := _wished(service):
        return wished if _may_have(service, wished, pools) and wished not in taken else None
    chosen = annotations_of(service).get(WISH_POOL)
    for name, pool in sorted(pools.items()):
        if name == chosen or (chosen is None and spec_of(pool).get("autoAssign", True)):
            for low, high in spans_of(pool):
                for number in range(low, high + 1):
                    if (address := str(IPv4Address(number))) not in taken and not _buggy(pool, number):
                        return address
    return None


def _buggy(pool: Object, number: int) -> bool:
    return bool(spec_of(pool).get("avoidBuggyIPs")) and number % 256 in (0, 255)


def _write(process: Process, service: Object, address: str | None, pools: Pools) -> None:
    """Status and annotation in one write of the status, as recorded: one manager entry, one event."""
    if address == _address(service) and annotations_of(service).get(FROM_POOL) == (
        address and _pool_of(address, pools)
    ):
        return
    live: Any = process.client.get("Service", key_of(service))
    marks = {key: value for key, value in annotations_of(live).items() if key != FROM_POOL}
    if address:
        marks[FROM_POOL] = str(_pool_of(address, pools))
    live["metadata"]["annotations"] = marks
    live["status"]["loadBalancer"] = {"ingress": [{"ip": address, "ipMode": "VIP"}]} if address else {}
    process.client.put("Service", live, sub="/status", manager=METALLB)


def _count(process: Process, pool: Object, taken: list[str]) -> None:
    key = key_of(pool)
    if key not in process.cache["IPAddressPool"]:
        return
    size = sum(high - low + 1 for low, high in spans_of(pool))
    status = {"assignedIPv4": len(taken), "assignedIPv6": 0, "availableIPv4": size - len(taken), "availableIPv6": 0}
    if status_of(process.cache["IPAddressPool"][key]) != status:
        process.client.patch("IPAddressPool", key, {"status": status}, sub="/status", manager=METALLB)


def _words(span: Span) -> str:
    return f"{IPv4Address(span[0])}-{IPv4Address(span[1])}"
