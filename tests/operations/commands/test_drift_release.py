"""Helm's own record, held to the settings: what another `helm upgrade` changed."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import UnreachableError
from operations.commands.drift import compare
from tests.kmetal_network.adoption.by_hand import VALUES
from tests.support.fake_cluster import FORBIDDEN, SILENT, FakeCluster
from tests.support.stack_project import ROOT

NETWORK = VALUES["network"]


SECRETS = "/api/v1/namespaces/kmetal-flux/secrets"
WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


def recording(answer: object) -> FakeCluster:
    """A cluster of which only Helm's records can be read; no kind is served."""
    return FakeCluster(paths={SECRETS: answer}, default=None)


def environment(install: str = "release") -> Environment:
    loaded, _ = load_stack(ROOT, "dev")
    chart = loaded.settings.chart.model_copy(update={"install": install, "version": "v1.4.0"})
    return replace(loaded, settings=loaded.settings.model_copy(update={"chart": chart}))


def recorded(network: Mapping[str, Any], version: str = "1.4.0") -> dict[str, Any]:
    release = {
        "chart": {"metadata": {"version": version}, "values": {"network": {"more": 1}}},
        "config": {"network": network},
    }
    packed = base64.b64encode(gzip.compress(json.dumps(release).encode()))
    return {"items": [{"data": {"release": base64.b64encode(packed).decode()}}]}


def reported(answer: object, install: str = "release") -> list[str]:
    found = compare(environment(install), recording(answer).view, ["dev"])
    return [entry.seen for entry in found if entry.object == "Helm release kmetal-flux/kmetal"]


def test_a_release_as_the_settings_write_it_is_no_drift_whatever_the_chart_says_besides() -> None:
    assert reported(recorded(NETWORK)) == []


def test_a_value_or_a_version_that_somebody_else_installed_is_reported() -> None:
    changed = {**NETWORK, "kubeOvn": {**NETWORK["kubeOvn"], "tunnelInterface": "eth0"}}
    assert reported(recorded(changed, "1.5.0")) == [
        "network.kubeOvn.tunnelInterface: eth0 instead of data.205",
        "version: 1.5.0 instead of 1.4.0",
    ]


def test_a_release_that_is_gone_is_missing() -> None:
    assert reported({"items": []}) == ["missing"]


@pytest.mark.parametrize("answer", [FORBIDDEN, {"items": [{"data": {}}]}])
def test_a_record_that_may_not_or_cannot_be_read_is_no_drift(answer: object) -> None:
    assert reported(answer) == []


def test_a_cluster_that_stops_answering_leaves_drift_unknown() -> None:
    with pytest.raises(UnreachableError, match="no answer"):
        reported(SILENT)
    silent = FakeCluster(default=None)
    silent.collections[WEBHOOKS] = SILENT
    with pytest.raises(UnreachableError, match="no answer"):
        compare(environment(), silent.view, ["dev"])


@pytest.mark.parametrize("install", ["flux", "external"])
def test_a_release_that_others_install_is_theirs(install: str) -> None:
    assert reported({"items": []}, install) == []
