"""What the controller writes to a Namespace: the switches of its Subnets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.controllers.api import Object, annotations_of, deleting, key_of, spec_of
from sandbox.controllers.names import DEFAULT_SUBNET

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process


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


def on_namespace(process: Process, old: Object | None, new: Object | None) -> None:
    """Annotate every namespace, in non-primary mode, too."""
    if new is not None and (old is None or annotations_of(old) != annotations_of(new)):
        process.do("platform", annotate_namespace, key_of(new))
