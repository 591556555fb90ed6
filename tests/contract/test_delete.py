"""Deleting: in the foreground, awaited, with a hint where a finalizer holds."""

from __future__ import annotations

import threading
import time

import pulumi
import pulumi_kubernetes as k8s
import pytest

from tests.contract.conftest import Api
from tests.contract.real_engine import Engine, custom, with_provider

pytestmark = pytest.mark.sandbox
POOL = {"addresses": ["172.21.204.9/32"]}


def test_a_deletion_is_awaited_until_the_finalizer_is_off(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#deletion, #waits: foreground, and deletes of custom resources are always awaited."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, POOL)

    seen: list[list[str]] = []

    def let_go() -> None:
        while not (api.need("IPAddressPool", name)["metadata"].get("deletionTimestamp")):
            time.sleep(0.05)
        seen.append(api.need("IPAddressPool", name)["metadata"]["finalizers"])
        time.sleep(0.5)
        api.merge("IPAddressPool", name, {"metadata": {"finalizers": None}})

    assert engine.up(declare).ok
    api.merge("IPAddressPool", name, {"metadata": {"finalizers": ["kubeovn.io/kube-ovn-controller"]}})
    controller = threading.Thread(target=let_go)
    controller.start()
    assert engine.destroy().ok
    controller.join()
    assert "kubeovn.io/kube-ovn-controller" in seen[0]  # `foregroundDeletion` is next to it until the collector saw it
    assert api.get("IPAddressPool", name) is None


def test_a_deletion_that_a_finalizer_holds_fails_with_a_hint_and_can_be_tried_again(
    engine: Engine, api: Api, name: str
) -> None:
    """docs/evidence/provider.md#waits: on time-out `finalizers might be preventing deletion (...)`, and the delete fails."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, POOL, custom_timeouts=pulumi.CustomTimeouts(delete="1s"))

    assert engine.up(declare).ok
    api.merge("IPAddressPool", name, {"metadata": {"finalizers": ["example.com/held"]}})
    failed = engine.destroy()
    assert not failed.ok
    assert "finalizers might be preventing deletion" in failed.text
    assert "example.com/held" in failed.text
    assert name in engine.state()
    api.merge("IPAddressPool", name, {"metadata": {"finalizers": None}})
    assert engine.destroy().ok


def test_an_object_that_is_gone_already_is_deleted(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#waits: 404 is what a deletion waits for."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, POOL)

    assert engine.up(declare).ok
    api.delete("IPAddressPool", name)
    assert engine.destroy().ok


def test_a_refresh_notices_that_an_object_is_gone(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#diff: a read of a 404 drops it from the state, and the next up recreates it."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, POOL)

    assert engine.up(declare).ok
    api.delete("IPAddressPool", name)
    assert engine.up(declare, refresh=True).ok
    assert api.need("IPAddressPool", name)


def test_a_retained_object_stays(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#patch-resources: retain_on_delete leaves values and our managedFields."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, POOL, retain_on_delete=True)

    assert engine.up(declare).ok
    assert engine.destroy().ok
    [manager] = api.managers(api.need("IPAddressPool", name))
    assert manager.startswith("pulumi-kubernetes-")


def test_a_namespace_is_gone_with_all_in_it_when_its_deletion_returns(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#canonical-form: namespaces take about 5 s each, and `destroy` waits for them."""

    def declare(provider: k8s.Provider) -> None:
        k8s.core.v1.Namespace(name, metadata={"name": name}, opts=with_provider(provider))

    assert engine.up(declare).ok
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "left", "namespace": name}, "data": {}}
    api.apply("somebody", body)
    assert engine.destroy().ok
    assert api.get("Namespace", name) is None
