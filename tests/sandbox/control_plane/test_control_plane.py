"""The control plane: it starts once, survives, keeps its data and its address, and ends what is its own alone."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

from kmetal_network.errors import OperatorError
from sandbox.control_plane import crds, credentials, ports
from sandbox.control_plane.api import collection
from sandbox.control_plane.control_plane import API_SERVER, COMPONENTS, ControlPlane
from sandbox.processes import Server, birth
from sandbox.storage import CHECKOUT
from tests.support.etcd_snapshot import EtcdSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kubernetes.dynamic import DynamicClient

sandbox = pytest.mark.sandbox
MARK = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mark", "namespace": "default"}}
MARK_PATH = f"{collection('v1', 'ConfigMap', 'default')}/mark"


@pytest.fixture
def other_process() -> Iterator[subprocess.Popen[bytes]]:
    """Somebody else's process."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def own_plane(tools_on_path: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane that may be killed: nobody else's tests run on it."""
    del tools_on_path
    plane = ControlPlane(tmp_path_factory.mktemp("own"), dies_with_owner=True)
    plane.start()
    yield plane
    plane.stop()


@sandbox
def test_starting_what_runs_changes_nothing_and_says_so(own_plane: ControlPlane) -> None:
    before = own_plane.status()

    assert own_plane.start() is False
    assert own_plane.status() == before


@sandbox
def test_another_command_finds_the_same_servers(own_plane: ControlPlane) -> None:
    assert ControlPlane(own_plane.directory).status() == own_plane.status()


@sandbox
def test_after_a_power_cut_data_address_and_kubeconfig_are_the_old_ones(own_plane: ControlPlane) -> None:
    own_plane.api.create(MARK)
    marked, kubeconfig, address = own_plane.api.find(MARK_PATH), own_plane.kubeconfig.read_text(), own_plane.api.address

    own_plane.kill()
    assert not own_plane.running()
    assert own_plane.start() is True

    assert own_plane.api.find(MARK_PATH) == marked
    assert own_plane.api.address == address
    assert own_plane.kubeconfig.read_text() == kubeconfig


@sandbox
def test_a_single_server_restarts_alone(own_plane: ControlPlane) -> None:
    before = {component.name: component.pid for component in own_plane.status()}

    own_plane.restart([API_SERVER])

    after = {component.name: component.pid for component in own_plane.status()}
    assert {name for name in COMPONENTS if before[name] != after[name]} == {API_SERVER}


@sandbox
def test_it_stops_moves_away_from_a_port_that_was_taken_meanwhile_and_keeps_its_data(own_plane: ControlPlane) -> None:
    own_plane.api.create(MARK)
    old = own_plane.api.address
    assert own_plane.stop() is True
    assert own_plane.stop() is False
    assert [component.running for component in own_plane.status()] == [False] * 4

    with socket.create_server(("127.0.0.1", int(old.rpartition(":")[2]))):
        own_plane.start()

        assert own_plane.api.address != old
        assert own_plane.api.address in own_plane.kubeconfig.read_text()
        assert own_plane.api.find(MARK_PATH) is not None


@sandbox
def test_it_listens_on_loopback_only(own_plane: ControlPlane) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; tells the address by which this machine leaves
        outside = probe.getsockname()[0]
    port = int(own_plane.api.address.rpartition(":")[2])

    with pytest.raises(OSError, match="refused"):
        socket.create_connection((outside, port), timeout=5)


@sandbox
def test_the_kubeconfig_serves_the_official_client_and_the_nodes_are_those_of_the_guide(
    clean_cluster: ControlPlane,
) -> None:
    with config.new_client_from_config(str(clean_cluster.kubeconfig), context="kmetal-sandbox") as api_client:
        nodes = client.CoreV1Api(api_client).list_node().items

    assert {node.metadata.name: node.status.addresses[0].address for node in nodes} == {
        "c1": "172.21.204.11",
        "w1": "172.21.204.12",
        "w2": "172.21.204.13",
    }
    assert all(node.spec.taints is None for node in nodes)
    assert {node.metadata.annotations["ovn.kubernetes.io/chassis"] for node in nodes} == {"ch-c1", "ch-w1", "ch-w2"}


@sandbox
def test_the_default_network_exists_as_kube_ovn_leaves_it(clean_cluster: ControlPlane) -> None:
    vpc = clean_cluster.api.find("/apis/kubeovn.io/v1/vpcs/ovn-cluster")
    subnets = clean_cluster.api.request("GET", "/apis/kubeovn.io/v1/subnets")["items"]

    assert vpc is not None
    assert vpc["status"]["default"] is True
    assert vpc["status"]["tcpSessionLoadBalancer"] == "cluster-tcp-session-loadbalancer"
    assert vpc["metadata"]["managedFields"][0]["manager"] == "kube-ovn-controller"
    assert {subnet["metadata"]["name"]: subnet["spec"]["gateway"] for subnet in subnets} == {
        "join": "100.64.0.1",
        "ovn-default": "10.16.0.1",
    }


@sandbox
def test_the_installed_kube_ovn_tells_its_version_and_mode(clean_cluster: ControlPlane) -> None:
    deployment = clean_cluster.api.find("/apis/apps/v1/namespaces/kube-system/deployments/kube-ovn-controller")

    assert deployment is not None
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"].endswith(":v1.15.24")
    assert {"--enable-eip-snat=true", "--non-primary-cni-mode=true"} <= set(container["args"])
    assert deployment["status"]["availableReplicas"] == 1


@sandbox
def test_a_service_outside_the_guides_range_is_refused(api_client: client.ApiClient) -> None:
    service = {"metadata": {"name": "x"}, "spec": {"clusterIP": "10.97.0.1", "ports": [{"port": 80}]}}

    with pytest.raises(ApiException, match=r"10\.96\.0\.0/16"):
        client.CoreV1Api(api_client).create_namespaced_service("default", service, dry_run="All")


@sandbox
def test_a_custom_resource_deleted_in_the_foreground_is_gone_within_seconds(
    clean_cluster: ControlPlane, dynamic_client: DynamicClient
) -> None:
    del clean_cluster
    vlans = dynamic_client.resources.get(api_version="kubeovn.io/v1", kind="Vlan")
    vlans.create({"apiVersion": "kubeovn.io/v1", "kind": "Vlan", "metadata": {"name": "v"}, "spec": {"provider": "p"}})

    vlans.delete("v", body={"propagationPolicy": "Foreground"})

    deadline = time.monotonic() + 10
    while vlans.get().items and time.monotonic() < deadline:
        time.sleep(0.1)
    assert vlans.get().items == []


@sandbox
def test_the_first_day_comes_back_whatever_holds_on_by_finalizers_and_in_namespaces(
    clean_cluster: ControlPlane, first_day: EtcdSnapshot
) -> None:
    api = clean_cluster.api
    held = {"name": "alpha", "finalizers": ["kubeovn.io/kube-ovn-controller"]}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "alpha"}}
    api.create(namespace)
    for place in ("alpha", "default"):
        lost = {"name": "lost", "namespace": place, "finalizers": ["a.test/hold"]}
        api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": lost})
    api.create({"apiVersion": "kubeovn.io/v1", "kind": "Vpc", "metadata": held, "spec": {}})
    api.request("PATCH", "/api/v1/nodes/w1", {"metadata": {"labels": {"left": "over"}}}, "application/merge-patch+json")

    first_day.restore()

    assert api.find("/api/v1/namespaces/alpha") is None
    assert api.find("/apis/kubeovn.io/v1/vpcs/alpha") is None
    node = api.find("/api/v1/nodes/w1")
    assert node is not None
    assert "left" not in node["metadata"]["labels"]
    api.create(namespace)
    assert api.find("/api/v1/namespaces/alpha/configmaps/lost") is None, "it comes back with its namespace"
    assert api.find("/api/v1/namespaces/default/configmaps/lost") is None


@sandbox
def test_a_service_account_of_the_sandbox_can_have_a_token_and_use_it(control_plane: ControlPlane) -> None:
    path = "/api/v1/namespaces/default/serviceaccounts/default/token"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = control_plane.api.request("POST", path, request)["status"]["token"]
    review = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "metadata": {"name": "x"},
        "spec": {"token": token},
    }

    answer = control_plane.api.request("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review)

    assert answer["status"]["user"]["username"] == "system:serviceaccount:default:default"


@sandbox
def test_an_admission_policy_is_enforced(clean_cluster: ControlPlane) -> None:
    api, group = clean_cluster.api, "admissionregistration.k8s.io/v1"
    rule = {"apiGroups": ["kubeovn.io"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["vlans"]}
    policy = {
        "apiVersion": group,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "no-vlan"},
        "spec": {
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": "false", "message": "no VLAN here"}],
        },
    }
    binding = {
        "apiVersion": group,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": "no-vlan"},
        "spec": {"policyName": "no-vlan", "validationActions": ["Deny"]},
    }
    api.request("POST", f"/apis/{group}/validatingadmissionpolicies", policy)
    api.request("POST", f"/apis/{group}/validatingadmissionpolicybindings", binding)
    vlan = {"apiVersion": "kubeovn.io/v1", "kind": "Vlan", "metadata": {"name": "v"}, "spec": {"provider": "p"}}

    def refusal() -> str:
        try:
            api.request("POST", "/apis/kubeovn.io/v1/vlans?dryRun=All", vlan)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is compared
            return str(error)
        return ""

    deadline = time.monotonic() + 15
    while not (said := refusal()) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert "no VLAN here" in said


def test_the_chosen_ports_are_free_and_differ() -> None:
    chosen = ports.choose()

    numbers = (chosen.etcd, chosen.peers, chosen.api, chosen.metallb, chosen.metallb + 1)
    assert len(set(numbers)) == 5
    assert all(ports.free(port) for port in numbers)


def test_a_port_with_a_listener_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not ports.free(listener.getsockname()[1])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"etcd": 1}'])
def test_damaged_notes_about_ports_count_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "ports.json").write_text(text)

    assert ports.load(tmp_path / "ports.json") is None


def test_another_process_that_got_the_process_id_of_a_dead_server_survives(
    tmp_path: Path, other_process: subprocess.Popen[bytes]
) -> None:
    server = Server("etcd", tmp_path)
    server.pid_file.parent.mkdir()
    server.pid_file.write_text(json.dumps({"pid": other_process.pid, "born": "at another time"}))

    assert server.pid() is None
    assert server.end(patience=1) is False
    assert server.kill() is False
    assert birth(other_process.pid) is not None, "still alive"


def test_a_damaged_pid_file_counts_as_not_running(tmp_path: Path) -> None:
    server = Server("etcd", tmp_path)
    server.pid_file.parent.mkdir()
    server.pid_file.write_text("{")

    assert server.pid() is None


def test_a_server_that_ignores_the_polite_signal_is_killed(tmp_path: Path) -> None:
    server = Server("stubborn", tmp_path)
    program = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    server.spawn([sys.executable, "-c", program], dies_with_owner=True)
    while "up" not in server.log.read_text():
        time.sleep(0.05)

    assert server.end(patience=0.3) is True
    assert server.pid() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
@pytest.mark.parametrize("tied", [True, False])
def test_a_server_ends_with_its_killed_owner_only_when_it_is_tied_to_it(tmp_path: Path, *, tied: bool) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom sandbox.processes import Server\n"
        f"server = Server('x', Path({str(tmp_path)!r}))\n"
        f"server.spawn([sys.executable, '-c', \"print('up', flush=True); import time; time.sleep(60)\"], "
        f"dies_with_owner={tied})\ntime.sleep(60)\n"
    )
    server = Server("x", tmp_path)
    with subprocess.Popen([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(CHECKOUT)}) as owner:
        while not server.log.is_file() or "up" not in server.log.read_text():
            time.sleep(0.05)
        owner.send_signal(signal.SIGKILL)
        owner.wait()

    deadline = time.monotonic() + 2
    while tied and server.pid() is not None and time.monotonic() < deadline:
        time.sleep(0.05)

    assert (server.pid() is None) is tied
    server.kill()


def test_the_signing_key_is_a_p256_key_in_the_form_that_go_reads() -> None:
    lines = credentials.signing_key().splitlines()

    body = base64.b64decode("".join(lines[1:-1]))
    assert lines[0] == "-----BEGIN EC PRIVATE KEY-----"
    assert len(body) == 51
    assert body[1] == len(body) - 2, "the outer length"
    assert body.endswith(bytes.fromhex("06082a8648ce3d030107")), "prime256v1"
    assert credentials.signing_key() != credentials.signing_key()


def test_a_directory_where_nothing_was_ever_started_says_so(tmp_path: Path) -> None:
    plane = ControlPlane(tmp_path)

    assert plane.stop() is False
    with pytest.raises(OperatorError, match="no control plane was ever started here; start it first"):
        _ = plane.api


def test_without_any_source_of_definitions_the_sandbox_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away(tmp_path, monkeypatch)
    monkeypatch.setattr(crds.importlib, "import_module", missing)

    with pytest.raises(OperatorError, match="no custom resource definitions"):
        crds.definitions()


def test_definitions_once_fetched_serve_a_clone_without_the_shared_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    away(tmp_path, monkeypatch)
    kept = tmp_path / "cache" / "kmetal-network" / "crds"
    kept.mkdir(parents=True)
    for url in crds.UPSTREAM:
        name = url.removeprefix("https://raw.githubusercontent.com/").replace("/", "_")
        (kept / name).write_text("---\nkind: Deployment\n---\nkind: CustomResourceDefinition\nspec: {group: g}\n")

    found = crds.definitions()
    assert found == [{"kind": "CustomResourceDefinition", "spec": {"group": "g"}}] * len(crds.UPSTREAM)
    assert capsys.readouterr().err == "custom resource definitions: from the upstream releases\n"


def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder beside the checkout, no network, an empty cache."""
    monkeypatch.setattr(crds, "CHECKOUT", tmp_path / "clone")
    monkeypatch.setattr(crds, "reachable", lambda _: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def missing(name: str) -> object:
    """A module that is not there."""
    raise ModuleNotFoundError(name)
