"""Edits of the good network that several files of cases share."""

from __future__ import annotations

import json

from tests.support.network.edits import Edit, put
from tests.support.network.objects import PROVIDER, VLAN, VPC, Body, build


def second(interface: str, **spec: object) -> Body:
    return build("ProviderNetwork", "second", {"defaultInterface": interface, **spec})


WAN_NAD = "NetworkAttachmentDefinition alpha/wan"
TRUNK = (put(PROVIDER, "spec.defaultInterface", "eth9"), put(VLAN, "spec.id", 222))
"""A plain provider NIC on which OVN tags."""


def attachment(**config: object) -> Body:
    """An attachment of a tenant's namespace to a network of the host."""
    return build("NetworkAttachmentDefinition", "wan", {"config": json.dumps(config)}, namespace="alpha")


def storage(vlan: int = 0, nic: str = "data.300", **spec: object) -> tuple[Body, ...]:
    """An underlay network through which no tenant leaves."""
    block = {"vlan": "vlan300", "cidrBlock": "10.30.0.0/24", "gateway": "10.30.0.1", **spec}
    return (
        build("ProviderNetwork", "storage", {"defaultInterface": nic}),
        build("Vlan", "vlan300", {"id": vlan, "provider": "storage"}),
        build("Subnet", "storage", block),
    )


def drops(*blocks: str) -> tuple[Edit, ...]:
    """Drops of both tenants towards further blocks."""
    return tuple(
        put(place, "spec.policyRoutes.+", {"priority": 1500, "match": f"ip4.dst == {block}", "action": "drop"})
        for place in (VPC, "Vpc beta-vpc")
        for block in blocks
    )


PLAIN = (put(PROVIDER, "spec.defaultInterface", "eth9"), put(VLAN, "spec.id", 222))
"""The provider network on a plain NIC."""
