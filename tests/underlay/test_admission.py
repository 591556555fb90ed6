"""The admission policies as text: what they match, whom they bind, and their form. Their verdicts: the sandbox tier."""

from __future__ import annotations

import re
from ipaddress import IPv4Network

from tests.admission import LITERALS
from underlay.admission import DECIDED_ALONE, KUBE_OVN_ACCOUNTS, Literals, admission_policies, policy_name
from underlay.rules.registry import BY_ID


def split(relaxed: tuple[str, ...] = ()) -> tuple[dict[str, dict], dict[str, dict]]:
    """Policies and bindings by name."""
    bodies = admission_policies(LITERALS, relaxed)
    kinds = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
    policies, bindings = ({body["metadata"]["name"]: body for body in bodies if body["kind"] == kind} for kind in kinds)
    return policies, bindings


def test_each_policy_has_one_binding_of_its_name() -> None:
    policies, bindings = split()
    assert set(policies) == set(bindings)
    assert [name for name, body in bindings.items() if body["spec"]["policyName"] != name] == []


def test_the_message_is_the_laws_own() -> None:
    policies, _ = split()
    validation = policies[policy_name("ipaddresspools")]["spec"]["validations"][0]
    rule = BY_ID["NET-201"]
    assert validation["message"] == f"NET-201 {rule.title}. {rule.fix}"


def test_each_kind_has_one_policy_with_a_validation_for_each_of_its_laws() -> None:
    policies, _ = split()
    assert {
        name: [validation["message"][:7] for validation in body["spec"]["validations"]]
        for name, body in policies.items()
    } == {
        "kmetal-ipaddresspools": ["NET-201", "NET-209", "NET-108"],
        "kmetal-l2advertisements": ["NET-202", "NET-209"],
        "kmetal-bgpadvertisements": ["NET-209"],
        "kmetal-bgppeers": ["NET-209", "NET-709"],
        "kmetal-provider-networks": ["NET-302", "NET-309", "NET-310"],
        "kmetal-vlans": ["NET-301", "NET-316"],
        "kmetal-subnets": ["NET-102", "NET-104", "NET-108", "NET-113", "NET-318", "NET-406"],
        "kmetal-vpcs": ["NET-406", "NET-414", "NET-415", "NET-416", "NET-417"],
        "kmetal-ovn-snat-rules": ["NET-428"],
        "kmetal-ovn-eips": ["NET-431"],
        "kmetal-network-attachment-definitions": ["NET-407"],
    }


def test_only_laws_of_the_catalogue_are_decided_alone() -> None:
    assert set(BY_ID) >= DECIDED_ALONE
    assert {"NET-201", "NET-202", "NET-301", "NET-414"} <= DECIDED_ALONE


def test_a_policy_never_asks_about_a_spec_that_stays() -> None:
    for body in split()[0].values():
        assert body["spec"]["matchConditions"][:2] == [
            {"name": "not-going", "expression": "!has(object.metadata.deletionTimestamp)"},
            {
                "name": "says-something-new",
                "expression": "request.operation == 'CREATE' || has(object.spec) != has(oldObject.spec)"
                " || (has(object.spec) && object.spec != oldObject.spec)",
            },
        ]
        assert body["spec"]["failurePolicy"] == "Fail"


def test_no_expression_reads_a_field_of_a_spec_that_may_be_absent() -> None:
    """`failurePolicy: Fail` would turn "no such key" into a refusal without a law in it."""
    unguarded = {
        (name, variable["name"], field)
        for name, body in split()[0].items()
        for variable in body["spec"]["variables"]
        for field in re.findall(r"object\.spec\.(\w+)", variable["expression"])
        if f"(has(object.spec) && has(object.spec.{field}))" not in variable["expression"]
    }
    assert unguarded == set()


def test_kube_ovns_controller_is_exempt_for_its_own_kinds_alone() -> None:
    for name, body in split()[0].items():
        exempt = any(KUBE_OVN_ACCOUNTS[0] in condition["expression"] for condition in body["spec"]["matchConditions"])
        (rule,) = body["spec"]["matchConstraints"]["resourceRules"]
        assert exempt is (rule["apiGroups"] == ["kubeovn.io"]), name


def test_a_relaxed_law_warns_and_the_commissioned_one_by_address_still_denies() -> None:
    policies, bindings = split(("NET-201", "NET-202"))
    laws = {
        name: (
            bindings[name]["spec"]["validationActions"],
            [entry["message"][:7] for entry in body["spec"]["validations"]],
        )
        for name, body in policies.items()
        if "l2adv" in name or "pools" in name
    }
    assert laws == {
        "kmetal-ipaddresspools": (["Deny"], ["NET-201", "NET-209", "NET-108"]),
        "kmetal-l2advertisements": (["Deny"], ["NET-209"]),
        "kmetal-l2advertisements-warn": (["Warn", "Audit"], ["NET-202"]),
    }


def test_a_plain_provider_nic_forbids_its_sub_interface_of_the_vlan() -> None:
    literals = Literals(
        cidrs=[str(IPv4Network("77.220.68.96/27"))], interfaces={"provider": ["eth9"]}, vlan_ids={"provider": 222}
    )
    assert literals.forbidden == ("eth9", "br-provider", "eth9.222")
