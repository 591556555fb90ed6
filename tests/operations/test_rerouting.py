"""Which routers are replaced, and how untracked objects are reported; on objects written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import OperatorError
from operations import rerouting
from operations.cluster.live import COLLECTIONS
from operations.engine.events import Outcome
from operations.impact.routers import rerouted
from operations.run import run
from operations.state.run_context import RunContext
from operations.state.sync import Verb
from tests.support.fake_cluster import FakeCluster
from tests.support.stack_project import ROOT

OURS = {"kmetal-network/stack": "dev", "kmetal-network/tenant": "alpha"}
FIRST, SECOND = "77.220.68.110", "77.220.68.111"
VPC, EIP, SUBNET, RULE = "alpha-vpc", "alpha-vpc-external", "alpha-dev-subnet", "alpha-snat-dev"

Objects = dict[str, dict[str, dict[str, Any]]]


def environment(address: str | None) -> Environment:
    loaded, _ = load_stack(ROOT, "dev")
    return loaded.with_egress({"alpha": IPv4Address(address) if address else None})


def item(name: str, spec: Mapping[str, Any] | None = None, labels: Mapping[str, str] = OURS) -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": dict(labels)}, "spec": dict(spec or {})}


def eip(address: str, labels: Mapping[str, str] = OURS) -> dict[str, dict[str, Any]]:
    return {EIP: item(EIP, {"externalSubnet": "external", "v4Ip": address}, labels)}


def present(address: str | None, seen: Objects) -> list[IPv4Address | None]:
    """What is pinned now for each router that gets another way out."""
    return [router.present for router in rerouted(environment(address), seen).values()]


def test_a_router_is_replaced_for_another_address_and_for_none_where_one_was_pinned() -> None:
    pinned: Objects = {"Vpc": {VPC: item(VPC)}, "OvnEip": eip(FIRST)}
    chosen: Objects = {"Vpc": {VPC: item(VPC)}, "OvnEip": eip(FIRST, {})}

    assert present(FIRST, pinned) == []
    assert present(SECOND, pinned) == [IPv4Address(FIRST)]
    assert present(None, pinned) == [IPv4Address(FIRST)]
    assert present(FIRST, chosen) == []
    assert present(None, chosen) == []
    assert present(SECOND, chosen) == [None]


def test_an_address_of_ours_without_its_vpc_counts_as_a_router_and_an_address_of_others_does_not() -> None:
    assert present(FIRST, {"OvnEip": eip(FIRST)}) == []
    assert present(SECOND, {"OvnEip": eip(FIRST)}) == [IPv4Address(FIRST)]
    assert present(None, {"OvnEip": eip(FIRST)}) == [IPv4Address(FIRST)]
    assert present(SECOND, {"OvnEip": eip(FIRST, {})}) == []
    assert present(SECOND, {"Vpc": {VPC: item(VPC, labels={})}, "OvnEip": eip(FIRST)}) == []
    assert present(SECOND, {"OvnEip": {EIP: item(EIP)}}) == [None]


def test_a_run_that_is_aimed_at_nothing_is_refused_before_the_engine_could_take_it_for_the_whole_stack() -> None:
    with pytest.raises(ValueError, match="the whole stack"):
        run(Path("nowhere"), "dev", "destroy", targets=[])


@pytest.mark.parametrize("verb", ["up", "destroy"])
def test_a_run_that_writes_is_not_given_what_was_seen_before(verb: Verb) -> None:
    with pytest.raises(ValueError, match="it has to look at the cluster by itself"):
        run(Path("nowhere"), "dev", verb, run_context=RunContext(view=FakeCluster().view))


class Cluster(FakeCluster):
    """An API server whose objects change when a run says so."""

    def __init__(self, seen: Objects) -> None:
        super().__init__()
        self.seen = seen

    def list(self, path: str) -> list[Mapping[str, Any]]:
        """A collection."""
        [kind] = [kind for kind, place in COLLECTIONS.items() if place == path]
        return list(self.seen.get(kind, {}).values())

    def get(self, path: str) -> Mapping[str, Any] | None:
        """One object."""
        place, _, name = path.rpartition("/")
        [kind] = [kind for kind, one in COLLECTIONS.items() if one == place]
        return self.seen.get(kind, {}).get(name)


class Runs:
    """The engine: its recorded calls, and a state to which an `up` adds all existing objects."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, cluster: Cluster, *known: str) -> None:
        self.reported: list[tuple[str, Any]] = []
        self._cluster, self._known, self.takes_over, self.failed = cluster, list(known), True, False
        monkeypatch.setattr(rerouting, "run_environment", self._run)
        monkeypatch.setattr(rerouting, "_deployment", lambda *_: self._state())
        monkeypatch.setattr(rerouting, "guard", lambda *_: self.reported.append(("guard", None)))

    def _state(self) -> dict[str, Any]:
        words = (name.split() for name in self._known)
        return {
            "resources": [
                {"type": f"kubernetes:x/v1:{kind}", "id": key, "urn": f"urn of {key}"} | dict.fromkeys(flags, True)
                for kind, key, *flags in words
            ]
        }

    def _run(self, _root: Path, _stack: str, verb: str, **how: Any) -> Outcome:
        self.reported.append((verb, how["run_context"].egress if verb == "up" else how["targets"]))
        if verb == "up" and self.takes_over:
            self._known = [f"{kind} {key}" for kind, items in self._cluster.seen.items() for key in items]
        elif verb == "destroy":
            self._cluster.seen = {}
        return Outcome(failed=verb == "up" and self.failed, errors=["alpha-vpc: it waits"])


