"""The admission policies on a real API server: the table's objects are posted as `kubectl create` does, in a dry run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from sandbox import reset
from sandbox.api import Api, ApiError
from sandbox.control_plane import ControlPlane
from tests.admission import LITERALS, refusing, rows
from tests.cases import Case
from tests.network import LAYER2, POOL, VPC, build, good
from underlay.admission import admission_policies
from underlay.rules.registry import BY_ID

pytestmark = pytest.mark.sandbox

PLURALS = {
    "IPAddressPool": "ipaddresspools",
    "L2Advertisement": "l2advertisements",
    "BGPAdvertisement": "bgpadvertisements",
    "BGPPeer": "bgppeers",
    "BFDProfile": "bfdprofiles",
    "ProviderNetwork": "provider-networks",
    "Vlan": "vlans",
    "Subnet": "subnets",
    "Vpc": "vpcs",
    "OvnEip": "ovn-eips",
    "OvnSnatRule": "ovn-snat-rules",
    "NetworkAttachmentDefinition": "network-attachment-definitions",
    "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": "validatingadmissionpolicybindings",
}
SECONDS = 60.0


def path(body: dict[str, Any]) -> str:
    """The collection that an object belongs to."""
    namespace = body["metadata"].get("namespace")
    scope = f"/namespaces/{namespace}" if namespace else ""
    return f"/apis/{body['apiVersion']}{scope}/{PLURALS[body['kind']]}"


def refusal(api: Api, body: dict[str, Any], method: str = "POST", name: str = "", **query: str) -> str:
    """What the API server says against an object; empty where it would take it."""
    options = "&".join(
        f"{key}={value}" for key, value in {"dryRun": "All", "fieldManager": "kubectl-create", **query}.items()
    )
    try:
        api.request(method, f"{path(body)}{name}?{options}", body)
    except ApiError as error:
        return "" if error.status == 409 else str(error)
    return ""


def bare(kind: str) -> dict[str, Any]:
    """An object of that kind without a spec, as the definitions of most kinds allow."""
    namespaces = {"L2Advertisement": "kmetal-metallb", "BGPAdvertisement": "kmetal-metallb"}
    namespace = "alpha" if kind == "NetworkAttachmentDefinition" else namespaces.get(kind, "")
    return {key: value for key, value in build(kind, "bare", {}, namespace=namespace).items() if key != "spec"}


@pytest.fixture(scope="module")
def guarded(control_plane: ControlPlane) -> Iterator[Api]:
    """The session's API server with the policies in force."""
    api = control_plane.api
    reset.wipe(api)
    for namespace in ("alpha", "beta", "metallb-system"):
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    for body in admission_policies(LITERALS):
        api.request("POST", path(body), body)
    _await_force(api)
    yield api
    reset.wipe(api)


def _await_force(api: Api) -> None:
    """Policies come into force a moment after they are stored, each at its own."""
    waiting = [
        next(body for case, bodies in rows() if case.rule == rule and refusing(case) for body in bodies)
        for rule in ("NET-201", "NET-414", "NET-416", "NET-428", "NET-431")
    ]
    end = time.monotonic() + SECONDS
    while any(not refusal(api, body) for body in waiting):
        assert time.monotonic() < end, "the policies do not come into force"
        time.sleep(0.2)


@pytest.mark.parametrize(("case", "bodies"), [pytest.param(*row, id=str(row[0])) for row in rows()])
def test_the_api_server_refuses_what_the_law_refuses_and_nothing_else(
    guarded: Api, case: Case, bodies: list[dict[str, Any]]
) -> None:
    refusals = [text for body in bodies if (text := refusal(guarded, body))]
    named = {rule for rule in BY_ID if any(f"{rule} {BY_ID[rule].title}" in text for text in refusals)}
    by_schema = [text for text in refusals if "ValidatingAdmissionPolicy" not in text]
    # Where the kind's own schema is stricter than the law, it speaks first, and the object gets no further.
    assert named == refusing(case) or (by_schema and named <= refusing(case))


