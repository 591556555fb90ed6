"""Helm releases, by a chart that records the values it got."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pulumi_kubernetes as k8s
import pytest
from pulumi_kubernetes.helm.v3 import Release

from sandbox.storage import CHECKOUT
from tests.contract.conftest import Api
from tests.contract.real_engine import Engine, with_provider

pytestmark = pytest.mark.sandbox
TEMPLATE = """
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {values: {{ toJson .Values | quote }}, broken: {{ required "no tunnel" .Values.tunnel | quote }}}
"""


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """Write a chart of one ConfigMap."""
    directory = tmp_path / "chart"
    (directory / "templates").mkdir(parents=True)
    (directory / "Chart.yaml").write_text("{apiVersion: v2, name: recorder, version: 1.2.3, appVersion: '9'}")
    (directory / "values.yaml").write_text("{kept: from-chart}")
    (directory / "templates" / "record.yaml").write_text(TEMPLATE)
    return directory


@pytest.fixture
def declare(chart: Path, name: str) -> Callable[[dict], Callable[[k8s.Provider], None]]:
    """Declare a release with given values, into a namespace that it creates."""

    def with_values(values: dict) -> Callable[[k8s.Provider], None]:
        def program(provider: k8s.Provider) -> None:
            Release(
                "release",
                name=name,
                namespace=name,
                create_namespace=True,
                chart=str(chart),
                values=values,
                opts=with_provider(provider),
            )

        return program

    return with_values


def recorded(api: Api, name: str) -> dict:
    """Read the values that the chart got."""
    return json.loads(api.server.request("GET", f"/api/v1/namespaces/{name}/configmaps/{name}")["data"]["values"])


def test_values_arrive_change_and_go(
    engine: Engine, api: Api, name: str, declare: Callable[[dict], Callable[[k8s.Provider], None]]
) -> None:
    """docs/evidence/provider.md#helm-releases: install, upgrade, uninstall; a preview shows the difference of the inputs."""
    first = {"tunnel": "data.205", "svcCidr": "10.96.0.0/16", "number": 3}
    assert engine.preview(declare(first)).changes() == {"cluster": "create", "release": "create"}
    up = engine.up(declare(first))
    assert up.ok, up.text
    assert recorded(api, name) == {**first, "kept": "from-chart"}
    outputs = engine.state()["release"]["outputs"]
    assert outputs["status"]["status"] == "deployed"
    assert (outputs["status"]["version"], outputs["status"]["namespace"]) == ("1.2.3", name)
    assert outputs["resourceNames"] == {"ConfigMap/v1": [name]}
    assert engine.preview(declare(first), refresh=True).changes() == {}
    second = {**first, "number": 4}
    changed = engine.up(declare(second))
    assert changed.changes() == {"release": "update"}
    assert changed.differences["release"] == {"values.number": "update"}
    assert recorded(api, name)["number"] == 4
    assert engine.destroy().ok
    assert api.server.request("GET", f"/api/v1/namespaces/{name}/secrets?labelSelector=owner%3Dhelm")["items"] == []


def test_a_template_error_is_green_in_preview_and_fails_at_up(
    engine: Engine, declare: Callable[[dict], Callable[[k8s.Provider], None]]
) -> None:
    """docs/evidence/provider.md#previews, last row."""
    assert engine.preview(declare({})).ok
    up = engine.up(declare({}))
    assert not up.ok
    assert "no tunnel" in up.text


def test_a_chart_that_is_not_there_is_refused_by_the_preview(engine: Engine, name: str, tmp_path: Path) -> None:
    """docs/evidence/provider.md#helm-releases: Check loads the chart."""

    def declare(provider: k8s.Provider) -> None:
        Release("release", name=name, chart=str(tmp_path / "nowhere"), opts=with_provider(provider))

    preview = engine.preview(declare)
    assert not preview.ok
    assert "check the chart name and repository configuration" in preview.text


def test_the_sandboxs_chart_writes_down_its_values_and_wants_a_tunnel_interface(
    engine: Engine, api: Api, name: str
) -> None:
    def declare(network: dict) -> Callable[[k8s.Provider], None]:
        def program(provider: k8s.Provider) -> None:
            Release(
                "release",
                name=name,
                namespace=name,
                create_namespace=True,
                chart=str(CHECKOUT / "sandbox" / "chart"),
                values={"network": network},
                opts=with_provider(provider),
            )

        return program

    refused = engine.up(declare({}))
    assert "network.kubeOvn.tunnelInterface is required" in refused.text
    assert engine.up(declare({"kubeOvn": {"tunnelInterface": "data.205"}, "multus": {"enabled": True}})).ok
    values = api.server.request("GET", f"/api/v1/namespaces/{name}/configmaps/kmetal-values")["data"]["values.json"]
    assert json.loads(values)["network"] == {
        "flannel": {},
        "kubeOvn": {"tunnelInterface": "data.205"},
        "multus": {"enabled": True},
    }
    assert engine.destroy().ok
