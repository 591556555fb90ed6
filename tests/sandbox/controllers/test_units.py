"""What needs no cluster: addresses and the command line."""

from __future__ import annotations

import threading
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from kubernetes.client.exceptions import ApiException
from urllib3 import BaseHTTPResponse, HTTPResponse

from sandbox.controllers.__main__ import faults_of
from sandbox.controllers.api import Client, Object
from sandbox.controllers.faults import Faults
from sandbox.controllers.ipam import Ipam, canonical_excludes
from sandbox.controllers.northbound import Northbound, Router
from sandbox.controllers.runtime.process import Process
from sandbox.controllers.subnets.subnet import is_ovn

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_ranges_that_overlap_are_merged_the_gateway_joins_and_strings_are_sorted() -> None:
    excludes = ["10.1.5.20..10.1.5.30", "10.1.5.25..10.1.5.40", "10.1.5.9"]
    assert canonical_excludes(excludes, "10.1.5.1") == ["10.1.5.1", "10.1.5.20..10.1.5.40", "10.1.5.9"]


def test_neighbouring_ranges_stay_apart() -> None:
    excludes = ["10.1.5.20..10.1.5.30", "10.1.5.31"]
    assert canonical_excludes(excludes, "10.1.5.25") == ["10.1.5.20..10.1.5.30", "10.1.5.31"]


def test_an_address_given_back_is_the_last_to_be_used_again() -> None:
    ipam = Ipam()
    ipam.shape("s", "10.0.0.0/29", ["10.0.0.1"])
    assert [ipam.take("s", name) for name in "ab"] == ["10.0.0.2", "10.0.0.3"]
    ipam.give_back("s", "a")
    assert [ipam.take("s", name) for name in "cdef"] == ["10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.2"]
    assert ipam.take("s", "g") is None


def test_a_wish_that_somebody_holds_is_not_granted() -> None:
    ipam = Ipam()
    ipam.shape("s", "10.0.0.0/29", ["10.0.0.1"])
    assert ipam.take("s", "a", "10.0.0.5") == "10.0.0.5"
    assert ipam.take("s", "b", "10.0.0.5") is None


@pytest.mark.parametrize(
    ("provider", "verdict"), [("", True), ("ovn", True), ("net.ns.ovn", True), ("net.ns", False), ("a.b.c.ovn", False)]
)
def test_only_three_parts_that_end_in_ovn_are_a_logical_switch(provider: str, *, verdict: bool) -> None:
    assert is_ovn({"provider": provider}) is verdict


def test_faults_are_read_from_the_command_line() -> None:
    found = faults_of(["slow=0.5", "conflicts=0.25", "restarts=20", "broken=w1:no such device"])
    assert found == Faults(slow=0.5, conflicts=0.25, restarts=20.0, broken_nodes={"w1": "no such device"})


@pytest.mark.parametrize("wish", ["slow", "slow=often", "hasty=1", "broken="])
def test_an_unknown_fault_is_refused_with_what_to_write(wish: str) -> None:
    with pytest.raises(SystemExit) as refusal:
        faults_of([wish])
    assert f"--fault {wish}: not a known fault" in str(refusal.value)
    assert "slow=1.5" in str(refusal.value)


class AlwaysEnding(Client):
    """A server whose watches are over as soon as they have begun."""

    def __init__(self) -> None:
        self.watched = threading.Event()
        self.written: dict[str, dict[str, Object]] = {"Vpc": {}}

    def list(self, kind: str) -> tuple[list[Object], str]:
        """Nothing is there."""
        del kind
        return [], "1"

    def get(self, kind: str, key: str) -> Object:
        """Nothing is there."""
        raise ApiException(status=404, reason=f"{kind} {key}")

    def watch(self, kind: str, version: str) -> tuple[BaseHTTPResponse, Iterator[Object]]:
        """An answer without events, closed."""
        del kind, version
        self.watched.set()
        response = HTTPResponse(BytesIO(), preload_content=False)
        response.close()
        return response, iter(())


def test_a_process_ends_also_where_a_watch_has_just_ended_by_itself() -> None:
    client = AlwaysEnding()
    process = Process(client, Northbound(), Faults(), 1.0, {"Vpc": lambda *_: None})
    process.start({}, lambda _: None)
    assert client.watched.wait(5)
    process.end()
    assert not [thread for thread in threading.enumerate() if thread.name == "simulated-watch-Vpc"]


def _vpc(version: int) -> Object:
    return {"metadata": {"name": "alpha-vpc", "resourceVersion": str(version)}}


def test_a_handler_reads_the_newer_of_what_it_wrote_and_what_the_watch_told() -> None:
    client = AlwaysEnding()
    process = Process(client, Northbound(), Faults(), 1.0, {"Vpc": lambda *_: None})
    process.take("Vpc", _vpc(9))
    client.written["Vpc"]["alpha-vpc"] = _vpc(10)
    assert process.read("Vpc", "alpha-vpc") == _vpc(10)
    process.take("Vpc", _vpc(11))
    assert process.read("Vpc", "alpha-vpc") == _vpc(11)


def test_a_handler_does_not_read_its_own_write_of_an_object_that_is_deleted_since() -> None:
    client = AlwaysEnding()
    process = Process(client, Northbound(), Faults(), 1.0, {"Vpc": lambda *_: None})
    process.take("Vpc", _vpc(9))
    client.written["Vpc"]["alpha-vpc"] = _vpc(10)
    process.drop("Vpc", "alpha-vpc", _vpc(11))
    with pytest.raises(ApiException):
        process.read("Vpc", "alpha-vpc")


def test_a_port_is_unplugged_while_routers_come_and_go() -> None:
    northbound = Northbound()
    northbound.routers.update({f"vpc-{number}": Router() for number in range(3)})

    class Ports(dict[str, tuple[str, tuple[str, ...]]]):
        """Another lane deletes a router in the middle of it."""

        def pop(self, *_: object) -> None:  # type: ignore[override]  # (the one use that is made of it)
            northbound.routers.pop("vpc-2", None)

    northbound.routers["vpc-0"].ports = Ports()
    northbound.routers["vpc-1"].ports["vpc-1-external"] = ("77.220.68.98/27", ())

    northbound.unplug("vpc-1-external")

    assert northbound.routers["vpc-1"].ports == {}
