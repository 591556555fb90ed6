"""Patch resources: a few fields of somebody else's object."""

from __future__ import annotations

import pulumi_kubernetes as k8s
import pytest

from tests.contract.conftest import Api
from tests.contract.real_engine import Engine, patch, with_provider

pytestmark = pytest.mark.sandbox
ROUTES = [{"cidr": "0.0.0.0/0", "nextHopIP": "77.220.68.97", "policy": "policyDst"}]


def test_a_patch_owns_only_what_it_names(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#patch-resources: server-side apply of the given fields; the rest of the object is left alone."""
    api.apply("kube-ovn-controller", api.obj("Vpc", name, spec={"namespaces": ["kept"]}))

    def declare(provider: k8s.Provider) -> None:
        patch(provider, "Vpc", name, {"enableExternal": True})

    assert engine.up(declare).ok
    live = api.need("Vpc", name)
    assert live["spec"] == {"namespaces": ["kept"], "enableExternal": True}
    assert engine.preview(declare, refresh=True).changes() == {}


def test_a_patch_of_nothing_makes_a_stub(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#patch-resources: preview green, `up` creates the object with just our field."""

    def declare(provider: k8s.Provider) -> None:
        patch(provider, "Vpc", name, {"enableExternal": True})

    assert engine.preview(declare).ok
    assert engine.up(declare).ok
    assert api.need("Vpc", name)["spec"] == {"enableExternal": True}


def test_a_patch_conflicts_at_up_and_not_in_preview(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#patch-resources: the create preview of a Patch asks no one."""
    api.apply("kube-ovn-controller", api.obj("Vpc", name, spec={"enableExternal": False}))

    def declare(provider: k8s.Provider) -> None:
        patch(provider, "Vpc", name, {"enableExternal": True})

    assert engine.preview(declare).ok
    up = engine.up(declare)
    assert not up.ok
    assert 'conflict with "kube-ovn-controller"' in up.text
    assert ".spec.enableExternal" in up.text


def test_destroying_a_patch_removes_its_fields_and_restores_nothing(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#patch-resources: fields owned only by us go; the object stays."""
    api.apply("kube-ovn-controller", api.obj("Vpc", name, spec={"namespaces": ["kept"]}))

    def declare(provider: k8s.Provider) -> None:
        patch(provider, "Vpc", name, {"enableExternal": True, "staticRoutes": ROUTES})

    assert engine.up(declare).ok
    assert engine.destroy().ok
    assert api.need("Vpc", name)["spec"] == {"namespaces": ["kept"]}


def test_destroying_a_patch_that_empties_the_spec_fails(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#plain-program: `Vpc.kubeovn.io "ovn-cluster" is invalid: spec: Invalid value: "null"`."""
    api.create("kube-ovn-controller", api.obj("Vpc", name, spec={}))

    def declare(provider: k8s.Provider) -> None:
        patch(provider, "Vpc", name, {"enableExternal": True, "staticRoutes": ROUTES})

    assert engine.up(declare).ok
    destroyed = engine.destroy()
    assert not destroyed.ok, api.get("Vpc", name)
    assert 'spec: Invalid value: "null"' in destroyed.text


def test_a_retained_patch_leaves_its_values(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#patch-resources: the way out for the default Vpc."""
    api.apply("kube-ovn-controller", api.obj("Vpc", name, spec={}))

    def declare(provider: k8s.Provider) -> None:
        patch(provider, "Vpc", name, {"enableExternal": True}, retain_on_delete=True)

    assert engine.up(declare).ok
    assert engine.destroy().ok
    assert api.need("Vpc", name)["spec"] == {"enableExternal": True}


def test_a_node_label_is_patched_and_taken_off_again(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#patch-resources: NodePatch is for additive labels; its destroy takes them off and leaves the node."""
    api.apply("kubelet", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"a": "kept"}}})

    def declare(provider: k8s.Provider) -> None:
        labels = {"ovn.kubernetes.io/external-gw": "true"}
        k8s.core.v1.NodePatch(name, metadata={"name": name, "labels": labels}, opts=with_provider(provider))

    assert engine.up(declare).ok
    assert api.need("Node", name)["metadata"]["labels"] == {"a": "kept", "ovn.kubernetes.io/external-gw": "true"}
    assert engine.preview(declare, refresh=True).changes() == {}
    assert engine.destroy().ok
    assert api.need("Node", name)["metadata"]["labels"] == {"a": "kept"}
