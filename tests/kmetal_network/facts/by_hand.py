"""A pool and a provider Subnet as plain objects, and the laws that facts break."""

from __future__ import annotations

from kmetal_network.facts.model import Facts
from kmetal_network.laws.registry import judge

POOL = {
    "apiVersion": "metallb.io/v1beta1",
    "kind": "IPAddressPool",
    "metadata": {"name": "public", "namespace": "kmetal-metallb"},
    "spec": {"addresses": ["172.21.204.200-172.21.204.250"], "autoAssign": False},
}
EXTERNAL = {
    "apiVersion": "kubeovn.io/v1",
    "kind": "Subnet",
    "metadata": {"name": "external"},
    "spec": {"vpc": "ovn-cluster", "vlan": "vlan222", "cidrBlock": "77.220.68.96/27", "gateway": "77.220.68.97"},
}


def pool(addresses: object) -> dict[str, object]:
    return {**POOL, "spec": {"addresses": addresses}}


def laws(facts: Facts) -> set[str]:
    return {finding.rule for finding in judge(facts)}
