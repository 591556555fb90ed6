"""The admission policies on a real API server: the table's objects are posted as `kubectl create` does, in a dry run."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from kmetal_network.admission.model import Literals
from kmetal_network.facts.source_objects import default_place
from kmetal_network.laws.registry import BY_ID
from sandbox.control_plane.api import Api, ApiError
from sandbox.control_plane.control_plane import ControlPlane
from tests.law_cases.table import Case
from tests.support.admission_cases import broken_alone, refusing
from tests.support.admission_server import (
    PLURALS,
    ROWS,
    SETS,
    STACKS,
    bare,
    named,
    numbered,
    path,
    refusal,
    server_with_all_policies,
    until,
)
from tests.support.etcd_snapshot import EtcdSnapshot
from tests.support.network.edits import add, put
from tests.support.network.good import good
from tests.support.network.objects import LAYER2, POOL, VPC, build
from tests.support.odd_forms import ANNOUNCED, ENTRIES, LARGE, ODD, STRICTER

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def admission_server(control_plane: ControlPlane, first_day: EtcdSnapshot) -> Iterator[Api]:
    """The session's API server with the policies in force."""
    first_day.restore()
    with server_with_all_policies(control_plane.api) as api:
        yield api


@pytest.mark.parametrize(("case", "said", "bodies"), [pytest.param(*row, id=str(row[0])) for row in ROWS])
def test_the_api_server_refuses_what_the_law_refuses_and_nothing_else(
    admission_server: Api, case: Case, said: Literals, bodies: list[dict[str, Any]]
) -> None:
    number = SETS.index(said)
    wrong = {}
    for body in bodies:
        text, laws = refusal(admission_server, numbered(body, number)), refusing(case, body)
        # Where the kind's own schema is stricter than the law, it speaks first, and the object gets no further.
        by_schema = bool(text) and "ValidatingAdmissionPolicy" not in text
        if not (by_schema or named([text]) <= laws) or bool(text) < bool(laws):
            wrong[default_place(body)] = (text, laws)
    assert wrong == {}


@pytest.mark.parametrize(("said", "bodies"), [pytest.param(*row[1:], id=row[0]) for row in STACKS])
def test_what_a_stack_applies_is_admitted_by_its_own_admission_policies(
    admission_server: Api, said: Literals, bodies: list[dict[str, Any]]
) -> None:
    number = SETS.index(said)
    assert [text for body in bodies if (text := refusal(admission_server, numbered(body, number)))] == []


@pytest.mark.parametrize(("place", "field"), [pytest.param(*key, id=" ".join(key)) for key in ODD])
def test_what_the_laws_accept_in_an_odd_form_is_not_refused(admission_server: Api, place: str, field: str) -> None:
    wrong = {}
    for value in ODD[place, field]:
        network = good()
        add(*ANNOUNCED)(network)
        put(place, field, value)(network)
        body = network.objects[place]
        if unfounded := named([refusal(admission_server, body)]) - broken_alone(body, network):
            wrong[str(value)] = unfounded
    assert wrong == STRICTER.get((place, field), {})


@pytest.mark.parametrize(("place", "field", "value"), LARGE, ids=[f"{place} {field}" for place, field, _ in LARGE])
def test_a_large_object_costs_the_api_server_no_more_than_it_bears(
    admission_server: Api, place: str, field: str, value: object
) -> None:
    network = good()
    put(place, field, value)(network)
    assert refusal(admission_server, network.objects[place]) == ""


@pytest.mark.parametrize(
    ("provider", "number", "refused"),
    [("provider", 0, False), ("provider", 222, True), ("plain", 0, False), ("plain", 222, False), ("", 222, True)],
)
def test_a_vlans_id_is_held_against_the_nic_of_its_provider_network(
    admission_server: Api, provider: str, number: int, *, refused: bool
) -> None:
    body = build("Vlan", "fresh", {"provider": provider, "id": number})
    assert ("NET-301" in refusal(admission_server, body)) is refused


