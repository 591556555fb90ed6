"""What the stand-in has of its own: it says what it is, and serves loopback alone (issue 3, section 3)."""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as k8s
import pytest

from tests.contract.conftest import Api
from tests.contract.engine import Engine, custom

pytestmark = pytest.mark.sandbox


@pytest.fixture(autouse=True)
def _only_the_stand_in(stand_in: bool) -> None:  # noqa: FBT001 (a fixture)
    if not stand_in:
        pytest.skip("the genuine provider is here")


def vlan(provider: k8s.Provider) -> None:
    """Declare anything."""
    custom(provider, "Vlan", "anything", {"id": 0, "provider": "p"})


def test_it_says_once_that_it_is_a_stand_in(engine: Engine) -> None:
    said = engine.preview(vlan).said
    assert sum("stand-in" in line for line in said) == 1


@pytest.mark.parametrize("host", ["10.96.0.1", "kubernetes.example.com", "127.0.0.1.example.com", "[2001:db8::1]"])
def test_it_refuses_an_api_server_elsewhere(engine: Engine, kubeconfig: str, host: str) -> None:
    elsewhere = kubeconfig.replace("127.0.0.1", host)
    preview = engine.preview(vlan, kubeconfig=elsewhere)
    assert not preview.ok
    assert f"{host}" in preview.text
    assert "is not on loopback" in preview.text


def test_it_refuses_a_setting_that_it_does_not_know(engine: Engine) -> None:
    preview = engine.preview(vlan, render_yaml_to_directory="rendered")
    assert not preview.ok
    assert "renderYamlToDirectory" in preview.text


def test_it_makes_up_no_names(engine: Engine) -> None:
    def nameless(provider: k8s.Provider) -> None:
        k8s.core.v1.ConfigMap("nameless", data={"a": "1"}, opts=pulumi.ResourceOptions(provider=provider))

    preview = engine.preview(nameless)
    assert not preview.ok
    assert "metadata.name" in preview.text


def test_it_refuses_an_annotation_of_pulumis_that_it_does_not_know(engine: Engine, name: str) -> None:
    def annotated(provider: k8s.Provider) -> None:
        custom(provider, "Vlan", name, {"id": 0, "provider": "p"}, annotations={"deletionPropagationPolicy": "orphan"})

    preview = engine.preview(annotated)
    assert not preview.ok
    assert "pulumi.com/deletionPropagationPolicy" in preview.text
    assert "not known to the stand-in provider; leave it out" in preview.text


def test_it_refuses_to_import(engine: Engine, api: Api, name: str) -> None:
    spec = {"id": 0, "provider": "p"}
    api.apply("somebody", api.obj("Vlan", name, spec=spec))

    preview = engine.preview(lambda provider: custom(provider, "Vlan", name, spec, import_=name) and None)
    assert not preview.ok
    assert "does not import what is there" in preview.text


def test_it_refuses_an_input_of_a_release_that_it_cannot_hand_to_helm(engine: Engine, name: str) -> None:
    def atomic(provider: k8s.Provider) -> None:
        options = pulumi.ResourceOptions(provider=provider)
        k8s.helm.v3.Release(name, name=name, namespace="default", chart="./chart", atomic=True, opts=options)

    preview = engine.preview(atomic)
    assert not preview.ok
    assert "not an input that the stand-in provider can hand to helm" in preview.text
