"""A real API server, with the operator's kind, takes each `Stack`: strict on fields, types, bounds, what is required."""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from kmetal_network.runners.model import Source
from kmetal_network.runners.operator_stacks import OperatorAnswers, operator_stacks
from sandbox.control_plane.api import Api, ApiError
from sandbox.control_plane.control_plane import ControlPlane
from tests.kmetal_network.runners.answers import IMAGE, SOURCE, environment
from tests.operations.runners.stack_definition import DEFINITION

pytestmark = pytest.mark.sandbox

PATH = "/apis/pulumi.com/v1/namespaces/default/stacks"
DRY_RUN = f"{PATH}?dryRun=All&fieldValidation=Strict&fieldManager=tests"

ANSWERS = OperatorAnswers(source=SOURCE, image=IMAGE, outside=True)
EVERYTHING = (
    replace(ANSWERS, organization="acme"),
    replace(
        ANSWERS,
        source=Source(repository="git@git.example:net/under.git", directory=PurePosixPath("net")),
        backend="s3://states?region=eu-central-1",
    ),
)
"""Answers that together write every field there is."""


def _is_served(api: Api) -> bool:
    try:
        return bool(api.request("GET", PATH))
    except ApiError as error:
        if error.status in {404, 429}:  # not known yet, or its storage is not ready
            return False
        raise


@pytest.fixture(scope="module")
def api(control_plane: ControlPlane) -> Iterator[Api]:
    """The API server with the operator's kind."""
    api = control_plane.api
    api.apply(DEFINITION)
    deadline = time.monotonic() + 30
    while not _is_served(api):
        assert time.monotonic() < deadline, "the kind is not served"
    yield api
    api.request("DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/stacks.pulumi.com")


def test_the_server_takes_every_object_and_keeps_every_field(api: Api) -> None:
    for answers in EVERYTHING:
        for written in operator_stacks(environment(), answers):
            kept = api.request("POST", DRY_RUN, written)
            assert kept["spec"] == written["spec"]
    assert api.request("GET", PATH)["items"] == []


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("spec", "destroyOnFinalise"), False, 'unknown field "spec.destroyOnFinalise"'),
        (("spec", "refresh"), "no", "spec.refresh in body must be of type boolean"),
        (("spec", "stack"), None, "spec.stack: Required value"),
        (("spec", "workspaceReclaimPolicy"), "Keep", 'supported values: "Retain", "Delete"'),
        (("spec", "envRefs", "KUBECONFIG", "type"), None, "spec.envRefs.KUBECONFIG.type: Required value"),
        (("spec", "prerequisites", 0, "stack"), "prod", 'unknown field "spec.prerequisites[0].stack"'),
        (("spec", "workspaceTemplate", "spec", "resources", "requests", "memory"), "lots", "should match"),
        (
            ("spec", "workspaceTemplate", "spec", "podTemplate", "spec", "containers"),
            None,
            "containers: Required value",
        ),
        (("spec", "workspaceTemplate", "spec", "serviceAccount"), "me", "unknown field"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_the_same_server_refuses_what_the_schema_does_not_have(
    api: Api, place: tuple[str | int, ...], value: object, said: str
) -> None:
    wrong: dict[str, Any] = deepcopy(operator_stacks(environment(), ANSWERS)[1])
    within: Any = wrong
    for step in place[:-1]:
        within = within[step]
    if value is None:
        del within[place[-1]]
    else:
        within[place[-1]] = value

    with pytest.raises(ApiError) as refused:
        api.request("POST", DRY_RUN, wrong)
    assert said in str(refused.value)
