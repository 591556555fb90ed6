"""Waiting: nothing by default, what `pulumi.com/waitFor` says otherwise, and what is left when it fails."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import pulumi_kubernetes as k8s
import pytest

from tests.contract.conftest import Api
from tests.contract.real_engine import Engine, custom

pytestmark = pytest.mark.sandbox
VPC = {"namespaces": ["alpha"]}
READY = {"status": {"conditions": [{"type": "Ready", "status": "True"}], "enableExternal": True}}


def waiting(name: str, wait: str, **more: str) -> Callable[[k8s.Provider], None]:
    """Declare a Vpc that is waited for."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "Vpc", name, VPC, annotations={"waitFor": wait, **more})

    return declare


def becomes_ready(api: Api, name: str, after: float) -> threading.Thread:
    """Play the controller that reports on a Vpc after a while."""

    def report() -> None:
        while not api.get("Vpc", name):
            time.sleep(0.05)
        time.sleep(after)
        api.merge("Vpc", name, READY, subresource="/status")

    thread = threading.Thread(target=report)
    thread.start()
    return thread


def test_a_custom_resource_is_not_waited_for(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#waits: no wait by default."""
    assert engine.up(lambda provider: custom(provider, "Vpc", name, VPC) and None).ok
    assert "status" not in api.need("Vpc", name)


@pytest.mark.parametrize(
    "wait",
    [
        "jsonpath={.status.enableExternal}=true",
        "condition=Ready",
        json.dumps(["condition=ready=True", "jsonpath={.status.conditions[?(@.type=='Ready')].status}=True"]),
    ],
)
def test_wait_for_holds_until_the_status_says_so(engine: Engine, api: Api, name: str, wait: str) -> None:
    """docs/evidence/provider.md#waits: a path with a value, a condition, a JSON list of which all must hold."""
    controller = becomes_ready(api, name, 0.5)
    outcome = engine.up(waiting(name, wait, timeoutSeconds="60"))
    controller.join()
    assert outcome.ok, outcome.text
    assert engine.state()[name]["outputs"]["status"]["enableExternal"] is True


def test_a_report_without_a_generation_is_believed_however_old(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#waits: without observedGeneration a stale Ready is trusted at once; Kube-OVN 1.15.24's CRD prunes it."""

    def declare(namespaces: list[str]) -> Callable[[k8s.Provider], None]:
        def program(provider: k8s.Provider) -> None:
            spec = {"cidrBlock": "10.9.0.0/24", "namespaces": namespaces}
            custom(provider, "Subnet", name, spec, annotations={"waitFor": "condition=Ready", "timeoutSeconds": "20"})

        return program

    def report() -> None:
        while not api.get("Subnet", name):
            time.sleep(0.05)
        api.merge("Subnet", name, {"status": {"conditions": READY["status"]["conditions"]}}, subresource="/status")

    controller = threading.Thread(target=report)
    controller.start()
    assert engine.up(declare(["a"])).ok
    controller.join()
    generation = api.need("Subnet", name)["metadata"]["generation"]
    assert engine.up(declare(["a", "b"])).ok
    assert api.need("Subnet", name)["metadata"]["generation"] > generation


def test_a_wait_that_fails_keeps_the_object_and_the_next_up_waits_again(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#waits: the state gets initErrors, the next up retries the wait as an update."""
    program = waiting(name, "jsonpath={.status.enableExternal}=true", timeoutSeconds="1")
    failed = engine.up(program)
    assert not failed.ok
    assert "timed out waiting for the condition" in failed.text
    uid = api.need("Vpc", name)["metadata"]["uid"]
    assert engine.state()[name]["initErrors"]
    api.merge("Vpc", name, READY, subresource="/status")
    again = engine.up(program)
    assert again.ok, again.text
    assert again.changes() == {name: "update"}
    assert "initErrors" not in engine.state()[name]
    assert api.need("Vpc", name)["metadata"]["uid"] == uid


def test_a_large_object_that_is_not_ready_is_kept_as_well(engine: Engine, api: Api, name: str) -> None:
    """Like the one above; the state travels in the error, past the usual limit of 8 KiB for its metadata."""
    namespaces = [f"tenant-{number:04}" for number in range(2000)]

    def declare(provider: k8s.Provider) -> None:
        annotations = {"waitFor": "jsonpath={.status.enableExternal}", "timeoutSeconds": "1"}
        custom(provider, "Vpc", name, {"namespaces": namespaces}, annotations=annotations)

    failed = engine.up(declare)
    assert not failed.ok
    assert "timed out waiting for the condition" in failed.text
    assert engine.state()[name]["outputs"]["spec"]["namespaces"] == namespaces
    assert api.need("Vpc", name)


def test_skip_await_beats_wait_for(engine: Engine, name: str) -> None:
    """docs/evidence/provider.md#waits: skipAwait beats waitFor."""
    assert engine.up(waiting(name, "jsonpath={.status.never}", skipAwait="true")).ok


def test_one_wait_does_not_hold_up_the_others(engine: Engine, api: Api, name: str) -> None:
    """The engine creates in parallel, and so does the provider: one object waits while another is made."""

    def declare(provider: k8s.Provider) -> None:
        annotations = {"waitFor": "jsonpath={.status.enableExternal}=true", "timeoutSeconds": "60"}
        custom(provider, "Vpc", name, VPC, annotations=annotations)
        custom(provider, "Vpc", f"{name}-b", VPC)

    def report() -> None:
        while not (api.get("Vpc", name) and api.get("Vpc", f"{name}-b")):
            time.sleep(0.05)
        api.merge("Vpc", name, READY, subresource="/status")

    controller = threading.Thread(target=report)
    controller.start()
    outcome = engine.up(declare)
    controller.join()
    assert outcome.ok, outcome.text
