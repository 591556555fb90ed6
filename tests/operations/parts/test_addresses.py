"""Addresses that are requested before their routers: for which, in which stack, and what happens to those left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import UnreachableError
from operations.cluster.writing import WritableCluster
from operations.engine.events import Outcome, Step
from operations.parts import addresses
from operations.parts.addresses import Requests, withdraw
from tests.operations.parts.recorded_states import SETTINGS, WHOLE
from tests.support.fake_cluster import FORBIDDEN, SILENT, FakeCluster


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_BREATH", 0.0)
    monkeypatch.setattr(addresses, "_IN_FLIGHT", 0.5)


NAMES = ("a", "b", "c", "d", "e", "f")
EIPS = "/apis/kubeovn.io/v1/ovn-eips"


def environment(**pinned: str) -> Environment:
    """Six tenants, in two cells; some with an egress address of their own."""
    [tenant] = SETTINGS.tenants[:1]
    tenants = tuple(
        tenant.model_copy(
            update={"name": name, "egress_address": IPv4Address(pinned[name]) if name in pinned else None}
        )
        for name in NAMES
    )
    return replace(WHOLE, settings=SETTINGS.model_copy(update={"tenants": tenants, "cells": 2}))


def made(kind: str, name: str, stack: str, operation: str = "create") -> Step:
    """A step of a plan."""
    urn = f"urn:pulumi:{stack}::kmetal-network::kmetal:network:Part$kubernetes:kubeovn.io/v1:{kind}::{name}"
    return Step(operation, urn, about=f"{kind} {name}")


def routers(*names: str, stack: str = "dev-cell-1", operation: str = "create") -> list[Step]:
    """Vpcs of tenants."""
    return [made("Vpc", f"{name}-vpc", stack, operation) for name in names]


class Cluster(FakeCluster, WritableCluster):
    """Gives each OvnEip an address, and remembers what is written."""

    def __init__(
        self,
        *,
        refuses: UnreachableError | None = None,
        forgets: Sequence[str] = (),
        handles: bool = True,
        **kinds: Any,
    ) -> None:
        super().__init__(**kinds)
        self._handles = handles
        self.made: list[tuple[str, Mapping[str, Any], str]] = []
        self.deleted: list[str] = []
        self._refuses, self._forgets = refuses, [*forgets]
        self._live = {one["metadata"]["name"]: dict(one) for one in kinds.get("OvnEip", ())}

    def list(self, path: str) -> list[Mapping[str, Any]] | None:
        """A collection."""
        return list(self._live.values()) if path == EIPS else super().list(path)

    def create(self, path: str, body: Mapping[str, Any], manager: str) -> None:
        """A new object; its address is forgotten as often as the test says."""
        self.made.append((path, body, manager))
        if self._refuses:
            raise self._refuses
        name = body["metadata"]["name"]
        if name in self._live:
            return
        forgotten = name in self._forgets
        if forgotten:
            self._forgets.remove(name)
        status = {"ready": True, "v4Ip": "" if forgotten else f"77.220.68.{len(self.made)}"}
        self._live[name] = {**body, "status": status} if self._handles else {**body}

    def delete(self, path: str) -> None:
        """An object less."""
        name = path.rpartition("/")[2]
        self.deleted.append(name)
        del self._live[name]


def test_each_new_router_has_its_address_requested_in_the_run_of_its_stack() -> None:
    planned = Outcome(steps=[*routers("a", "b"), *routers("c", "d", "e", stack="dev-cell-2")])
    cluster = Cluster()
    requests = Requests.of(environment(), planned)

    requests.make(cluster, "dev")
    assert cluster.made == []
    requests.make(cluster, "dev-cell-1")
    requests.make(cluster, "dev-cell-2")

    assert requests.eips == {f"{name}-vpc-external" for name in "abcde"}
    assert [body["metadata"]["name"] for _, body, _ in cluster.made] == [f"{name}-vpc-external" for name in "abcde"]
    path, body, manager = cluster.made[0]
    assert (path, manager) == (EIPS, "kube-ovn-controller")
    assert body["spec"] == {"externalSubnet": "external", "type": "lrp"}, "Kube-OVN chooses the address"
    assert body["metadata"]["annotations"] == {"kmetal-network/requested-by": "dev"}
    assert "labels" not in body["metadata"], "it is Kube-OVN's and in no state"


def test_a_pinned_address_and_a_router_that_is_there_already_are_not_requested() -> None:
    planned = Outcome(steps=routers(*NAMES))
    assert Requests.of(environment(f="77.220.68.100"), planned).eips == {f"{name}-vpc-external" for name in "abcde"}
    assert Requests.of(environment(), Outcome(steps=routers(*NAMES, operation="update"))).eips == frozenset()


@pytest.mark.parametrize("operation", ["create", "replace", "delete"])
def test_kube_ovn_does_not_choose_while_a_plan_pins_another(operation: str) -> None:
    pinned = made("OvnEip", "f-vpc-external", "dev-cell-2", operation)
    assert Requests.of(environment(), Outcome(steps=[*routers(*NAMES), pinned])).routers == {}


def test_for_a_handful_of_routers_it_is_not_worth_it() -> None:
    assert Requests.of(environment(), Outcome(steps=routers("a", "b", "c", "d"))).routers == {}


@pytest.mark.parametrize("operation", ["create", "update", "replace"])
def test_a_stack_that_makes_or_changes_the_external_subnet_requests_nothing_of_it(operation: str) -> None:
    together = Outcome(steps=[made("Subnet", "external", "dev", operation), *routers(*NAMES, stack="dev")])
    apart = Outcome(steps=[made("Subnet", "external", "dev"), *routers(*NAMES)])

    assert Requests.of(environment(), together).routers == {}
    assert len(Requests.of(environment(), apart).eips) == len(NAMES)


def test_a_cluster_that_does_not_answer_fails_the_run_before_its_routers() -> None:
    requests = Requests.of(environment(), Outcome(steps=routers(*NAMES)))
    with pytest.raises(UnreachableError):
        requests.make(Cluster(refuses=SILENT), "dev-cell-1")


def test_a_cluster_that_refuses_is_asked_once_and_the_run_goes_on() -> None:
    cluster = Cluster(refuses=FORBIDDEN)
    requests = Requests.of(environment(), Outcome(steps=routers(*NAMES)))

    requests.make(cluster, "dev-cell-1")
    requests.make(cluster, "dev-cell-1")

    assert len(cluster.made) == 1
    assert requests.refusal is FORBIDDEN


def test_an_address_that_kube_ovn_has_forgotten_is_requested_again() -> None:
    cluster = Cluster(forgets=["b-vpc-external", "d-vpc-external", "d-vpc-external"])

    Requests.of(environment(), Outcome(steps=routers(*NAMES))).make(cluster, "dev-cell-1")

    assert cluster.deleted == ["b-vpc-external", "d-vpc-external", "d-vpc-external"]
    assert len(cluster.made) == len(NAMES) + 3
    assert all(one["status"]["v4Ip"] for one in cluster.list(EIPS) or ())


def test_an_address_that_is_forgotten_each_time_is_left_to_the_router() -> None:
    cluster = Cluster(forgets=["b-vpc-external"] * 9)

    Requests.of(environment(), Outcome(steps=routers(*NAMES))).make(cluster, "dev-cell-1")

    names = [one["metadata"]["name"] for one in cluster.list(EIPS) or ()]
    assert names == [f"{name}-vpc-external" for name in "acdef"]


def test_addresses_that_kube_ovn_does_not_handle_are_taken_away_once_and_left_to_the_routers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(addresses, "_HANDLED", 0.0)
    cluster = Cluster(handles=False)

    Requests.of(environment(), Outcome(steps=routers(*NAMES))).make(cluster, "dev-cell-1")

    assert cluster.deleted == [f"{name}-vpc-external" for name in NAMES]
    assert len(cluster.made) == len(NAMES)


def test_a_stack_without_new_routers_asks_nothing() -> None:
    cluster = Cluster()
    Requests.of(environment(), Outcome(steps=routers(*NAMES))).make(cluster, "dev")
    assert cluster.asked == []


def test_nothing_is_requested_for_a_router_that_stands_and_nothing_of_others_is_taken_away() -> None:
    blank = {**eip("b-vpc", by=None), "status": {"ready": True, "v4Ip": ""}}
    cluster = Cluster(OvnEip=[blank], Vpc=[vpc("a-vpc")])

    Requests.of(environment(), Outcome(steps=routers(*NAMES))).make(cluster, "dev-cell-1")

    assert "a-vpc-external" not in [body["metadata"]["name"] for _, body, _ in cluster.made]
    assert cluster.deleted == []


def eip(vpc: str, by: str | None = "dev") -> Mapping[str, Any]:
    """An address in the cluster."""
    annotations = {} if by is None else {"kmetal-network/requested-by": by}
    return {"kind": "OvnEip", "metadata": {"name": f"{vpc}-external", "annotations": annotations}}


def vpc(name: str) -> Mapping[str, Any]:
    """A router in the cluster."""
    return {"kind": "Vpc", "metadata": {"name": name}}


def test_what_a_dead_run_has_requested_is_taken_away_where_there_is_no_router() -> None:
    found = [
        eip("a-vpc"),
        eip("b-vpc"),
        eip("gone-vpc"),
        eip("left-vpc"),
        eip("kube-ovns-vpc", by=None),
        eip("other-vpc", by="prod"),
    ]
    cluster = Cluster(OvnEip=found, Vpc=[vpc("b-vpc"), vpc("left-vpc")])

    withdraw(environment(), cluster.view, cluster)

    assert sorted(cluster.deleted) == ["a-vpc-external", "gone-vpc-external"]


def test_a_router_that_a_run_makes_meanwhile_keeps_its_address() -> None:
    cluster = Cluster(OvnEip=[eip("a-vpc"), eip("b-vpc")])
    view = cluster.view
    assert view.objects("Vpc") == {}
    cluster.collections["/apis/kubeovn.io/v1/vpcs"] = [vpc("b-vpc")]

    withdraw(environment(), view, cluster)

    assert cluster.deleted == ["a-vpc-external"]


def test_where_nothing_was_left_nothing_is_written() -> None:
    cluster = Cluster(OvnEip=[eip("b-vpc")], Vpc=[vpc("b-vpc")])
    withdraw(environment(), cluster.view, cluster)

    assert cluster.deleted == []
