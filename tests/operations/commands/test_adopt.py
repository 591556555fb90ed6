"""What `kmetal-network adopt` refuses before it asks anybody for anything: a cluster, or an answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer

from kmetal_network.config.stackfile import load_stack
from kmetal_network.errors import OperatorError
from operations.cluster.live import COLLECTIONS
from operations.commands import adopt as module
from operations.commands.adopt import adopt
from operations.console import Output
from tests.kmetal_network.adoption.by_hand import UID, VALUES, Network, live, page
from tests.operations.preflight.platform import SERVED, controller
from tests.support.fake_cluster import FakeCluster

CONTROLLER = "kube-system/kube-ovn-controller"
ROOT = Path(__file__).parents[3]


class Cluster(FakeCluster):
    """The page's network on a cluster that answers, and that notes whatever is to be written."""

    def __init__(self) -> None:
        self.network: Network = live(page())
        super().__init__(paths=SERVED)
        self.context, self.identity = "here", UID
        self.network["Deployment"] = {CONTROLLER: controller()}
        self.written: list[str] = []

    def __exit__(self, *_: object) -> None:
        pass

    def list(self, path: str) -> list[Mapping[str, Any]]:
        """All objects of a kind."""
        [kind] = [kind for kind, collection in COLLECTIONS.items() if collection == path]
        return list(self.network.get(kind, {}).values())

    def take_over(self, _: object) -> None:
        """The hand-over."""
        self.written.append("taken over")

    def prove(self, _: object) -> None:
        """The proof."""


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "Pulumi.dev.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """A cluster for a stack `edge` that has no file yet; no one else is in the project."""
    made = Cluster()
    monkeypatch.setattr(module, "_connect", lambda *_, **__: made)
    (tmp_path / "values.yaml").write_text(json.dumps(VALUES))
    (tmp_path / "Pulumi.dev.yaml").unlink()
    return made


def adopt_edge(**options: Any) -> None:
    """With all that the page itself does not say."""
    adopt("edge", context="here", management_interface="data.204", values=Path("values.yaml"), yes=True, **options)


def test_a_network_and_a_platform_that_fit_are_handed_over(cluster: Cluster) -> None:
    adopt_edge()

    assert cluster.written == ["taken over"]
    assert "tenants" not in Path("Pulumi.edge.yaml").read_text()
    assert Path("tenants/edge/alpha.yaml").read_text() == (
        "name: alpha\nclusters:\n- name: dev\n  cidrBlock: 10.100.0.0/24\n"
    )
    [alpha] = load_stack(Path(), "edge")[0].settings.tenants
    assert alpha.name == "alpha"


def test_tenant_files_that_a_killed_adoption_left_do_not_stop_the_next_and_others_do(cluster: Cluster) -> None:
    folder = Path("tenants", "edge")
    folder.mkdir(parents=True)
    (folder / "alpha.yaml").write_text("name: al")
    (folder / "beta.yaml").write_text("name: beta\n")
    with pytest.raises(OperatorError) as refused:
        adopt_edge()
    assert [finding.place for finding in refused.value.findings] == ["tenants/edge/beta.yaml"]
    assert (folder / "alpha.yaml").read_text() == "name: al"

    (folder / "beta.yaml").unlink()
    adopt_edge()
    assert cluster.written == ["taken over"]


def _old(cluster: Cluster) -> None:
    cluster.network["Deployment"] = {CONTROLLER: controller("kube-ovn:v1.14.41")}


def _without_snat(cluster: Cluster) -> None:
    arguments = ("--non-primary-cni-mode", "--enable-eip-snat=false")
    cluster.network["Deployment"] = {CONTROLLER: controller(arguments=arguments)}


def _without_policies(cluster: Cluster) -> None:
    cluster.paths["/apis/admissionregistration.k8s.io/v1"] = {"resources": []}


def _policy_of_others(cluster: Cluster) -> None:
    body = {"kind": "ValidatingAdmissionPolicy", "metadata": {"name": "kmetal-ipaddresspools"}}
    cluster.network["ValidatingAdmissionPolicy"] = {"kmetal-ipaddresspools": body}


def _misspelt_neighbour(_: Cluster) -> None:
    text = (ROOT / "Pulumi.dev.yaml").read_text()
    Path("Pulumi.dev.yaml").write_text(text.replace("tunnelInterface", "tunelInterface"))


def _lawless_neighbour(_: Cluster) -> None:
    text = (ROOT / "Pulumi.dev.yaml").read_text()
    Path("Pulumi.dev.yaml").write_text(text.replace("172.21.204.200-172.21.204.250", "77.220.68.100"))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_old, "kube-ovn-controller is v1.14.41, older than 1.15"),
        (_without_snat, "kube-ovn-controller runs with --enable-eip-snat=false"),
        (_without_policies, "cluster here: the API server does not serve ValidatingAdmissionPolicy"),
        (_policy_of_others, "was made by somebody else"),
        (_misspelt_neighbour, "Pulumi.dev.yaml:22 network.kubeOvn.tunelInterface: unknown key 'tunelInterface'"),
        (_lawless_neighbour, "pool 'tenant-cp-pool' holds 77.220.68.100"),
    ],
)
def test_what_would_refuse_the_up_refuses_before_anything_is_written(
    cluster: Cluster, capsys: pytest.CaptureFixture[str], spoil: Callable[[Cluster], None], said: str
) -> None:
    spoil(cluster)

    with pytest.raises(OperatorError) as refused:
        adopt_edge()

    assert said in str(refused.value)
    assert cluster.written == []
    assert not Path("Pulumi.edge.yaml").exists()
    assert (
        "save the above as Pulumi.edge.yaml and the tenant files, edit them, and adopt again"
        in capsys.readouterr().err.replace("\n", " ")
    )


def test_all_that_refuses_is_said_at_once(cluster: Cluster) -> None:
    for spoil in (_old, _without_policies, _misspelt_neighbour):
        spoil(cluster)

    with pytest.raises(OperatorError) as refused:
        adopt_edge()

    assert {finding.rule for finding in refused.value.findings} == {"NET-704", "CRD", "SHAPE"}


@pytest.mark.parametrize(("spoil", "code"), [(lambda _: None, 0), (_old, 1)])
def test_the_proposal_for_a_machine_shows_everything_and_writes_nothing(
    cluster: Cluster, capsys: pytest.CaptureFixture[str], spoil: Callable[[Cluster], None], code: int
) -> None:
    spoil(cluster)

    with pytest.raises(typer.Exit) as ended:
        adopt_edge(output=Output.JSON)

    reported = json.loads(capsys.readouterr().out)
    assert ended.value.exit_code == code
    assert reported["stack"] == "edge"
    assert reported["file"].startswith("# Read from the cluster by `kmetal-network adopt`.")
    assert list(reported["tenantFiles"]) == ["tenants/edge/alpha.yaml"]
    assert "IPAddressPool kmetal-metallb/tenant-cp-pool" in reported["adopted"]
    assert {(entry["object"], entry["path"], entry["fate"]) for entry in reported["fields"]} == {
        ("L2Advertisement kmetal-metallb/tenant-cp-l2", "spec.interfaces", "added"),
        ("NetworkAttachmentDefinition alpha/alpha-dev-net", "spec.config", "rewritten"),
    }
    assert reported["left"] == []
    assert {entry["rule"] for entry in reported["findings"] if entry["severity"] == "error"} == (
        {"NET-704"} if code else set()
    )
    assert cluster.written == []
    assert not Path("Pulumi.edge.yaml").exists()


def test_a_stack_without_a_file_needs_the_cluster_named() -> None:
    with pytest.raises(OperatorError, match="stack edge has no file yet, and no context is given"):
        adopt("edge")


def test_a_context_beside_the_one_of_the_stack_file_is_refused() -> None:
    with pytest.raises(OperatorError, match="names context 'kmetal-sandbox', and --context 'kmetal-prod'; leave"):
        adopt("dev", context="kmetal-prod")


def test_a_kubeconfig_without_that_context_is_said_so(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("apiVersion: v1\nkind: Config\ncontexts: []\n")

    with pytest.raises(OperatorError, match="kubeconfig has no context 'here'"):
        adopt("edge", context="here", kubeconfig=str(kubeconfig))
