"""Changing: what counts as a difference, who owns which field, and what is replaced in which order."""

from __future__ import annotations

import pulumi_kubernetes as k8s
import pytest

from tests.contract.conftest import Api
from tests.contract.real_engine import Engine, custom, with_provider

pytestmark = pytest.mark.sandbox
SUBNET = {"cidrBlock": "10.100.0.0/24", "protocol": "IPv4", "gateway": "10.100.0.1"}


def test_an_update_is_applied_by_a_manager_that_the_state_remembers(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#server-side-apply: `pulumi-kubernetes-<8 hex>` in `__fieldManager`; the creator's fields go over to it."""

    def declare(priority: int):  # noqa: ANN202 (a program)
        return lambda provider: custom(provider, "IPAddressPool", name, pool(priority)) and None

    def pool(priority: int) -> dict:
        return {"addresses": ["172.21.204.9/32"], "serviceAllocation": {"priority": priority}}

    assert engine.up(declare(50)).ok
    first = engine.state()[name]["outputs"]["__fieldManager"]
    update = engine.up(declare(60))
    assert update.changes() == {name: "update"}
    assert update.differences[name] == {"spec.serviceAllocation.priority": "update"}
    live = api.need("IPAddressPool", name)
    assert live["spec"]["serviceAllocation"]["priority"] == 60
    assert engine.state()[name]["outputs"]["__fieldManager"] == first
    assert first.startswith("pulumi-kubernetes-")
    assert api.managers(live) == [f"{first}:Apply"]


def test_a_field_of_another_manager_is_a_conflict_and_the_server_says_whose(
    engine: Engine, api: Api, name: str
) -> None:
    """docs/evidence/provider.md#plain-program: `conflict with "kube-ovn-controller" using kubeovn.io/v1: .spec.excludeIps`."""

    def declare(excludes: list[str]):  # noqa: ANN202 (a program)
        return lambda provider: custom(provider, "Subnet", name, {**SUBNET, "excludeIps": excludes}) and None

    assert engine.up(declare(["10.100.0.9", "10.100.0.1"])).ok
    api.merge("Subnet", name, {"spec": {"excludeIps": ["10.100.0.1", "10.100.0.9"]}}, manager="kube-ovn-controller")
    update = engine.up(declare(["10.100.0.1", "10.100.0.5"]))
    assert not update.ok
    assert "had an apply conflict" in update.text
    assert 'conflict with "kube-ovn-controller"' in update.text
    assert ".spec.excludeIps" in update.text
    assert api.need("Subnet", name)["spec"]["excludeIps"] == ["10.100.0.1", "10.100.0.9"]


def test_patch_force_takes_the_field(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#server-side-apply: `pulumi.com/patchForce`; `pulumi.com/*` annotations stay on the object."""

    def declare(gateway: str):  # noqa: ANN202 (a program)
        return lambda provider: (
            custom(provider, "Subnet", name, {**SUBNET, "gateway": gateway}, annotations={"patchForce": "true"})
            and None
        )

    assert engine.up(declare("10.100.0.1")).ok
    api.merge("Subnet", name, {"spec": {"gateway": "10.100.0.2"}}, manager="kube-ovn-controller")
    assert engine.up(declare("10.100.0.3")).ok
    live = api.need("Subnet", name)
    assert live["spec"]["gateway"] == "10.100.0.3"
    assert live["metadata"]["annotations"]["pulumi.com/patchForce"] == "true"


def test_an_ignored_field_is_left_to_who_owns_it(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#diff: `ignore_changes=["spec.excludeIps"]` keeps the field out of the apply."""

    def declare(gateway: str):  # noqa: ANN202 (a program)
        spec = {**SUBNET, "gateway": gateway, "excludeIps": ["10.100.0.9"]}
        return lambda provider: custom(provider, "Subnet", name, spec, ignore_changes=["spec.excludeIps"]) and None

    assert engine.up(declare("10.100.0.1")).ok
    api.merge("Subnet", name, {"spec": {"excludeIps": ["10.100.0.1", "10.100.0.9"]}}, manager="kube-ovn-controller")
    update = engine.up(declare("10.100.0.2"))
    assert update.ok, update.text
    spec = api.need("Subnet", name)["spec"]
    assert (spec["gateway"], spec["excludeIps"]) == ("10.100.0.2", ["10.100.0.1", "10.100.0.9"])


def test_what_a_controller_adds_or_appends_never_shows(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#diff: only keys of the inputs, and of a list only as many elements as the inputs have."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "Subnet", name, {**SUBNET, "excludeIps": ["10.100.0.1"]})

    assert engine.up(declare).ok
    appended = {"spec": {"excludeIps": ["10.100.0.1", "10.100.0.8"], "natOutgoing": False, "private": False}}
    api.merge("Subnet", name, appended, manager="kube-ovn-controller")
    assert engine.preview(declare, refresh=True).changes() == {}


def test_a_list_that_a_controller_sorts_differs_for_ever(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#plain-program: `Subnet external` after a refresh; without one, drift is invisible.

    Evidence: docs/evidence/provider.md#diff.
    """

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "Subnet", name, {**SUBNET, "excludeIps": ["10.100.0.9", "10.100.0.1"]})

    assert engine.up(declare).ok
    api.merge("Subnet", name, {"spec": {"excludeIps": ["10.100.0.1", "10.100.0.9"]}}, manager="kube-ovn-controller")
    assert engine.preview(declare).changes() == {}
    assert engine.preview(declare, refresh=True).changes() == {name: "update"}


def test_an_empty_map_differs_for_ever(engine: Engine, name: str) -> None:
    """docs/evidence/provider.md#diff: the server drops it, so it is added every time; hence no empties are sent."""

    def declare(provider: k8s.Provider) -> None:
        k8s.apiextensions.CustomResource(
            name,
            api_version="metallb.io/v1beta1",
            kind="IPAddressPool",
            metadata={"name": name, "namespace": "kmetal-metallb", "annotations": {}},
            spec={"addresses": ["172.21.204.9/32"]},
            opts=with_provider(provider),
        )

    assert engine.up(declare).ok
    assert engine.preview(declare).changes() == {name: "update"}


def test_the_first_update_drops_what_kubectl_set_and_the_program_does_not_say(
    engine: Engine, api: Api, name: str
) -> None:
    """docs/evidence/provider.md#server-side-apply: kubectl's fields go over to Pulumi's manager, whose apply then removes the unmentioned ones."""
    spec = {"addresses": ["172.21.204.9/32"], "autoAssign": False}
    api.apply("kubectl", api.obj("IPAddressPool", name, spec=spec))

    def declare(address: str):  # noqa: ANN202 (a program)
        def program(provider: k8s.Provider) -> None:
            custom(provider, "IPAddressPool", name, {"addresses": [address]})

        return program

    assert engine.up(declare("172.21.204.9/32")).ok
    assert api.need("IPAddressPool", name)["spec"]["autoAssign"] is False
    assert engine.up(declare("172.21.204.8/32")).ok
    live = api.need("IPAddressPool", name)
    assert live["spec"] == {"addresses": ["172.21.204.8/32"], "autoAssign": True, "avoidBuggyIPs": False}
    assert not any(manager.startswith("kubectl") for manager in api.managers(live))


def test_a_new_name_is_made_before_the_old_one_goes(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#deletion: forced replacement on metadata.name, create before delete."""

    def declare(called: str):  # noqa: ANN202 (a program)
        return lambda provider: custom(provider, "Vlan", called, {"id": 0, "provider": "p"}, key="vlan") and None

    assert engine.up(declare(name)).ok
    outcome = engine.up(declare(f"{name}-b"))
    assert outcome.ok, outcome.text
    assert outcome.differences["vlan"]["metadata.name"] == "update-replace"
    order = [op for op, key in outcome.finished if key == "vlan"]
    assert order.index("create-replacement") < order.index("delete-replaced")
    assert api.get("Vlan", name) is None
    assert api.need("Vlan", f"{name}-b")


def test_delete_before_replace_and_replace_with_keep_the_order(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#canonical-form: Subnet replaced on its CIDR, with it its SNAT rule, which goes first and comes last."""

    def declare(cidr: str):  # noqa: ANN202 (a program)
        def program(provider: k8s.Provider) -> None:
            subnet = custom(
                provider,
                "Subnet",
                name,
                {**SUBNET, "cidrBlock": cidr},
                replace_on_changes=["spec.cidrBlock"],
                delete_before_replace=True,
            )
            custom(
                provider,
                "OvnSnatRule",
                name,
                {"ovnEip": "e", "vpcSubnet": name},
                key="snat",
                depends_on=[subnet],
                replace_with=[subnet],
                delete_before_replace=True,
            )

        return program

    assert engine.up(declare("10.100.0.0/24")).ok
    outcome = engine.up(declare("10.100.1.0/24"))
    assert outcome.ok, outcome.text
    done = [(op, key) for op, key in outcome.finished if key in {name, "snat"} and op != "replace"]
    assert done == [
        ("delete-replaced", "snat"),
        ("delete-replaced", name),
        ("create-replacement", name),
        ("create-replacement", "snat"),
    ]
    assert api.need("Subnet", name)["spec"]["cidrBlock"] == "10.100.1.0/24"


def test_a_same_named_replacement_deletes_first_by_itself(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#deletion: a ConfigMap's data replaces it, and the name is taken; one spelling of a quantity is as good."""

    def declare(value: str):  # noqa: ANN202 (a program)
        def program(provider: k8s.Provider) -> None:
            meta = {"name": name, "namespace": "default"}
            k8s.core.v1.ConfigMap(name, metadata=meta, data={"a": value}, opts=with_provider(provider))
            k8s.core.v1.ResourceQuota(
                "quota", metadata=meta, spec={"hard": {"cpu": "1000m"}}, opts=with_provider(provider)
            )

        return program

    assert engine.up(declare("1")).ok
    outcome = engine.up(declare("2"))
    order = [op for op, key in outcome.finished if key == name]
    assert order.index("delete-replaced") < order.index("create-replacement")
    assert "quota" not in outcome.changes()
    assert api.need("ConfigMap", name)["data"] == {"a": "2"}
    assert engine.destroy().ok


def test_a_same_cluster_identifier_keeps_the_resources_when_the_kubeconfig_changes(
    engine: Engine, kubeconfig: str, name: str
) -> None:
    """docs/evidence/provider.md#previews: without it, a changed API URL replaces every resource."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "Vlan", name, {"id": 0, "provider": "p"})

    elsewhere = kubeconfig.replace("127.0.0.1", "localhost")
    assert elsewhere != kubeconfig
    assert engine.up(declare).ok
    same = engine.preview(declare, kubeconfig=elsewhere)
    assert same.changes() == {"cluster": "update"}
    other = engine.preview(declare, kubeconfig=elsewhere, cluster_identifier="other")
    assert other.changes()["cluster"] in {"replace", "create-replacement", "delete-replaced"}
