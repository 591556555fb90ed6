"""What the model does not understand it says, with the reason; it never guesses."""

from __future__ import annotations

from typing import Any

import pytest

from kmetal_network.addresses import Span
from kmetal_network.facts.reader import facts_of
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.reach.packets.paths import Paths
from kmetal_network.reach.topology.build import network
from kmetal_network.reach.verdict import Outcome, Verdict
from tests.kmetal_network.reach.hand import BETA, eip, platform, tenant
from tests.kmetal_network.reach.isolation import GUIDE
from tests.support.network.edits import YES
from tests.support.network.objects import Body, build, policy


def verdict(bodies: list[Body], to: str, source: str = "10.100.0.2") -> Verdict:
    """Of alpha's pod towards one address."""
    built = network(facts_of(bodies, whole=True))
    (piece,) = Paths(built).from_subnet(built.by_name["alpha"], Span.parse(source), Span.parse(to))
    return piece.verdict


def changed(kind: str, **spec: Any) -> list[Body]:
    """The guide's network with some fields of alpha's object of a kind."""
    return [
        {**body, "spec": {**body["spec"], **spec}}
        if (body["kind"], body["metadata"]["name"]) in ((kind, "alpha"), (kind, "alpha-vpc"))
        else body
        for body in GUIDE.bodies
    ]


@pytest.mark.parametrize(
    ("bodies", "why"),
    [
        (changed("Vpc", policyRoutes=UNKNOWN), "policyRoutes of vpc 'alpha-vpc' are not known here"),
        (changed("Vpc", staticRoutes=UNKNOWN), "staticRoutes of vpc 'alpha-vpc' are not known here"),
        (changed("Vpc", enableBfd=YES), "has enableBfd"),
        (changed("Vpc", policyRoutes=[policy(1600, "tcp.dst == 443")]), "it compares what this model does not know"),
        (changed("Vpc", policyRoutes=[policy(1600, "ip4.dst = 8.8.8.8")]), "cannot be read (a single `=`"),
        (changed("Vpc", policyRoutes=[policy(1600, "ip4", "deny")]), "its action 'deny' is none that OVN has"),
        (
            changed("Vpc", policyRoutes=[policy(1600, "ip4"), policy(1600, "ip4.dst == 0.0.0.0/0", "allow")]),
            "another policy of the same priority",
        ),
        (changed("Subnet", acls=[{"action": "drop"}]), "sets acls, which this does not read"),
        (changed("Subnet", private=UNKNOWN), "whether subnet 'alpha' is private is not known"),
    ],
)
def test_what_decides_and_is_not_understood_is_named(bodies: list[Body], why: str) -> None:
    said = verdict(bodies, "8.8.8.8")

    assert said.outcome is Outcome.NOT_KNOWN
    assert why in said.why


@pytest.mark.parametrize("bodies", [changed("Vpc", enableBfd=YES), changed("Vpc", staticRoutes=UNKNOWN)])
def test_what_a_policy_drops_stays_dropped_whatever_the_routes_are(bodies: list[Body]) -> None:
    assert verdict(bodies, "77.220.68.110").outcome is Outcome.DROPPED

    vpc = next(body for body in bodies if body["metadata"]["name"] == "alpha-vpc")
    vpc["spec"]["policyRoutes"] = [policy(1500, "ip4.dst == 10.16.0.0/16")]
    assert verdict(bodies, "10.16.0.5").outcome is Outcome.DROPPED
    assert verdict(bodies, "10.17.0.5").outcome is Outcome.NOT_KNOWN


def test_an_own_cluster_is_reached_whatever_the_policies_are() -> None:
    assert verdict(changed("Vpc", policyRoutes=UNKNOWN), "10.100.0.9").outcome is Outcome.OPEN


def test_a_vpc_that_nobody_shows_decides_nothing() -> None:
    bodies = [body for body in GUIDE.bodies if body["metadata"]["name"] != "alpha-vpc"]

    assert verdict(bodies, "8.8.8.8").outcome is Outcome.NOT_KNOWN


def test_two_routes_of_one_rank_are_either_of_them() -> None:
    routes = [{"cidr": "0.0.0.0/0", "nextHopIP": hop, "policy": "policyDst"} for hop in ("77.220.68.97", "10.100.0.9")]

    said = verdict(changed("Vpc", staticRoutes=routes), "8.8.8.8")
    assert said.outcome is Outcome.NOT_KNOWN
    assert "several routes of equal rank (ECMP)" in said.why


def test_a_port_that_only_some_packets_have_changes_nothing_where_both_ways_end_alike() -> None:
    bodies = changed("Vpc", policyRoutes=[policy(1600, "tcp.dst == 443"), policy(1500, "ip4")])

    assert verdict(bodies, "8.8.8.8").outcome is Outcome.DROPPED


def test_an_external_address_whose_pod_only_an_ip_object_names_is_not_known() -> None:
    fip = [eip("fip", "77.220.68.110", "nat"), build("OvnFip", "f", {"ovnEip": "fip", "ipName": "p.beta"})]
    bodies = [*platform(), *tenant("alpha", "10.100.0", policy(1, "ip4.dst == 9.9.9.9"), egress="77.220.68.100"), *BETA]

    said = verdict([*bodies, *fip], "77.220.68.110")
    assert said.outcome is Outcome.NOT_KNOWN
    assert "names its pod by ipName" in said.why


def test_the_controllers_status_tells_where_such_a_pod_is() -> None:
    fip = {
        **build("OvnFip", "f", {"ovnEip": "fip", "ipName": "p.beta"}),
        "status": {"vpc": "beta-vpc", "v4Ip": "10.101.0.2"},
    }
    bodies = [*platform(), *tenant("alpha", "10.100.0", policy(1, "ip4.dst == 9.9.9.9"), egress="77.220.68.100"), *BETA]

    said = verdict([*bodies, eip("fip", "77.220.68.110", "nat"), fip], "77.220.68.110")
    assert (said.outcome, said.destination_as) == (Outcome.OPEN, "10.101.0.2")