@pytest.mark.parametrize(
    ("interface", "refused"),
    [("eth7", True), ("eth7.222", True), ("eth7.223", False), ("br-plain", True), ("data.204", False)],
)
def test_no_nic_that_carries_the_provider_vlan_answers_arp(
    admission_server: Api, interface: str, *, refused: bool
) -> None:
    body = good().objects[LAYER2]
    body["spec"]["interfaces"] = ["data.204", interface]
    assert ("NET-202" in refusal(admission_server, body)) is refused


@pytest.mark.parametrize(("entry", "refused"), ENTRIES)
def test_entries_of_either_family_are_compared_as_addresses(
    admission_server: Api, entry: str, *, refused: bool
) -> None:
    body = good().objects[POOL]
    body["spec"]["addresses"] = [entry]
    assert ("NET-201" in refusal(admission_server, body)) is refused


@pytest.mark.parametrize("interface", ["data.204", "data.205"])
def test_a_provider_network_takes_neither_the_management_nor_the_tunnel_nic(
    admission_server: Api, interface: str
) -> None:
    body = build("ProviderNetwork", "fresh", {"defaultInterface": interface})
    assert "NET-302" in refusal(admission_server, body)


@pytest.mark.parametrize(
    ("kind", "law"),
    [
        ("L2Advertisement", "NET-202"),
        ("BGPAdvertisement", ""),
        ("ProviderNetwork", ""),
        ("Vlan", ""),
        ("Subnet", "NET-112"),
        ("Vpc", ""),
        ("OvnEip", "NET-431"),
        ("OvnSnatRule", "NET-428"),
        ("NetworkAttachmentDefinition", ""),
    ],
)
def test_an_object_without_a_spec_is_refused_by_a_law_or_not_at_all(admission_server: Api, kind: str, law: str) -> None:
    text = refusal(admission_server, bare(kind))
    assert text == "" if not law else f"{law} {BY_ID[law].title}: " in text


@pytest.mark.parametrize("kind", ["BGPAdvertisement", "Vpc", "NetworkAttachmentDefinition"])
def test_an_object_without_a_spec_keeps_its_labels_and_may_get_a_spec(admission_server: Api, kind: str) -> None:
    body = bare(kind)
    admission_server.request("POST", path(body), body)
    one, merge = f"{path(body)}/bare", "application/merge-patch+json"
    for change in ({"metadata": {"labels": {"team": "blue"}}}, {"spec": {}}, {"spec": None}):
        admission_server.request("PATCH", one, change, merge)
    admission_server.request("DELETE", one)


def test_a_terminating_object_is_held_to_the_laws_until_it_is_gone(admission_server: Api) -> None:
    """MetalLB and Kube-OVN act on an object until its last finalizer is off."""
    cases: list[tuple[dict[str, Any], dict[str, Any], str]] = [
        (good().objects[POOL], {"addresses": ["77.220.68.96/27"]}, "NET-201"),
        (good().objects[LAYER2], {"interfaces": ["data.222"]}, "NET-202"),
        (good().objects[VPC], {"policyRoutes": []}, "NET-412"),
    ]
    merge = "application/merge-patch+json"
    for body, change, law in cases:
        body["metadata"] |= {"name": f"going-{law.lower()}", "finalizers": ["example.com/hold"]}
        one = f"{path(body)}/{body['metadata']['name']}"
        admission_server.request("POST", path(body), body)
        admission_server.request("DELETE", one)
        assert "deletionTimestamp" in admission_server.request("GET", one)["metadata"]
        with pytest.raises(ApiError, match=law):
            admission_server.request("PATCH", one, {"spec": change}, merge)
        admission_server.request("PATCH", one, {"metadata": {"labels": {"team": "blue"}}}, merge)
        admission_server.request("PATCH", one, {"metadata": {"finalizers": None}}, merge)
        with pytest.raises(ApiError):
            admission_server.request("GET", one)


