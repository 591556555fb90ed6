"""Vpcs: the router, its external port, and the slow worker that creates both (`docs/evidence/kube-ovn.md#egress`).

Traps that it reproduces: labelling a node does not reconcile a Vpc. A terminating EIP counts as an EIP. If a Vpc is
deleted before its SNAT rules, they and the EIP have no router, and their deletion waits for ever.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from sandbox.controllers.api import Object, annotations_of, deleting, key_of, labels_of, spec_of, status_of
from sandbox.controllers.names import DEFAULT_SUBNET, DEFAULT_VPC, FINALIZER
from sandbox.controllers.nat import create_lrp_eip, recount_later
from sandbox.controllers.northbound import Router
from sandbox.controllers.runtime.lane import NotYetError
from sandbox.controllers.subnets.subnet import reconcile, subnets_of, update_vpc_subnets

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process

EXTERNAL: Final = "external"
GATEWAY_LABEL: Final = "ovn.kubernetes.io/external-gw"
CHASSIS: Final = "ovn.kubernetes.io/chassis"
EIP_SLEEP: Final = 1.0
ROUTE_KEYS: Final = ("policy", "cidr", "nextHopIP", "ecmpMode", "bfdId", "routeTable")
WATCHED: Final = ("namespaces", "staticRoutes", "policyRoutes", "vpcPeerings", "extraExternalSubnets", "enableExternal")


def on_vpc(process: Process, old: Object | None, new: Object | None) -> None:
    """A new or terminating Vpc, a changed spec, changed subnets, or a changed annotation of Kubernetes' own kind."""
    if new is None:
        process.do("vpc-status", remove, key_of(old or {}))
    elif old is None or deleting(new) or _matters(old) != _matters(new):
        process.do("vpc", reconcile_vpc, key_of(new))


def _matters(vpc: Object) -> tuple[object, ...]:
    kicks = {key: value for key, value in annotations_of(vpc).items() if ".kubernetes.io/" in key}
    return kicks, status_of(vpc).get("subnets") or [], *(spec_of(vpc).get(key) for key in WATCHED)


def reconcile_vpc(process: Process, name: str) -> None:
    """Format, router, routes, standby, then the external port. Holds the Vpc's lock while sleeping, as the real one."""
    with process.lock(name):
        vpc = _formatted(process, process.read("Vpc", name))
        if deleting(vpc) and FINALIZER not in (vpc["metadata"].get("finalizers") or []):
            return
        spec = spec_of(vpc)
        policies = {(one["priority"], one["match"]): one["action"] for one in spec.get("policyRoutes") or []}
        routes = {(one["policy"], one["cidr"], one["nextHopIP"]) for one in spec.get("staticRoutes") or []}
        process.northbound.rewrite(name, policies, routes)
        vpc = _stand_by(process, vpc)
        for subnet in process.all("Subnet"):
            if spec_of(subnet).get("vpc") == name and not _is_ready(subnet):
                process.do("subnet", reconcile, key_of(subnet))
        _reach_out(process, vpc)
        update_vpc_subnets(process, name)


def remove(process: Process, name: str) -> None:
    """The object is deleted: delete the router, and request the deletion of the EIP."""
    with process.lock(name):
        vpc = process.gone["Vpc", name]
        process.northbound.routers.pop(name, None)
        for subnet in {EXTERNAL, *(status_of(vpc).get("extraExternalSubnets") or [])}:
            process.client.delete("OvnEip", f"{name}-{subnet}")


def _formatted(process: Process, vpc: Object) -> Object:
    """Six keys in each static route, the finalizer added, or removed without Subnets; written whole if different."""
    spec, meta = spec_of(vpc), vpc["metadata"]
    held = meta.get("finalizers") or []
    formed, keep = dict(spec), held
    if "staticRoutes" in spec:
        formed["staticRoutes"] = [{**dict.fromkeys(ROUTE_KEYS, ""), **one} for one in spec["staticRoutes"]]
        for one in formed["staticRoutes"]:
            one["policy"] = one["policy"] or "policyDst"
    if "policyRoutes" in spec:
        formed["policyRoutes"] = [_without_idle_hop(one) for one in spec["policyRoutes"]]
    if not deleting(vpc) and FINALIZER not in held:
        keep = [*held, FINALIZER]
    if deleting(vpc) and not status_of(vpc).get("subnets"):
        keep = [one for one in held if one != FINALIZER]
    if formed == spec and keep == held:
        return vpc
    return process.client.put("Vpc", {**vpc, "metadata": {**meta, "finalizers": keep}, "spec": formed})


