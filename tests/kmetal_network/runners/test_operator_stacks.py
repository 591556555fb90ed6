"""`Stack` objects of Pulumi Kubernetes Operator, with expectations by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from kmetal_network.config.stackfile import parse_environment
from kmetal_network.errors import OperatorError
from kmetal_network.runners.model import Source
from kmetal_network.runners.operator_stacks import OperatorAnswers, operator_stacks, required_keys
from tests.kmetal_network.runners.answers import IMAGE, SOURCE, environment, text

ANSWERS = OperatorAnswers(source=SOURCE, image=IMAGE)

SECOND_CELL = {
    "apiVersion": "pulumi.com/v1",
    "kind": "Stack",
    "metadata": {"name": "prod-cell-2"},
    "spec": {
        "stack": "prod-cell-2",
        "projectRepo": "https://git.example/net/under.git",
        "branch": "main",
        "gitAuth": {"accessToken": {"type": "Secret", "secret": {"name": "kmetal-network-prod", "key": "gitToken"}}},
        "envRefs": {
            "KUBECONFIG": {"type": "Literal", "literal": {"value": "/etc/kmetal-network/kubeconfig"}},
            "PULUMI_OPTION_POLICY_PACK": {"type": "Literal", "literal": {"value": "policies"}},
            "PULUMI_PARALLEL": {"type": "Literal", "literal": {"value": "128"}},
            "PULUMI_ACCESS_TOKEN": {
                "type": "Secret",
                "secret": {"name": "kmetal-network-prod", "key": "PULUMI_ACCESS_TOKEN"},
            },
            "PULUMI_CONFIG_PASSPHRASE": {
                "type": "Secret",
                "secret": {"name": "kmetal-network-prod", "key": "PULUMI_CONFIG_PASSPHRASE"},
            },
        },
        "refresh": False,
        "destroyOnFinalize": False,
        "continueResyncOnCommitMatch": False,
        "resyncFrequencySeconds": 300,
        "workspaceReclaimPolicy": "Delete",
        "serviceAccountName": "kmetal-network-prod",
        "workspaceTemplate": {
            "spec": {
                "image": "pulumi/pulumi:3.250.0-nonroot",
                "securityProfile": "restricted",
                "resources": {"requests": {"memory": "600Mi"}},
                "envFrom": [{"secretRef": {"name": "kmetal-network-prod-env", "optional": True}}],
                "podTemplate": {
                    "spec": {
                        "containers": [
                            {
                                "name": "pulumi",
                                "volumeMounts": [
                                    {"name": "under-cluster", "mountPath": "/etc/kmetal-network", "readOnly": True}
                                ],
                            }
                        ],
                        "volumes": [
                            {
                                "name": "under-cluster",
                                "secret": {
                                    "secretName": "kmetal-network-prod",
                                    "items": [{"key": "kubeconfig", "path": "kubeconfig"}],
                                },
                            }
                        ],
                    }
                },
            }
        },
    },
}


def specs(answers: OperatorAnswers) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one["spec"] for one in operator_stacks(environment(), answers)}


def test_each_cell_is_one_object_and_the_platform_is_none() -> None:
    first, second = operator_stacks(environment(), ANSWERS)

    assert first["metadata"]["name"] == "prod-cell-1"
    assert second == SECOND_CELL


def test_an_operator_outside_applies_the_platform_before_the_cells() -> None:
    found = specs(replace(ANSWERS, outside=True))

    assert list(found) == ["prod", "prod-cell-1", "prod-cell-2"]
    assert "prerequisites" not in found["prod"]
    assert found["prod-cell-1"]["prerequisites"] == [{"name": "prod"}]
    assert found["prod-cell-2"]["prerequisites"] == [{"name": "prod"}]


def test_deleting_an_object_never_destroys_a_network() -> None:
    assert {spec["destroyOnFinalize"] for spec in specs(replace(ANSWERS, outside=True)).values()} == {False}


def test_an_organization_of_pulumi_cloud_makes_the_name_of_the_stack_whole() -> None:
    found = specs(replace(ANSWERS, organization="acme"))
    assert found["prod-cell-1"]["stack"] == "acme/kmetal-network/prod-cell-1"


def test_a_bucket_takes_no_token_of_pulumi_cloud() -> None:
    answers = replace(ANSWERS, backend="s3://states?region=eu-central-1")
    spec = specs(answers)["prod-cell-1"]

    assert spec["backend"] == "s3://states?region=eu-central-1"
    assert "PULUMI_ACCESS_TOKEN" not in spec["envRefs"]
    assert required_keys(environment(), answers) == ("kubeconfig", "PULUMI_CONFIG_PASSPHRASE", "gitToken")


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("file:///states", "backend 'file:///states' would be a folder of a pod, and the states would end with it"),
        ("states", "backend 'states' would be a folder of a pod"),
        ("postgres://me:secret@db.example/states", "the URL of backend db.example holds a password"),
    ],
)
def test_a_backend_that_would_lose_the_states_or_show_a_password_is_refused(backend: str, said: str) -> None:
    with pytest.raises(OperatorError) as refused:
        replace(ANSWERS, backend=backend)

    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_pulumi_cloud_of_ones_own_takes_a_token() -> None:
    answers = replace(ANSWERS, backend="https://pulumi.example")
    assert "PULUMI_ACCESS_TOKEN" in specs(answers)["prod-cell-1"]["envRefs"]


def test_states_that_a_key_service_encrypts_take_no_passphrase() -> None:
    by_service = text().replace("encryptionsalt:", "secretsprovider: awskms://alias/prod #")
    prod = parse_environment(by_service, "Pulumi.prod.yaml", "prod")
    answers = replace(ANSWERS, backend="s3://states")

    assert required_keys(prod, answers) == ("kubeconfig", "gitToken")
    assert set(operator_stacks(prod, answers)[0]["spec"]["envRefs"]) == {
        "KUBECONFIG",
        "PULUMI_OPTION_POLICY_PACK",
        "PULUMI_PARALLEL",
    }


def test_a_repository_over_ssh_is_read_with_a_key_and_not_with_a_token() -> None:
    ssh = replace(ANSWERS, source=Source(repository="git@git.example:net/under.git"))

    assert specs(ssh)["prod-cell-1"]["gitAuth"] == {
        "sshAuth": {
            "sshPrivateKey": {"type": "Secret", "secret": {"name": "kmetal-network-prod", "key": "sshPrivateKey"}}
        }
    }
    assert required_keys(environment(), ANSWERS)[-1] == "gitToken"
    assert required_keys(environment(), ssh)[-1] == "sshPrivateKey"


def test_a_project_below_the_top_of_its_repository_is_named() -> None:
    below = replace(ANSWERS, source=replace(SOURCE, directory=PurePosixPath("net/under"), branch="release"))
    spec = specs(below)["prod-cell-1"]
    assert (spec["repoDir"], spec["branch"]) == ("net/under", "release")


def test_an_environment_whose_name_is_no_name_of_an_object_is_refused() -> None:
    with pytest.raises(OperatorError, match="'Prod_EU-cell-1' is no name for an object of Kubernetes; name the"):
        operator_stacks(environment(name="Prod_EU"), ANSWERS)
