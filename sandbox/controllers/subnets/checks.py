"""What the controller refuses in a Subnet: each refusal is a condition or only an error in its log."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Final

from sandbox.controllers.api import Object, key_of, spec_of, status_of
from sandbox.controllers.runtime.lane import NotYetError
from sandbox.controllers.subnets.conditions import fail

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process

FORBIDDEN: Final = ("255.255.255.255/32", "224.0.0.0/4", "127.0.0.0/8", "0.0.0.0/32", "169.254.0.0/16")


def check_vlan(process: Process, subnet: Object) -> None:
    """A missing Vlan is a failure that also blocks a terminating Subnet; one not yet in its network is retried."""
    if not (name := spec_of(subnet).get("vlan")):
        return
    vlan = process.cache["Vlan"].get(name)
    if vlan is None:
        wrong = f'failed to validate vlan for subnet {key_of(subnet)}, failed to get vlan {name}: "{name}" not found'
        fail(process, subnet, "ValidateSubnetVlanFailed", wrong)
    elif status_of(vlan).get("conflict"):
        wrong = f"subnet {key_of(subnet)} has invalid conflict vlan {name}"
        fail(process, subnet, "ValidateSubnetVlanFailed", wrong)
    elif name not in (status_of(process.get("ProviderNetwork", spec_of(vlan)["provider"])).get("vlans") or []):
        raise NotYetError(f"Vlan {name} is not yet in its provider network's status")


def invalid(name: str, spec: Object) -> str | None:
    """What is wrong with a spec in itself; None where nothing is."""
    network, gateway = IPv4Network(spec["cidrBlock"]), IPv4Address(spec["gateway"])
    if gateway not in network:
        return f"gateway {gateway} is not in cidr {network}"
    if gateway in (network[0], network[-1]):
        return f"gateway {gateway} is the network or broadcast address of {network}"
    for forbidden in FORBIDDEN:
        if network.overlaps(IPv4Network(forbidden)):
            return f"{network} conflict with {forbidden}"
    return f"subnet {name} and vpc {name} cannot have the same name" if spec.get("vpc") == name else None


def check_vpc(process: Process, spec: Object) -> None:
    """A Vpc that is missing, not standby, or not the namespace's own: an error in a log and no condition (S21)."""
    vpc = process.get("Vpc", spec["vpc"])
    if not status_of(vpc).get("standby"):
        raise NotYetError(f"Vpc {spec['vpc']} is not standby")
    undeclared = set(spec.get("namespaces") or []) - set(spec_of(vpc).get("namespaces") or [])
    if undeclared and not status_of(vpc).get("default"):
        raise NotYetError(f"namespaces {sorted(undeclared)} are not Vpc {spec['vpc']}'s")


def check_overlap(process: Process, subnet: Object) -> None:
    """Two Subnets of one Vpc and one Vlan may not overlap; with another Vpc or Vlan they may (S18)."""
    name, spec = key_of(subnet), spec_of(subnet)
    network = IPv4Network(spec["cidrBlock"])
    for other in process.all("Subnet"):
        theirs = spec_of(other)
        same = (theirs.get("vpc"), theirs.get("vlan") or "") == (spec["vpc"], spec.get("vlan") or "")
        if key_of(other) == name or not same:
            continue
        if network.overlaps(IPv4Network(theirs["cidrBlock"], strict=False)):
            wrong = f"subnet {name} cidr {network} is conflict with subnet {key_of(other)} cidr {theirs['cidrBlock']}"
            fail(process, subnet, "ValidateLogicalSwitchFailed", wrong)