def _without_idle_hop(route: Object) -> Object:
    return route if route["action"] == "reroute" else {key: route[key] for key in route if key != "nextHopIP"}


def _stand_by(process: Process, vpc: Object) -> Object:
    name, seen = key_of(vpc), status_of(vpc)
    default = name == DEFAULT_VPC
    prefix = "cluster" if default else f"vpc-{name}"
    middle, tail = ("-session-loadbalancer", "-loadbalancer") if default else ("-sess-load", "-load")
    balancers = {
        f"{protocol}{kind}": f"{prefix}-{protocol}{end}"
        for protocol in ("tcp", "udp", "sctp")
        for kind, end in (("LoadBalancer", tail), ("SessionLoadBalancer", middle))
    }
    status: Object = {
        "bfdPort": {},
        "default": default,
        "defaultLogicalSwitch": DEFAULT_SUBNET if default else seen.get("defaultLogicalSwitch", ""),
        "enableBfd": False,
        "enableExternal": seen.get("enableExternal", False),
        "router": name,
        "standby": True,
        "subnets": subnets_of(process, name),
        **balancers,
    }
    if all(seen.get(key) == value for key, value in status.items()):
        return vpc
    return process.client.patch_status("Vpc", name, status)


def _is_ready(subnet: Object) -> bool:
    conditions = status_of(subnet).get("conditions") or []
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _reach_out(process: Process, vpc: Object) -> None:
    """Connect or disconnect external Subnets; another mechanism handles the default Vpc's (`nodes.py`)."""
    name, spec, seen = key_of(vpc), spec_of(vpc), status_of(vpc)
    if name == DEFAULT_VPC or not (spec.get("enableExternal") or seen.get("enableExternal")):
        return
    extra, connected = spec.get("extraExternalSubnets"), seen.get("extraExternalSubnets") or []
    if not spec.get("enableExternal"):
        for subnet in {EXTERNAL, *connected}:
            _detach(process, name, subnet)
    else:
        if extra is None and EXTERNAL not in process.cache["Subnet"]:
            raise NotYetError(f"Vpc {name} needs an external port, and there is no Subnet {EXTERNAL}")
        first = [] if seen.get("enableExternal") else [EXTERNAL] if extra is None else extra
        for subnet in [*first, *(one for one in extra or [] if one not in connected and one not in first)]:
            _attach(process, name, subnet)
        for subnet in set(connected) - set(extra or []):
            _detach(process, name, subnet)
    wanted = {"enableExternal": bool(spec.get("enableExternal")), "extraExternalSubnets": sorted(extra or []) or None}
    if any((seen.get(key) or None) != (value or None) for key, value in wanted.items()):
        process.client.patch_status("Vpc", name, wanted)


def _attach(process: Process, name: str, external: str) -> None:
    """EIP first, gateways second: so the EIP exists and is ready while the Vpc has no port."""
    subnet, port = process.get("Subnet", external), f"{name}-{external}"
    eip = process.cache["OvnEip"].get(port)
    if eip is None:
        eip = create_lrp_eip(process, port, external)
        process.pause(EIP_SLEEP)
    address = spec_of(eip).get("v4Ip")
    if not address:
        raise NotYetError(f"OvnEip {port} has no address yet")
    gateways = [node for node in process.all("Node") if labels_of(node).get(GATEWAY_LABEL) == "true"]
    chassis = [annotations_of(node).get(CHASSIS, "") for node in gateways]
    if not all(chassis):
        raise NotYetError("a gateway node has no chassis yet")
    if not chassis:
        raise NotYetError("no external gw nodes")
    # The hash spreads the active gateways over the Vpcs (`pkg/controller/vpc.go`, handleAddVpcExternalSubnet).
    chassis.sort(key=lambda one: hashlib.sha256((name + one).encode()).hexdigest())
    network = f"{address}/{spec_of(subnet)['cidrBlock'].split('/')[1]}"
    process.northbound.routers.setdefault(name, Router()).ports[port] = (network, tuple(chassis))


def _detach(process: Process, name: str, external: str) -> None:
    if (router := process.northbound.routers.get(name)) is not None:
        router.ports.pop(f"{name}-{external}", None)
    process.client.delete("OvnEip", f"{name}-{external}")
    recount_later(process, external)
