"""A program in Pulumi YAML that declares a tenant, previewed by a real engine, language host and API server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kmetal_network.errors import OperatorError
from sandbox.control_plane.control_plane import ControlPlane
from sandbox.tools.toolchain import provide_tools
from sandbox.tools.yaml_host import YAML_HOST
from tests.components.readme import shown
from tests.support.stack_project import ROOT

pytestmark = pytest.mark.sandbox


@pytest.fixture
def language_host(sandbox_environment: dict[str, str]) -> Path:
    """The official CLI's, else one that is built from its Go module."""
    if beside := shutil.which(YAML_HOST.name, path=sandbox_environment["PATH"]):
        return Path(beside)
    try:
        return provide_tools([YAML_HOST])[YAML_HOST.name]
    except OperatorError as error:
        pytest.skip(f"no {YAML_HOST.name} can be had here: {str(error).splitlines()[0]}")


@pytest.fixture
def engine(
    tmp_path: Path, language_host: Path, sandbox_environment: dict[str, str], control_plane: ControlPlane
) -> dict[str, str]:
    """An engine's variables, with the language host and our plugin on PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / YAML_HOST.name).symlink_to(language_host)
    plugin = programs / "pulumi-resource-kmetal-network"
    plugin.write_text(f'#!/bin/sh\nexec "{sys.executable}" -u "{ROOT / "components" / "__main__.py"}" "$@"\n')
    plugin.chmod(0o755)
    (tmp_path / "state").mkdir()
    return {
        **os.environ,
        **sandbox_environment,
        "KUBECONFIG": str(control_plane.kubeconfig),
        "PATH": f"{programs}{os.pathsep}{sandbox_environment['PATH']}",
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
    }


def preview(directory: Path, engine: dict[str, str], program: str) -> subprocess.CompletedProcess[str]:
    (directory / "Pulumi.yaml").write_text(program, encoding="utf-8")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *words, "--non-interactive", "--color", "never"],
            cwd=directory,
            env=engine,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    made = run("stack", "init", "dev")
    assert made.returncode == 0, made.stdout
    return run("preview", "--diff")


def test_a_yaml_program_that_declares_a_tenant_is_previewed(tmp_path: Path, engine: dict[str, str]) -> None:
    answer = preview(tmp_path, engine, shown("yaml"))
    assert answer.returncode == 0, answer.stdout
    for kind, name in (
        ("core/v1:Namespace", "alpha-namespace"),
        ("kubeovn.io/v1:Vpc", "alpha-vpc"),
        ("k8s.cni.cncf.io/v1:NetworkAttachmentDefinition", "alpha-attachment-dev"),
        ("kubeovn.io/v1:Subnet", "alpha-subnet-dev"),
        ("kubeovn.io/v1:OvnSnatRule", "alpha-snat-dev"),
    ):
        assert f"kmetal:network:TenantNetwork$kubernetes:{kind}::{name}]" in answer.stdout
    assert 'match   : "ip4.dst == 77.220.68.96/27"' in answer.stdout
    assert "mtu       : 1400" in answer.stdout


OUTPUT_OF_A_COMPONENT = """
name: tenants
runtime: yaml
resources:
  network:
    type: kmetal-network:index:ProviderNetwork
    properties:
      stack: dev
      network: {name: provider, defaultInterface: data.222}
      vlan: {name: vlan222, id: 0}
      external: {cidrBlock: 77.220.68.96/27, gateway: 77.220.68.97}
      gatewayNodes: [w1, w2]
  alpha:
    type: kmetal-network:index:TenantNetwork
    properties:
      stack: dev
      name: alpha
      external: {cidrBlock: "${network.cidrBlock}", gateway: "${network.gateway}"}
"""


def test_a_yaml_program_feeds_a_tenant_with_the_provider_networks_outputs(
    tmp_path: Path, engine: dict[str, str]
) -> None:
    answer = preview(tmp_path, engine, OUTPUT_OF_A_COMPONENT)
    assert answer.returncode == 0, answer.stdout
    assert 'match   : "ip4.dst == 77.220.68.96/27"' in answer.stdout
    assert 'nextHopIP : "77.220.68.97"' in answer.stdout
    assert "kubernetes:core/v1:NodePatch::network-gateway-w2]" in answer.stdout


def test_a_wrong_value_in_a_yaml_program_gets_its_sentence_and_no_traceback(
    tmp_path: Path, engine: dict[str, str]
) -> None:
    answer = preview(tmp_path, engine, shown("yaml").replace("10.100.0.0/24", "10.100.0.5/24"))
    assert answer.returncode != 0
    assert (
        "TenantNetwork alpha clusters[0].cidrBlock: '10.100.0.5/24' has host bits set or an odd spelling;"
        " write 10.100.0.0/24 [SHAPE]\n"
    ) in answer.stdout
    assert "Traceback" not in answer.stdout
    assert ".py" not in answer.stdout
