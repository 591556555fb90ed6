"""Subnets: format, validate, count, connect, release; conditions in the order and with the traps that were recorded.

IPv4 only. A CIDR that cannot be parsed changes nothing on the object, as in the real one. Evidence for each branch:
`docs/evidence/kube-ovn.md`, from Checks to Deletion.
"""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import TYPE_CHECKING, Any, Final

from sandbox.controllers.api import Object, annotations_of, deleting, key_of, spec_of, status_of
from sandbox.controllers.ipam import canonical_excludes
from sandbox.controllers.runtime import NotYetError

if TYPE_CHECKING:
    from sandbox.controllers.runtime import Process

FINALIZER: Final = "kubeovn.io/kube-ovn-controller"
DEFAULT_VPC: Final = "ovn-cluster"
DEFAULT_SUBNET: Final = "ovn-default"
JOIN: Final = "join"

GO_ZEROES: Final[Object] = {"default": False, "gatewayNode": "", "natOutgoing": False, "private": False}
"""Fields without `omitempty`: a whole-object write creates them."""
BLANK_STATUS: Final[Object] = {
    **dict.fromkeys(("activateGateway", "dhcpV4OptionsUUID", "dhcpV6OptionsUUID", "mcastQuerierIP"), ""),
    **dict.fromkeys(("mcastQuerierMAC", "u2oInterconnectionIP", "u2oInterconnectionMAC", "u2oInterconnectionVPC"), ""),
    **dict.fromkeys(("v4availableIPrange", "v4usingIPrange", "v6availableIPrange", "v6usingIPrange"), ""),
    **dict.fromkeys(("v4availableIPs", "v4usingIPs", "v6availableIPs", "v6usingIPs"), 0),
}
READY_REASONS: Final = frozenset({"ResetLogicalSwitchAclSuccess", "SetPrivateLogicalSwitchSuccess"})
NON_OVN: Final = "SetNonOvnSubnetSuccess"
FORBIDDEN: Final = ("255.255.255.255/32", "224.0.0.0/4", "127.0.0.0/8", "0.0.0.0/32", "169.254.0.0/16")
OVN_PARTS: Final = 3


def now() -> str:
    """The present time in the API server's format."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_ovn(spec: Object) -> bool:
    """`ovn`, or three parts that end in it: anything else is no logical switch at all."""
    provider = spec.get("provider") or "ovn"
    return provider == "ovn" or (len(provider.split(".")) == OVN_PARTS and provider.endswith(".ovn"))


def on_subnet(process: Process, old: Object | None, new: Object | None) -> None:
    """Only a changed spec, or the end of the last address in use, queues a Subnet again."""
    if new is None:
        process.do("subnet", release, key_of(old or {}))
        return
    unused = deleting(new) and not status_of(new).get("v4usingIPs")
    if old is None or spec_of(old) != spec_of(new) or unused:
        process.do("subnet", reconcile, key_of(new))


def reconcile(process: Process, name: str) -> None:
    """One pass of the real `handleAddOrUpdateSubnet`, in its order, which the conditions show."""
    subnet = _formatted(process, process.client.get("Subnet", name))
    spec = spec_of(subnet)
    _check_vlan(process, subnet)
    if (wrong := _invalid(name, spec)) is not None:
        _fail(process, subnet, "ValidateLogicalSwitchFailed", wrong)
    subnet = _say(process, subnet, "ValidateLogicalSwitchSuccess")
    process.ipam.shape(name, spec["cidrBlock"], spec["excludeIps"])
    subnet = count(process, name) or subnet
    if _finalized(process, subnet):
        return
    if not is_ovn(spec):
        _say(process, subnet, NON_OVN)
        return
    _check_vpc(process, spec)
    with process.lock(spec["vpc"]):
        _check_overlap(process, subnet)
        process.northbound.switches.add(name)
    _connect(process, name, spec)
    _say(process, process.client.get("Subnet", name), "ResetLogicalSwitchAclSuccess")
    process.do("vpc-status", update_vpc_subnets, spec["vpc"])


def count(process: Process, name: str) -> Object | None:
    """Write the usage: how many from the objects, which ones from memory; the two may differ for a moment."""
    if (usage := process.ipam.usage(name)) is None:
        return None
    taken, size, free = usage
    using = sum(one["spec"].get("subnet") == name for one in process.all("IP"))
    using += sum(one["spec"].get("externalSubnet") == name for one in process.all("OvnEip"))
    counters = {
        "v4availableIPs": max(size - using, 0),
        "v4availableIPrange": free,
        "v4usingIPs": using,
        "v4usingIPrange": taken,
        **{field: BLANK_STATUS[field] for field in BLANK_STATUS if field.startswith("v6")},
    }
    seen = status_of(process.client.get("Subnet", name))
    if all(seen.get(field) == value for field, value in counters.items()):
        return None
    return process.client.patch_status("Subnet", name, counters)


def recount(process: Process, name: str) -> None:
    """Usage alone, after an address was assigned or released."""
    if name in process.cache["Subnet"]:
        count(process, name)


def release(process: Process, name: str) -> None:
    """The object is deleted: delete what it had in OVN, and its entry in the Vlan's status."""
    spec = spec_of(process.gone["Subnet", name])
    process.do("vpc-status", update_vpc_subnets, spec.get("vpc", DEFAULT_VPC))
    process.ipam.forget(name)
    process.northbound.disconnect(spec.get("vpc", DEFAULT_VPC), name)
    for vlan in process.all("Vlan"):
        users = status_of(vlan).get("subnets") or []
        if name in users:
            process.client.patch_status("Vlan", key_of(vlan), {"subnets": [one for one in users if one != name]})
    for namespace in spec.get("namespaces") or []:
        process.do("platform", annotate_namespace, namespace)


