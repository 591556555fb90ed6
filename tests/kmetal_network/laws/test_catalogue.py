"""The catalogue: each law has its cases, each case its findings and no others, through the reader of plain objects."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kmetal_network.errors import Severity
from kmetal_network.facts.model import Facts
from kmetal_network.laws.registry import BY_ID, LAWS, errors, judge, judge_estate
from tests.law_cases.table import CASES, Case
from tests.support.network.good import good
from tests.support.partial_networks import SHOWN_BY_A_PART, decided_later, nameless, parts, unknown_variants
from tools.laws_page import PAGE, page


def found(case: Case) -> tuple[tuple[str, str], ...]:
    network = case.network()
    findings = judge(network.facts())
    if network.others:
        findings = judge_estate(
            {"one": network.facts(), **{name: other.facts() for name, other in network.others.items()}}
        )
    return tuple(sorted((finding.rule, finding.place) for finding in findings))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_has_its_findings_and_no_others(case: Case) -> None:
    assert found(case) == case.expected


@pytest.mark.parametrize("case", [case for case in CASES if case.expected], ids=str)
def test_a_case_warns_where_the_fact_that_decides_is_not_in_sight(case: Case) -> None:
    network = case.network()
    assert network.others or case.severity_is(judge(network.facts()))


def test_the_good_network_breaks_no_law() -> None:
    assert judge(good().facts()) == ()


def test_each_law_has_a_case_on_either_side() -> None:
    laws = {rule.id for rule in LAWS}
    assert {case.rule for case in CASES if case.expected} == laws
    assert {case.rule for case in CASES if not case.expected} == laws


def test_a_breaking_case_breaks_the_law_it_is_filed_under() -> None:
    assert [str(case) for case in CASES if case.expected and case.rule not in {rule for rule, _ in case.expected}] == []


def test_no_case_exists_twice() -> None:
    assert [name for name, count in Counter(map(str, CASES)).items() if count > 1] == []


def test_ids_are_unique_and_of_one_form() -> None:
    assert len(BY_ID) == len(LAWS) >= 50
    assert [rule.id for rule in LAWS if not re.fullmatch(r"NET-[1-7]\d\d", rule.id)] == []


def test_a_law_is_a_sentence_with_reasons() -> None:
    for rule in LAWS:
        assert rule.title[0].isupper() or rule.title[0].isdigit(), rule.id
        assert not rule.title.endswith("."), rule.id
        assert all(text.strip() for text in (rule.why, rule.fix, rule.reference)), rule.id
        assert rule.why.endswith(".") or rule.why.endswith(")"), rule.id
        assert rule.fix.endswith("."), rule.id


def test_findings_say_both_what_is_wrong_and_what_to_write() -> None:
    for case in CASES:
        network = case.network()
        for finding in judge(network.facts()):
            assert finding.problem.strip(), case
            assert finding.remedy.strip(), case
            assert "\n" not in str(finding), case


def test_the_page_of_laws_is_fresh() -> None:
    root = Path(__file__).resolve().parents[3]
    assert (root / PAGE).read_text(encoding="utf-8") == page()


def test_the_guides_network_with_the_management_nic_has_only_true_warnings() -> None:
    """The drops and quotas that the good network adds are what kMetal's guide lacks."""
    network = good()
    for name in ("alpha", "beta"):
        del network.objects[f"ResourceQuota {name}/{name}-quota"]
        policies = network.objects[f"Vpc {name}-vpc"]["spec"]["policyRoutes"]
        del policies[1:]
    findings = judge(network.facts())
    assert errors(findings) == ()
    assert [(finding.rule, finding.place) for finding in findings] == [
        ("NET-215", "Vpc alpha-vpc"),
        ("NET-418", "Vpc alpha-vpc"),
        ("NET-215", "Vpc beta-vpc"),
        ("NET-418", "Vpc beta-vpc"),
    ]


def test_a_finding_reads_as_one_sentence_with_both_parties() -> None:
    case = next(case for case in CASES if str(case) == "NET-201 a range that reaches in from below")
    (finding,) = judge(case.network().facts())
    assert str(finding) == (
        "IPAddressPool kmetal-metallb/tenant-cp-pool: pool 'tenant-cp-pool' holds 77.220.68.1-77.220.68.96, of which"
        " 77.220.68.96 is in provider subnet 'external' (77.220.68.96/27); write a range of the management VLAN;"
        " addresses"
        " of the provider VLAN belong to Kube-OVN's EIPs [NET-201]"
    )


def test_a_relaxed_law_warns_and_prints_its_reason() -> None:
    case = next(case for case in CASES if str(case) == "NET-202 no interfaces")
    network = case.network()
    facts = network.facts().joined(Facts(relaxed={"NET-202": "the provider NIC filters ARP"}))
    (finding,) = judge(facts)
    assert finding.severity is Severity.WARNING
    assert finding.remedy == "relaxed for this stack: the provider NIC filters ARP"


def test_the_commissioned_law_by_address_cannot_be_relaxed() -> None:
    case = next(case for case in CASES if str(case) == "NET-201 a range inside")
    facts = case.network().facts().joined(Facts(relaxed={"NET-201": "because"}))
    assert [finding.severity for finding in judge(facts)] == [Severity.ERROR]


def test_a_law_between_environments_is_relaxed_by_the_one_that_would_mend_it() -> None:
    case = next(case for case in CASES if str(case) == "NET-602 pools that share one address")
    network = case.network()
    one, two = network.facts(), network.others["two"].facts()
    reason = Facts(relaxed={"NET-602": "they stand on VLANs of their own"})
    assert [finding.severity for finding in judge_estate({"one": one, "two": two.joined(reason)})] == [Severity.WARNING]
    assert [finding.severity for finding in judge_estate({"one": one.joined(reason), "two": two})] == [Severity.ERROR]


@pytest.mark.parametrize(("place", "path"), unknown_variants(), ids=str)
def test_only_laws_that_need_a_literal_refuse_an_unknown_value(place: str, path: tuple[Any, ...]) -> None:
    """Every field of the good network in turn is decided later: no law may take that for a breach but those that say so."""
    refusing = {finding.rule for finding in judge(decided_later(place, path))}
    assert {rule for rule in refusing if BY_ID[rule].unknown == "passes"} == set()


def test_every_law_that_needs_a_literal_has_a_case_with_an_unknown_value() -> None:
    refusing = {law.id for law in LAWS if law.unknown == "is a finding"}
    shown = {case.rule for case in CASES if case.expected and "not known yet" in case.title}
    assert shown == refusing


def test_a_name_that_is_not_known_yet_breaks_no_law_on_names() -> None:
    for place, facts in nameless().items():
        rules = {finding.rule for finding in judge(facts)}
        assert rules <= {SHOWN_BY_A_PART}, place


def test_a_part_of_a_network_proves_nothing_by_what_it_lacks() -> None:
    """Any one object of the good network alone, others hold the rest: no law may miss them."""
    for place, facts in parts().items():
        rules = {finding.rule for finding in judge(facts)}
        assert rules <= {SHOWN_BY_A_PART}, place
