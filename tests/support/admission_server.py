"""An API server with the admission policies of every set of literals that the table and the repository's stacks have."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any

from kmetal_network.admission.policies import admission_policies
from kmetal_network.config.stackfile import load_environments
from kmetal_network.laws.registry import BY_ID
from kmetal_network.manifests.admission import literals
from kmetal_network.manifests.inventory import owned_manifests
from sandbox.control_plane.api import Api, ApiError
from sandbox.storage import CHECKOUT
from tests.support.admission_cases import LITERALS, rows
from tests.support.network.good import good
from tests.support.network.objects import build
from tests.support.odd_forms import ANNOUNCED

PLURALS = {
    "IPAddressPool": "ipaddresspools",
    "L2Advertisement": "l2advertisements",
    "BGPAdvertisement": "bgpadvertisements",
    "BGPPeer": "bgppeers",
    "BFDProfile": "bfdprofiles",
    "Community": "communities",
    "ProviderNetwork": "provider-networks",
    "Vlan": "vlans",
    "Subnet": "subnets",
    "Vpc": "vpcs",
    "OvnEip": "ovn-eips",
    "OvnSnatRule": "ovn-snat-rules",
    "Service": "services",
    "NetworkAttachmentDefinition": "network-attachment-definitions",
    "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": "validatingadmissionpolicybindings",
}
PEERS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/bgppeers.metallb.io"
SECONDS = 60.0

OWN = "literals"
"""Label of an object that is for the policies of other literals than the good network's, with the number of their set."""

ROWS = list(rows())
STACKS = [
    (
        name,
        literals(
            environment.settings.provider,
            environment.settings.management,
            environment.settings.network,
            environment.settings.metallb,
        ),
        [
            manifest.body
            for manifest in owned_manifests(environment.settings, name)
            if manifest.kind in PLURALS and "admission" not in manifest.body["apiVersion"]
        ],
    )
    for name, environment in load_environments(CHECKOUT)[0].items()
]
"""What each of the repository's stacks applies, and what its own admission policies check it against."""

MANY = replace(
    LITERALS,
    reserved=[f"172.21.{100 + n // 250}.{n % 250}" for n in range(1000)],
    interfaces={**LITERALS.interfaces, "provider": ["data.222", *(f"enp{n}s0.222" for n in range(200))]},
)
"""Literals of settings with a thousand reserved ranges and a NIC of its own on each of 200 nodes."""

STACKS.append(("many", MANY, [body for body in good().objects.values() if body["kind"] in PLURALS]))

SETS = [LITERALS]
for _, said, _ in (*ROWS, *STACKS):
    if said not in SETS:
        SETS.append(said)


def path(body: dict[str, Any]) -> str:
    """The collection that an object belongs to."""
    namespace = body["metadata"].get("namespace")
    scope = f"/namespaces/{namespace}" if namespace else ""
    root = "apis" if "/" in body["apiVersion"] else "api"
    return f"/{root}/{body['apiVersion']}{scope}/{PLURALS[body['kind']]}"


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


def named(refusals: list[str]) -> set[str]:
    """The laws in whose words policies refused, or what else they said: an expression that failed refuses, too."""
    words = {f"{rule} {BY_ID[rule].title}": rule for rule in BY_ID}
    return {
        next((rule for text, rule in words.items() if text in said), said)
        for said in refusals
        if "ValidatingAdmissionPolicy" in said
    }


@contextmanager
def server_with_all_policies(api: Api) -> Iterator[Api]:
    """The policies in force: those of the good network, and of each row and stack with other literals."""
    theirs = {
        body["metadata"]["namespace"] for _, _, bodies in STACKS for body in bodies if "namespace" in body["metadata"]
    }
    for namespace in sorted({"alpha", "beta", "metallb-system", *theirs} - {"kmetal-metallb"}):
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    versions = api.request("GET", PEERS)["spec"]["versions"]
    before, merge = _peer(api), "application/merge-patch+json"
    api.request("PATCH", PEERS, {"spec": {"versions": _readable(versions)}}, merge)
    policies = [body for number in range(len(SETS)) for body in _policies(number)]
    for body in policies:
        api.request("POST", path(body), body)
    _await_force(api, policies)
    yield api
    api.request("PATCH", PEERS, {"spec": {"versions": versions}}, merge)
    until(lambda: _peer(api) == before)


