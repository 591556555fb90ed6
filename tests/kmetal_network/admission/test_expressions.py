"""The admission policies' expressions fit their kinds: the API server checks their types itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.control_plane.api import Api
from sandbox.control_plane.control_plane import ControlPlane
from tests.support.admission_server import SECONDS, server_with_all_policies

pytestmark = [pytest.mark.sandbox, pytest.mark.sweep]


@pytest.fixture
def checked(tools_on_path: None, tmp_path: Path) -> Iterator[Api]:
    """An API server of its own with the policies, and with the controller that checks their expressions."""
    del tools_on_path
    plane = ControlPlane(tmp_path, dies_with_owner=True)
    plane.start()
    with server_with_all_policies(plane.api) as api:
        yield api
    plane.stop()


def test_expressions_fit_their_kinds(checked: Api) -> None:
    """The API server's own type check, which the controller manager writes into the status."""
    collection = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
    end = time.monotonic() + SECONDS
    while True:
        items = checked.request("GET", collection)["items"]
        if all("observedGeneration" in item.get("status", {}) for item in items):
            break
        assert time.monotonic() < end, "no one has checked the expressions"
        time.sleep(0.2)
    warnings = {
        item["metadata"]["name"]: item["status"]["typeChecking"]["expressionWarnings"]
        for item in items
        if item["status"].get("typeChecking", {}).get("expressionWarnings")
    }
    assert warnings == {}
