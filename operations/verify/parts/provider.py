"""Checks of the way out that all tenants share: provider network, Vlan, external Subnet, gateway nodes, default Vpc."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.names import DEFAULT_VPC, EXTERNAL_GATEWAY_LABEL
from operations.cluster.fields import at
from operations.verify.checks import Check, Part, Seen, Verdict, Verification, check, not_ready


def _provider(verification: Verification) -> Iterator[Check]:
    """Each layer of it, in the order in which it is made."""
    environment, seen = verification.environment, verification.seen
    provider = environment.settings.provider
    name, vlan_name = provider.network.name, provider.vlan.name
    network = seen.get("ProviderNetwork", {}).get(name)
    ready_nodes = at(network, "status", "readyNodes") or []
    # Every node of the cluster that is not excluded, not the gateways alone: a tenant's pod may run on any of them.
    waiting = sorted(set(seen.get("Node", ())) - set(provider.network.exclude_nodes) - set(ready_nodes))
    messages = "; ".join(
        f"{entry.get('node')}: {entry.get('message') or entry.get('reason')}"
        for entry in at(network, "status", "conditions") or ()
        if entry.get("status") != "True"
    )
    yield check(
        "provider",
        f"ProviderNetwork {name}",
        [
            "missing" if network is None else "",
            "status.ready is not true" if network is not None and at(network, "status", "ready") is not True else "",
            f"no bridge on {', '.join(waiting)}{f' ({messages})' if messages else ''}" if network and waiting else "",
        ],
        f"ready on {', '.join(ready_nodes)}",
        f"look at kube-ovn-cni on {', '.join(waiting) or 'its nodes'}: the NIC must exist there and be up",
    )
    vlan = seen.get("Vlan", {}).get(vlan_name)
    yield check(
        "provider",
        f"Vlan {vlan_name}",
        [
            "missing" if vlan is None else "",
            "in conflict with another Vlan" if at(vlan, "status", "conflict") else "",
            f"id is {at(vlan, 'spec', 'id')}" if vlan and (at(vlan, "spec", "id") or 0) != provider.vlan.id else "",
            f"not taken up by {name}" if vlan and vlan_name not in (at(network, "status", "vlans") or ()) else "",
        ],
        f"id {provider.vlan.id} on {name}",
        "no other Vlan may carry the same id on the same provider network",
    )
    yield _external(environment, seen)
    yield from _gateways(environment, seen)


def _external(environment: Environment, seen: Seen) -> Check:
    provider = environment.settings.provider
    subnet = seen.get("Subnet", {}).get(provider.external.name)
    spec = at(subnet, "spec") or {}
    wanted = {
        "gatewayType": provider.external.gateway_type,
        "vlan": provider.vlan.name,
        "vpc": DEFAULT_VPC,
        "cidrBlock": str(provider.external.cidr_block),
    }
    problems = [f"{key} is {spec.get(key)!r}, not {value!r}" for key, value in wanted.items() if spec.get(key) != value]
    left = at(subnet, "status", "v4availableIPs")
    return check(
        "provider",
        f"Subnet {provider.external.name}",
        ["missing"] if subnet is None else [*problems, *not_ready(subnet)],
        f"gatewayType={spec.get('gatewayType')}, vlan={spec.get('vlan')}, {left} addresses left",
        f"kubectl get subnet {provider.external.name} -o yaml: its conditions name the reason",
    )


def _gateways(environment: Environment, seen: Seen) -> Iterator[Check]:
    nodes = seen.get("Node", {})
    for name in environment.settings.provider.gateway_nodes:
        value = (at(nodes.get(name), "metadata", "labels") or {}).get(EXTERNAL_GATEWAY_LABEL)
        if name not in nodes:
            yield Check("provider", f"gateway node {name}", Verdict.UNSEEN, "the node has left the cluster")
            continue
        yield check(
            "provider",
            f"gateway node {name}",
            [] if value == "true" else [f"{EXTERNAL_GATEWAY_LABEL} is {value!r}"],
            f"{EXTERNAL_GATEWAY_LABEL}=true",
            f"kmetal-network up {environment.name} --refresh puts it back; without it new tenants have no way out",
        )
    vpc = seen.get("Vpc", {}).get(DEFAULT_VPC)
    extra = at(vpc, "spec", "extraExternalSubnets")
    wanted = [environment.settings.provider.external.name]
    yield check(
        "provider",
        f"Vpc {DEFAULT_VPC}",
        [] if extra == wanted else [f"extraExternalSubnets is {json.dumps(extra)}"],
        f"extraExternalSubnets={json.dumps(extra)}",
        "without it the next start of kube-ovn-controller turns every gateway label to false",
    )


PART: Final = Part(lines=_provider, kinds=("ProviderNetwork", "Vlan", "Subnet", "Node", "Vpc"))
