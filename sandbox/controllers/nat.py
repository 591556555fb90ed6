"""External addresses and the SNAT rules that use them (`docs/evidence/kube-ovn.md`, from rewrites to deletion).

Traps that it reproduces: both are ready without a router port. An EIP that others created without an address may be
ready and never get one. A changed rule stays ready and keeps its old translation. An EIP exists while a rule has its
address. A rule cannot be deleted while its router is missing.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from sandbox.controllers.api import Object, annotations_of, deleting, key_of, labels_of, spec_of, status_of
from sandbox.controllers.names import FINALIZER
from sandbox.controllers.runtime.lane import NotYetError
from sandbox.controllers.subnets.subnet import recount

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process

DOMAIN: Final = "ovn.kubernetes.io"
V4, V6 = f"{DOMAIN}/eip_v4_ip", f"{DOMAIN}/eip_v6_ip"
OWN_V4, OWN_MAC = "v4Ip", "macAddress"


def mac_of(name: str) -> str:
    """An address of the locally administered kind; the real one is random, this one is repeatable."""
    digest = hashlib.sha256(name.encode()).digest()
    return ":".join(f"{byte:02x}" for byte in (digest[0] & 0xFC | 0x02, *digest[1:6]))


def recount_later(process: Process, subnet: str) -> None:
    """Update a Subnet's usage, on its own lane."""
    process.do("subnet", recount, subnet)


# -- EIP ---------------------------------------------------------------------------------------------------------


def on_eip(process: Process, old: Object | None, new: Object | None) -> None:
    """Give a new EIP an address; delete a terminating one when no rule needs it."""
    if old is None and new is not None:
        recount_later(process, spec_of(new).get("externalSubnet", ""))
    if new is None:
        process.do("nat", drop_eip, key_of(old or {}))
    elif old is None or deleting(new):
        process.do("nat", reconcile_eip, key_of(new))
    elif spec_of(old).get(OWN_V4) != spec_of(new).get(OWN_V4):
        # An EIP that somebody else created gets its finalizer only here.
        process.do("nat", finalize_eip, key_of(new))


def create_lrp_eip(process: Process, name: str, subnet: str) -> Object:
    """The EIP of a Vpc's router port: labels and finalizer from the start; its own handler makes it ready."""
    address = process.ipam.take(subnet, name)
    if address is None:
        raise NotYetError(f"no address left in Subnet {subnet} for OvnEip {name}")
    eip = {
        "metadata": {"name": name, "finalizers": [FINALIZER], "labels": _eip_labels(subnet, "lrp", address)},
        "spec": {"externalSubnet": subnet, "type": "lrp", OWN_V4: address, "v6Ip": "", OWN_MAC: mac_of(name)},
    }
    return process.client.create("OvnEip", eip)


def reconcile_eip(process: Process, name: str) -> None:
    """Status of any EIP; address and labels of one that somebody else created; or its deletion."""
    eip = process.read("OvnEip", name)
    if deleting(eip):
        _let_go(process, eip)
        return
    if status_of(eip).get("ready"):
        return
    spec = spec_of(eip)
    subnet, kind = spec.get("externalSubnet") or "external", spec.get("type") or "nat"
    process.get("Subnet", subnet)
    address = process.ipam.take(subnet, name, spec.get(OWN_V4) or None)
    if address is None:
        raise NotYetError(f"OvnEip {name}: address {spec.get(OWN_V4) or 'any'} of Subnet {subnet} is not to be had")
    formed = {**spec, "externalSubnet": subnet, "type": kind, OWN_V4: address, "v6Ip": "", OWN_MAC: mac_of(name)}
    if formed != spec:
        meta = {**eip["metadata"], "labels": {**labels_of(eip), **_eip_labels(subnet, kind, address)}}
        process.client.put("OvnEip", {**eip, "metadata": meta, "spec": formed})
    unheard = {OWN_V4: "", OWN_MAC: ""} if not spec.get(OWN_V4) and process.faults.forgets() else {}
    _eip_status(process, name, {"ready": False, **unheard})
    if kind != "lsp":
        _eip_status(process, name, {"ready": True})
    recount_later(process, subnet)


def finalize_eip(process: Process, name: str) -> None:
    """Add the finalizer."""
    held = process.read("OvnEip", name)["metadata"].get("finalizers") or []
    if FINALIZER not in held:
        process.client.patch("OvnEip", name, {"metadata": {"finalizers": [*held, FINALIZER]}})


def reset_eip(process: Process, name: str) -> None:
    """A rule that used it is deleted: write who still uses it, and finish its deletion if it was waiting."""
    eip = process.read("OvnEip", name)
    if deleting(eip):
        _let_go(process, eip)
    else:
        _eip_status(process, name, {})


def drop_eip(process: Process, name: str) -> None:
    """The object is deleted, with or without its finalizer."""
    subnet = spec_of(process.gone["OvnEip", name]).get("externalSubnet", "")
    _cut(process, process.gone["OvnEip", name])
    recount_later(process, subnet)


