"""The table of kinds: what is derived from it, and that nothing which the program makes or reads is missing from it."""

from __future__ import annotations

import pytest

from kmetal_network.config.stackfile import load_stack
from kmetal_network.kinds.readers import READERS
from kmetal_network.kinds.registry import KINDS, in_order, names_where
from kmetal_network.manifests.inventory import owned_manifests
from tests.support.stack_project import ROOT

ONLY_READ = {
    ("metallb.io", "AddressPool"),  # before MetalLB 0.15
    ("helm.sh", "Release"),  # Pulumi's, in state alone
    ("kubeadm.k8s.io", "ClusterConfiguration"),  # a file, no object
    ("cilium.io", "CiliumBGPPeeringPolicy"),  # before Cilium 1.16
    ("argoproj.io", "Application"),
    ("argoproj.io", "ApplicationSet"),
    ("helm.cattle.io", "HelmChart"),
    ("helm.cattle.io", "HelmChartConfig"),
    ("helm.crossplane.io", "Release"),
    ("apps", "DaemonSet"),
}


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_every_object_of_an_environment_is_of_a_kind_that_the_table_says_we_write(stack: str) -> None:
    loaded, _ = load_stack(ROOT, stack)
    made = {(one.kind, str(one.body["apiVersion"])) for one in owned_manifests(loaded.settings, stack)}
    assert made <= {(kind.name, kind.version) for kind in KINDS.values() if kind.written}


def test_every_kind_that_a_law_reads_is_in_the_table() -> None:
    known = {(kind.version.rpartition("/")[0], kind.name) for kind in KINDS.values()}
    assert set(READERS) - known == ONLY_READ


def test_a_tenants_objects_go_in_the_order_that_leaves_no_finalizer_behind() -> None:
    assert in_order("goes") == (
        "OvnFip",
        "OvnDnatRule",
        "OvnSnatRule",
        "IP",
        "Subnet",
        "NetworkAttachmentDefinition",
        "Vpc",
        "OvnEip",
        "ResourceQuota",
        "LimitRange",
        "RoleBinding",
        "Namespace",
    )


def test_no_two_kinds_have_the_same_place_in_an_order() -> None:
    for step in ("goes", "behind_router"):
        places = [getattr(kind, step) for kind in KINDS.values() if getattr(kind, step) is not None]
        assert sorted(places) == list(range(len(places)))


def test_a_kind_is_found_where_the_api_server_keeps_it() -> None:
    assert KINDS["Node"].collection == "/api/v1/nodes"
    assert KINDS["Vpc"].collection == "/apis/kubeovn.io/v1/vpcs"
    assert KINDS["Deployment"].collection == "/apis/apps/v1/namespaces/kube-system/deployments"


def test_of_config_maps_two_are_read_by_their_names() -> None:
    assert KINDS["ConfigMap"].paths == (
        "/api/v1/namespaces/kube-system/configmaps/kubevip",
        "/api/v1/namespaces/kmetal-metallb/configmaps/metallb-excludel2",
    )
    assert KINDS["Node"].paths == ()


def test_lists_of_kinds_are_what_the_table_says() -> None:
    assert set(names_where("taken_from")) == {
        "ProviderNetwork",
        "Vlan",
        "Subnet",
        "Vpc",
        "OvnEip",
        "IPAddressPool",
        "Namespace",
    }
