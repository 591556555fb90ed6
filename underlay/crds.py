"""Definitions of the custom resources that this program writes, from what it knows of their fields.

For a control plane that can have no upstream definitions: names, scopes and status subresources are upstream's, the
fields that we write are typed, all others are kept as they are. Weaker than upstream by design: an unknown field stays
here and is refused there. Tests hold every name and type against upstream's files (Kube-OVN 1.15.24, MetalLB 0.15.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_NUMBER: Final[Schema] = {"type": "integer"}
_FLAG: Final[Schema] = {"type": "boolean"}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT}


def _list_of(fields: Mapping[str, Schema]) -> Schema:
    properties = dict(fields)
    items: Schema = {"type": "object", "properties": properties, "x-kubernetes-preserve-unknown-fields": True}
    return {"type": "array", "items": items}


@dataclass(frozen=True)
class Definition:
    """One kind and the fields of its spec that we write."""

    group: str
    version: str
    kind: str
    plural: str
    fields: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    namespaced: bool = False
    status: bool = True
    """Whether status is a subresource upstream, so that a writer of the spec cannot touch it."""


_KUBE_OVN: Final = ("kubeovn.io", "v1")
_METALLB: Final = ("metallb.io", "v1beta1")

DEFINITIONS: Final = (
    Definition(
        *_KUBE_OVN,
        "ProviderNetwork",
        "provider-networks",
        {
            "defaultInterface": {"type": "string", "maxLength": 15, "pattern": r"^[^/\s]+$"},
            "customInterfaces": _list_of({"interface": _TEXT, "nodes": _TEXTS}),
            "excludeNodes": _TEXTS,
        },
        ("defaultInterface",),
    ),
    Definition(
        *_KUBE_OVN,
        "Vlan",
        "vlans",
        {"id": {"type": "integer", "minimum": 0, "maximum": 4095}, "provider": _TEXT},
        ("provider",),
    ),
    Definition(
        *_KUBE_OVN,
        "Subnet",
        "subnets",
        {
            "vpc": _TEXT,
            "vlan": _TEXT,
            "protocol": _TEXT,
            "cidrBlock": _TEXT,
            "gateway": _TEXT,
            "gatewayType": _TEXT,
            "provider": _TEXT,
            "namespaces": _TEXTS,
            "excludeIps": _TEXTS,
            "mtu": _NUMBER,
        },
    ),
    Definition(
        *_KUBE_OVN,
        "Vpc",
        "vpcs",
        {
            "namespaces": _TEXTS,
            "enableExternal": _FLAG,
            "extraExternalSubnets": _TEXTS,
            "staticRoutes": _list_of(
                dict.fromkeys(("policy", "cidr", "nextHopIP", "ecmpMode", "bfdId", "routeTable"), _TEXT)
            ),
            "policyRoutes": _list_of({"priority": _NUMBER, "match": _TEXT, "action": _TEXT}),
        },
    ),
    Definition(
        *_KUBE_OVN,
        "OvnEip",
        "ovn-eips",
        dict.fromkeys(("externalSubnet", "v4Ip", "v6Ip", "macAddress", "type"), _TEXT),
    ),
    Definition(*_KUBE_OVN, "OvnSnatRule", "ovn-snat-rules", dict.fromkeys(("ovnEip", "vpcSubnet"), _TEXT)),
    Definition(
        *_KUBE_OVN, "IP", "ips", dict.fromkeys(("podName", "namespace", "subnet", "v4IpAddress"), _TEXT), status=False
    ),
    Definition(
        "k8s.cni.cncf.io",
        "v1",
        "NetworkAttachmentDefinition",
        "network-attachment-definitions",
        {"config": _TEXT},
        namespaced=True,
        status=False,
    ),
    Definition(
        *_METALLB,
        "IPAddressPool",
        "ipaddresspools",
        {"addresses": _TEXTS, "autoAssign": _FLAG, "avoidBuggyIPs": _FLAG},
        ("addresses",),
        namespaced=True,
    ),
    Definition(
        *_METALLB,
        "L2Advertisement",
        "l2advertisements",
        {"ipAddressPools": _TEXTS, "interfaces": _TEXTS},
        namespaced=True,
    ),
    Definition(
        *_METALLB,
        "BGPAdvertisement",
        "bgpadvertisements",
        {"ipAddressPools": _TEXTS, "aggregationLength": _NUMBER, "communities": _TEXTS, "peers": _TEXTS},
        namespaced=True,
    ),
    Definition(
        *_METALLB,
        "BFDProfile",
        "bfdprofiles",
        dict.fromkeys(("detectMultiplier", "receiveInterval", "transmitInterval"), _NUMBER),
        namespaced=True,
    ),
    Definition(
        *_METALLB,
        "Community",
        "communities",
        {"communities": _list_of({"name": _TEXT, "value": _TEXT})},
        namespaced=True,
    ),
    Definition(
        "metallb.io",
        "v1beta2",
        "BGPPeer",
        "bgppeers",
        {"myASN": _NUMBER, "peerASN": _NUMBER, "peerAddress": _TEXT, "holdTime": _TEXT, "bfdProfile": _TEXT},
        ("myASN", "peerASN"),
        namespaced=True,
    ),
    Definition("source.toolkit.fluxcd.io", "v1", "OCIRepository", "ocirepositories", {"url": _TEXT}, namespaced=True),
    Definition("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases", {"releaseName": _TEXT}, namespaced=True),
)


def custom_resource_definitions() -> list[dict[str, Any]]:
    """All of them, ready to be applied."""
    return list(_rendered())


def _rendered() -> Iterator[dict[str, Any]]:
    for definition in DEFINITIONS:
        open_object: Schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        spec: Schema = {**open_object, "properties": dict(definition.fields)}
        if definition.required:
            spec["required"] = list(definition.required)
        version: dict[str, Any] = {
            "name": definition.version,
            "served": True,
            "storage": True,
            "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec, "status": open_object}}},
        }
        if definition.status:
            version["subresources"] = {"status": {}}
        singular = definition.kind.lower()
        yield {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{definition.plural}.{definition.group}"},
            "spec": {
                "group": definition.group,
                "scope": "Namespaced" if definition.namespaced else "Cluster",
                "names": {
                    "kind": definition.kind,
                    "listKind": f"{definition.kind}List",
                    "plural": definition.plural,
                    "singular": singular,
                },
                "versions": [version],
            },
        }
