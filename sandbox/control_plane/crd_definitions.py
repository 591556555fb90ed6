"""Definitions of the custom resources that this program writes, from its own knowledge of their fields.

They serve a control plane that cannot get upstream's definitions. Names, scopes, status subresources and the whole spec
are upstream's (Kube-OVN 1.15.24, MetalLB 0.15.3, Multus' client 1.7.7): types, bounds, choices, defaults, what is
required; a field that upstream does not have is pruned and refused as there. Tests compare each spec with upstream's
files, where available.

Weaker than upstream by design: a status and Flux's two specs are open, MetalLB's older BGPPeer is not served, and
upstream's rules in CEL are left out, with the pattern of a Vpc's `bfdPort.ip`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.control_plane.crd_schemas import (
    ATOMIC_SELECTORS,
    FLAG,
    INT32,
    INTERFACE,
    OFF,
    ON,
    OPEN,
    SELECTORS,
    TEXT,
    TEXTS,
    Schema,
    each,
    list_of,
    number,
    object_of,
    one_of,
    selector,
)

_KEYED: Final[Schema] = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["key"]}
_ASN: Final = number(0, 4294967295, **INT32)
"""Upstream's: the bound does not fit the format, hence kube-apiserver 1.37 refuses every value."""
_MILLISECONDS: Final = number(10, 60000, **INT32)


@dataclass(frozen=True)
class Definition:
    """One kind and the fields of its spec."""

    group: str
    version: str
    kind: str
    plural: str
    fields: Mapping[str, Schema]
    required: tuple[str, ...] = ()
    namespaced: bool = False
    status: bool = True
    """Whether status is a subresource upstream, so that a writer of the spec cannot touch it."""

    closed: bool = True
    """Whether a field of the spec that is not named here is pruned."""

    needs_spec: bool = False
    names: Schema = field(default_factory=dict)
    """Upstream's rule for `metadata.name` in addition to Kubernetes' own."""


_KUBE_OVN: Final = ("kubeovn.io", "v1")
_METALLB: Final = ("metallb.io", "v1beta1")

