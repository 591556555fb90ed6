"""An address of a router that is gone is waited for, since a router that is made anew would lose its port."""

from __future__ import annotations

from typing import Any

from tests.operations.preflight.platform import judged, platform

NAME = "alpha-vpc-external"
VPC = {"metadata": {"name": "alpha-vpc", "labels": {"kmetal-network/stack": "dev"}}}


def eip(**metadata: Any) -> dict[str, Any]:
    return {"metadata": {"name": NAME, "finalizers": ["kube-ovn"], **metadata}}


def test_an_address_that_is_being_deleted_without_its_vpc_stops_a_run() -> None:
    leaving = eip(deletionTimestamp="2026-11-24T20:00:00Z")

    [said] = judged(platform(OvnEip=[leaving]))
    assert str(said) == (
        "cluster test: OvnEip alpha-vpc-external of the Vpc that went is still being deleted (since 2026-11-24T20:00:00Z,"
        " held by kube-ovn); wait until it is gone; a Vpc alpha-vpc made before would lose its way out for good. If it"
        " stays: kubectl get ovn-snat-rules, one of them uses it [LEAVING]"
    )
    assert judged(platform(OvnEip=[leaving], Vpc=[VPC])) == []
    assert judged(platform(OvnEip=[eip()])) == []
