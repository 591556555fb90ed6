"""Requests to the pack as the engine sends them, answered by the SDK's real servicer and its real proxies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from policies.enforcement import EnforcingServicer
from policies.pack import policies

LATER = UNKNOWN_STRING_VALUE
"""How the engine writes a value that is not known yet."""

EXTERNAL_BLOCK = "77.220.68.96/27"


def manifest(kind: str, name: str, spec: Any, group_version: str = "") -> dict[str, Any]:
    """A Kubernetes object as pulumi-kubernetes sends its inputs."""
    metallb = kind in ("IPAddressPool", "L2Advertisement", "BGPAdvertisement")
    version = group_version or ("metallb.io/v1beta1" if metallb else "kubeovn.io/v1")
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def pool(*addresses: str, name: str = "public") -> dict[str, Any]:
    """An IPAddressPool."""
    return manifest("IPAddressPool", name, {"addresses": list(addresses)})


def external(cidr: str = EXTERNAL_BLOCK) -> dict[str, Any]:
    """The Subnet on the provider VLAN, as in kMetal's guide."""
    spec = {
        "vpc": "ovn-cluster",
        "vlan": "vlan222",
        "protocol": "IPv4",
        "cidrBlock": cidr,
        "gateway": "77.220.68.97",
        "gatewayType": "distributed",
        "excludeIps": ["77.220.68.96", "77.220.68.97", "77.220.68.127"],
    }
    return manifest("Subnet", "external", spec)


def provider_network(nic: str = "data.222") -> dict[str, Any]:
    """The network whose NIC carries the provider VLAN."""
    return manifest("ProviderNetwork", "provider", {"defaultInterface": nic})


def layer2(*interfaces: str, pools: Iterable[str] = ("public",)) -> dict[str, Any]:
    """An L2Advertisement; without interfaces it answers everywhere."""
    spec: dict[str, Any] = {"ipAddressPools": list(pools)}
    return manifest("L2Advertisement", "announce", {**spec, "interfaces": list(interfaces)} if interfaces else spec)


def struct(data: Mapping[str, Any]) -> struct_pb2.Struct:
    """Properties in the engine's form: every number a float, and a patch of the kind that it patches."""
    result = struct_pb2.Struct()
    result.update({**data, "kind": data["kind"].removesuffix("Patch")} if "kind" in data else data)
    return result


def token(data: Mapping[str, Any], suffix: str = "") -> str:
    """The type token of an object's resource."""
    return f"kubernetes:{data['apiVersion']}:{data['kind']}{suffix}"


class Pack:
    """The pack as one run of the engine meets it."""

    def __init__(self, config: Mapping[str, Any] | None = None, levels: Mapping[str, int] | None = None) -> None:
        self._servicer = EnforcingServicer("kmetal-network", "0", policies(), EnforcementLevel.ADVISORY)
        request = proto.ConfigureAnalyzerRequest()
        for name in ("before-create", "laws", "advice"):
            level = (levels or {}).get(name, proto.ADVISORY if name == "advice" else proto.MANDATORY)
            request.policyConfig[name].enforcementLevel = level
        request.policyConfig["laws"].properties.update(config or {})
        self._servicer.Configure(request, None)

    def register(self, data: Mapping[str, Any], suffix: str = "") -> list[str]:
        """Register one resource; the mandatory violations."""
        urn = f"urn:pulumi:dev::p::{token(data, suffix)}::{data['metadata']['name']}"
        request = proto.AnalyzeRequest(type=token(data, suffix), urn=urn, properties=struct(data))
        return mandatory(self._servicer.Analyze(request, None))

    def stack(self, *objects: Mapping[str, Any], outputs: Mapping[str, Any] | None = None) -> proto.AnalyzeResponse:
        """All resources together, and the stack's outputs."""
        request = proto.AnalyzeStackRequest()
        request.resources.add(type="pulumi:pulumi:Stack", urn="urn:stack", properties=struct(outputs or {}))
        for index, data in enumerate(objects):
            request.resources.add(type=token(data), urn=f"urn:{index}", properties=struct(data))
        return self._servicer.AnalyzeStack(request, None)


def mandatory(response: proto.AnalyzeResponse) -> list[str]:
    """What stops a run."""
    return _messages(response, proto.MANDATORY)


def advisory(response: proto.AnalyzeResponse) -> list[str]:
    """Advisory findings only."""
    return _messages(response, proto.ADVISORY)


def _messages(response: proto.AnalyzeResponse, level: int) -> list[str]:
    return [entry.message.partition("\n")[2] for entry in response.diagnostics if entry.enforcementLevel == level]


def laws_in(messages: Iterable[str]) -> set[str]:
    """The ids in brackets at the messages' ends."""
    return {message.rpartition("[")[2].rstrip("]") for message in messages}
