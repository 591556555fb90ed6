"""Credentials in the state expire, clusters are rebuilt: neither is a change, and the two are never confused."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pulumi import automation as auto

from kmetal_network.errors import OperatorError
from operations.engine.stack import select
from operations.state.stack_state import State, digest
from operations.state.sync import Verb
from tests.life_cycle.live_project import STACK, Project

pytestmark = pytest.mark.sandbox

LABEL = "ovn.kubernetes.io/external-gw"
ANOTHER = "5d0c1c0e-6a54-4a3c-9b7e-2f1f3b0c7a11"


def _state(project: Project) -> State:
    """What the state says, whenever it was written."""
    return replace(State.of(select(project.root, STACK).export_stack().deployment or {}), written="")


def _rewrite(project: Project, change: Callable[[str], str]) -> None:
    """The state as another engineer, or another day, would have left it."""
    stack = select(project.root, STACK)
    exported = stack.export_stack()
    stack.import_stack(auto.Deployment(exported.version, json.loads(change(json.dumps(exported.deployment)))))


def _say(project: Project, *words: str) -> tuple[int, str]:
    running = project.command(*words)
    said, _ = running.communicate("")
    assert "Traceback" not in said
    return running.returncode, said


def _refusal(project: Project, verb: Verb) -> str:
    before = project.versions()
    with pytest.raises(OperatorError) as refused:
        project.run(verb)
    assert project.versions() == before
    return str(refused.value)


@pytest.mark.network_applied
def test_a_second_engineers_token_is_no_change_is_asked_about_by_nobody_and_is_what_the_state_holds_then(
    project: Project,
) -> None:
    first, before = _state(project), project.versions()
    token, theirs = project.api.token, "of-the-first-engineer"
    digests = [digest(first.kubeconfig.replace(token, word)) for word in (token, theirs)]
    _rewrite(project, lambda text: text.replace(token, theirs).replace(*digests))

    planned = project.must("preview")
    assert (planned.steps, planned.outdated) == ([], True)
    assert _say(project, "preview", STACK)[1].endswith(f"{STACK}: nothing to change (38 objects as written)\n")
    code, said = _say(project, "up", STACK)
    assert code == 0, said
    assert "Apply to" not in said
    assert "credentials renewed in the state, no object touched" in said

    assert _state(project) == first
    assert project.versions() == before
    code, said = _say(project, "up", STACK)
    assert (code, "renewed" in said) == (0, False)
    assert project.must("preview").outdated is False


@pytest.mark.network_applied
def test_an_expired_token_and_a_moved_api_server_in_the_state_hinder_no_run(project: Project) -> None:
    address, token = project.api.address, project.api.token

    def grow_old() -> None:
        # What the state says of them stays: who works with them looks at them.
        _rewrite(project, lambda text: text.replace(token, "expired").replace(address, "https://127.0.0.1:1"))

    grow_old()
    assert project.must("preview", refresh=True).steps == []
    assert "expired" in _state(project).kubeconfig, "a preview writes nothing"
    assert project.must("up", refresh=True).steps == []

    grow_old()
    project.merge("Node", "w1", {"metadata": {"labels": {LABEL: "false"}}})
    assert [(step.operation, step.name) for step in project.must("up").steps] == [
        ("update", "provider-network-gateway-w1")
    ]
    assert project.look("Node", "w1")["metadata"]["labels"][LABEL] == "true"

    grow_old()
    code, said = _say(project, "destroy", STACK, "--yes")
    assert code == 0, said
    assert f"{STACK}: 35 objects deleted, 3 patches removed from objects of others" in said
    assert not [key for key in project.objects() if "alpha" in key or key.startswith("ProviderNetwork")]


@pytest.mark.network_applied
def test_a_state_of_another_cluster_is_refused_by_every_run_until_all_of_it_is_read_again(project: Project) -> None:
    uid = project.api.request("GET", "/api/v1/namespaces/kube-system")["metadata"]["uid"]
    assert _state(project).uid == uid

    _rewrite(project, lambda text: text.replace(uid, ANOTHER))
    project.api.request("DELETE", "/apis/metallb.io/v1beta1/namespaces/kmetal-metallb/l2advertisements/tenant-cp-l2")
    for verb in ("preview", "up", "destroy", "preview-destroy", "renew"):
        said = _refusal(project, verb)
        assert f"stack {STACK}: its state is of the cluster {ANOTHER}, and context kmetal-sandbox" in said
        assert f"is {uid}; name the context of that cluster again" in said
        assert f"`kmetal-network up {STACK} --refresh`" in said
    assert f"its state is of the cluster {ANOTHER}" in _plain(project)
    code, said = _say(project, "destroy", STACK, "--yes")
    assert (code, "[CLUSTER]" in said) == (1, True)
    with pytest.raises(OperatorError):
        project.run("destroy", refresh=True)

    outcome = project.must("up", refresh=True)
    assert [(step.operation, step.name) for step in outcome.steps] == [("create", "metallb-l2-tenant-cp-l2")]
    assert any("what may still stand on that one is left to you" in text for text in outcome.advice)
    assert _state(project).uid == uid
    assert project.must("preview").steps == []

    _rewrite(project, lambda text: text.replace(uid, ANOTHER))
    code, said = _say(project, "up", STACK, "--refresh")
    assert (code, _state(project).uid) == (0, uid), said


@pytest.mark.sweep
@pytest.mark.network_applied
def test_a_state_without_a_uid_is_known_by_its_api_server_and_gets_one_by_the_next_up(project: Project) -> None:
    first = _state(project)

    def forget(text: str) -> str:
        deployment: dict[str, Any] = json.loads(text)
        for resource in deployment["resources"]:
            (resource.get("outputs") or {}).pop("clusterUid", None)
        return json.dumps(deployment)

    _rewrite(project, forget)
    assert project.must("preview").outdated is True
    assert _say(project, "up", STACK)[0] == 0
    assert _state(project) == first

    _rewrite(project, lambda text: forget(text).replace(project.api.address, "https://127.0.0.1:1"))
    said = _refusal(project, "destroy")
    assert "its state is of the cluster at https://127.0.0.1:1 (its uid is not on record)" in said
    project.must("up", refresh=True)
    assert _state(project) == first


def test_verify_looks_at_no_other_cluster_than_the_settings_name(project: Project) -> None:
    project.section("cluster")["uid"] = ANOTHER
    project.save()
    code, said = _say(project, "verify", STACK)
    assert code == 1
    assert f"the settings name the cluster {ANOTHER}" in said


def _plain(project: Project) -> str:
    """What a plain `pulumi preview` says: the program alone, without the look that `kmetal-network` takes before it."""
    program = str(project.root / "__main__.py")
    stack = select(project.root, STACK, lambda: runpy.run_path(program, run_name="__main__") and None)
    with pytest.raises(auto.CommandError) as refused:
        stack.preview(color="never")
    return str(refused.value)
