"""MetalLB's part, held to its own recording step by step; and the webhook's rule.

Compared at the end of each step: the address and pool of each Service, the counters of each pool. Not compared: what
came in between, node ports and cluster addresses, the order in which Services lose their pool.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.double.api import key_of
from sandbox.double.metallb import overlap
from tests.double.network import until
from tests.double.recording import OBSERVED

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.double.api import Client
    from sandbox.double.kube_ovn import ControllerDouble

Object = dict[str, Any]
NAMESPACE = "kmetal-metallb"
SERVICES = "default"


def pool(name: str, *addresses: str) -> Object:
    return {"metadata": {"name": name, "namespace": NAMESPACE}, "spec": {"addresses": list(addresses)}}


def post(client: Client, kind: str, plural: str, api: str, obj: Object) -> None:
    path = f"/{'api' if api == 'v1' else 'apis'}/{api}/namespaces/{obj['metadata']['namespace']}/{plural}"
    client._call("POST", path, {"apiVersion": api, "kind": kind, **obj})  # noqa: SLF001  no verb of the double's


def seen(client: Client) -> dict[str, Object]:
    """Each Service's address and pool, each pool's counters."""
    found: dict[str, Object] = {}
    for service in client.list("Service")[0]:
        if service["spec"].get("type") == "LoadBalancer":
            found[service["metadata"]["name"]] = outcome({**service, **service["metadata"]})
    for one in client.list("IPAddressPool")[0]:
        found[one["metadata"]["name"]] = one.get("status") or {}
    return found


def outcome(service: Object) -> Object:
    """Address and pool, from a live object or from a line of the recording."""
    ingress = service["status"].get("loadBalancer", {}).get("ingress") or []
    mark = (service.get("annotations") or {}).get("metallb.io/ip-allocated-from-pool")
    return {"address": ingress[0]["ip"] if ingress else None, "pool": mark}


def perform(client: Client, line: Object, old: Object | None) -> None:
    kind, name = line["kind"], line["name"]
    if kind == "Service" and old is None:
        ports = [{"port": 80}]
        meta = {"name": name, "namespace": SERVICES}
        post(client, kind, "services", "v1", {"metadata": meta, "spec": {"type": "LoadBalancer", "ports": ports}})
    elif kind == "IPAddressPool" and line["event"] == "DELETED":
        client.delete(kind, f"{NAMESPACE}/{name}")
    elif kind == "IPAddressPool" and old is None:
        post(client, kind, "ipaddresspools", "metallb.io/v1beta1", pool(name, *line["spec"]["addresses"]))
    elif kind == "IPAddressPool" and old is not None and line["generation"] != old["generation"]:
        client.patch(kind, f"{NAMESPACE}/{name}", {"spec": line["spec"]}, manager="test")


@pytest.mark.sandbox
@pytest.mark.skipif(not OBSERVED.exists(), reason="the recordings lie in ../shared, which is not here")
def test_services_and_pools_end_each_step_as_recorded(client: Client, start: Callable[..., ControllerDouble]) -> None:
    double = start()
    until(lambda: any(key_of(one) == NAMESPACE for one in client.list("Namespace")[0]))
    world: dict[str, Object] = {}
    last: dict[str, Object] = {}
    lines = [json.loads(line) for line in (OBSERVED / "timeline-metallb.jsonl").read_text().splitlines()]
    for line in [*lines, {"step": "the end"}]:
        if "step" in line:
            double.settle(quiet=0.3)
            assert seen(client) == world, line["step"]
            continue
        if line["kind"] not in {"Service", "IPAddressPool"} or line["name"] == "kubernetes":
            continue
        perform(client, line, last.get(line["name"]))
        last[line["name"]] = line
        if line["event"] == "DELETED":
            world.pop(line["name"])
            last.pop(line["name"])
        elif line["kind"] == "Service":
            world[line["name"]] = outcome(line)
            double.settle()  # Services are served in the order in which they came
        else:
            world[line["name"]] = line["status"] or {}


def test_the_webhooks_rule_names_both_ranges_and_both_pools() -> None:
    pools = [pool("tenants", "172.21.204.200-172.21.204.250"), pool("other", "172.21.204.248/29")]
    assert overlap(pools) == (
        "range 172.21.204.248-172.21.204.255 of pool other overlaps 172.21.204.200-172.21.204.250 of pool tenants"
    )


def test_pools_that_only_touch_do_not_overlap() -> None:
    assert overlap([pool("one", "172.21.204.200-172.21.204.210"), pool("two", "172.21.204.211-172.21.204.220")]) is None


def test_a_pool_that_repeats_itself_overlaps_itself() -> None:
    found = overlap([pool("one", "172.21.204.200/30", "172.21.204.203-172.21.204.205")])
    assert found is not None
    assert "of pool one overlaps" in found
