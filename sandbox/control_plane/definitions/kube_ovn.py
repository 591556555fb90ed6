"""Kube-OVN's kinds, as of 1.15.24."""

from __future__ import annotations

from typing import Final

from sandbox.control_plane.definitions.definition import Definition
from sandbox.control_plane.definitions.schemas import (
    FLAG,
    INTERFACE,
    OFF,
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
_KUBE_OVN: Final = ("kubeovn.io", "v1")

KUBE_OVN: Final = (
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
    Definition(*_KUBE_OVN, "OvnFip", "ovn-fips", each(TEXT, "ovnEip ipName ipType type vpc v4Ip v6Ip")),
    Definition(
        *_KUBE_OVN,
        "OvnDnatRule",
        "ovn-dnat-rules",
        each(TEXT, "ovnEip ipName ipType vpc v4Ip v6Ip protocol internalPort externalPort"),
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
)
