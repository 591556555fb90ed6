"""What an attack on the first laws found, and where each finding of it stands in our tables, with the gates that judge it.

The attack read 290 inputs and 325 public files; `id` is the number of a finding in its report. The inputs here are our
own: each is a row of the table of cases, a run of `lint`, or a test of what one object cannot show.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final, NamedTuple

import pytest

from tests.law_cases.table import CASES
from tests.operations.linting.cases import CARRIERS, KUSTOMIZE, WORDS
from tests.operations.verify.test_live_laws import ROWS as VERIFY_ROWS
from tests.policies.test_catalogue import ABSENCE
from tests.policies.test_catalogue import ROWS as PACK_ROWS
from tests.support.admission_cases import refusing, rows


class Row(NamedTuple):
    """A row of the table of cases, and the gates besides the reader of YAML that judge it."""

    id: str
    case: str
    gates: tuple[str, ...]


ALL: Final = ("admission", "pack", "verify")
TWO: Final = ("pack", "verify")
"""No admission policy judges its kind, or several objects show it."""
PACK: Final = ("pack",)
"""A file shows it, and no object of today's API server."""
LIVE: Final = ("verify",)
"""It is broken by what is missing, and a preview may be a part of the network."""
SAID: Final = ("admission", "verify")
"""The settings say what decides."""
ROWS: Final = (
    Row("FN-01, W-06", "NET-214 a session on the provider NIC", ALL),
    Row("FN-02, FN-33", "NET-214 a session from an address of the provider block", ALL),
    Row("FN-03", "NET-202 Kube-OVN's port for the VLAN", ALL),
    Row("FN-04", "NET-301 a second tag on a network that an empty provider means", ALL),
    Row("FN-05", "NET-202 the VLAN of a network that a Vlan with an empty provider is on", ALL),
    Row("FN-07", "NET-202 a pool of the kind before advertisements", PACK),  # MetalLB serves it no more
    Row("FN-09", "NET-320 a tenant's Subnet on the provider Vlan", ALL),
    Row("FN-10", "NET-321 a Subnet of the default Vpc for a tenant's attachment", ALL),
    Row("FN-11", "NET-322 macvlan on the provider NIC", ALL),
    Row("FN-12, W-09", "NET-228 an address of the provider block", ALL),
    Row("FN-13", "NET-203 an FRR prefix in the provider block", TWO),
    Row("FN-13", "NET-214 an FRR neighbour on the provider VLAN", TWO),
    Row("FN-14", "NET-201 a pool in the block of a macvlan network beside the provider network", TWO),
    Row("FN-18", "NET-410 an address of the block that may be another tenant's", TWO),
    Row("FN-19", "NET-403 a Subnet that names no provider", TWO),
    Row("FN-21", "NET-705 a range that kubeadm serves", PACK),
    Row("FN-22", "NET-403 the Subnet's provider", TWO),
    Row("FN-23", "NET-303 the provider Subnet by another name", LIVE),
    Row("FN-23", "NET-319 a Subnet that does not exist", LIVE),
    Row("FN-27, W-10", "NET-234 the switch, on", ALL),
    Row("FN-29", "NET-310 the name of OVN's own bridge", ALL),
    Row("FN-32", "NET-235 no block", LIVE),
    Row("FN-35", "NET-702 no NIC", TWO),
    Row("FP-05", "NET-424 addresses alone for an attachment of another CNI", ALL),
    Row("FP-06", "NET-408 a chain of plugins", ALL),
    Row("FP-08", "NET-301 no tag on a plain NIC", ALL),
    Row("FP-09", "NET-301 an id of 0 on a named kernel VLAN", ALL),
    Row("FP-11", "NET-433 huge pages that are requested", TWO),
    Row("FP-12", "NET-414 a comparison the other way round", ALL),
    Row("FP-15", "NET-418 an underlay through which no tenant leaves", TWO),
    Row("FP-16", "NET-204 addresses that BGP alone announces", SAID),
    Row("FP-17", "NET-204 the other family, of which the settings have no block", SAID),
)

RUNS: Final = {
    "FN-15": "a section of Kube-OVN that stands empty",
    "FN-16": "the tunnel NIC, left out of a whole release",
    "FN-17": "peers in values",
    "FN-24": "a stack file that breaks one",
    "FN-25": "an Argo CD Application with valuesObject",
    "FP-01": "another chart's key of the same name",
    "FP-03": "variables of another tool",
    "FP-04": "MetalLB's own chart with values from a Secret",
    "FP-19": "patches next to one that deletes",
    "MSG-03": "a JSON patch",
    "MSG-04": "a Helm template",
}
"""Runs of `lint`, by their titles."""