@pytest.mark.parametrize(
    ("provider", "number", "refused"),
    [("provider", 0, False), ("provider", 222, True), ("plain", 0, True), ("plain", 222, False), ("other", 0, False)],
)
def test_a_vlans_id_is_held_against_the_nic_of_its_provider_network(
    guarded: Api, provider: str, number: int, *, refused: bool
) -> None:
    body = build("Vlan", "fresh", {"provider": provider, "id": number})
    assert ("NET-301" in refusal(guarded, body)) is refused


@pytest.mark.parametrize(
    ("interface", "refused"),
    [("eth9", True), ("eth9.222", True), ("eth9.223", False), ("br-plain", True), ("data.204", False)],
)
def test_no_nic_that_carries_the_provider_vlan_answers_arp(guarded: Api, interface: str, *, refused: bool) -> None:
    body = good().objects[LAYER2]
    body["spec"]["interfaces"] = ["data.204", interface]
    assert ("NET-202" in refusal(guarded, body)) is refused


@pytest.mark.parametrize(
    ("entry", "refused"),
    [
        ("2001:db8:0:1::1", True),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff/128", True),
        ("2001:db8:0:2::/64", False),
        ("2001:db8::/48", True),
        ("2001:db8::1-2001:db8::ffff", False),
        ("2001:db8::1-2001:db8:0:1::", True),
        ("2001:db8::-2001:db9::", True),
        ("2001:db8:0:2::-2001:db8:0:2:1::", False),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff-2001:db8:0:2::", True),
        ("::1-::2", False),
        ("9.0.0.0-10.0.0.0", False),
        ("9.0.0.0-100.0.0.0", True),
        ("77.220.68.9-77.220.68.95", False),
        ("77.220.68.9 - 77.220.68.100", True),
        ("::FFFF:77.220.68.100", True),
        ("::ffff:77.220.68.128", False),
        ("::ffff:77.220.68.64/123", False),
        ("::ffff:0:0/90", True),
        ("10.0.0.9-10.0.0.1", True),
        ("10.0.0.1-::2", True),
        ("1-2-3", True),
        ("", True),
        ("077.220.068.100", True),
    ],
)
def test_entries_of_either_family_are_compared_as_addresses(guarded: Api, entry: str, *, refused: bool) -> None:
    """What cannot be read is refused as well: the last ones."""
    body = good().objects[POOL]
    body["spec"]["addresses"] = [entry]
    assert ("NET-201" in refusal(guarded, body)) is refused


@pytest.mark.parametrize("interface", ["data.204", "data.205"])
def test_a_provider_network_takes_neither_the_management_nor_the_tunnel_nic(guarded: Api, interface: str) -> None:
    body = build("ProviderNetwork", "fresh", {"defaultInterface": interface})
    assert "NET-302" in refusal(guarded, body)


@pytest.mark.parametrize(
    ("kind", "law"),
    [
        ("L2Advertisement", "NET-202"),
        ("BGPAdvertisement", ""),
        ("ProviderNetwork", ""),
        ("Vlan", ""),
        ("Subnet", ""),
        ("Vpc", ""),
        ("OvnEip", "NET-431"),
        ("OvnSnatRule", "NET-428"),
        ("NetworkAttachmentDefinition", ""),
    ],
)
def test_an_object_without_a_spec_is_refused_by_a_law_or_not_at_all(guarded: Api, kind: str, law: str) -> None:
    text = refusal(guarded, bare(kind))
    assert text == "" if not law else f"{law} {BY_ID[law].title}: " in text


@pytest.mark.parametrize("kind", ["BGPAdvertisement", "Vpc", "NetworkAttachmentDefinition"])
def test_an_object_without_a_spec_keeps_its_labels_and_may_get_a_spec(guarded: Api, kind: str) -> None:
    body = bare(kind)
    guarded.request("POST", path(body), body)
    one, merge = f"{path(body)}/bare", "application/merge-patch+json"
    for change in ({"metadata": {"labels": {"team": "blue"}}}, {"spec": {}}, {"spec": None}):
        guarded.request("PATCH", one, change, merge)
    guarded.request("DELETE", one)


