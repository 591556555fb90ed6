"""Cases of `kmetal_network.laws.tenants.attachments`."""

from __future__ import annotations

import json

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes, warns
from tests.law_cases.provider.edits import WAN_NAD, attachment, drops
from tests.law_cases.tenants.edits import BETA
from tests.support.network.edits import YES, Edit, add, gone, partial, patch, put
from tests.support.network.objects import NAD, SUBNET, VPC, build, policy


def config(**changes: object) -> Edit:
    """The attachment's CNI configuration, changed; None removes a key."""
    values = {
        "cniVersion": "0.3.1",
        "name": "kube-ovn",
        "type": "kube-ovn",
        "server_socket": "/run/openvswitch/kube-ovn-daemon.sock",
        "provider": "alpha-dev-net.alpha.ovn",
        **changes,
    }
    return put(NAD, "spec.config", json.dumps({key: value for key, value in values.items() if value is not None}))


CASES = (
    breaks(
        "NET-403",
        "an attachment without a Subnet",
        add(attachment(type="kube-ovn", server_socket="/run/ovs.sock", provider="wan.alpha.ovn")),
        at=WAN_NAD,
    ),
    breaks("NET-403", "a Subnet that names no provider", put(SUBNET, "spec.provider", ""), at=SUBNET),
    breaks(
        "NET-403",
        "two names in one file",
        partial,
        put(SUBNET, "spec.provider", "alpha-prod-net.alpha.ovn"),
        at=SUBNET,
    ),
    passes("NET-403", "an attachment that another file may hold", partial, gone(NAD)),
    breaks("NET-403", "the configuration's provider", config(provider="alpha-dev-net.alpha"), at=NAD),
    breaks("NET-403", "the Subnet's provider", put(SUBNET, "spec.provider", "alpha-net.alpha.ovn"), at=SUBNET),
    breaks(
        "NET-403",
        "a configuration's provider, next to a patch that mends it",
        put(NAD, "spec.config", json.dumps({"type": "kube-ovn", "server_socket": "s", "provider": "a.b"})),
        patch(
            NAD, config=json.dumps({"type": "kube-ovn", "server_socket": "s", "provider": "alpha-dev-net.alpha.ovn"})
        ),
        at=NAD,
    ),
    passes("NET-407", "a namespace that is not known yet", partial, put(NAD, "metadata.namespace", UNKNOWN)),
    breaks(
        "NET-407",
        "a dot in the name",
        add(
            build(
                "NetworkAttachmentDefinition",
                "alpha.dev",
                {"config": json.dumps({"type": "macvlan"})},
                namespace="alpha",
            )
        ),
        at="NetworkAttachmentDefinition alpha/alpha.dev",
    ),
    passes(
        "NET-408",
        "a chain of plugins",
        put(
            NAD,
            "spec.config",
            json.dumps(
                {
                    "cniVersion": "0.3.1",
                    "name": "kube-ovn",
                    "plugins": [
                        {"type": "kube-ovn", "server_socket": "/run/ovs.sock", "provider": "alpha-dev-net.alpha.ovn"},
                        {"type": "portmap"},
                    ],
                }
            ),
        ),
    ),
    passes(
        "NET-408",
        "a configuration that a file on the node holds",
        add(build("NetworkAttachmentDefinition", "wan", {}, namespace="alpha")),
    ),
    breaks(
        "NET-408", "a plugin without a type", add(attachment(plugins=[{"type": "macvlan"}, {"name": "x"}])), at=WAN_NAD
    ),
    breaks(
        "NET-408",
        "a chain whose plugin of Kube-OVN has no socket",
        partial,
        add(attachment(plugins=[{"type": "kube-ovn", "provider": "wan.alpha.ovn"}])),
        at=WAN_NAD,
    ),
    passes(
        "NET-408",
        "another CNI, which needs no socket of Kube-OVN's",
        add(
            build(
                "NetworkAttachmentDefinition", "storage", {"config": json.dumps({"type": "macvlan"})}, namespace="alpha"
            )
        ),
    ),
    passes("NET-408", "a configuration that is not known yet", put(NAD, "spec.config", UNKNOWN)),
    breaks("NET-408", "no socket", config(server_socket=None), at=NAD),
    breaks("NET-408", "a comma too many", put(NAD, "spec.config", '{"type": "kube-ovn",}'), at=NAD),
    breaks("NET-408", "no type", put(NAD, "spec.config", "{}"), at=NAD),
    passes("NET-408", "a patch without a configuration", patch(NAD, other=YES)),
    breaks(
        "NET-408",
        "a patch with no type",
        patch(NAD, config="{}"),
        at="NetworkAttachmentDefinitionPatch alpha/alpha-dev-net",
    ),
    passes(
        "NET-423",
        "two Subnets of the default provider",
        add(
            build(
                "Subnet",
                "spare",
                {"vpc": "ovn-cluster", "provider": "ovn", "cidrBlock": "10.103.0.0/24", "gateway": "10.103.0.1"},
            )
        ),
        *(put(vpc, "spec.policyRoutes.+", policy(1500, "ip4.dst == 10.103.0.0/24")) for vpc in (VPC, BETA)),
    ),
    breaks(
        "NET-423",
        "two Subnets of one attachment",
        add(
            build(
                "Subnet",
                "alpha-two-subnet",
                {
                    "vpc": "alpha-vpc",
                    "cidrBlock": "10.103.0.0/24",
                    "gateway": "10.103.0.1",
                    "provider": "alpha-dev-net.alpha.ovn",
                },
            ),
            build("OvnSnatRule", "alpha-snat-two", {"ovnEip": "alpha-vpc-external", "vpcSubnet": "alpha-two-subnet"}),
        ),
        at="Subnet alpha-two-subnet",
    ),
    passes(
        "NET-424",
        "addresses alone for an attachment of another CNI",
        add(
            attachment(type="macvlan", master="eth0", ipam={"type": "kube-ovn", "provider": "wan.alpha"}),
            build("Subnet", "wan", {"provider": "wan.alpha", "cidrBlock": "172.17.0.0/16", "gateway": "172.17.0.1"}),
        ),
        *drops("172.17.0.0/16"),
    ),
    warns(
        "NET-424",
        "two parts, and no attachment in sight",
        partial,
        put(SUBNET, "spec.provider", "elsewhere.alpha"),
        at=SUBNET,
    ),
    passes("NET-424", "Kube-OVN's own provider", partial, gone(NAD), put(SUBNET, "spec.provider", "ovn")),
    breaks(
        "NET-424", "a provider of two parts", partial, put(SUBNET, "spec.provider", "alpha-dev-net.alpha"), at=SUBNET
    ),
    breaks(
        "NET-424",
        "a provider that ends otherwise",
        partial,
        put(SUBNET, "spec.provider", "alpha-dev-net.alpha.ov"),
        at=SUBNET,
    ),
)
