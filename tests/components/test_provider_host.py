"""The schema that other languages see, and what the provider host says of a wrong value."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from pulumi.errors import InputPropertiesError

from components.provider_host import Host
from tests.support.recording_engine import record
from tests.support.stack_project import ROOT

HOST = Host()
SCHEMA: dict[str, Any] = json.loads(HOST.schema or "")
TENANT = {
    "stack": "dev",
    "name": "alpha",
    "external": {"cidrBlock": "77.220.68.96/27", "gateway": "77.220.68.97"},
    "clusters": [{"name": "dev", "cidrBlock": "10.100.0.0/24", "mtu": 1400.0}],
}


def types(properties: dict[str, Any]) -> dict[str, str]:
    """Each property's type; a list's after `[]`, a map's after `{}`."""

    def one(entry: dict[str, Any]) -> str:
        if "items" in entry:
            return f"[]{one(entry['items'])}"
        if "additionalProperties" in entry:
            return f"{{}}{one(entry['additionalProperties'])}"
        return str(entry.get("$ref", entry.get("type"))).rpartition(":")[2]

    return {name: one(entry) for name, entry in properties.items()}


def test_the_package_offers_the_four_components_under_the_projects_name_and_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (SCHEMA["name"], SCHEMA["version"]) == (project["name"], project["version"])
    assert set(SCHEMA["resources"]) == {
        "kmetal-network:index:CniStack",
        "kmetal-network:index:MetalLB",
        "kmetal-network:index:ProviderNetwork",
        "kmetal-network:index:TenantNetwork",
    }


@pytest.mark.parametrize(
    ("component", "inputs", "required", "outputs"),
    [
        (
            "CniStack",
            {"stack": "string", "chart": "ChartArgs", "network": "NetworkArgs", "metallbEnabled": "boolean"},
            ["chart", "network", "stack"],
            {"installedBy": "string"},
        ),
        (
            "MetalLB",
            {
                "stack": "string",
                "interface": "string",
                "pools": "[]PoolArgs",
                "l2Advertisements": "[]L2AdvertisementArgs",
                "bgpPeers": "[]BgpPeerArgs",
                "bgpAdvertisements": "[]BgpAdvertisementArgs",
                "bfdProfiles": "[]BfdProfileArgs",
                "communities": "[]CommunityAliasArgs",
            },
            ["interface", "stack"],
            {"pools": "[]string"},
        ),
        (
            "ProviderNetwork",
            {
                "stack": "string",
                "network": "ProviderNicArgs",
                "vlan": "ProviderVlanArgs",
                "external": "ExternalSubnetArgs",
                "gatewayNodes": "[]string",
            },
            ["external", "gatewayNodes", "network", "stack", "vlan"],
            {"subnet": "string", "cidrBlock": "string", "gateway": "string", "gatewayNodes": "[]string"},
        ),
        (
            "TenantNetwork",
            {
                "stack": "string",
                "name": "string",
                "external": "ExternalNetworkArgs",
                "namespace": "string",
                "labels": "{}string",
                "clusters": "[]TenantClusterArgs",
                "egressAddress": "string",
                "drop": "[]string",
                "quota": "{}string",
                "limits": "LimitsArgs",
                "roleBindings": "[]RoleBindingArgs",
            },
            ["external", "name", "stack"],
            {"namespace": "string", "vpc": "string", "clusters": "{}ClusterNetwork"},
        ),
    ],
)
def test_a_component_has_in_the_schema_the_arguments_of_its_class(
    component: str, inputs: dict[str, str], required: list[str], outputs: dict[str, str]
) -> None:
    found = SCHEMA["resources"][f"kmetal-network:index:{component}"]
    assert found["isComponent"]
    assert types(found["inputProperties"]) == inputs
    assert sorted(found["requiredInputs"]) == required
    assert types(found["properties"]) == outputs


def test_a_nested_type_has_its_text_and_only_the_way_out_may_come_late() -> None:
    cluster = SCHEMA["types"]["kmetal-network:index:TenantClusterArgs"]
    assert types(cluster["properties"]) == {
        "name": "string",
        "cidrBlock": "string",
        "gateway": "string",
        "excludeIps": "[]string",
        "mtu": "integer",
        "controlPlaneAddress": "string",
        "replaceWhileInUse": "string",
    }
    assert cluster["properties"]["cidrBlock"]["description"] == (
        "Block of the cluster's worker VMs. Tenants of different VPCs may overlap."
    )
    assert cluster["required"] == ["cidrBlock", "name"]
    late = {
        (name.rpartition(":")[2], key)
        for name, entry in SCHEMA["types"].items()
        if name.endswith("Args")
        for key, found in entry["properties"].items()
        if not found.get("plain") and "$ref" not in found
    }
    assert late == {("ExternalNetworkArgs", "cidrBlock"), ("ExternalNetworkArgs", "gateway")}


def test_the_host_registers_what_a_program_in_python_would() -> None:
    made = record(lambda: HOST.construct("alpha", "kmetal-network:index:TenantNetwork", TENANT))
    assert made["alpha"].type == "kmetal:network:TenantNetwork"
    assert set(made) == {
        "alpha",
        "alpha-namespace",
        "alpha-vpc",
        "alpha-attachment-dev",
        "alpha-subnet-dev",
        "alpha-snat-dev",
    }
    assert made["alpha-subnet-dev"].inputs["spec"]["mtu"] == 1400


def test_a_wrong_value_is_refused_by_its_sentence_alone() -> None:
    wrong = {**TENANT, "clusters": [{"name": "dev", "cidrBlock": "10.100.0.5/24"}]}
    with pytest.raises(InputPropertiesError) as error:
        record(lambda: HOST.construct("alpha", "kmetal-network:index:TenantNetwork", wrong))
    assert error.value.message == (
        "TenantNetwork alpha clusters[0].cidrBlock: '10.100.0.5/24' has host bits set or an odd spelling;"
        " write 10.100.0.0/24 [SHAPE]"
    )
    assert error.value.errors == []