def test_a_service_that_is_there_is_asked_about_its_annotations_and_not_about_labels(admission_server: Api) -> None:
    body = build("Service", "annotated", {"ports": [{"port": 80}]}, namespace="alpha")
    admission_server.request("POST", path(body), body)
    one, merge = f"{path(body)}/annotated", "application/merge-patch+json"
    admission_server.request("PATCH", one, {"metadata": {"labels": {"team": "blue"}}}, merge)
    wanted = {"metallb.io/loadBalancerIPs": "172.21.204.201, 77.220.68.100"}
    with pytest.raises(ApiError, match="NET-229"):
        admission_server.request("PATCH", one, {"metadata": {"annotations": wanted}}, merge)
    with pytest.raises(ApiError, match="NET-228"):
        admission_server.request("PATCH", one, {"spec": {"externalIPs": ["77.220.68.127"]}}, merge)
    admission_server.request("DELETE", one)


def test_a_subnet_on_the_provider_vlan_is_apart_from_the_management_block(admission_server: Api) -> None:
    for name, block in (("external2", "10.96.128.0/24"), ("external", "100.64.3.0/24")):
        spec = {"vlan": "vlan222", "cidrBlock": block, "gateway": block.replace("0/24", "1")}
        assert "NET-101" in refusal(admission_server, build("Subnet", name, spec))


def test_a_spec_that_comes_or_goes_is_asked_about(admission_server: Api) -> None:
    body = good().objects[LAYER2]
    body["metadata"]["name"] = "comes-and-goes"
    admission_server.request("POST", path(body), body)
    one, merge = f"{path(body)}/comes-and-goes", "application/merge-patch+json"
    with pytest.raises(ApiError, match="NET-202"):
        admission_server.request("PATCH", one, {"spec": None}, merge)
    admission_server.request("DELETE", one)


def test_the_good_network_is_admitted(admission_server: Api) -> None:
    bodies = [body for body in good().objects.values() if body["kind"] in PLURALS]
    assert [text for body in bodies if (text := refusal(admission_server, body))] == []


def test_the_refusal_names_the_law_the_address_and_the_way_out(admission_server: Api) -> None:
    body = good().objects[POOL]
    body["spec"]["addresses"] = ["172.21.204.200-172.21.204.250", "77.220.68.1-77.220.68.96"]
    text = refusal(admission_server, body)
    assert f"NET-201 {BY_ID['NET-201'].title}: 77.220.68.1-77.220.68.96. {BY_ID['NET-201'].fix}" in text


def test_an_object_from_before_the_policies_can_be_finished_and_taken_away(admission_server: Api) -> None:
    bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/kmetal-vpcs"
    saved = admission_server.request("GET", bindings)
    old = deepcopy(good().objects[VPC])
    old["metadata"]["name"] = "old-vpc"
    old["spec"]["policyRoutes"][0]["match"] = "ip4.dst = 77.220.68.96/27"
    admission_server.request("DELETE", bindings)
    until(lambda: not refusal(admission_server, old))
    admission_server.request("POST", path(old), old)
    admission_server.request("POST", path(saved), {**saved, "metadata": {"name": saved["metadata"]["name"]}})
    fresh = deepcopy(old)
    fresh["metadata"]["name"] = "new-vpc"
    until(lambda: bool(refusal(admission_server, fresh)))
    one = f"{path(old)}/old-vpc"
    merge = "application/merge-patch+json"
    admission_server.request("PATCH", one, {"metadata": {"finalizers": ["kubeovn.io/test"]}}, merge)
    admission_server.request("PATCH", f"{one}/status", {"status": {"standby": True}}, merge)
    admission_server.request("DELETE", one)
    admission_server.request("PATCH", one, {"metadata": {"finalizers": None}}, merge)
    with pytest.raises(ApiError):
        admission_server.request("GET", one)