TESTS: Final = {
    "TB-01": "operations.linting.test_budget.test_what_never_ends_is_refused_at_once",
    "TB-02": "operations.linting.test_process.test_thirty_thousand_brackets_do_not_end_the_process",
    "TB-03": "operations.linting.test_budget.test_what_never_ends_is_refused_at_once",
    "TB-10": "operations.linting.test_cases.test_a_name_that_no_file_can_have_ends_with_2",
    "TB-12": "operations.linting.test_report.test_a_thousand_equal_pools_are_a_screen_in_seconds",
    "TB-13": "operations.linting.test_report.test_twenty_thousand_excluded_addresses_take_a_second",
    "MSG-01": "operations.linting.test_cases.test_a_folder_without_yaml_is_no_success",
    "MSG-02": "operations.linting.test_report.test_check_outside_a_project_ends_with_2",
    "W-01": "kmetal_network.admission.test_policies_live"
    ".test_a_terminating_object_is_held_to_the_laws_until_it_is_gone",
    "W-04": "kmetal_network.admission.test_policies_live"
    ".test_a_subnet_on_the_provider_vlan_is_apart_from_the_management_block",
    "W-05": "kmetal_network.admission.test_policies_live"
    ".test_a_vlans_id_is_held_against_the_nic_of_its_provider_network",
}
"""Tests of their own, for time and memory, words and exit codes, and what an API server does over time."""

NUMBERS: Final = {
    **dict.fromkeys(
        ("FN",), (1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25, 27, 29, 32, 33, 35)
    ),
    "FP": (1, 3, 4, 5, 6, 8, 9, 11, 12, 15, 16, 17, 19),
    "TB": (1, 2, 3, 10, 12, 13),
    "MSG": (1, 2, 3, 4),
    "W": (1, 4, 5, 6, 9, 10),
}
"""The findings of which the report shows the input."""

_BY_NAME: Final = {str(case): case for case in CASES}
_IN_PACK: Final = {str(row) for row in PACK_ROWS} - ABSENCE
_IN_VERIFY: Final = {str(row) for row, _, _ in VERIFY_ROWS}


@cache
def _admitted() -> frozenset[str]:
    """The rows that the admission policies judge: they pass one that passes, and refuse an object of one that does not."""
    return frozenset(
        str(case)
        for case, _, bodies in rows()
        if not case.expected or case.warned or any(refusing(case, body) for body in bodies)
    )


def gates(name: str) -> tuple[str, ...]:
    """The gates that judge a row; one that only lacks what others may hold is no finding of a preview."""
    judged = (("admission", _admitted()), ("pack", _IN_PACK), ("verify", _IN_VERIFY))
    return tuple(gate for gate, names in judged if name in names)


def test_each_finding_of_which_the_input_is_known_has_its_place() -> None:
    placed = [number for row in ROWS for number in row.id.split(", ")] + [*RUNS, *TESTS]
    assert sorted(set(placed)) == sorted(f"{kind}-{number:02}" for kind, them in NUMBERS.items() for number in them)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.id} {row.case}")
def test_a_finding_that_objects_show_is_judged_by_each_gate_that_sees_it(row: Row) -> None:
    case = _BY_NAME[row.case]
    assert bool(case.expected) is (row.id[:2] == "FN" or row.case in WARNED)
    assert gates(row.case) == row.gates


WARNED: Final = {
    "NET-301 no tag on a plain NIC": "id 0 is right on an access port, and nobody here sees what the port is",
    "NET-414 a comparison the other way round": "OVN reads it, and the law does not",
    "NET-418 an underlay through which no tenant leaves": "it is a warning that the drop is wanted, not that it is needed",
}
"""False alarms of errors that are warnings now, and why they are not silent."""


@pytest.mark.parametrize("name", WARNED)
def test_a_false_alarm_that_is_not_silent_is_a_warning_alone(name: str) -> None:
    case = _BY_NAME[name]
    assert case.warned or case.rule == "NET-418"


def test_a_finding_that_carriers_or_words_show_is_a_run_of_lint() -> None:
    assert set(RUNS.values()) <= {given.title for given in (*CARRIERS, *KUSTOMIZE, *WORDS)}


@pytest.mark.parametrize("number", TESTS)
def test_any_other_finding_has_a_test_of_its_own(number: str) -> None:
    module, _, name = TESTS[number].rpartition(".")
    assert callable(getattr(import_module(f"tests.{module}"), name))
