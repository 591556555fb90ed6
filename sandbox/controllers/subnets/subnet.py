"""Subnets: format, validate, count, connect, release; conditions in the order and with the traps that were recorded.

IPv4 only. A CIDR that cannot be parsed changes nothing on the object, as in the real one. Evidence for each branch:
`docs/evidence/kube-ovn.md`, from Checks to Deletion.
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from typing import TYPE_CHECKING, Final

from sandbox.controllers.api import Object, deleting, key_of, spec_of, status_of
from sandbox.controllers.ipam import canonical_excludes
from sandbox.controllers.names import DEFAULT_VPC, FINALIZER, JOIN
from sandbox.controllers.runtime.lane import NotYetError
from sandbox.controllers.subnets.checks import check_overlap, check_vlan, check_vpc, invalid
from sandbox.controllers.subnets.conditions import BLANK_STATUS, NON_OVN, fail, say
from sandbox.controllers.subnets.namespaces import annotate_namespace

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process

GO_ZEROES: Final[Object] = {"default": False, "gatewayNode": "", "natOutgoing": False, "private": False}
"""Fields without `omitempty`: a whole-object write creates them."""

OVN_PARTS: Final = 3


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
    subnet = _formatted(process, process.read("Subnet", name))
    spec = spec_of(subnet)
    check_vlan(process, subnet)
    if (wrong := invalid(name, spec)) is not None:
        fail(process, subnet, "ValidateLogicalSwitchFailed", wrong)
    subnet = say(process, subnet, "ValidateLogicalSwitchSuccess")
    process.ipam.shape(name, spec["cidrBlock"], spec["excludeIps"])
    subnet = count(process, name) or subnet
    if _finalized(process, subnet):
        return
    if not is_ovn(spec):
        say(process, subnet, NON_OVN)
        return
    check_vpc(process, spec)
    with process.lock(spec["vpc"]):
        check_overlap(process, subnet)
        process.northbound.switches.add(name)
    _connect(process, name, spec)
    say(process, process.read("Subnet", name), "ResetLogicalSwitchAclSuccess")
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
    seen = status_of(process.read("Subnet", name))
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
        if (status_of(process.read("Vpc", name)).get("subnets") or []) != names:
            process.client.patch_status("Vpc", name, {"subnets": names})


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


def _connect(process: Process, name: str, spec: Object) -> None:
    """The router port of an overlay Subnet, the localnet port of an underlay one, the namespaces of both."""
    if vlan_name := spec.get("vlan"):
        vlan = process.read("Vlan", vlan_name)
        process.northbound.localnets[name] = (spec_of(vlan)["provider"], spec_of(vlan).get("id", 0))
        users = status_of(vlan).get("subnets") or []
        if name not in users:
            process.client.patch_status("Vlan", vlan_name, {"subnets": [*users, name]})
    else:
        process.northbound.connect(spec["vpc"], name, spec["cidrBlock"], spec["gateway"])
    for namespace in spec.get("namespaces") or []:
        process.do("platform", annotate_namespace, namespace)
