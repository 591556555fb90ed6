"""Tenants between two states, as data: nothing lost, nothing twice, no dependency on what stays behind."""

from __future__ import annotations

from typing import Any

import pytest

from kmetal_network.errors import OperatorError
from operations.state.relocation import relocated, tenants_in, without

PROVIDER = "urn:pulumi:prod::kmetal-network::pulumi:providers:kubernetes::under-cluster"
TENANT = "kmetal:network:TenantNetwork"
EXTERNAL = "urn:pulumi:prod::kmetal-network::kmetal:network:ProviderNetwork::provider-network"


def _tenant(name: str, stack: str = "prod") -> list[dict[str, Any]]:
    component = f"urn:pulumi:{stack}::kmetal-network::{TENANT}::{name}"
    vpc = f"urn:pulumi:{stack}::kmetal-network::{TENANT}$kubernetes:kubeovn.io/v1:Vpc::{name}-vpc"
    subnet = f"urn:pulumi:{stack}::kmetal-network::{TENANT}$kubernetes:kubeovn.io/v1:Subnet::{name}-subnet"
    provider = f"{PROVIDER.replace('prod', stack, 1)}::id-of-{stack}"
    text = f"urn:pulumi:{stack}::is-a-text-here"
    return [
        {
            "urn": component,
            "type": TENANT,
            "parent": f"urn:pulumi:{stack}::kmetal-network::pulumi:pulumi:Stack::kmetal-network-{stack}",
        },
        {
            "urn": vpc,
            "type": "kubernetes:kubeovn.io/v1:Vpc",
            "parent": component,
            "provider": provider,
            "dependencies": [EXTERNAL],
            "propertyDependencies": {"spec": [EXTERNAL]},
            "inputs": {"note": text},
        },
        {
            "urn": subnet,
            "type": "kubernetes:kubeovn.io/v1:Subnet",
            "parent": component,
            "provider": provider,
            "dependencies": [vpc, EXTERNAL],
            "replaceWith": [vpc],
        },
    ]


def _state(stack: str, *tenants: str) -> dict[str, Any]:
    return {
        "manifest": {"magic": "as the engine writes it"},
        "resources": [
            {
                "urn": f"urn:pulumi:{stack}::kmetal-network::pulumi:pulumi:Stack::kmetal-network-{stack}",
                "type": "pulumi:pulumi:Stack",
                "outputs": {"clusterUid": "uid", "cells": 3, "tenants": {tenant: {"of": stack} for tenant in tenants}},
            },
            {
                "urn": PROVIDER.replace("prod", stack, 1),
                "type": "pulumi:providers:kubernetes",
                "id": f"id-of-{stack}",
                "inputs": {"kubeconfig": "secret"},
            },
            *(one for tenant in tenants for one in _tenant(tenant, stack)),
        ],
    }


def _urns(state: dict[str, Any]) -> list[str]:
    return [one["urn"] for one in state["resources"]]


def test_a_tenant_moves_with_all_under_it_into_a_state_that_begins() -> None:
    moved = relocated(_state("prod", "alpha", "beta"), {}, {"beta"}, stack="prod-cell-2")
    assert tenants_in(moved) == {"beta": 2}
    stack, provider, component, vpc, subnet = moved["resources"]
    assert stack["outputs"] == {"clusterUid": "uid", "tenants": {"beta": {"of": "prod"}}}
    assert stack["urn"].endswith("::pulumi:pulumi:Stack::kmetal-network-prod-cell-2")
    assert component["parent"] == stack["urn"]
    assert provider["id"] == "id-of-prod"
    assert all(urn.startswith("urn:pulumi:prod-cell-2::kmetal-network::") for urn in _urns(moved))
    assert vpc["provider"] == f"{provider['urn']}::id-of-prod"
    assert vpc["parent"] == component["urn"]
    assert subnet["replaceWith"] == [vpc["urn"]]


