"""A view of a cluster asks once, tells its four answers apart, and never shows what stood before a write."""

from __future__ import annotations

import pytest

from kmetal_network.errors import ForbiddenError, UnreachableError
from operations.cluster.view import ClusterView, StaleViewError
from operations.cluster.writing import WritableCluster
from tests.operations.commands.test_exit_codes import NOBODY
from tests.support.fake_cluster import FORBIDDEN, SILENT, FakeCluster

VPC = {"kind": "Vpc", "apiVersion": "kubeovn.io/v1", "metadata": {"name": "alpha-vpc"}, "spec": {}}
ATTACHMENT = {"metadata": {"name": "net", "namespace": "alpha"}}


def test_nothing_is_asked_before_somebody_wants_to_know_and_then_only_once() -> None:
    cluster = FakeCluster(Vpc=[VPC], paths={"/version": {"major": "1"}})
    view = cluster.view
    assert cluster.asked == []

    for _ in range(2):
        assert view.objects("Vpc") == {"alpha-vpc": VPC}
        assert view.seen(["Vpc", "Subnet"]) == {"Vpc": {"alpha-vpc": VPC}, "Subnet": {}}
        assert view.get("/version") == {"major": "1"}
        assert view.uid() == "uid-1"

    assert cluster.asked == ["list /apis/kubeovn.io/v1/vpcs", "list /apis/kubeovn.io/v1/subnets", "get /version", "uid"]


def test_a_kind_that_is_not_served_differs_from_an_empty_one() -> None:
    view = FakeCluster(Vpc=[], Subnet=None).view

    assert view.served("Vpc") == {}
    assert view.served("Subnet") is None
    assert view.seen(["Vpc", "Subnet"]) == {"Vpc": {}}
    assert view.objects("Subnet") == {}


def test_a_kind_that_may_not_be_read_differs_from_a_cluster_that_does_not_answer_and_neither_is_asked_twice() -> None:
    cluster = FakeCluster(Vpc=FORBIDDEN, Subnet=SILENT)
    view = cluster.view

    for _ in range(2):
        with pytest.raises(ForbiddenError, match="credentials do not permit it"):
            view.objects("Vpc")
        with pytest.raises(UnreachableError, match="no answer") as silent:
            view.objects("Subnet")
        assert not isinstance(silent.value, ForbiddenError)
    assert cluster.repeated == {}


def test_an_object_in_a_namespace_is_found_under_both_names() -> None:
    view = FakeCluster(NetworkAttachmentDefinition=[ATTACHMENT]).view
    assert view.objects("NetworkAttachmentDefinition") == {"alpha/net": ATTACHMENT}


def test_the_readers_of_laws_read_what_a_view_has_seen() -> None:
    cluster = FakeCluster(Vpc=[VPC], Subnet=None)
    view = cluster.view

    facts = view.facts("Vpc", "Subnet", whole=True)

    assert [vpc.name for vpc in facts.vpcs or ()] == ["alpha-vpc"]
    assert facts.whole
    assert view.objects("Vpc") == {"alpha-vpc": VPC}
    assert cluster.repeated == {}


def test_what_was_seen_before_a_question_is_asked_for_again_by_a_new_view_alone() -> None:
    cluster = FakeCluster(Vpc=[VPC])
    view = cluster.view
    view.objects("Vpc")
    cluster.collections = {}

    assert view.objects("Vpc") == {"alpha-vpc": VPC}
    assert view.anew().objects("Vpc") == {}


class Writes(WritableCluster):
    """A client whose calls all succeed."""

    def _send(self, method: str, *_: object, **__: object) -> tuple[int, bytes]:
        return 200, b'{"kind": "VpcList", "items": []}' if method == "GET" else b""


@pytest.mark.parametrize("verb", ["patch", "delete"])
def test_a_view_refuses_to_show_what_stood_before_a_write_by_its_own_client(verb: str) -> None:
    with Writes(NOBODY) as cluster:
        view = ClusterView(cluster)
        assert view.objects("Vpc") == {}

        if verb == "patch":
            cluster.patch("/apis/kubeovn.io/v1/vpcs/a", [], "manager")
        else:
            cluster.delete("/apis/kubeovn.io/v1/vpcs/a")

        with pytest.raises(StaleViewError, match="the cluster was written to since this view began"):
            view.objects("Vpc")
        assert view.anew().objects("Vpc") == {}
