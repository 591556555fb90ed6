"""Whom a plan would harm, on objects written by hand: also those that no controller would write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from kmetal_network.addresses import Span
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import OperatorError, Severity, UnreachableError
from operations.engine.events import Outcome, Step
from operations.impact.guard import expected_losses, guard
from tests.support.fake_cluster import FORBIDDEN, FakeCluster
from tests.support.stack_project import ROOT

OURS = {"kmetal-network/stack": "dev"}


def item(key: str, spec: Any = None, labels: Mapping[str, str] = OURS, **rest: Any) -> dict[str, Any]:
    namespace, _, name = key.rpartition("/")
    metadata = {"name": name, "labels": labels, **({"namespace": namespace} if namespace else {})}
    return {"metadata": metadata, **({} if spec is None else {"spec": spec}), **rest}


def plan(*steps: tuple[str, str, str]) -> Outcome:
    """A preview that does these things to objects that are there."""
    urn = "urn:pulumi:dev::kmetal-network::kubernetes:x/v1:{}::{}"
    return Outcome(steps=[Step(operation, urn.format(kind, key), (), key) for operation, kind, key in steps])


def environment() -> Environment:
    return load_stack(ROOT, "dev")[0]


def said(cluster: FakeCluster, planned: Outcome | None, settings: Environment | None = None) -> list[str]:
    try:
        guard(settings or environment(), cluster.view, planned)
    except OperatorError as error:
        return [finding.problem for finding in error.findings]
    return []


EIP = item("alpha-vpc-external", {"externalSubnet": "external"}, {}, status={"v4Ip": "77.220.68.98"})
BEHIND: dict[str, Any] = {
    "OvnEip": [EIP],
    "Subnet": [
        item("alpha-dev-subnet", {"vpc": "alpha-vpc"}),
        item("ovn-default", {"vpc": "ovn-cluster"}),
        item("strange"),
    ],
    "IP": [
        item("a", {"subnet": "alpha-dev-subnet", "namespace": "alpha", "podName": "vm-1"}),
        item("b", {"subnet": "ovn-default", "namespace": "web", "podName": "shop"}),
        item("c"),
    ],
}


def test_the_external_subnet_may_be_gone_already_when_a_destroy_is_run_again() -> None:
    planned = plan(("delete", "Subnet", "external"), ("delete", "Vpc", "alpha-vpc"))

    assert said(FakeCluster(), planned) == []
    assert said(FakeCluster(OvnEip=[EIP]), planned) == []
    assert said(FakeCluster(OvnEip=[EIP]), plan(("update", "Subnet", "external"))) == []
    [finding] = said(FakeCluster(OvnEip=[EIP]), plan(("delete", "Subnet", "external")))
    assert finding.startswith("the plan replaces Subnet external, and OvnEip alpha-vpc-external draws from it")


def test_what_is_no_address_is_held_by_nobody_and_hides_nobody() -> None:
    settings = environment()
    external = settings.settings.provider.external
    excluding = external.model_copy(update={"exclude_ips": (*external.exclude_ips, Span.parse("77.220.68.98"))})
    provider = settings.settings.provider.model_copy(update={"external": excluding})
    settings = replace(settings, settings=settings.settings.model_copy(update={"provider": provider}))
    cluster = FakeCluster(
        Subnet=[item("external", {"excludeIps": ["<nil>", "77.220.68.97"]})],
        OvnEip=[EIP, item("strange"), item("new", {"externalSubnet": "external"})],
        IPAddressPool=[
            item("kmetal-metallb/rogue", {"addresses": ["all of them", "172.21.204.7-172.21.204.9"]}),
            item("kmetal-metallb/empty"),
        ],
        Service=[item("web/shop", {}, status={"loadBalancer": {"ingress": [{"ip": "172.21.204.8"}]}})],
        TenantControlPlane=[item("alpha/dev", {"networkProfile": {"address": "to be said"}}), item("alpha/new")],
    )
    planned = plan(("update", "Subnet", "external"), ("delete", "IPAddressPool", "kmetal-metallb/rogue"))

    assert [text.partition(";")[0] for text in said(cluster, planned, settings)] == [
        "IPAddressPool kmetal-metallb/rogue no longer holds the address of holder Service web/shop (172.21.204.8)",
        "77.220.68.98 becomes excluded, and OvnEip alpha-vpc-external has it",
    ]


@pytest.mark.parametrize("operation", ["replace", "delete"])
@pytest.mark.parametrize(("kind", "key"), [("ProviderNetwork", "provider"), ("Vlan", "vlan222")])
def test_a_provider_network_or_vlan_with_pods_behind_it_stays(kind: str, key: str, operation: str) -> None:
    planned = plan((operation, kind, key))

    assert [text.partition(":")[0] for text in said(FakeCluster(**BEHIND), planned)] == [
        f"the plan takes {kind} {key} away, if only to make it anew, and pod alpha/vm-1 would be cut off"
    ]
    assert said(FakeCluster(**{**BEHIND, "IP": []}), planned) == []
    assert said(FakeCluster(**{**BEHIND, "OvnEip": []}), planned) == []
    assert said(FakeCluster(**BEHIND), plan(("update", kind, key))) == []
    all_of_it = plan((operation, kind, key), ("delete", "Vpc", "alpha-vpc"), ("delete", "Subnet", "alpha-dev-subnet"))
    assert [text.partition(",")[0] for text in said(FakeCluster(**BEHIND), all_of_it)] == [
        "the plan deletes Subnet alpha-dev-subnet"
    ]


def test_a_provider_network_is_deleted_where_the_clusters_behind_it_may_be_cut_off() -> None:
    loaded = environment()
    [alpha] = loaded.settings.tenants
    [cluster] = alpha.clusters
    agreed = cluster.model_copy(update={"replace_while_in_use": "agreed for Sunday"})
    tenants = (alpha.model_copy(update={"clusters": (agreed,)}),)
    loaded = replace(loaded, settings=loaded.settings.model_copy(update={"tenants": tenants}))

    assert said(FakeCluster(**BEHIND), plan(("replace", "ProviderNetwork", "provider")), loaded) == []


def test_a_provider_network_that_is_renamed_or_moved_to_another_nic_is_foreseen() -> None:
    live = {"defaultInterface": "data.222", "excludeNodes": ["c1"]}
    moved = FakeCluster(**BEHIND, ProviderNetwork=[item("provider", {**live, "defaultInterface": "data.223"})])
    renamed = FakeCluster(
        **BEHIND,
        ProviderNetwork=[item("uplink", live)],
        Vlan=[item("vlan222", {"id": 0, "provider": "uplink"})],
    )

    assert [text.partition(",")[0] for text in said(moved, None) if "way out goes" in text] == [
        "the plan takes ProviderNetwork provider away"
    ]
    assert [text.partition(",")[0] for text in said(renamed, None) if "way out goes" in text] == [
        "the plan takes ProviderNetwork uplink away",
        "the plan takes Vlan vlan222 away",
    ]


def test_a_preview_tells_what_an_up_is_refused_for_and_what_it_may_not_look_at() -> None:
    cluster = FakeCluster(
        **{**BEHIND, "TenantControlPlane": FORBIDDEN},
        IPAddressPool=[item("kmetal-metallb/old", {"addresses": ["172.21.204.8/32"]})],
        Service=[item("w/s", {}, status={"loadBalancer": {"ingress": [{"ip": "172.21.204.8"}]}})],
    )
    planned = plan(("replace", "Subnet", "alpha-dev-subnet"), ("delete", "IPAddressPool", "kmetal-metallb/old"))

    found = expected_losses(environment(), cluster.view, planned)

    assert {finding.severity for finding in found} == {Severity.WARNING}
    assert [finding.problem.partition(",")[0].partition(";")[0] for finding in found] == [
        "GET x: credentials do not permit it",
        "an `up` is refused: the plan replaces Subnet alpha-dev-subnet",
        "an `up` is refused: IPAddressPool kmetal-metallb/old no longer holds the address of holder Service w/s (172.21.204.8)",
    ]
    with pytest.raises(UnreachableError, match="credentials do not permit it"):
        guard(environment(), cluster.view, planned)
    assert expected_losses(environment(), cluster.view, Outcome()) == ()
