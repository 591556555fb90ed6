"""What the real controller was seen to make of the guide's objects, and where OVN sent a packet then.

The recordings were taken once from kube-ovn-controller (master of 2026-08-22) with a real northbound database; they hold
our translation, the model and the local OVN to the same facts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from kmetal_network.addresses import Span
from kmetal_network.facts.reader import facts_of
from kmetal_network.reach.packets.paths import Paths
from kmetal_network.reach.topology.build import network
from kmetal_network.reach.trace import ending, outcome_of
from kmetal_network.reach.verdict import Outcome
from tests.oracle.compare import EXTERNALS
from tests.oracle.local_ovn.northbound import Pod, Rows
from tests.oracle.local_ovn.ovn import Ovn
from tests.oracle.translate import rows
from tests.support.network.objects import Body, build, node, policy

RECORDED = Path(__file__).parents[3] / "shared" / "reference" / "observed"

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recordings in {RECORDED.name}")


def tenant(name: str, block: str) -> list[Body]:
    spec = {
        "enableExternal": True,
        "staticRoutes": [{"cidr": "0.0.0.0/0", "nextHopIP": "77.220.68.97", "policy": "policyDst"}],
        "policyRoutes": [policy(1500, "ip4.dst == 77.220.68.96/27")],
    }
    return [
        build("Vpc", f"{name}-vpc", spec),
        build(
            "Subnet",
            f"{name}-dev-subnet",
            {"vpc": f"{name}-vpc", "cidrBlock": f"{block}.0/24", "gateway": f"{block}.1"},
        ),
        build("OvnSnatRule", f"{name}-snat-dev", {"ovnEip": f"{name}-vpc-external", "vpcSubnet": f"{name}-dev-subnet"}),
    ]


def eip(name: str, address: str) -> Body:
    return build("OvnEip", f"{name}-vpc-external", {"externalSubnet": "external", "type": "lrp", "v4Ip": address})


OBJECTS = [
    build("Vlan", "vlan222", {"id": 0, "provider": "provider"}),
    build(
        "Subnet",
        "external",
        {
            "vpc": "ovn-cluster",
            "vlan": "vlan222",
            "cidrBlock": "77.220.68.96/27",
            "gateway": "77.220.68.97",
            "excludeIps": ["77.220.68.127", "77.220.68.96", "77.220.68.97"],
        },
    ),
    build("Vpc", "ovn-cluster", {"extraExternalSubnets": ["external"]}),
    build("Subnet", "ovn-default", {"vpc": "ovn-cluster", "cidrBlock": "10.16.0.0/16", "gateway": "10.16.0.1"}),
    build("Subnet", "join", {"vpc": "ovn-cluster", "cidrBlock": "100.64.0.0/16", "gateway": "100.64.0.1"}),
    *(node(name, f"192.0.2.{10 + number}", "true") for number, name in enumerate(("c1", "w1", "w2"))),
    *tenant("alpha", "10.100.0"),
    *tenant("beta", "10.101.0"),
    eip("alpha", "77.220.68.100"),
    eip("beta", "77.220.68.101"),
]
PODS = [
    Pod("alpha-dev-subnet", "p1.alpha.alpha-dev-net.alpha.ovn", ("10.100.0.2",)),
    Pod("beta-dev-subnet", "p1.beta.beta-dev-net.beta.ovn", ("10.101.0.2",)),
]


def recorded_routers() -> dict[str, dict[str, set[tuple[str, ...]]]]:
    """`ovn-nbctl lr-route-list`, `lr-policy-list` and `lr-nat-list` of each router."""
    found: dict[str, dict[str, set[tuple[str, ...]]]] = {}
    command = router = ""
    for line in (RECORDED / "ovn-nbctl-routers.txt").read_text().splitlines():
        if line.startswith("== "):
            command, router = line.split()[1:]
            continue
        entries = found.setdefault(router, {}).setdefault(command, set())
        if command == "lr-policy-list" and (
            match := re.match(r"\s*(\d+)\s+(.*\S)\s+(allow|drop|reroute)\s*(\S*)", line)
        ):
            entries.add((match[1], match[2].strip(), match[3], match[4]))
        elif (command == "lr-route-list" and line.strip().endswith(("src-ip", "dst-ip"))) or (
            command == "lr-nat-list" and line.startswith("snat")
        ):
            entries.add(tuple(line.split()))
    return found


def ours(made: Rows) -> dict[str, dict[str, set[tuple[str, ...]]]]:
    """The same of our own rows."""
    named: dict[str, dict[str, Any]] = {op["uuid-name"]: op["row"] for op in made.operations}
    members = lambda row, key: [named[entry[1]] for entry in row[key][1]]  # noqa: E731 (one use)
    found = {}
    for operation in made.operations:
        if operation["table"] == "Logical_Router":
            row = operation["row"]
            found[row["name"]] = {
                "lr-route-list": {(r["ip_prefix"], r["nexthop"], r["policy"]) for r in members(row, "static_routes")},
                "lr-policy-list": {
                    (str(p["priority"]), p["match"], p["action"], *(p.get("nexthops", ["set", [""]])[1]))
                    for p in members(row, "policies")
                },
                "lr-nat-list": {(n["type"], n["external_ip"], n["logical_ip"]) for n in members(row, "nat")},
            }
    return found


def test_our_translation_writes_the_routers_that_the_real_controller_wrote() -> None:
    written, seen = ours(rows(OBJECTS, PODS)), recorded_routers()

    for router in ("alpha-vpc", "beta-vpc"):
        assert written[router] == seen[router]
    # Of the default VPC's pods the tests place all on the first node.
    elsewhere = {
        entry for entry in seen["ovn-cluster"]["lr-policy-list"] if "w1_ip4" in entry[1] or "w2_ip4" in entry[1]
    }
    assert written["ovn-cluster"]["lr-policy-list"] >= {
        entry for entry in seen["ovn-cluster"]["lr-policy-list"] - elsewhere if "$" not in entry[1]
    }
    assert written["ovn-cluster"]["lr-route-list"] == seen["ovn-cluster"]["lr-route-list"]


def test_our_translation_writes_the_ports_that_the_real_controller_wrote() -> None:
    show = (RECORDED / "ovn-nbctl-show.txt").read_text()
    made = rows(OBJECTS, PODS)

    ports = {
        operation["row"]["name"]
        for operation in made.operations
        if operation["table"] in ("Logical_Switch_Port", "Logical_Router_Port")
    }
    assert ports == set(re.findall(r"^    port (\S+)$", show, re.MULTILINE))
    networks = {
        operation["row"]["name"]: operation["row"]["networks"][1]
        for operation in made.operations
        if operation["table"] == "Logical_Router_Port"
    }
    for name, network_list in networks.items():
        assert re.search(rf'port {name}\n        mac: "[^"]*"\n        networks: \["{network_list[0]}"\]', show), name


def recorded_traces() -> dict[str, Outcome]:
    """Destination and end of each recorded trace: a drop stops behind the router's own MAC."""
    found = {}
    for line in (RECORDED / "ovn-trace.txt").read_text().splitlines():
        if match := re.match(r"--- (\S+): (.*)", line):
            leaves = 'output("localnet.external")' in match[2]
            found[match[1]] = Outcome.LEAVES if leaves else Outcome.DROPPED
    return found


def test_the_guides_network_gives_exactly_the_recorded_verdicts() -> None:
    built = network(facts_of(OBJECTS, whole=True))
    switch, paths = built.by_name["alpha-dev-subnet"], Paths(built)

    said = {}
    for to in recorded_traces():
        (piece,) = paths.from_subnet(switch, Span.parse("10.100.0.2"), Span.parse(to))
        said[to] = piece.verdict.outcome

    assert said == recorded_traces()
    assert len(said) == 7


def test_the_local_ovn_traces_the_guides_network_as_it_was_recorded(ovn: Ovn) -> None:
    with ovn.network(rows(OBJECTS, PODS)) as tracer:
        said = {
            to: outcome_of(ending(tracer.from_pod("alpha-dev-subnet", "10.100.0.2", to)), EXTERNALS)
            for to in recorded_traces()
        }

    assert said == recorded_traces()