def subnets_of(process: Process, vpc: str) -> list[str]:
    """Live OVN Subnets that name the Vpc, whether they are ready or not."""
    mine = [one for one in process.all("Subnet") if spec_of(one).get("vpc") == vpc and not deleting(one)]
    return [key_of(one) for one in mine if is_ovn(spec_of(one))]


def update_vpc_subnets(process: Process, name: str) -> None:
    """Update `status.subnets` of a Vpc."""
    with process.lock(name):
        if name not in process.cache["Vpc"]:
            return
        names = subnets_of(process, name)
        if (status_of(process.client.get("Vpc", name)).get("subnets") or []) != names:
            process.client.patch_status("Vpc", name, {"subnets": names})


def annotate_namespace(process: Process, name: str) -> None:
    """A namespace carries the switches of its Subnets; the default one where it has none and no Vpc claims it."""
    namespace = process.cache["Namespace"].get(name)
    if namespace is None or deleting(namespace):
        return
    mine = [s for s in process.all("Subnet") if name in (spec_of(s).get("namespaces") or []) and not deleting(s)]
    claimed = any(name in (spec_of(vpc).get("namespaces") or []) for vpc in process.all("Vpc"))
    if not mine and not claimed:
        mine = [s for s in process.all("Subnet") if key_of(s) == DEFAULT_SUBNET]
    wanted = {
        "ovn.kubernetes.io/logical_switch": ",".join(key_of(one) for one in mine),
        "ovn.kubernetes.io/cidr": ";".join(spec_of(one)["cidrBlock"] for one in mine),
        "ovn.kubernetes.io/exclude_ips": ";".join(",".join(spec_of(one).get("excludeIps") or []) for one in mine),
    }
    if mine and any(annotations_of(namespace).get(key) != value for key, value in wanted.items()):
        process.client.patch("Namespace", name, {"metadata": {"annotations": wanted}})


def _formatted(process: Process, subnet: Object) -> Object:
    """Rewrite the spec in the controller's own form; write it whole, and only if something differs."""
    spec = spec_of(subnet)
    try:
        network = IPv4Network(spec.get("cidrBlock", ""), strict=False)
    except (AddressValueError, NetmaskValueError) as error:
        raise NotYetError(f"Subnet {key_of(subnet)}: {error}") from error
    gateway = spec.get("gateway") or str(network[1])
    formed: Object = {**spec, "cidrBlock": str(network), "gateway": gateway, "protocol": "IPv4"}
    formed["excludeIps"] = canonical_excludes(spec.get("excludeIps") or [], gateway)
    formed["provider"] = spec.get("provider") or "ovn"
    if is_ovn(formed):
        formed["vpc"] = spec.get("vpc") or DEFAULT_VPC
    if key_of(subnet) != JOIN:
        formed.setdefault("enableLb", True)
        if formed.get("vpc") == DEFAULT_VPC:
            formed.setdefault("gatewayType", "distributed")
    # The real one compares typed objects, which already contain zero values; so those alone cause no write.
    if all(formed.get(field) == spec.get(field) for field in formed):
        return subnet
    return process.client.put("Subnet", {**subnet, "spec": {**GO_ZEROES, "u2oFeatures": {}, **formed}})


def _check_vlan(process: Process, subnet: Object) -> None:
    """A missing Vlan is a failure that also blocks a terminating Subnet; one not yet in its network is retried."""
    if not (name := spec_of(subnet).get("vlan")):
        return
    vlan = process.cache["Vlan"].get(name)
    if vlan is None:
        wrong = f'failed to validate vlan for subnet {key_of(subnet)}, failed to get vlan {name}: "{name}" not found'
        _fail(process, subnet, "ValidateSubnetVlanFailed", wrong)
    elif status_of(vlan).get("conflict"):
        wrong = f"subnet {key_of(subnet)} has invalid conflict vlan {name}"
        _fail(process, subnet, "ValidateSubnetVlanFailed", wrong)
    elif name not in (status_of(process.get("ProviderNetwork", spec_of(vlan)["provider"])).get("vlans") or []):
        raise NotYetError(f"Vlan {name} is not yet in its provider network's status")