def _let_go(process: Process, eip: Object) -> None:
    name, held = key_of(eip), eip["metadata"].get("finalizers") or []
    if users := _users(process, spec_of(eip).get(OWN_V4, "")):
        raise NotYetError(f"OvnEip {name} is still used by {', '.join(users)}")
    _cut(process, eip)
    if FINALIZER in held:
        left = [one for one in held if one != FINALIZER]
        process.client.patch("OvnEip", name, {"metadata": {"finalizers": left}})


def _cut(process: Process, eip: Object) -> None:
    """Delete the router port with its EIP, even the port of a Vpc that was recreated in the meantime."""
    process.ipam.give_back(spec_of(eip).get("externalSubnet", ""), key_of(eip))
    process.northbound.unplug(key_of(eip))


def _eip_labels(subnet: str, kind: str, address: str) -> dict[str, str]:
    return {f"{DOMAIN}/subnet": subnet, f"{DOMAIN}/ovn_eip_type": kind, V4: address, V6: ""}


def _eip_status(process: Process, name: str, more: Object) -> Object:
    eip = process.read("OvnEip", name)
    spec, seen = spec_of(eip), status_of(eip)
    status = {key: spec.get(key, "") for key in (OWN_V4, "v6Ip", OWN_MAC, "type")}
    status = {**status, "ready": False, **seen, "nat": "snat" if _users(process, spec.get(OWN_V4, "")) else "", **more}
    return eip if status == seen else process.client.patch_status("OvnEip", name, status)


def _users(process: Process, address: str) -> list[str]:
    rules = process.all("OvnSnatRule")
    return [key_of(rule) for rule in rules if address and labels_of(rule).get(V4) == address]


# -- SNAT --------------------------------------------------------------------------------------------------------


def on_snat(process: Process, old: Object | None, new: Object | None) -> None:
    """Ignore a changed rule: the real one only refuses the change in its log."""
    if new is None:
        process.do("nat", reset_eip, spec_of(old or {}).get("ovnEip", ""))
    elif old is None or (deleting(new) and not deleting(old)):
        process.do("nat", reconcile_snat, key_of(new))


def reconcile_snat(process: Process, name: str) -> None:
    """Translate and report ready, port or no port; or stop translating, if there is a router to stop it on."""
    rule = process.read("OvnSnatRule", name)
    seen, held = status_of(rule), rule["metadata"].get("finalizers") or []
    if deleting(rule):
        if FINALIZER not in held:
            return
        if seen.get("vpc"):
            _router_snats(process, seen["vpc"]).discard((seen["v4Eip"], seen["v4IpCidr"]))
        left = [one for one in held if one != FINALIZER]
        process.client.patch("OvnSnatRule", name, {"metadata": {"finalizers": left}})
    elif not seen.get("ready"):
        _translate(process, rule)


def _translate(process: Process, rule: Object) -> None:
    name, spec = key_of(rule), spec_of(rule)
    eip = process.get("OvnEip", spec.get("ovnEip", ""))
    address = status_of(eip).get(OWN_V4)
    if not address:
        raise NotYetError(f"OvnSnatRule {name}: OvnEip {key_of(eip)} has no address")
    vpc, cidr = spec.get("vpc", ""), spec.get("v4IpCidr", "")
    if not cidr:
        subnet = spec_of(process.get("Subnet", spec.get("vpcSubnet", "")))
        vpc, cidr = subnet.get("vpc", ""), subnet["cidrBlock"]
    _router_snats(process, vpc).add((address, cidr))
    held = rule["metadata"].get("finalizers") or []
    process.client.patch("OvnSnatRule", name, {"metadata": {"finalizers": [*held, FINALIZER]}})
    _mark_eip(process, key_of(eip), name, vpc)
    mark = {"annotations": {f"{DOMAIN}/vpc_eip": key_of(eip)}}
    process.client.patch("OvnSnatRule", name, {"metadata": mark})
    process.client.patch("OvnSnatRule", name, {"metadata": {"labels": {V4: address, V6: ""}}})
    ready = {"ready": True, "vpc": vpc, "v4Eip": address, "v6Eip": "", "v4IpCidr": cidr, "v6IpCidr": ""}
    process.client.patch_status("OvnSnatRule", name, ready)
    _eip_status(process, key_of(eip), {"ready": True, "nat": "snat"})


def _mark_eip(process: Process, eip_name: str, rule: str, vpc: str) -> None:
    eip = process.read("OvnEip", eip_name)
    if labels_of(eip).get(f"{DOMAIN}/vpc") != vpc:
        process.client.patch("OvnEip", eip_name, {"metadata": {"labels": {f"{DOMAIN}/vpc": vpc}}})
    if annotations_of(eip).get(f"{DOMAIN}/vpc_nat") != rule:
        process.client.patch("OvnEip", eip_name, {"metadata": {"annotations": {f"{DOMAIN}/vpc_nat": rule}}})


def _router_snats(process: Process, vpc: str) -> set[tuple[str, str]]:
    if (router := process.northbound.routers.get(vpc)) is None:
        raise NotYetError(f"not found logical router {vpc}")
    return router.snats
