"""The admission policies as text: what they match, whom they bind, and their form. Their verdicts: the sandbox tier."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import IPv4Network

import yaml

from kmetal_network.admission.checks import HELD
from kmetal_network.admission.model import KUBE_OVN_ACCOUNTS, Literals
from kmetal_network.admission.policies import admission_policies, policy_name
from kmetal_network.config.stackfile import parse_environment
from kmetal_network.laws.registry import BY_ID, LAWS
from kmetal_network.manifests.admission import literals
from tests.law_cases.table import CASES
from tests.support.admission_cases import ELSEWHERE, LITERALS, decided_by_one
from tests.support.stack_project import stack_config


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
        "kmetal-ipaddresspools": ["NET-201", "NET-204", "NET-208", "NET-220", "NET-108", "NET-209"],
        "kmetal-l2advertisements": ["NET-202", "NET-209"],
        "kmetal-bgpadvertisements": ["NET-209"],
        "kmetal-bgppeers": ["NET-209", "NET-213", "NET-214", "NET-709"],
        "kmetal-provider-networks": ["NET-302", "NET-309", "NET-310", "NET-315"],
        "kmetal-vlans": ["NET-301", "NET-316"],
        "kmetal-services": ["NET-228", "NET-229"],
        "kmetal-network-attachment-definitions": [*(f"NET-32{number}" for number in range(2, 8)), "NET-407"],
        "kmetal-subnets": [
            *(
                "NET-101",
                "NET-102",
                "NET-104",
                "NET-105",
                "NET-108",
                "NET-110",
                "NET-111",
                "NET-112",
                "NET-113",
                "NET-114",
            ),
            *("NET-115", "NET-317", "NET-318", "NET-234", "NET-320", "NET-321", "NET-406", "NET-424", "NET-711"),
        ],
        "kmetal-vpcs": [
            *("NET-406", "NET-411", "NET-412", "NET-414", "NET-415", "NET-416", "NET-417", "NET-419", "NET-420"),
            "NET-432",
        ],
        "kmetal-ovn-snat-rules": ["NET-428"],
        "kmetal-ovn-eips": ["NET-429", "NET-431"],
    }


def test_each_law_that_one_object_decides_is_held_or_says_why_not_and_never_both() -> None:
    """Decided so: a breaking case has an object that breaks the law by itself, next to what the settings say."""
    reasoned = [law.id for law in LAWS if law.not_admitted]
    assert sorted([*HELD, *reasoned]) == sorted(decided_by_one())
    assert len(HELD) >= 55


def test_a_case_that_the_policies_cannot_see_exists_and_breaks_a_law_that_is_held() -> None:
    blind = {str(case) for case in CASES if case.expected and case.rule in HELD}
    assert set(ELSEWHERE) <= blind


def test_the_literals_are_the_settings() -> None:
    config = stack_config("prod")
    config["management"]["reserved"] = ["172.21.212.1", "172.21.212.100..172.21.212.120", "172.21.213.224/28"]
    text = yaml.safe_dump({"config": {f"kmetal-network:{key}": value for key, value in config.items()}})
    settings = parse_environment(text, "Pulumi.prod.yaml", "prod").settings
    assert literals(settings.provider, settings.management, settings.network, settings.metallb) == Literals(
        cidrs=["77.220.70.0/24"],
        interfaces={"provider": ["bond1.422", "ens6f1.422"]},
        gateway="77.220.70.1",
        other_interfaces=["bond0.404", "bond0.405"],
        management="172.21.212.0/23",
        vlans=["vlan422"],
        arp_only=False,
        reserved=["172.21.212.1", "172.21.212.100-172.21.212.120", "172.21.213.224-172.21.213.239"],
        platform=["10.93.0.0/16", "10.16.0.0/16", "10.96.0.0/16", "100.64.0.0/16"],
        mtu=8900,
    )


def test_an_expression_is_no_longer_than_the_api_server_reads() -> None:
    many = replace(LITERALS, reserved=[f"172.21.{n // 250}.{n % 250}" for n in range(1000)])
    sizes = [
        len(variable["expression"])
        for body in admission_policies(many)
        for variable in body["spec"].get("variables", [])
    ]
    assert max(sizes) < 100_000


def test_what_the_settings_leave_out_nothing_is_held_against() -> None:
    bare = {
        variable["name"]: variable["expression"]
        for body in admission_policies(Literals(cidrs=[], interfaces={}))
        if body["kind"] == "ValidatingAdmissionPolicy"
        for variable in body["spec"]["variables"]
    }
    assert bare["net_204"] == "[]"
    assert bare["net_208"] == "[]"
    assert bare["net_105"].endswith("variables.blocks.filter(c, false) : []")
    assert bare["net_412"].endswith(" ? [] : []")


def test_a_policy_asks_about_each_new_spec_whether_the_object_is_terminating_or_not() -> None:
    spec = (
        "request.operation == 'CREATE' || has(object.spec) != has(oldObject.spec)"
        " || (has(object.spec) && object.spec != oldObject.spec)"
    )
    annotations = (
        " || (has(object.metadata.annotations) ? object.metadata.annotations : {})"
        " != (has(oldObject.metadata.annotations) ? oldObject.metadata.annotations : {})"
    )
    for name, body in split()[0].items():
        asks = spec + (annotations if name == "kmetal-services" else "")
        assert body["spec"]["matchConditions"][0] == {"name": "says-something-new", "expression": asks}
        assert "deletionTimestamp" not in str(body["spec"]["matchConditions"])
        assert body["spec"]["failurePolicy"] == "Fail"


def test_no_expression_reads_a_field_of_a_spec_that_may_be_absent() -> None:
    """`failurePolicy: Fail` would turn "no such key" into a refusal without a law in it."""
    uncovered = {
        (name, variable["name"], field)
        for name, body in split()[0].items()
        for variable in body["spec"]["variables"]
        for field in re.findall(r"object\.spec\.(\w+)", variable["expression"])
        if f"(has(object.spec) && has(object.spec.{field}))" not in variable["expression"]
    }
    assert uncovered == set()


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
        "kmetal-ipaddresspools": (["Deny"], ["NET-201", "NET-204", "NET-208", "NET-220", "NET-108", "NET-209"]),
        "kmetal-l2advertisements": (["Deny"], ["NET-209"]),
        "kmetal-l2advertisements-warn": (["Warn", "Audit"], ["NET-202"]),
    }


def test_a_plain_provider_nic_forbids_its_sub_interface_of_the_vlan() -> None:
    literals = Literals(
        cidrs=[str(IPv4Network("77.220.68.96/27"))], interfaces={"provider": ["eth9"]}, vlan_ids={"provider": 222}
    )
    assert literals.forbidden == ("eth9", "br-provider", "eth9.222")
