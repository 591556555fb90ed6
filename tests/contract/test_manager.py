"""Who the provider says it is: a name that it is given outlives a run, one that it makes up does not."""

from __future__ import annotations

import pulumi_kubernetes as k8s
import pytest

from tests.contract.conftest import Api
from tests.contract.real_engine import Declare, Engine, custom

pytestmark = pytest.mark.sandbox
NAME = {"patchFieldManager": "kmetal-network-dev"}
FIRST, SECOND = ["172.21.204.7/32"], ["172.21.204.8/32"]


def pool(name: str, addresses: list[str], annotations: dict[str, str] | None = None) -> Declare:
    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, {"addresses": addresses}, annotations=annotations)

    return declare


def test_what_a_killed_run_made_under_a_given_name_is_taken_over_whole(engine: Engine, api: Api, name: str) -> None:
    """PK/provider.go fieldManagerName(): the inputs' annotation `pulumi.com/patchFieldManager` before the state."""
    dead = api.obj("IPAddressPool", name, spec={"addresses": FIRST, "autoAssign": False})
    api.apply("kmetal-network-dev", dead)

    assert engine.up(pool(name, SECOND, NAME)).ok

    live = api.need("IPAddressPool", name)
    assert live["spec"] == {"addresses": SECOND, "autoAssign": True, "avoidBuggyIPs": False}
    assert live["metadata"]["annotations"]["pulumi.com/patchFieldManager"] == "kmetal-network-dev"
    assert api.managers(live) == ["kmetal-network-dev:Apply"]
    assert engine.state()[name]["outputs"]["__fieldManager"] == "kmetal-network-dev"
    assert engine.up(pool(name, FIRST, NAME)).changes() == {name: "update"}
    assert engine.preview(pool(name, FIRST, NAME), refresh=True).changes() == {}


def test_what_a_killed_run_made_under_a_name_that_was_made_up_conflicts(engine: Engine, api: Api, name: str) -> None:
    """PK/await.go fixCSAFieldManagers(): kubectl's fields and those of `pulumi-kubernetes`/Update go over, no others."""
    api.apply("pulumi-kubernetes-1a2b3c4d", api.obj("IPAddressPool", name, spec={"addresses": FIRST}))

    refused = engine.up(pool(name, SECOND))

    assert 'conflict with "pulumi-kubernetes-1a2b3c4d": .spec.addresses' in refused.text
    assert engine.up(pool(name, FIRST)).ok
    refused = engine.up(pool(name, SECOND))
    assert 'conflict with "pulumi-kubernetes-1a2b3c4d": .spec.addresses' in refused.text


def test_a_name_that_is_given_later_ends_the_one_that_was_made_up(engine: Engine, api: Api, name: str) -> None:
    """PK/provider.go Update(): the old manager is relinquished once the update is done; it conflicts if it fails."""
    assert engine.up(pool(name, FIRST)).ok

    assert engine.up(pool(name, FIRST, NAME)).ok
    assert api.managers(api.need("IPAddressPool", name)) == ["kmetal-network-dev:Apply"]