def _invalid(name: str, spec: Object) -> str | None:
    network, gateway = IPv4Network(spec["cidrBlock"]), IPv4Address(spec["gateway"])
    if gateway not in network:
        return f"gateway {gateway} is not in cidr {network}"
    if gateway in (network[0], network[-1]):
        return f"gateway {gateway} is the network or broadcast address of {network}"
    for forbidden in FORBIDDEN:
        if network.overlaps(IPv4Network(forbidden)):
            return f"{network} conflict with {forbidden}"
    return f"subnet {name} and vpc {name} cannot have the same name" if spec.get("vpc") == name else None


def _finalized(process: Process, subnet: Object) -> bool:
    """Add the finalizer, or remove it once nothing is in use; True when the deletion can finish."""
    meta = subnet["metadata"]
    held = meta.get("finalizers") or []
    if not deleting(subnet) and FINALIZER not in held:
        process.client.patch("Subnet", meta["name"], {"metadata": {"finalizers": [*held, FINALIZER]}})
    if deleting(subnet) and not status_of(subnet).get("v4usingIPs"):
        left = [one for one in held if one != FINALIZER]
        process.client.patch("Subnet", meta["name"], {"metadata": {"finalizers": left}})
        return True
    return False


def _check_vpc(process: Process, spec: Object) -> None:
    """A Vpc that is missing, not standby, or not the namespace's own: an error in a log and no condition (S21)."""
    vpc = process.get("Vpc", spec["vpc"])
    if not status_of(vpc).get("standby"):
        raise NotYetError(f"Vpc {spec['vpc']} is not standby")
    undeclared = set(spec.get("namespaces") or []) - set(spec_of(vpc).get("namespaces") or [])
    if undeclared and not status_of(vpc).get("default"):
        raise NotYetError(f"namespaces {sorted(undeclared)} are not Vpc {spec['vpc']}'s")


def _check_overlap(process: Process, subnet: Object) -> None:
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
            _fail(process, subnet, "ValidateLogicalSwitchFailed", wrong)


def _connect(process: Process, name: str, spec: Object) -> None:
    """The router port of an overlay Subnet, the localnet port of an underlay one, the namespaces of both."""
    if vlan_name := spec.get("vlan"):
        vlan = process.client.get("Vlan", vlan_name)
        process.northbound.localnets[name] = (spec_of(vlan)["provider"], spec_of(vlan).get("id", 0))
        users = status_of(vlan).get("subnets") or []
        if name not in users:
            process.client.patch_status("Vlan", vlan_name, {"subnets": [*users, name]})
    else:
        process.northbound.connect(spec["vpc"], name, spec["cidrBlock"], spec["gateway"])
    for namespace in spec.get("namespaces") or []:
        process.do("platform", annotate_namespace, namespace)


def _fail(process: Process, subnet: Object, reason: str, message: str) -> None:
    """Error first, then Validated and Ready: the order in which they join the list."""
    conditions = list(status_of(subnet).get("conditions") or [])
    _set(conditions, "Error", "True", reason, message)
    if reason == "ValidateLogicalSwitchFailed":
        _set(conditions, "Validated", "False", reason, message)
    else:
        _set(conditions, "Validated", "True", reason)
    _set(conditions, "Ready", "False", reason, message)
    _write(process, subnet, conditions)
    raise NotYetError(message)


def _say(process: Process, subnet: Object, reason: str) -> Object:
    """Set Validated for this reason and, for the last reason of a pass, Ready; only a failure resets Ready."""
    conditions = list(status_of(subnet).get("conditions") or [])
    if reason in READY_REASONS:
        for kind in ("Ready", "Error"):  # an Error that is there stays, True for ever
            if all(one["type"] != kind for one in conditions):
                _set(conditions, kind, "Unknown", "Init", "Not Observed")
    _set(conditions, "Validated", "True", reason)
    if reason in READY_REASONS or reason == NON_OVN:
        _set(conditions, "Ready", "True", reason)
    more: Object = {"natOutgoingPolicyRules": []} if reason in READY_REASONS else {}
    return _write(process, subnet, conditions, more)


def _set(conditions: list[Any], kind: str, status: str, reason: str, message: str = "") -> None:
    wanted = {"type": kind, "status": status, "reason": reason, **({"message": message} if message else {})}
    for place, one in enumerate(conditions):
        if one["type"] != kind:
            continue
        if {key: one[key] for key in ("type", "status", "reason", "message") if one.get(key)} != wanted:
            moved = now() if one["status"] != status else one["lastTransitionTime"]
            conditions[place] = {**wanted, "lastTransitionTime": moved, "lastUpdateTime": now()}
        return
    conditions.append({**wanted, "lastTransitionTime": now(), "lastUpdateTime": now()})


def _write(process: Process, subnet: Object, conditions: list[Any], more: Object | None = None) -> Object:
    seen = status_of(subnet)
    status = {**{key: seen.get(key, value) for key, value in BLANK_STATUS.items()}, **(more or {})}
    return process.client.patch_status("Subnet", key_of(subnet), {**status, "conditions": conditions})
