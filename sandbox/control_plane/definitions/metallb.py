"""MetalLB's kinds, as of 0.15.3."""

from __future__ import annotations

from typing import Final

from sandbox.control_plane.definitions.definition import Definition
from sandbox.control_plane.definitions.schemas import (
    ATOMIC_SELECTORS,
    FLAG,
    INT32,
    OFF,
    ON,
    TEXT,
    TEXTS,
    each,
    list_of,
    number,
    object_of,
    one_of,
)

_ASN: Final = number(0, 4294967295, **INT32)
"""Upstream's: the bound does not fit the format, hence kube-apiserver 1.37 refuses every value."""
_MILLISECONDS: Final = number(10, 60000, **INT32)
_METALLB: Final = ("metallb.io", "v1beta1")

METALLB: Final = (
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
)
