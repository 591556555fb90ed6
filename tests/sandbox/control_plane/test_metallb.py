"""MetalLB's own controller: addresses, pools that are edited, and configurations that it refuses.

A recording of another release (0.15.3, webhooks off) is replayed step by step. Compared at the end of each step: the
addresses and pools of the Services, the counters of each pool.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operations.verify.checks import Verdict
from operations.verify.parts.metallb_configuration import metallb_checks
from sandbox.control_plane.api import Api, ApiError, collection
from sandbox.control_plane.control_plane import METALLB, ControlPlane
from sandbox.control_plane.metallb import CONFIGURATION, NAMESPACE

pytestmark = pytest.mark.sandbox

Object = dict[str, Any]
RECORDING = Path(__file__).parents[4] / "shared" / "reference" / "observed" / "timeline-metallb.jsonl"
POOLS = collection("metallb.io/v1beta1", "IPAddressPool", NAMESPACE)
SERVICES = collection("v1", "Service", "default")
WEBHOOKS = f"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{CONFIGURATION}"
PATIENCE = 20.0


@pytest.fixture
def api(clean_cluster: ControlPlane) -> Api:
    return clean_cluster.api


@pytest.fixture
def without_webhooks(api: Api) -> Api:
    """A cluster whose operator has the webhooks off, as the recorded one; the next restore brings them back."""
    api.request("DELETE", WEBHOOKS)
    return api


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"not seen in {PATIENCE:g} s: {what}"
        time.sleep(0.05)


def pool(name: str, *addresses: str) -> Object:
    metadata = {"name": name, "namespace": NAMESPACE}
    spec = {"addresses": list(addresses)}
    return {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool", "metadata": metadata, "spec": spec}


def service(name: str) -> Object:
    metadata = {"name": name, "namespace": "default"}
    spec = {"type": "LoadBalancer", "ports": [{"port": 80}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def outcome(found: Object) -> Object:
    """Address and pool, from a live Service or from a line of the recording."""
    ingress = found["status"].get("loadBalancer", {}).get("ingress") or []
    annotations = found.get("annotations") or found.get("metadata", {}).get("annotations") or {}
    mark = annotations.get("metallb.io/ip-allocated-from-pool")
    return {"address": ingress[0]["ip"] if ingress else None, "pool": mark}


def seen(api: Api) -> dict[str, Object]:
    """Each Service's address and pool, each pool's counters."""
    services = [one for one in api.request("GET", SERVICES)["items"] if one["spec"]["type"] == "LoadBalancer"]
    found = {one["metadata"]["name"]: outcome(one) for one in services}
    for one in api.request("GET", POOLS)["items"]:
        found[one["metadata"]["name"]] = one.get("status") or {}
    return found


def comparable(found: dict[str, Object]) -> list[str]:
    """What is compared: which of two Services gets the first address of a pool that has moved differs from run to run."""
    services = sorted(f"{one['address']} of {one['pool']}" for one in found.values() if "address" in one)
    pools = sorted(f"{name} {one}" for name, one in found.items() if "address" not in one)
    return [*services, *pools]


def perform(api: Api, line: Object, old: Object | None) -> None:
    """Do what somebody did in the recording; what its controller did is not repeated."""
    kind, name = line["kind"], line["name"]
    if kind == "Service" and old is None:
        api.create(service(name))
    elif kind == "IPAddressPool" and line["event"] == "DELETED":
        api.request("DELETE", f"{POOLS}/{name}")
    elif kind == "IPAddressPool" and old is None:
        api.create(pool(name, *line["spec"]["addresses"]))
    elif kind == "IPAddressPool" and old is not None and line["generation"] != old["generation"]:
        api.apply(pool(name, *line["spec"]["addresses"]))


@pytest.mark.skipif(not RECORDING.exists(), reason="the recording is not in the repository, and not on this machine")
def test_services_and_pools_end_each_step_as_recorded(without_webhooks: Api) -> None:
    api = without_webhooks
    expected: dict[str, Object] = {}
    last: dict[str, Object] = {}
    lines = [json.loads(line) for line in RECORDING.read_text().splitlines()]
    for line in [*lines, {"step": "the end"}]:
        if "step" in line:
            until(lambda: comparable(seen(api)) == comparable(expected), f"{line['step']}: {expected}")
            continue
        if line["kind"] not in {"Service", "IPAddressPool"} or line["name"] == "kubernetes":
            continue
        new = line["kind"] == "Service" and line["name"] not in last
        perform(api, line, last.get(line["name"]))
        last[line["name"]] = line
        if line["event"] == "DELETED":
            expected.pop(line["name"])
            last.pop(line["name"])
        elif line["kind"] == "Service":
            expected[line["name"]] = outcome(line)
            if new:  # Services are served in the order in which they came
                until(lambda name=line["name"]: name in seen(api), line["name"])
        else:
            expected[line["name"]] = line["status"] or {}


def test_a_pool_that_overlaps_another_is_refused_by_the_webhook_which_names_both_ranges(api: Api) -> None:
    api.create(pool("tenants", "172.21.204.200-172.21.204.250"))
    # The webhook compares with what its cache holds.
    until(lambda: seen(api).get("tenants") not in (None, {}), "counters of the first pool")

    with pytest.raises(ApiError, match=r"CIDR .* in pool .* overlaps with already defined CIDR") as refused:
        api.create(pool("other", "172.21.204.248/29"))

    assert "ipaddresspoolvalidationwebhook.metallb.io" in str(refused.value)
    assert "other" not in seen(api)


def test_a_pool_in_another_namespace_is_refused_by_the_webhook(api: Api) -> None:
    stray = pool("stray", "172.21.204.200/32")
    stray["metadata"]["namespace"] = "default"

    with pytest.raises(ApiError, match=f"resource must be created in {NAMESPACE} namespace"):
        api.create(stray)


def test_a_dry_run_asks_the_webhook_as_well(api: Api) -> None:
    stray = pool("stray", "172.21.204.200/32")
    stray["metadata"]["namespace"] = "default"
    path = collection("metallb.io/v1beta1", "IPAddressPool", "default")

    with pytest.raises(ApiError, match="resource must be created in"):
        api.request("POST", f"{path}?dryRun=All", stray)


def test_an_edited_pool_moves_the_addresses_of_live_services_at_once(api: Api) -> None:
    api.create(pool("tenants", "172.21.204.200-172.21.204.250"))
    api.create(service("alpha"))
    until(lambda: seen(api)["alpha"]["address"] == "172.21.204.200", "the first address")

    api.apply(pool("tenants", "172.21.204.100-172.21.204.110"))

    until(lambda: seen(api)["alpha"]["address"] == "172.21.204.100", "the address of the moved pool")


def test_a_configuration_that_the_controller_refuses_is_seen_refused(
    without_webhooks: Api, clean_cluster: ControlPlane
) -> None:
    """Stored, and without any effect: the controller goes on with the last one that it could read."""
    api = without_webhooks
    [log] = [component.log for component in clean_cluster.status() if component.name == METALLB]
    api.create(pool("tenants", "172.21.204.200-172.21.204.250"))
    until(lambda: seen(api)["tenants"].get("availableIPv4") == 51, "the counters of the first pool")
    before = log.stat().st_size

    def logged() -> str:
        with log.open() as file:
            file.seek(before)
            return file.read()

    api.create(pool("other", "172.21.204.248/29"))
    until(lambda: "overlaps with already defined CIDR" in logged(), "the refusal in the log")

    pools = {f"{NAMESPACE}/{one['metadata']['name']}": one for one in api.request("GET", POOLS)["items"]}
    [found] = metallb_checks({"IPAddressPool": pools}, logged())
    assert found.verdict is Verdict.FAIL
    assert "IPAddressPool other has no counters, so MetalLB does not work with it" in found.seen
    assert "MetalLB's controller refuses it: CIDR " in found.seen
    assert "overlaps with already defined CIDR" in found.seen

    api.apply(pool("tenants", "172.21.204.200-172.21.204.247"))
    until(lambda: seen(api)["other"].get("availableIPv4") == 8, "both pools, mended")
    pools = {f"{NAMESPACE}/{one['metadata']['name']}": one for one in api.request("GET", POOLS)["items"]}
    assert [one.verdict for one in metallb_checks({"IPAddressPool": pools}, logged())] == [Verdict.PASS]
