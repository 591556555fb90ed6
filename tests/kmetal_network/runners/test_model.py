"""Which stacks a runner may run, and where the program comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmetal_network.config.settings_files import environment_names, read_settings
from kmetal_network.config.stackfile import load_environments, parse_environment
from kmetal_network.errors import OperatorError
from kmetal_network.runners.model import Source, parts_to_run, uses_passphrase
from tests.kmetal_network.runners.answers import environment, text
from tests.support.stack_project import ROOT


def test_a_runner_in_the_under_cluster_gets_the_cells_and_not_the_platform() -> None:
    assert [part.stack for part in parts_to_run(environment(), outside=False)] == ["prod-cell-1", "prod-cell-2"]


def test_a_runner_outside_of_it_gets_the_platform_too() -> None:
    found = [part.stack for part in parts_to_run(environment(), outside=True)]
    assert found == ["prod", "prod-cell-1", "prod-cell-2"]
    assert [part.stack for part in parts_to_run(environment(cells=0), outside=True)] == ["prod"]


def test_an_environment_of_one_stack_is_refused_inside_of_the_under_cluster() -> None:
    with pytest.raises(OperatorError) as refused:
        parts_to_run(environment(cells=0), outside=False)

    assert str(refused.value) == (
        "Pulumi.prod.yaml: prod is one stack, and a pod of the under cluster must not apply the platform in it; write"
        " `cells:` and run `kmetal-network cells`, or add --outside where the runner is no pod of that cluster [CELLS]"
    )


def test_a_kubeconfig_of_this_machine_is_refused_with_its_line() -> None:
    dev = parse_environment((ROOT / "Pulumi.dev.yaml").read_text(), "Pulumi.dev.yaml", "dev")

    with pytest.raises(OperatorError) as refused:
        parts_to_run(dev, outside=True)

    assert str(refused.value).startswith("Pulumi.dev.yaml:8 cluster.kubeconfig: kubeconfig '.sandbox/kubeconfig' is a")
    assert "remove the line" in str(refused.value)


@pytest.mark.parametrize(
    ("repository", "way", "github"),
    [
        ("https://git.example/net/under.git", "https", ""),
        ("https://github.com/acme/under.git", "https", "acme/under"),
        ("https://github.com/acme/under", "https", "acme/under"),
        ("git@github.com:acme/under.git", "ssh", "acme/under"),
        ("ssh://git@github.com/acme/under", "ssh", "acme/under"),
        ("git@git.example:net/under.git", "ssh", ""),
        ("https://github.com.example/acme/under", "https", ""),
    ],
)
def test_an_address_that_can_be_cloned_is_known_by_its_way_and_its_host(repository: str, way: str, github: str) -> None:
    source = Source(repository=repository)
    assert ("ssh" if source.is_ssh else "https", source.github) == (way, github)


@pytest.mark.parametrize(
    ("repository", "said"),
    [
        ("/home/me/under", "'/home/me/under' is no address that another machine can clone"),
        ("file:///home/me/under", "is no address"),
        ("https://git.example", "is no address"),
        ("http://git.example/net/under", "is no address"),
        ("https://me:secret@git.example/net/under", "the address of git.example holds a user or a password"),
        ("https://token@git.example/net/under", "the address of git.example holds a user or a password"),
    ],
)
def test_another_address_is_refused_and_its_password_is_not_repeated(repository: str, said: str) -> None:
    with pytest.raises(OperatorError) as refused:
        Source(repository=repository)

    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_salt_in_the_stack_file_shows_that_a_passphrase_encrypts_the_states() -> None:
    by_service = text().replace("encryptionsalt:", "secretsprovider: awskms://alias/prod #")
    assert uses_passphrase(environment())
    assert not uses_passphrase(parse_environment(by_service, "Pulumi.prod.yaml", "prod"))


def test_settings_of_deployments_next_to_a_stack_file_are_no_environment(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text(text())
    for stack in ("prod", "prod-cell-1"):
        (tmp_path / f"Pulumi.{stack}.deploy.yaml").write_text("settings: {}\n")

    assert environment_names(tmp_path) == ("prod",)
    assert read_settings(tmp_path).environments() == ("prod",)
    assert [str(one) for one in load_environments(tmp_path)[1] if one.severity == "error"] == []
