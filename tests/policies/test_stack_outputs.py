"""What the pack is told by the stack output `declared`: exceptions of `isolation`, expected paths, further ranges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kmetal_network.config.declared import declared
from kmetal_network.config.stackfile import parse_environment
from kmetal_network.facts.model import Expectation
from kmetal_network.facts.platform import Range
from policies.stack_outputs import declared_facts
from tests.policies.rendering import LATER, Pack, advisory, laws_in, mandatory
from tests.support.network.edits import take
from tests.support.network.good import Network, good
from tests.support.network.objects import VPC
from tests.support.stack_project import ROOT

EXCEPTION = {"name": "network.flannel.podCidr", "block": "10.93.0.0/16"}
REASON = "workers join through this range"


def without_a_drop() -> Network:
    """The good network, and alpha does not drop packets to Flannel's pods."""
    network = good()
    take(VPC, "spec.policyRoutes.1")(network)
    return network


def answered(network: Network, exported: Any) -> tuple[list[str], list[str]]:
    """What the pack refuses, and what it warns of."""
    response = Pack().stack(*network.objects.values(), outputs={"declared": exported})
    return mandatory(response), advisory(response)


def test_an_exception_of_the_settings_is_none_of_the_packs_warnings() -> None:
    _, warned = answered(without_a_drop(), {})
    assert laws_in(warned) == {"NET-418"}

    assert answered(without_a_drop(), {"exceptions": [EXCEPTION]}) == ([], [])


@pytest.mark.parametrize(
    ("entry", "broken"),
    [
        ({"from": "tenants", "to": "Flannel pods", "path": "closed"}, False),
        ({"from": "tenants", "to": "internet", "path": "closed"}, True),
        ({"from": "alpha/dev", "to": "internet", "path": "open"}, False),
        ({"from": "alpha/dev", "to": "10.93.0.5", "path": "open"}, True),
        ({"from": "gamma", "to": "internet", "path": "open"}, False),
        ({"from": "alpha", "to": "gamma", "path": "open"}, False),
    ],
    ids=["closed", "open against it", "open", "closed against it", "of another program", "to another program"],
)
def test_an_expected_path_is_checked_on_rendered_objects(entry: dict[str, str], broken: bool) -> None:  # noqa: FBT001 (a case's verdict)
    refused, _ = answered(good(), {"expect": [{**entry, "reason": REASON}]})

    assert laws_in(refused) == ({"NET-434"} if broken else set())
    assert all(message.startswith("stack output `declared` expect[0]: ") and REASON in message for message in refused)


def test_a_range_that_no_object_shows_is_one_of_the_platform() -> None:
    ranges = [{"name": "management.cidr", "kind": "management", "block": "192.0.2.0/24"}]

    _, warned = answered(good(), {"ranges": ranges})

    assert [message for message in warned if "management.cidr 192.0.2.0/24" in message and "[NET-418]" in message] != []


@pytest.mark.parametrize(
    ("exported", "sentence"),
    [
        ("text", "stack output `declared`: "),
        (LATER, "stack output `declared`: is not known yet; write it as literals"),
        ({"expect": LATER}, "stack output `declared` expect: is not known yet, or no list; write a list of mappings"),
        ({"expect": [{"from": "a", "to": "b", "path": "ajar"}]}, "expect[0]: is from 'a' to 'b', path 'ajar'; write"),
        ({"ranges": [{"name": "x"}]}, "ranges[0]: lacks `name` or `block`; write both as text"),
        ({"ranges": [{"name": "x", "kind": "moat", "block": "192.0.2.0/24"}]}, "ranges[0]: has kind 'moat'; write one"),
    ],
)
def test_an_export_that_cannot_be_read_is_a_violation(exported: object, sentence: str) -> None:
    refused, _ = answered(good(), exported)

    assert any(sentence in message for message in refused), refused


def test_the_program_exports_what_its_settings_say() -> None:
    text = (ROOT / "Pulumi.prod.yaml").read_text() + (
        "  kmetal-network:isolation:\n    level: platform\n    exceptions:\n"
        f"      metallb.pools.tenant-cp-pool: {REASON}\n"
        "  kmetal-network:expect:\n"
        f"    - {{from: tenants, to: nodes, path: closed, reason: {REASON}}}\n"
    )
    settings = parse_environment(text, "Pulumi.prod.yaml", "prod").settings

    facts, unread = declared_facts(declared(settings))

    assert unread == ()
    assert [replace(entry, place="") for entry in facts.expectations] == [
        Expectation(place="", source="tenants", target="nodes", open=False, reason=REASON)
    ]
    assert {entry.name for entry in facts.exempt} == {"metallb.pools.tenant-cp-pool"}
    assert _blocks(facts.ranges) == {("management.cidr", "172.21.212.0/23")}
    assert len(_blocks(facts.exempt)) >= 2


def test_a_cell_exports_the_charts_ranges_too_which_its_pack_sees_in_no_values() -> None:
    settings = parse_environment((ROOT / "Pulumi.prod.yaml").read_text(), "Pulumi.prod.yaml", "prod").settings

    ranges, _ = declared_facts(declared(settings, platform=False))

    assert {name for name, _ in _blocks(ranges.ranges)} >= {
        "management.cidr",
        "network.flannel.podCidr",
        "network.kubeOvn.joinCidr",
        "network.kubeOvn.podCidr",
        "network.kubeOvn.svcCidr",
    }


def _blocks(ranges: tuple[Range, ...]) -> set[tuple[str, object]]:
    return {(entry.name, entry.text) for entry in ranges}