WHOLE: Objects = {
    "Vpc": {VPC: item(VPC)},
    "OvnEip": eip(FIRST),
    "Subnet": {SUBNET: item(SUBNET, {"vpc": VPC})},
    "OvnSnatRule": {RULE: item(RULE, {"ovnEip": EIP, "vpcSubnet": SUBNET})},
}
KNOWN = (f"Vpc {VPC}", f"OvnEip {EIP}", f"Subnet {SUBNET}", f"OvnSnatRule {RULE}")
DOWN = ("destroy", [f"urn of {VPC}", f"urn of {EIP}"])
UP = ("up", {"alpha": IPv4Address(FIRST)})
LOOK = ("guard", None)


def rerouting_of(cluster: Cluster, address: str | None = SECOND) -> rerouting.Rerouted | None:
    return rerouting.reroute(ROOT, environment(address), cluster, Outcome())


def test_a_router_that_the_state_knows_is_taken_down_at_once_after_one_more_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = Runs(monkeypatch, cluster := Cluster(WHOLE), *KNOWN)

    assert rerouting_of(cluster, FIRST) is None
    assert runs.reported == [LOOK]
    done = rerouting_of(cluster)
    assert done is not None
    assert done.taken_over == ()
    assert runs.reported == [LOOK, LOOK, DOWN]


@pytest.mark.parametrize(
    "known",
    [
        (),
        (f"OvnEip {EIP}",),
        (f"Vpc {VPC}", f"OvnEip {EIP}"),
        (f"Vpc {VPC} pendingReplacement", f"OvnEip {EIP}", f"Subnet {SUBNET}", f"OvnSnatRule {RULE}"),
        (f"Vpc {VPC} delete", f"OvnEip {EIP}", f"Subnet {SUBNET}", f"OvnSnatRule {RULE}"),
    ],
)
def test_what_no_state_knows_of_a_router_is_taken_over_with_its_present_address_before_it_is_taken_down(
    monkeypatch: pytest.MonkeyPatch, known: tuple[str, ...]
) -> None:
    runs = Runs(monkeypatch, cluster := Cluster(WHOLE), *known)
    runs.failed = True  # the router may never have got ready; now the state knows it

    done = rerouting_of(cluster)

    assert done is not None
    missing = {name for name in KNOWN if name not in known}
    assert set(done.taken_over) == missing
    assert runs.reported == [LOOK, UP, LOOK, DOWN]


def test_an_address_that_kube_ovn_chose_need_not_be_known_as_it_is_deleted_with_its_vpc(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = Runs(monkeypatch, cluster := Cluster({**WHOLE, "OvnEip": eip(FIRST, {})}), *KNOWN[:1], *KNOWN[2:])

    assert rerouting_of(cluster) is not None
    assert runs.reported == [LOOK, ("destroy", [f"urn of {VPC}"])]


def test_a_run_that_took_nothing_over_stops_with_what_it_said_and_nothing_is_destroyed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = Runs(monkeypatch, cluster := Cluster(WHOLE))
    runs.takes_over, runs.failed = False, True

    with pytest.raises(OperatorError, match="alpha-vpc: it waits"):
        rerouting_of(cluster)
    assert runs.reported == [LOOK, UP]


def test_what_neither_settings_nor_state_name_is_named_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strange = {"lb-1": item("lb-1", {"vpc": VPC}, {}), "lb-2": item("lb-2", {"vpc": "beta-vpc"}, {})}
    old = item("alpha-old-subnet", {"vpc": VPC})
    seen = {**WHOLE, "OvnDnatRule": strange, "Subnet": {**WHOLE["Subnet"], "alpha-old-subnet": old}}
    runs = Runs(monkeypatch, cluster := Cluster(seen), *KNOWN)

    with pytest.raises(OperatorError) as refused:
        rerouting_of(cluster)

    assert str(refused.value) == (
        "stack dev: alpha-vpc gets another way out, and in its way stand OvnDnatRule lb-1, Subnet alpha-old-subnet that"
        " no state knows and no settings name; find out whose that is (kmetal-network drift dev); then kubectl delete"
        " OvnDnatRule lb-1 && kubectl delete Subnet alpha-old-subnet [REROUTED]"
    )
    assert runs.reported == [LOOK]


def test_what_is_to_be_taken_down_is_shown_in_order_and_nothing_where_nothing_is() -> None:
    view = Cluster(WHOLE).view

    assert rerouting.to_be_taken_down(environment(FIRST), view) == []
    names = [f"OvnSnatRule {RULE}", f"Subnet {SUBNET}", f"Vpc {VPC}", f"OvnEip {EIP}"]
    assert rerouting.to_be_taken_down(environment(SECOND), view) == names
    assert rerouting.to_be_taken_down(environment(None), view) == names
