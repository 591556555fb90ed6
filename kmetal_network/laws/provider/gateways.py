"""The way out of the provider network: the Subnet `external`, and the nodes that anchor tenants' routers on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Severity
from kmetal_network.facts.model import UNKNOWN, Facts, Vpc, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.physical_subnets import networks_out
from kmetal_network.names import DEFAULT_VPC

EXTERNAL_SUBNET: Final = "external"


def _external_name(facts: Facts) -> Iterator[Breach]:
    wanting = [vpc for vpc in facts.vpcs if vpc.enable_external is not False and vpc.enable_external is not None]
    provider_subnets = {subnet.name for subnet in facts.subnets if subnet.on_provider_network}
    if facts.whole and wanting and EXTERNAL_SUBNET not in provider_subnets:
        for vpc in wanting:
            if vpc.name != DEFAULT_VPC and vpc.extra_external is None:
                have = ", ".join(sorted(provider_subnets)) or "none"
                yield Breach(
                    vpc.place,
                    f"vpc {vpc.name!r} has enableExternal and no provider Subnet is called {EXTERNAL_SUBNET!r}"
                    " (there is:"
                    f" {have})",
                    f"name the provider Subnet {EXTERNAL_SUBNET!r}",
                )
    if not facts.whole:
        yield from _other_name(facts, wanting)


def _other_name(facts: Facts, wanting: list[Vpc]) -> Iterator[Breach]:
    """For a partial network: the Subnet may be declared elsewhere; a provider Subnet with another name is a hint."""
    here = [
        one for one in facts.subnets if isinstance(one.vlan, str) and one.vlan and one.vpc in (None, "", DEFAULT_VPC)
    ]
    names = sorted(one.name for one in here)
    if not names or EXTERNAL_SUBNET in names or any(one.patch for one in here):
        return
    connected = {name for vpc in facts.vpcs for name in known(vpc.extra_external)} & set(names)
    for vpc in wanting if not connected else ():
        if vpc.name != DEFAULT_VPC and vpc.extra_external is None and vpc.enable_external is True:
            yield Breach(
                vpc.place,
                f"vpc {vpc.name!r} leaves through the provider Subnet {EXTERNAL_SUBNET!r}, and the one in sight is"
                f" called {', '.join(names)}; whether there is another is not in sight",
                f"name the provider Subnet {EXTERNAL_SUBNET!r}",
                warning=True,
            )


def _gateway_nodes(facts: Facts) -> Iterator[Breach]:
    if not facts.whole or any(node.external_gateway in ("true", UNKNOWN) for node in facts.nodes):
        return
    for vpc in facts.vpcs:
        if vpc.enable_external is True and vpc.name != DEFAULT_VPC:
            yield Breach(
                vpc.place,
                f"vpc {vpc.name!r} has enableExternal and no node carries ovn.kubernetes.io/external-gw=true, so"
                " its SNAT"
                " breaks while everything reports ready",
                "label the gateway nodes (provider.gatewayNodes)",
            )


def _label_value(facts: Facts) -> Iterator[Breach]:
    for node in facts.nodes:
        if isinstance(node.external_gateway, str) and node.external_gateway not in ("true", "false"):
            yield Breach(
                node.place,
                f"node {node.name!r} has ovn.kubernetes.io/external-gw={node.external_gateway!r}, which Kube-OVN"
                " does not"
                " count as a gateway",
                'write "true"',
            )


def _spare_gateway(facts: Facts) -> Iterator[Breach]:
    labelled = [node for node in facts.nodes if node.external_gateway == "true"]
    if facts.whole and len(labelled) == 1:
        yield Breach(
            labelled[0].place,
            f"node {labelled[0].name!r} is the only gateway node; when it fails, every tenant is cut off",
            "name a second node in provider.gatewayNodes",
        )


def _stripper(facts: Facts) -> Iterator[Breach]:
    if not facts.whole or not any(node.external_gateway == "true" for node in facts.nodes):
        return
    for vpc in facts.vpcs:
        if vpc.name == DEFAULT_VPC and vpc.extra_external is None:
            yield Breach(
                vpc.place,
                "the default Vpc has no extraExternalSubnets, so the next start of kube-ovn-controller turns every"
                " gateway"
                " label to false",
                f"set spec.extraExternalSubnets to [{EXTERNAL_SUBNET}]",
            )


def _gateway_without_nic(facts: Facts) -> Iterator[Breach]:
    ways_out = networks_out(facts)
    for network in facts.provider_networks:
        if ways_out and network.name not in ways_out:
            continue  # no tenant's router is on it
        excluded = () if network.node_selector else known(network.exclude_nodes)
        for node in facts.nodes:
            if node.external_gateway == "true" and node.name in excluded:
                yield Breach(
                    node.place,
                    f"node {node.name!r} is a gateway node, and provider network {network.name!r} excludes it, so"
                    " it has no"
                    " NIC to anchor routers on",
                    "take it from the gateway nodes, or from excludeNodes",
                )


def _external_vpc(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        if subnet.name == EXTERNAL_SUBNET and isinstance(subnet.vpc, str) and subnet.vpc not in ("", DEFAULT_VPC):
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} is in vpc {subnet.vpc!r}",
                f"write vpc: {DEFAULT_VPC}; tenants reach it by enableExternal",
            )


def _gateway_type(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        if isinstance(subnet.gateway_type, str) and subnet.gateway_type not in ("", "distributed", "centralized"):
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} has gatewayType {subnet.gateway_type!r}",
                "write distributed or centralized",
            )


def _extra_external(facts: Facts) -> Iterator[Breach]:
    provider_subnets = {subnet.name for subnet in facts.subnets if subnet.on_provider_network}
    for vpc in facts.vpcs if facts.whole else ():
        for name in known(vpc.extra_external):
            if name not in provider_subnets:
                have = ", ".join(sorted(provider_subnets)) or "none"
                yield Breach(
                    vpc.place,
                    f"vpc {vpc.name!r} names {name!r} in extraExternalSubnets, which is no provider Subnet",
                    f"name one of those there are ({have})",
                )


LAWS = (
    Law(
        id="NET-303",
        title="Tenants leave through a provider Subnet that is called external",
        why="kube-ovn-controller looks for that name in the default VPC and logs an error if it is absent.",
        fix="Name the provider Subnet `external`.",
        reference="kMetal's networking guide, Step 2",
        not_admitted="a provider Subnet by the right name may be another object",
        judge=_external_name,
    ),
    Law(
        id="NET-304",
        title="A tenant's router has a gateway node to stand on",
        why="EIP and SNAT report ready, the router has no external port, and no packet leaves.",
        fix="Label gateway nodes before any Vpc with enableExternal.",
        reference="kMetal's networking guide, Step 3; docs/evidence/kube-ovn.md#readiness",
        judge=_gateway_nodes,
    ),
    Law(
        id="NET-305",
        title="The gateway label's value is the text true",
        why="Kube-OVN compares the value. With any other value the node is no gateway, and nothing reports it.",
        fix='Write "true".',
        reference="docs/evidence/kube-ovn.md#egress",
        not_admitted=not_admitted.NODES,
        judge=_label_value,
    ),
    Law(
        id="NET-306",
        title="Two nodes can anchor tenants' routers",
        why="A VPC's traffic leaves through one active node; without a second there is nothing to fail over to.",
        fix="Name a second gateway node.",
        reference="docs/evidence/kube-ovn.md#egress",
        judge=_spare_gateway,
        severity=Severity.WARNING,
    ),
    Law(
        id="NET-307",
        title="The default Vpc holds off the label stripper",
        why="Each start of kube-ovn-controller turns the gateway labels to false unless extraExternalSubnets is set.",
        fix="Set spec.extraExternalSubnets of Vpc ovn-cluster.",
        reference="kMetal's networking guide, Step 4; kubeovn/kube-ovn#4772, #5686",
        judge=_stripper,
    ),
    Law(
        id="NET-308",
        title="A gateway node has a NIC of the provider network",
        why="Kube-OVN chooses gateway nodes by their label alone; a VPC on a node without the NIC has no egress.",
        fix="Label nodes that carry the provider NIC.",
        reference="kubeovn/kube-ovn#4165; kube-ovn pkg/controller/external_gw.go",
        not_admitted=not_admitted.NODES,
        judge=_gateway_without_nic,
    ),
    Law(
        id="NET-317",
        title="The provider Subnet is in the default VPC",
        why="kube-ovn-controller connects tenants' routers to the switch of that Subnet; in a tenant's VPC it would"
        " be that"
        " tenant's own.",
        fix=f"Write vpc: {DEFAULT_VPC}.",
        reference="kMetal's networking guide, Step 2",
        judge=_external_vpc,
    ),
    Law(
        id="NET-318",
        title="A Subnet's gatewayType is one that Kube-OVN knows",
        why="It refuses the Subnet in its conditions only. (On a provider Subnet the value has no effect.)",
        fix="Write distributed or centralized.",
        reference="docs/evidence/kube-ovn.md#subnets (S6)",
        judge=_gateway_type,
    ),
    Law(
        id="NET-319",
        title="A Vpc's extraExternalSubnets are provider Subnets that exist",
        why="A tenant's VPC that names one is connected to it alone, not to `external`, and has no egress.",
        fix="Name a provider Subnet.",
        reference="docs/evidence/kube-ovn.md#egress",
        judge=_extra_external,
    ),
)