def _peer(api: Api) -> tuple[str, str]:
    """How the API server takes a BGPPeer and a list of them: another way for a moment after their definition changed."""
    try:
        listed = str(api.request("GET", "/apis/metallb.io/v1beta2/bgppeers")["kind"])
    except ApiError as error:
        listed = str(error)
    return refusal(api, next(body for body in ANNOUNCED if body["kind"] == "BGPPeer"))[:3], listed


def _readable(versions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """BGPPeer's versions without the format that AS numbers do not fit, for which this API server refuses every peer."""
    found = deepcopy(versions)
    for version in found:
        fields = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
        for name in ("myASN", "peerASN"):
            fields[name].pop("format", None)
    return found


def _policies(number: int) -> Iterator[dict[str, Any]]:
    """The policies of one set of literals, for objects with its number; each also refuses what is called a canary."""
    kinds = {PLURALS[body["kind"]] for _, said, bodies in (*ROWS, *STACKS) if said == SETS[number] for body in bodies}
    for body in map(deepcopy, admission_policies(SETS[number])):
        name = body["metadata"]["name"]
        if number and name.removeprefix("kmetal-") not in kinds:
            continue
        body["metadata"]["name"] = f"{name}-{number}" if number else name
        if body["kind"] == "ValidatingAdmissionPolicy":
            body["spec"]["validations"].append(
                {
                    "expression": "!('canary' in (has(object.metadata.annotations) ? object.metadata.annotations : {}))",
                    "message": "canary",
                }
            )
        else:
            body["spec"]["policyName"] = body["metadata"]["name"]
            chosen = {"key": OWN, "operator": "In", "values": [str(number)]}
            selector = {"matchExpressions": [chosen if number else {"key": OWN, "operator": "DoesNotExist"}]}
            body["spec"]["matchResources"] = {**body["spec"].get("matchResources", {}), "objectSelector": selector}
        yield body


def numbered(body: dict[str, Any], number: int) -> dict[str, Any]:
    """An object for the policies of that set of literals."""
    labels = {OWN: str(number)} if number else {}
    return {**body, "metadata": {**body["metadata"], "labels": labels}}


def _await_force(api: Api, policies: list[dict[str, Any]]) -> None:
    """Policies come into force a moment after they are stored, each at its own."""
    samples = {
        PLURALS[body["kind"]]: body for body in [*good().objects.values(), *ANNOUNCED] if body["kind"] in PLURALS
    }
    waiting = {body["metadata"]["name"] for body in policies if body["kind"] == "ValidatingAdmissionPolicy"}
    end = time.monotonic() + SECONDS
    while waiting:
        for name in sorted(waiting):
            plural, _, number = name.removeprefix("kmetal-").rpartition("-")
            known, number = (plural, int(number)) if number.isdigit() else (name.removeprefix("kmetal-"), 0)
            canary = numbered(samples[known], number)
            canary["metadata"]["annotations"] = {"canary": "yes"}
            if f"'{name}'" in refusal(api, canary):
                waiting.remove(name)
        assert time.monotonic() < end, f"policies do not come into force: {waiting}"
        time.sleep(0.2)


def until(holds: Callable[[], bool]) -> None:
    """A change of a policy comes into force a moment after it is stored."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "a change of a binding does not come into force"
        time.sleep(0.2)


def bare(kind: str) -> dict[str, Any]:
    """An object of that kind without a spec, as the definitions of most kinds allow."""
    namespaces = {"L2Advertisement": "kmetal-metallb", "BGPAdvertisement": "kmetal-metallb"}
    namespace = "alpha" if kind == "NetworkAttachmentDefinition" else namespaces.get(kind, "")
    return {key: value for key, value in build(kind, "bare", {}, namespace=namespace).items() if key != "spec"}
