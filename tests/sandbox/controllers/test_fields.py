"""Whose fields are whose afterwards: what a second apply of the same file will conflict with.

Held to the observed objects: the fields that the field manager `kube-ovn-controller` owns there, it owns here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.sandbox.controllers.network import condition, make, make_provider, make_tenant, status, until
from tests.sandbox.controllers.recording import OBSERVED

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.controllers.api import Client
    from sandbox.controllers.kube_ovn import KubeOvnSimulator

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(
        not OBSERVED.exists(), reason="the recorded objects are not in the repository, and not on this machine"
    ),
]
Object = dict[str, Any]
OBJECTS = {
    "subnet-external.yaml": ("Subnet", "external"),
    "subnet-tenant.yaml": ("Subnet", "alpha-dev-subnet"),
    "vpc-tenant.yaml": ("Vpc", "alpha-vpc"),
    "ovn-eip.yaml": ("OvnEip", "alpha-vpc-external"),
    "ovn-snat-rule.yaml": ("OvnSnatRule", "alpha-snat-dev"),
}
EXCEPT = {
    # The recorded page spelled the gateway and the sorted excludes itself for the tenant, so only these are the same.
    ("Subnet", "external"): {"f:protocol"},
}


def owned(obj: Object) -> dict[str, set[str]]:
    """Subresource -> the paths, two levels deep, of which the controller is an owner."""
    found: dict[str, set[str]] = {}
    for entry in obj["metadata"]["managedFields"]:
        if entry["manager"] != "kube-ovn-controller":
            continue
        paths = found.setdefault(entry.get("subresource", ""), set())
        for part, fields in entry["fieldsV1"].items():
            paths |= {f"{part}.{field}" for field in fields if field != "."}
    return found


def observed(file: str) -> Object:
    found: Object = yaml.safe_load((OBSERVED / file).read_text())
    return found


def test_the_controller_owns_what_it_was_observed_to_own(
    client: Client, start: Callable[..., KubeOvnSimulator]
) -> None:
    start()
    make_provider(client)
    client.delete("Subnet", "external")
    until(lambda: not any(one["metadata"]["name"] == "external" for one in client.list("Subnet")[0]))
    for file, (kind, name) in OBJECTS.items():
        if kind != "OvnEip":
            make(client, kind, name, wished(observed(file)))
    until(lambda: status(client, "OvnSnatRule", "alpha-snat-dev").get("ready"))
    until(lambda: status(client, "OvnEip", "alpha-vpc-external").get("nat") == "snat")
    until(lambda: status(client, "Vpc", "alpha-vpc").get("subnets") == ["alpha-dev-subnet"])
    until(lambda: condition(client, "alpha-dev-subnet", "Ready")[0] == "True")
    for file, (kind, name) in OBJECTS.items():
        live, wanted = client.get(kind, name), observed(file)
        assert owned(live) == owned(wanted), file
        assert live["metadata"]["finalizers"] == wanted["metadata"]["finalizers"]


def wished(obj: Object) -> Object:
    """The spec as its author wrote it: the fields of other managers, with excludes in the page's own order."""
    theirs: set[str] = set()
    for entry in obj["metadata"]["managedFields"]:
        if entry["manager"] != "kube-ovn-controller":
            theirs |= {field.removeprefix("f:") for field in entry["fieldsV1"].get("f:spec", {})}
    spec = {field: value for field, value in obj["spec"].items() if field in theirs}
    if obj["metadata"]["name"] == "external":
        spec["excludeIps"] = sorted(spec["excludeIps"][1:]) + spec["excludeIps"][:1]
    return spec


def test_a_tenants_objects_keep_their_authors_fields(client: Client, start: Callable[..., KubeOvnSimulator]) -> None:
    start()
    make_provider(client)
    make_tenant(client, "alpha", "10.100.0.0/24")
    until(lambda: status(client, "OvnSnatRule", "alpha-snat").get("ready"))
    rule = client.get("OvnSnatRule", "alpha-snat")
    assert "f:spec" not in {path.split(".")[0] for paths in owned(rule).values() for path in paths}