DEFINITIONS: Final = (
    Definition(
        *_KUBE_OVN,
        "ProviderNetwork",
        "provider-networks",
        {
            "defaultInterface": INTERFACE,
            "customInterfaces": list_of(object_of({"interface": INTERFACE, "nodes": TEXTS})),
            "excludeNodes": TEXTS,
            "nodeSelector": selector(TEXT, "key", "operator", **_KEYED),
            "vlanInterfaces": list_of({"type": "string", "pattern": r"^[a-zA-Z0-9_-]+\.[0-9]{1,4}$"}),
            **each(FLAG, "exchangeLinkName autoCreateVlanSubinterfaces preserveVlanInterfaces"),
        },
        ("defaultInterface",),
        names={"type": "string", "maxLength": 12, "not": {"enum": ["int"]}},
    ),
    Definition(
        *_KUBE_OVN,
        "Vlan",
        "vlans",
        {"id": number(0, 4095), "vlanId": number(), **each(TEXT, "provider providerInterfaceName")},
        ("provider",),
    ),
    Definition(
        *_KUBE_OVN,
        "Subnet",
        "subnets",
        {
            **each(TEXT, "vpc vlan cidrBlock gateway gatewayType gatewayNode provider routeTable nodeNetwork"),
            **each(TEXT, "externalEgressGateway dhcpV4Options dhcpV6Options ipv6RAConfigs u2oInterconnectionIP"),
            **each(FLAG, "default private natOutgoing logicalGateway allowEWTraffic enableDHCP enableIPv6RA enableLb"),
            **each(FLAG, "disableGatewayCheck disableInterConnection enableEcmp enableExternalLBAddress"),
            **each(FLAG, "enableMulticastSnoop u2oInterconnection"),
            **each(TEXTS, "namespaces excludeIps vips allowSubnets"),
            **each(SELECTORS, "namespaceSelectors gatewayNodeSelectors"),
            "protocol": one_of("IPv4", "IPv6", "Dual"),
            "mtu": number(68, 65535),
            "policyRoutingPriority": number(1, 32765),
            "policyRoutingTableID": number(1, 2147483647, **{"not": {"enum": [252, 253, 254, 255]}}),
            "u2oFeatures": object_of({"overlayOnlyRouting": FLAG}),
            "acls": list_of(
                object_of(
                    {
                        "direction": one_of("from-lport", "to-lport"),
                        "priority": number(0, 32767),
                        "match": TEXT,
                        "action": one_of("allow-related", "allow-stateless", "allow", "drop", "reject"),
                    }
                )
            ),
            "natOutgoingPolicyRules": list_of(
                object_of({"action": one_of("nat", "forward"), "match": object_of(each(TEXT, "srcIPs dstIPs"))})
            ),
        },
        names={"type": "string", "pattern": "^[^0-9]"},
    ),
    Definition(
        *_KUBE_OVN,
        "Vpc",
        "vpcs",
        {
            "defaultSubnet": TEXT,
            **each(FLAG, "enableExternal enableBfd"),
            **each(TEXTS, "namespaces extraExternalSubnets"),
            "staticRoutes": list_of(object_of(each(TEXT, "policy cidr nextHopIP ecmpMode bfdId routeTable"))),
            "policyRoutes": list_of(object_of({"priority": number(), **each(TEXT, "action match nextHopIP")})),
            "vpcPeerings": list_of(object_of(each(TEXT, "remoteVpc localConnectIP"))),
            "bfdPort": object_of(
                {
                    "enabled": OFF,
                    "ip": TEXT,
                    "nodeSelector": selector(one_of("In", "NotIn", "Exists", "DoesNotExist"), "key", "operator"),
                }
            ),
        },
    ),
    Definition(*_KUBE_OVN, "OvnEip", "ovn-eips", each(TEXT, "externalSubnet v4Ip v6Ip macAddress type")),
    Definition(
        *_KUBE_OVN, "OvnSnatRule", "ovn-snat-rules", each(TEXT, "ovnEip vpcSubnet ipName vpc v4IpCidr v6IpCidr")
    ),
    Definition(
        *_KUBE_OVN,
        "IP",
        "ips",
        {
            **each(TEXT, "podName namespace subnet nodeName ipAddress v4IpAddress v6IpAddress macAddress containerID"),
            "podType": TEXT,
            **each(TEXTS, "attachSubnets attachIps attachMacs"),
        },
        status=False,
    ),
    Definition(
        "k8s.cni.cncf.io",
        "v1",
        "NetworkAttachmentDefinition",
        "network-attachment-definitions",
        {"config": TEXT},
        namespaced=True,
        status=False,
    ),
    Definition(
        *_METALLB,
        "IPAddressPool",
        "ipaddresspools",
        {
            "addresses": TEXTS,
            "autoAssign": ON,
            "avoidBuggyIPs": OFF,
            "serviceAllocation": object_of(
                {
                    "namespaces": TEXTS,
                    "priority": number(),
                    **each(ATOMIC_SELECTORS, "namespaceSelectors serviceSelectors"),
                }
            ),
        },
        ("addresses",),
        namespaced=True,
        needs_spec=True,
    ),
    Definition(
        *_METALLB,
        "L2Advertisement",
        "l2advertisements",
        {
            **each(TEXTS, "ipAddressPools interfaces"),
            **each(ATOMIC_SELECTORS, "ipAddressPoolSelectors nodeSelectors"),
        },
        namespaced=True,
    ),
    Definition(
        *_METALLB,
        "BGPAdvertisement",
        "bgpadvertisements",
        {
            "aggregationLength": number(1, default=32, **INT32),
            "aggregationLengthV6": number(default=128, **INT32),
            "localPref": number(**INT32),
            **each(TEXTS, "ipAddressPools communities peers"),
            **each(ATOMIC_SELECTORS, "ipAddressPoolSelectors nodeSelectors"),
        },
        namespaced=True,
    ),
    Definition(
        *_METALLB,
        "BFDProfile",
        "bfdprofiles",
        {
            "detectMultiplier": number(2, 255, **INT32),
            "minimumTtl": number(1, 254, **INT32),
            **each(_MILLISECONDS, "receiveInterval transmitInterval echoInterval"),
            **each(FLAG, "echoMode passiveMode"),
        },
        namespaced=True,
    ),
    Definition(
        *_METALLB,
        "Community",
        "communities",
        {"communities": list_of(object_of(each(TEXT, "name value")))},
        namespaced=True,
    ),
    Definition(
        "metallb.io",
        "v1beta2",
        "BGPPeer",
        "bgppeers",
        {
            **each(_ASN, "myASN peerASN"),
            "peerPort": number(1, 16384, default=179),
            "dynamicASN": one_of("internal", "external"),
            **each(TEXT, "peerAddress sourceAddress routerID password bfdProfile vrf interface"),
            **each(TEXT, "holdTime keepaliveTime connectTime"),
            "passwordSecret": object_of(each(TEXT, "name namespace"), **{"x-kubernetes-map-type": "atomic"}),
            **each(FLAG, "ebgpMultiHop enableGracefulRestart"),
            **each(OFF, "disableMP dualStackAddressFamily"),
            "nodeSelectors": ATOMIC_SELECTORS,
        },
        ("myASN",),
        namespaced=True,
    ),
    Definition(
        "source.toolkit.fluxcd.io",
        "v1",
        "OCIRepository",
        "ocirepositories",
        each(TEXT, "interval url"),
        ("interval", "url"),
        namespaced=True,
        closed=False,
    ),
    Definition(
        "helm.toolkit.fluxcd.io",
        "v2",
        "HelmRelease",
        "helmreleases",
        each(TEXT, "interval releaseName"),
        ("interval",),
        namespaced=True,
        closed=False,
    ),
)


def custom_resource_definitions() -> list[dict[str, Any]]:
    """All of them, ready to be applied."""
    return list(_rendered())


def _rendered() -> Iterator[dict[str, Any]]:
    for definition in DEFINITIONS:
        marks = {} if definition.closed else OPEN
        spec = object_of(definition.fields, *definition.required, **marks)
        parts = {"spec": spec, **({"status": OPEN} if definition.status else {})}
        if definition.names:
            parts["metadata"] = object_of({"name": definition.names})
        whole = object_of(parts, *(["spec"] if definition.needs_spec else []))
        version: dict[str, Any] = {
            "name": definition.version,
            "served": True,
            "storage": True,
            "schema": {"openAPIV3Schema": whole},
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
