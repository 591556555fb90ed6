"""The two ConfigMaps that `verify` reads, each by its name: kube-vip's ranges, and the NICs that speakers leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from kmetal_network.errors import ForbiddenError
from operations.verify.checks import Check, Verdict
from operations.verify.verification import verify
from tests.operations.verify.test_live_laws import Seen, after_up, environment
from tests.support.fake_cluster import FORBIDDEN, FakeCluster

KUBE_VIP = "/api/v1/namespaces/kube-system/configmaps/kubevip"
EXCLUSIONS = "/api/v1/namespaces/kmetal-metallb/configmaps/metallb-excludel2"


def config_map(path: str, data: dict[str, str]) -> dict[str, Any]:
    """One as the API server returns it."""
    namespace, _, name = path.split("/")[4:]
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data}


def cluster_with(seen: Seen, **data: Any) -> FakeCluster:
    """A cluster that holds these objects, and these ConfigMaps by path."""
    paths = {path: config_map(path, value) if isinstance(value, dict) else value for path, value in data.items()}
    return FakeCluster(paths=paths, **{kind: [*objects.values()] for kind, objects in seen.items()})


def of_law(rule: str, cluster: FakeCluster) -> list[Check]:
    """What `verify dev` says of one law."""
    return [check for check in verify(environment("dev"), cluster.view) if check.what.startswith(rule)]


def test_a_live_kube_vip_that_hands_out_the_provider_block_is_a_finding() -> None:
    there = {KUBE_VIP: {"range-global": "77.220.68.110-77.220.68.120"}}
    (found,) = of_law("NET-230", cluster_with(after_up(environment("dev")), **there))

    assert (found.what, found.verdict) == ("NET-230 ConfigMap kube-system/kubevip", Verdict.FAIL)
    assert "77.220.68.110-77.220.68.120" in found.seen


def test_a_live_kube_vip_with_addresses_of_the_management_vlan_is_none() -> None:
    there = {KUBE_VIP: {"range-global": "172.21.204.20-172.21.204.30"}}

    assert of_law("NET-230", cluster_with(after_up(environment("dev")), **there)) == []


def answering_everywhere() -> Seen:
    """A cluster whose L2Advertisement names no interfaces."""
    seen = after_up(environment("dev"))
    del seen["L2Advertisement"]["kmetal-metallb/tenant-cp-l2"]["spec"]["interfaces"]
    return seen


def test_speakers_that_leave_the_provider_nic_alone_answer_on_it_nowhere() -> None:
    excluded = "announcedInterfacesToExclude:\n- ^lo$\n- ^data\\.222$\n- ^br-provider$\n"

    (found,) = of_law("NET-202", cluster_with(answering_everywhere()))
    assert found.verdict is Verdict.FAIL
    assert of_law("NET-202", cluster_with(answering_everywhere(), **{EXCLUSIONS: {"excludel2.yaml": excluded}})) == []


def test_speakers_with_metallbs_own_exclusions_answer_on_the_provider_nic() -> None:
    """Those that its chart writes by default name docker's, Calico's and Flannel's NICs, among others."""
    written = "announcedInterfacesToExclude:\n- ^docker.*\n- ^cbr.*\n- ^veth.*\n- ^lo$\n- ^cali.*\n- ^flannel.*\n"

    (found,) = of_law("NET-202", cluster_with(answering_everywhere(), **{EXCLUSIONS: {"excludel2.yaml": written}}))
    assert found.verdict is Verdict.FAIL


def test_of_config_maps_none_is_listed() -> None:
    cluster = cluster_with(after_up(environment("dev")))
    verify(environment("dev"), cluster.view)

    assert [question for question in cluster.asked if "configmaps" in question] == [
        f"get {KUBE_VIP}",
        f"get {EXCLUSIONS}",
    ]


def test_an_identity_that_may_not_read_one_is_not_passed_over() -> None:
    with pytest.raises(ForbiddenError):
        of_law("NET-230", cluster_with(after_up(environment("dev")), **{KUBE_VIP: FORBIDDEN}))
