"""What the settings say of a network is what their rendered objects say (ADR 16 lists where the two differ, and why)."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

import pytest

from kmetal_network.addresses import Span
from kmetal_network.config.stackfile import Environment
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import read_objects
from kmetal_network.facts.source_objects import SourceObject
from kmetal_network.names import DEFAULT_VPC, METALLB_NAMESPACE
from kmetal_network.plan.rendering import rendered
from tests.kmetal_network.plan.cases import (
    FEWER_DROPS,
    LARGER_POOL,
    MOVED_BLOCK,
    MOVED_EGRESS,
    NEW_TENANT,
    OPEN_TENANT,
    OTHER_MTU,
    OTHER_NIC,
    OTHER_VLAN,
    SECOND_CLUSTER,
    environment,
)

NETWORKS: Final = {
    "dev": environment(name="dev"),
    "staging": environment(name="staging"),
    "prod": environment(),
    "another tenant": environment(NEW_TENANT),
    "a tenant that drops one block": environment(OPEN_TENANT),
    "a second cluster": environment(SECOND_CLUSTER),
    "another NIC and VLAN": environment(OTHER_NIC, OTHER_VLAN),
    "other addresses": environment(LARGER_POOL, MOVED_EGRESS, MOVED_BLOCK, OTHER_MTU, FEWER_DROPS),
}

CONTEXT: Final = {
    "management", "clusters", "control_planes", "relaxed", "differences", "expectations", "exempt", "whole",
}  # fmt: skip
"""What the settings say and no object shows."""

READ: Final = {
    "ranges", "pools", "advertisements", "bgp_peers", "bfd_profiles", "communities", "cni", "provider_networks", "vlans",
    "subnets", "vpcs", "attachments", "eips", "snat_rules", "nodes", "quotas",
}  # fmt: skip
"""What both say."""


def of_objects(network: Environment) -> Facts:
    """What the objects say that an `up` would apply."""
    objects = (SourceObject(one.body, patch=one.patch) for one in rendered(network.settings, network.name))
    return read_objects(objects).facts


def comparable(fact: Any) -> Any:
    """A fact without what the two readers mean alike and write otherwise."""
    same: dict[str, Any] = {"place": ""}
    names = {field.name for field in fields(fact)}
    if "namespace" in names and fact.namespace == METALLB_NAMESPACE:
        same["namespace"] = None  # the settings leave out what the program always writes
    if "exclude" in names:
        spans = {Span.parse(text.replace("..", "-")) for text in fact.exclude} | {Span.parse(fact.gateway)}
        kept = sorted(span for span in spans if not any(span != other and other.contains(span) for other in spans))
        same["exclude"] = tuple(map(str, kept))  # rendered as Kube-OVN stores it, with the gateway
    if "routes" in names and isinstance(fact.routes, tuple):
        same["routes"] = tuple(replace(route, table=None) for route in fact.routes)  # rendered with all six keys
    if "tunnel_mtu" in names:
        same["tunnel_mtu"] = None  # of a NIC, which no value of the chart names
    return replace(fact, **same)


def said(facts: Facts, name: str) -> list[Any]:
    """The facts of one kind, without the places that no object shows."""
    found = getattr(facts, name) or ()
    hidden = {"management.cidr", "management.cidr6"}
    return sorted(
        (
            comparable(fact)
            for fact in found
            if not (name == "vpcs" and fact.name == DEFAULT_VPC)  # a patch of one field of somebody else's object
            and not (name == "ranges" and (fact.name in hidden or fact.name.startswith("management.reserved")))
        ),
        key=repr,
    )


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_settings_say_what_their_objects_say(network: Environment) -> None:
    settings, objects = network.settings.facts(), of_objects(network)
    assert {name: said(settings, name) for name in READ} == {name: said(objects, name) for name in READ}


def test_each_kind_of_fact_is_compared_or_context_or_of_no_settings() -> None:
    everything = {field.name for field in fields(Facts)}
    elsewhere = everything - READ - CONTEXT
    assert all(not getattr(network.settings.facts(), name) for network in NETWORKS.values() for name in elsewhere)
    assert all(getattr(NETWORKS["prod"].settings.facts(), name) for name in READ)


def test_the_patch_of_the_default_vpc_says_what_the_settings_say_of_it() -> None:
    for network in NETWORKS.values():
        (own,) = (vpc for vpc in network.settings.facts().vpcs if vpc.name == DEFAULT_VPC)
        (patch,) = (vpc for vpc in of_objects(network).vpcs if vpc.name == DEFAULT_VPC)
        assert is_dataclass(patch)
        assert patch.patch
        assert patch.extra_external == own.extra_external
