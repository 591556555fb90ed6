"""An environment of 300 tenants that all change at once: harmless for most, and risks among them."""

from __future__ import annotations

from typing import Any

import yaml

from kmetal_network.config.stackfile import Environment, parse_environment
from kmetal_network.plan.model import Plan
from tests.kmetal_network.plan.as_engine import Cluster, pod, previewed, service
from tests.support.stack_project import ROOT

MOVED_UNDER_PODS = (11, 15, 19, 23, 27)
LOSES_ITS_ADDRESS = tuple(range(41, 53))
LOSES_A_DROP = (101, 102, 103)
MOVED_EMPTY = (61, 62, 63, 64, 65, 66, 67, 68)


def name(number: int) -> str:
    """Of a tenant."""
    return f"customer-{number:03}"


def environment(*, changed: bool, count: int = 300) -> Environment:
    """Prod with that many tenants, before or after the change."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())
    config = document["config"]
    config["kmetal-network:provider"]["external"] = {"cidrBlock": "77.220.64.0/21", "gateway": "77.220.64.1"}
    config["kmetal-network:management"]["cidr"] = "172.21.208.0/20"
    first = "172.21.214.32" if changed else "172.21.214.0"
    config["kmetal-network:metallb"]["pools"][0]["addresses"] = [f"{first}-172.21.216.199"]
    config["kmetal-network:tenants"] = [_tenant(number, changed=changed) for number in range(1, count + 1)]
    text = yaml.safe_dump(document, sort_keys=False)
    return parse_environment(text, "Pulumi.prod.yaml", "prod")


def _tenant(number: int, *, changed: bool) -> dict[str, Any]:
    moves = changed and number in (*MOVED_UNDER_PODS, *MOVED_EMPTY)
    drop = ["172.21.208.0/20", "10.16.0.0/16", "10.93.0.0/16", "10.96.0.0/16", "100.64.0.0/16"]
    if changed and number in LOSES_A_DROP:
        drop.remove("172.21.208.0/20")
    elif changed:
        drop.append("192.0.2.0/24")
    block = f"10.{128 + number % 100}.{4 if moves else 0}.0/22"
    return {"name": name(number), "drop": drop, "clusters": [{"name": "main", "cidrBlock": block}]}


def plan(pods: int = 3) -> Plan:
    """Of the change, on a cluster where risks have their names."""
    base, head = environment(changed=False), environment(changed=True)
    ips = [
        pod(f"{name(number)}-main-subnet", name(number), f"worker-{index}")
        for number in MOVED_UNDER_PODS
        for index in range(1, pods + 1)
    ]
    services = [
        service(f"{name(number)}/main", f"172.21.214.{7 + index}") for index, number in enumerate(LOSES_ITS_ADDRESS)
    ]
    return previewed(head, base, Cluster(base, IP=ips, Service=services))
