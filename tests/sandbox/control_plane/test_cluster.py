"""The sandbox's cluster: what it holds on its first day, and how its API server behaves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

from sandbox.control_plane.control_plane import ControlPlane
from tests.support.etcd_snapshot import EtcdSnapshot

if TYPE_CHECKING:
    from kubernetes.dynamic import DynamicClient

pytestmark = pytest.mark.sandbox


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


def test_the_installed_kube_ovn_tells_its_version_and_mode(clean_cluster: ControlPlane) -> None:
    deployment = clean_cluster.api.find("/apis/apps/v1/namespaces/kube-system/deployments/kube-ovn-controller")

    assert deployment is not None
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"].endswith(":v1.15.24")
    assert {"--enable-eip-snat=true", "--non-primary-cni-mode=true"} <= set(container["args"])
    assert deployment["status"]["availableReplicas"] == 1


def test_a_service_outside_the_guides_range_is_refused(api_client: client.ApiClient) -> None:
    service = {"metadata": {"name": "x"}, "spec": {"clusterIP": "10.97.0.1", "ports": [{"port": 80}]}}

    with pytest.raises(ApiException, match=r"10\.96\.0\.0/16"):
        client.CoreV1Api(api_client).create_namespaced_service("default", service, dry_run="All")


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