def test_a_spec_that_comes_or_goes_is_asked_about(guarded: Api) -> None:
    body = good().objects[LAYER2]
    body["metadata"]["name"] = "comes-and-goes"
    guarded.request("POST", path(body), body)
    one, merge = f"{path(body)}/comes-and-goes", "application/merge-patch+json"
    with pytest.raises(ApiError, match="NET-202"):
        guarded.request("PATCH", one, {"spec": None}, merge)
    guarded.request("DELETE", one)


@pytest.mark.parametrize(
    "match",
    [
        "((ip4.dst == 77.220.68.96/27) && (tcp || (udp)))",
        "((((ip4.dst == 77.220.68.96/27))))",
        "!!tcp",
        "ip4.dst == 77.220.68.96/27\n",
        'inport == {"a && b", "c"}',
    ],
)
def test_a_match_that_the_law_reads_is_admitted(guarded: Api, match: str) -> None:
    body = good().objects[VPC]
    body["spec"]["policyRoutes"].append({"priority": 1, "match": match, "action": "drop"})
    assert refusal(guarded, body) == ""


def test_a_vpc_of_hundreds_of_policy_routes_costs_no_more_than_the_api_server_bears(guarded: Api) -> None:
    body = good().objects[VPC]
    (drop, *_) = body["spec"]["policyRoutes"]
    body["spec"]["policyRoutes"] = [{**drop, "priority": number} for number in range(500)]
    assert refusal(guarded, body) == ""


def test_the_good_network_is_admitted(guarded: Api) -> None:
    bodies = [body for body in good().objects.values() if body["kind"] in PLURALS]
    assert [text for body in bodies if (text := refusal(guarded, body))] == []


def test_the_refusal_names_the_law_the_address_and_the_way_out(guarded: Api) -> None:
    body = good().objects[POOL]
    body["spec"]["addresses"] = ["172.21.204.200-172.21.204.250", "77.220.68.1-77.220.68.96"]
    text = refusal(guarded, body)
    assert f"NET-201 {BY_ID['NET-201'].title}: 77.220.68.1-77.220.68.96. {BY_ID['NET-201'].fix}" in text


def test_expressions_fit_their_kinds(guarded: Api) -> None:
    """The API server's own type check, which the controller manager writes into the status."""
    collection = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
    end = time.monotonic() + SECONDS
    while True:
        items = guarded.request("GET", collection)["items"]
        if all("observedGeneration" in item.get("status", {}) for item in items):
            break
        assert time.monotonic() < end, "nobody has checked the expressions"
        time.sleep(0.2)
    warnings = {
        item["metadata"]["name"]: item["status"]["typeChecking"]["expressionWarnings"]
        for item in items
        if item["status"].get("typeChecking", {}).get("expressionWarnings")
    }
    assert warnings == {}


def test_an_object_from_before_the_policies_can_be_finished_and_taken_away(guarded: Api) -> None:
    bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/kmetal-vpcs"
    saved = guarded.request("GET", bindings)
    old = deepcopy(good().objects[VPC])
    old["metadata"]["name"] = "old-vpc"
    old["spec"]["policyRoutes"][0]["match"] = "ip4.dst = 77.220.68.96/27"
    guarded.request("DELETE", bindings)
    _until(lambda: not refusal(guarded, old))
    guarded.request("POST", path(old), old)
    guarded.request("POST", path(saved), {**saved, "metadata": {"name": saved["metadata"]["name"]}})
    fresh = deepcopy(old)
    fresh["metadata"]["name"] = "new-vpc"
    _until(lambda: bool(refusal(guarded, fresh)))
    one = f"{path(old)}/old-vpc"
    merge = "application/merge-patch+json"
    guarded.request("PATCH", one, {"metadata": {"finalizers": ["kubeovn.io/test"]}}, merge)
    guarded.request("PATCH", f"{one}/status", {"status": {"standby": True}}, merge)
    guarded.request("DELETE", one)
    guarded.request("PATCH", one, {"metadata": {"finalizers": None}}, merge)
    with pytest.raises(ApiError):
        guarded.request("GET", one)


def _until(holds: Any) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "a change of a binding does not come into force"
        time.sleep(0.2)
