"""What is read out of an exported state, and when it counts as another cluster's."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
import yaml
from pulumi import automation as auto

from operations.cluster.live import LiveCluster
from operations.state.identity import NOT_ON_RECORD, is_elsewhere, whose
from operations.state.stack_state import State, digest

HERE, THERE = ("https://10.0.0.1:6443", "YXV0aG9yaXR5"), ("https://10.0.0.2:6443", "YXV0aG9yaXR5")
URN = "urn:pulumi:dev::kmetal-network::pulumi:providers:kubernetes::under-cluster"


def kubeconfig(endpoint: tuple[str, str]) -> str:
    server, authority = endpoint
    cluster = {"server": server, "certificate-authority-data": authority}
    return yaml.safe_dump({"clusters": [{"name": "c", "cluster": cluster}]})


def secret(endpoint: tuple[str, str]) -> dict[str, str]:
    return {"4dabf18193072939515e22adb298388d": "1b47", "plaintext": json.dumps(kubeconfig(endpoint))}


def exported(endpoint: tuple[str, str] = HERE, **outputs: Any) -> dict[str, Any]:
    provider = {"type": "pulumi:providers:kubernetes", "urn": URN, "inputs": {"kubeconfig": secret(endpoint)}}
    replaced = {**provider, "delete": True, "urn": "of one that is being replaced"}
    outputs_of_patch = {"__fieldManager": "kmetal-network-dev"}
    patch = {"type": "kubernetes:core/v1:NodePatch", "urn": "urn:w1", "id": "w1", "outputs": outputs_of_patch}
    stack = {"type": "pulumi:pulumi:Stack", "urn": "urn:stack", "outputs": outputs}
    return {"resources": [stack, replaced, provider, patch]}


def test_a_state_tells_its_provider_the_kubeconfig_in_it_its_outputs_and_the_patches_of_nodes() -> None:
    state = State.of(exported(clusterUid="u", tenants={}))
    assert state == State(
        provider=URN,
        stored_kubeconfig=secret(HERE),
        outputs={"clusterUid": "u", "tenants": {}},
        patches={"w1": "urn:w1"},
        holders={"w1": "kmetal-network-dev"},
    )
    assert (state.uid, state.endpoint, state.kubeconfig) == ("u", HERE, kubeconfig(HERE))


def test_secrets_are_read_once_and_only_by_who_asks_for_them() -> None:
    asked = []

    def reveal() -> auto.Deployment:
        asked.append("asked")
        return auto.Deployment(3, exported(HERE))

    stored = exported(HERE, clusterUid="u", credentialsDigest=digest(kubeconfig(HERE)))
    for resource in stored["resources"]:
        resource.get("inputs", {}).get("kubeconfig", {}).pop("plaintext", None)
    state = State.of(stored, reveal)

    assert state.says_it_has(kubeconfig(HERE))
    assert not state.says_it_has(kubeconfig(THERE))
    assert asked == []
    assert [state.kubeconfig, state.kubeconfig] == [kubeconfig(HERE)] * 2
    assert asked == ["asked"]


def test_a_state_from_before_the_digest_is_compared_by_its_credentials() -> None:
    state = State.of(exported(HERE, clusterUid="u"))
    assert state.says_it_has(kubeconfig(HERE))
    assert not state.says_it_has(kubeconfig(THERE))


@pytest.mark.parametrize("deployment", [{}, {"resources": None}, {"resources": []}])
def test_a_stack_that_was_never_applied_tells_nothing(deployment: Any) -> None:
    state = State.of(deployment)
    assert (state, state.uid, state.endpoint) == (State(), "", None)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State(), False),
        (State.of(exported(HERE, clusterUid="u")), False),
        (State.of(exported(THERE, clusterUid="u")), False),  # its API server moved
        (State.of(exported(HERE, clusterUid="other")), True),  # rebuilt behind the same address
        (State.of(exported(HERE, clusterUid=NOT_ON_RECORD)), True),  # a move that died on the way
        (State.of(exported(HERE)), False),
        (State.of(exported(THERE)), True),
        (State.of(exported((HERE[0], "YW5vdGhlcg=="))), True),
    ],
)
def test_the_uid_tells_whose_state_it_is_and_without_one_the_api_server_does(state: State, *, expected: bool) -> None:
    class Cluster:
        endpoint = HERE

    assert is_elsewhere(state, cast("LiveCluster", Cluster()), "u") is expected


def test_whose_state_it_is_can_be_said_in_every_case() -> None:
    assert whose(State.of(exported(clusterUid="u"))) == "u"
    assert whose(State.of(exported(THERE))) == "at https://10.0.0.2:6443 (its uid is not on record)"
    assert whose(State()) == "whose uid is not on record"
