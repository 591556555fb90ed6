"""VLANs: into the status of their provider network, unless the id is taken there; and out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.controllers.api import Object, key_of, spec_of, status_of
from sandbox.controllers.runtime.lane import NotYetError
from sandbox.controllers.subnets.subnet import reconcile

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process


def on_vlan(process: Process, old: Object | None, new: Object | None) -> None:
    """Add a Vlan to its provider network, or remove it; it has no finalizer and is deleted at once."""
    if new is None:
        process.do("platform", drop_vlan, key_of(old or {}))
    elif old is None or spec_of(old) != spec_of(new):
        process.do("platform", take_in_vlan, key_of(new))


def take_in_vlan(process: Process, name: str) -> None:
    """Into the provider network's status, unless another Vlan has the same id there; id 0 never conflicts."""
    vlan = process.get("Vlan", name)
    spec = spec_of(vlan)
    process.get("ProviderNetwork", spec["provider"])
    place = (spec["provider"], spec.get("id", 0))
    rivals = [v for v in process.all("Vlan") if (spec_of(v)["provider"], spec_of(v).get("id", 0)) == place]
    conflict = bool(place[1]) and len(rivals) > 1
    if bool(status_of(vlan).get("conflict")) != conflict:
        process.client.patch_status("Vlan", name, {"conflict": conflict})
    if conflict:
        raise NotYetError(f"Vlan {name} has the id of another Vlan of {spec['provider']}")
    seen = status_of(process.read("ProviderNetwork", spec["provider"]))
    if name not in (seen.get("vlans") or []):
        vlans = {"ready": seen.get("ready", False), "vlans": [*(seen.get("vlans") or []), name]}
        process.client.patch_status("ProviderNetwork", spec["provider"], vlans)
    _touch_subnets(process, name)


def drop_vlan(process: Process, name: str) -> None:
    """Deleted while Subnets use it: they are reconciled again, and fail."""
    _touch_subnets(process, name)
    for network in process.all("ProviderNetwork"):
        vlans = status_of(network).get("vlans") or []
        if name in vlans:
            left = [one for one in vlans if one != name]
            process.client.patch_status("ProviderNetwork", key_of(network), {"vlans": left or None})


def _touch_subnets(process: Process, vlan: str) -> None:
    for subnet in process.all("Subnet"):
        if spec_of(subnet).get("vlan") == vlan:
            process.do("subnet", reconcile, key_of(subnet))