def test_what_stays_behind_is_no_dependency_any_more_and_texts_are_left_alone() -> None:
    moved = relocated(_state("prod", "beta"), {}, {"beta"}, stack="prod-cell-2")
    *_, vpc, subnet = moved["resources"]
    assert (vpc["dependencies"], vpc["propertyDependencies"]) == ([], {"spec": []})
    assert subnet["dependencies"] == [vpc["urn"]]
    assert vpc["inputs"] == {"note": "urn:pulumi:prod::is-a-text-here"}


def test_a_state_that_has_tenants_keeps_them_and_its_own_provider() -> None:
    moved = relocated(_state("prod", "alpha"), _state("prod-cell-2", "beta"), {"alpha"}, stack="prod-cell-2")
    assert tenants_in(moved) == {"alpha": 2, "beta": 2}
    assert moved["resources"][-1]["provider"].endswith("::id-of-prod-cell-2")
    parents = {one["parent"] for one in moved["resources"] if one["type"] == TENANT}
    assert parents == {moved["resources"][0]["urn"]}
    assert len(_urns(moved)) == len(set(_urns(moved)))


def test_a_state_of_the_stack_alone_gets_the_provider_too() -> None:
    """A first `up` that was refused before its provider leaves such a state."""
    [alone, *_] = _state("prod-cell-2")["resources"]
    moved = relocated(_state("prod", "alpha"), {"resources": [alone]}, {"alpha"}, stack="prod-cell-2")
    kinds = [one["type"] for one in moved["resources"][:3]]
    assert kinds == ["pulumi:pulumi:Stack", "pulumi:providers:kubernetes", TENANT]
    assert moved["resources"][-1]["provider"] == f"{moved['resources'][1]['urn']}::id-of-prod"


def test_without_a_provider_nothing_moves_to_whatever_cluster_the_machine_knows() -> None:
    source = _state("prod", "alpha")
    del source["resources"][1]
    with pytest.raises(OperatorError, match=r"no state has a provider .* so one of them is damaged"):
        relocated(source, {}, {"alpha"}, stack="prod-cell-2")


def test_a_tenant_that_joins_the_platform_goes_before_the_provider_network_again() -> None:
    subnet = "urn:pulumi:prod::kmetal-network::kmetal:network:ProviderNetwork$kubernetes:kubeovn.io/v1:Subnet::external"
    platform = _state("prod", "alpha")
    platform["resources"].insert(2, {"urn": subnet, "type": "kubernetes:kubeovn.io/v1:Subnet"})
    moved = relocated(_state("prod-cell-2", "beta"), platform, {"beta"}, stack="prod")
    [component] = [one for one in moved["resources"] if one["type"] == TENANT and one["urn"].endswith("beta")]
    assert component["dependencies"] == [subnet]


def test_what_the_stacks_say_of_a_tenant_moves_with_it() -> None:
    source, target = _state("prod", "alpha", "beta"), _state("prod-cell-2", "gamma")
    moved = relocated(source, target, {"beta"}, stack="prod-cell-2")
    assert moved["resources"][0]["outputs"]["tenants"] == {"beta": {"of": "prod"}, "gamma": {"of": "prod-cell-2"}}
    assert without(source, {"beta"})["resources"][0]["outputs"]["tenants"] == {"alpha": {"of": "prod"}}


def test_a_tenant_that_a_killed_move_left_in_both_stays_as_it_is_in_the_target() -> None:
    target = _state("prod-cell-2", "beta")
    moved = relocated(_state("prod", "alpha", "beta"), target, {"beta"}, stack="prod-cell-2")
    assert moved["resources"] == target["resources"]
    assert tenants_in(without(_state("prod", "alpha", "beta"), {"beta"})) == {"alpha": 2}


def test_the_source_and_the_target_that_were_given_are_not_written_to() -> None:
    source = _state("prod", "alpha")
    relocated(source, {}, {"alpha"}, stack="prod-cell-1")
    without(source, {"alpha"})
    assert source == _state("prod", "alpha")
