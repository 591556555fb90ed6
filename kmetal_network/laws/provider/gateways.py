"""The nodes that anchor tenants' routers on the provider network."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.errors import Severity
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.physical_subnets import networks_out
from kmetal_network.names import DEFAULT_VPC, EXTERNAL_SUBNET


def _gateway_nodes(facts: Facts) -> Iterator[Breach]:
    if not facts.whole or any(node.external_gateway in ("true", UNKNOWN) for node in facts.nodes):
        return
    for vpc in facts.vpcs:
        if vpc.enable_external is True and vpc.name != DEFAULT_VPC:
            yield Breach(
                vpc.place,
                f"vpc {vpc.name!r} has enableExternal and no node carries ovn.kubernetes.io/external-gw=true, so its"
                " SNAT breaks while everything reports ready",
                "label the gateway nodes (provider.gatewayNodes)",
            )


def _label_value(facts: Facts) -> Iterator[Breach]:
    for node in facts.nodes:
        if isinstance(node.external_gateway, str) and node.external_gateway not in ("true", "false"):
            yield Breach(
                node.place,
                f"node {node.name!r} has ovn.kubernetes.io/external-gw={node.external_gateway!r}, which Kube-OVN does"
                " not count as a gateway",
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
                " gateway label to false",
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
                    f"node {node.name!r} is a gateway node, and provider network {network.name!r} excludes it, so it"
                    " has no NIC to anchor routers on",
                    "take it from the gateway nodes, or from excludeNodes",
                )


LAWS = (
    Law(
        id="NET-304",
        title="A tenant's router has a gateway node",
        why="EIP and SNAT report ready, the router has no external port, and no packet leaves.",
        fix="Label gateway nodes before any Vpc with enableExternal.",
        reference="kMetal's networking guide, Step 3; docs/evidence/kube-ovn.md#readiness",
        judge=_gateway_nodes,
    ),
    Law(
        id="NET-305",
        title="The gateway label has the value `true`, as a text",
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
        title="The default Vpc keeps the gateway labels of nodes",
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
)
