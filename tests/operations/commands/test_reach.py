"""`kmetal-network reach` as an operator meets it, and what the settings' `isolation` and `expect` do."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.operations.commands.test_exit_codes import NOBODY, kmetal_network
from tests.support.stack_project import make_project, stack_config, write_stack

import yaml  # isort: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = make_project(tmp_path / "project")
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(NOBODY))
    write(made, stack_config("dev"))
    return made


def write(project: Path, config: dict[str, Any]) -> None:
    write_stack(project, "dev", config, project.parent / "kubeconfig")


def reported(project: Path, *words: str) -> Any:
    done = kmetal_network(project, "reach", *words, "--output", "json")
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def commit(project: Path, what: str = "Pulumi.dev.yaml") -> None:
    for words in (["init", "--quiet"], ["add", what], ["commit", "--quiet", "--message", "base"]):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *identity, *words], cwd=project, check=True)


def test_the_guides_tenant_is_reported_class_by_class(project: Path) -> None:
    alpha = next(row for row in reported(project, "dev") if row["from"] == "alpha-dev-subnet")

    assert alpha["to"]["external block"][0]["verdict"] == "dropped"
    assert alpha["to"]["external block"][0]["priority"] == 1500
    assert alpha["to"]["Kube-OVN pods"][0]["verdict"] == "leaves towards the physical gateway"
    assert alpha["to"]["Kube-OVN pods"][0]["field"] == "spec.staticRoutes[0]"


def test_one_address_is_answered_for_one_tenant(project: Path) -> None:
    (answer,) = reported(project, "dev", "--from", "alpha", "--to", "10.16.0.5")

    assert (answer["from"], answer["to"], answer["closed"]) == ("alpha-dev-subnet", "10.16.0.5", False)


def test_plain_yaml_is_read_as_it_is(project: Path, tmp_path: Path) -> None:
    file = tmp_path / "vpc.yaml"
    file.write_text(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: s}\nspec: {vpc: v, cidrBlock: 10.0.0.0/24}\n"
    )

    (answer,) = reported(project, "--lint", str(file), "--to", "8.8.8.8")
    assert answer["verdict"] == "not known"
    assert answer["why"] == "staticRoutes of vpc 'v' are not known here"


def test_a_change_that_takes_a_drop_away_is_one_and_says_what_opens(project: Path) -> None:
    config = stack_config("dev")
    config["tenants"][0]["drop"] = ["10.16.0.0/16"]
    write(project, config)
    commit(project)
    assert kmetal_network(project, "reach", "dev", "--base", "HEAD").returncode == 0
    write(project, stack_config("dev"))

    done = kmetal_network(project, "reach", "dev", "--base", "HEAD")
    assert done.returncode == 1
    assert (
        "opens: alpha-dev-subnet to Kube-OVN pods (10.16.0.0-10.16.255.255): was dropped by Vpc alpha-vpc"
        in done.stdout
    )
    assert "dev since HEAD: 1 path open, 0 paths close" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name a stack, or files"),
        (("dev", "--trace"), "--trace asks the cluster's own OVN"),
        (("dev", "--base", "--output"), "git shows no Pulumi.dev.yaml"),
        (("dev", "--from", "nobody"), "'nobody' matches nothing here"),
        (("dev", "--to", "nowhere"), "'nowhere' matches nothing here"),
        (("nix",), "use one of the stacks there are (dev)"),
        (("dev", "--live"), "no answer"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_reported_and_no_traceback(project: Path, words: tuple[str, ...], said: str) -> None:
    done = kmetal_network(project, "reach", *words)

    assert done.returncode in (1, 2)
    assert said in " ".join((done.stdout + done.stderr).replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_isolation_of_the_platform_drops_every_named_range_and_ends_the_warning(project: Path) -> None:
    write(project, {**stack_config("dev"), "isolation": {"level": "platform"}})

    alpha = next(row for row in reported(project, "dev") if row["from"] == "alpha-dev-subnet")
    platform = ("Flannel pods", "Kube-OVN pods", "join range", "service range", "control-plane addresses")
    assert {entry["verdict"] for place in platform for entry in alpha["to"][place]} == {"dropped"}
    assert alpha["to"]["internet"][0]["closed"] is False
    assert "NET-418" not in kmetal_network(project, "check").stdout


def test_an_exception_stays_open_by_its_name_and_is_no_warning(project: Path) -> None:
    exceptions = {"metallb.pools.tenant-cp-pool": "workers join through this pool"}
    management = {"interface": "data.204", "cidr": "172.21.204.0/24"}
    isolation = {"level": "platform", "exceptions": exceptions}
    write(project, {**stack_config("dev"), "management": management, "isolation": isolation})

    answers = reported(project, "dev", "--from", "alpha", "--to", "172.21.204.0/24")
    opened = [answer["to"] for answer in answers if not answer["closed"]]
    assert opened == ["172.21.204.200-172.21.204.250"]
    assert "NET-418" not in kmetal_network(project, "check").stdout


def test_an_exception_that_names_no_range_is_refused_with_the_names_there_are(project: Path) -> None:
    isolation = {"level": "platform", "exceptions": {"network.podCidr": "somebody's mistake"}}
    write(project, {**stack_config("dev"), "isolation": isolation})

    done = kmetal_network(project, "check")
    assert done.returncode == 1
    assert (
        "isolation excepts 'network.podCidr', which is no range of the platform; write one of network." in done.stdout
    )


def test_an_expected_path_that_is_open_fails_the_check_with_both_sides(project: Path) -> None:
    expect = [{"from": "tenants", "to": "Kube-OVN pods", "path": "closed", "reason": "isolation of the platform"}]
    write(project, {**stack_config("dev"), "expect": expect})
    done = kmetal_network(project, "check")
    assert (done.returncode, "[NET-434]" in done.stdout) == (1, True)
    assert (
        "wants alpha-dev-subnet to Kube-OVN pods closed, and it is leaves towards the physical gateway" in done.stdout
    )

    write(project, {**stack_config("dev"), "expect": expect, "isolation": {"level": "platform"}})
    assert kmetal_network(project, "check").returncode == 0


def test_a_tenant_in_a_file_of_its_own_is_there_at_another_revision_too(project: Path) -> None:
    folder = project / "tenants" / "dev"
    folder.mkdir(parents=True)
    beta = "name: beta\ndrop: [10.16.0.0/16]\nclusters:\n  - name: main\n    cidrBlock: 10.101.0.0/24\n"
    (folder / "beta.yaml").write_text(beta)
    commit(project, ".")
    (folder / "beta.yaml").write_text(beta.replace("10.16.0.0/16", ""))

    done = kmetal_network(project, "reach", "dev", "--base", "HEAD")
    assert "opens: beta-main-subnet" in done.stdout.replace("\n", " "), done.stdout + done.stderr
