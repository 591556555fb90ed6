"""CNI configurations of attachments, taken apart: their plugins, and the NIC of the host that each of them takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kmetal_network.facts.kube_ovn import Attachment
from kmetal_network.facts.lenient_fields import is_list
from kmetal_network.facts.unknown import UNKNOWN, is_named

KUBE_OVN: Final = "kube-ovn"

TAKERS: Final[Mapping[str, tuple[str, ...]]] = {
    "macvlan": ("master",),
    "macvtap": ("master",),
    "ipvlan": ("master",),
    "vlan": ("master",),
    "bridge": ("bridge",),
    "ovs": ("bridge",),
    "host-device": ("device",),
    "sriov": ("master", "if0", "pfName", "device"),
}
"""The plugins that put a pod on a network of the host, and the fields by which each names a NIC (containernetworking
plugins v1, k8snetworkplumbingwg/sriov-cni, ovs-cni and macvtap-cni)."""


def plugins(attachment: Attachment) -> Iterator[Mapping[str, object]]:
    """The configuration's plugins: those of its chain (`plugins`), or itself."""
    config = attachment.config
    if config is UNKNOWN or config is None:
        return
    chain = config.get("plugins")
    for plugin in chain if is_list(chain) else (config,):
        if isinstance(plugin, Mapping):
            yield plugin


def type_of(plugin: Mapping[str, object]) -> str:
    """A plugin's type; empty where it is no text."""
    kind = plugin.get("type")
    return kind if isinstance(kind, str) else ""


def served_by_kube_ovn(attachment: Attachment) -> bool:
    """Whether a plugin of it is Kube-OVN's own; False for one that only takes its addresses from Kube-OVN."""
    return any(plugin.get("type") == KUBE_OVN for plugin in plugins(attachment))


def on_host_network(attachment: Attachment) -> bool:
    """Whether a plugin of it puts pods on a network of the host."""
    return any(type_of(plugin) in TAKERS for plugin in plugins(attachment))


def vlan_of(plugin: Mapping[str, object]) -> int | None:
    """The VLAN that the plugin itself tags, where it does."""
    for key in ("vlanId", "vlan"):
        number = plugin.get(key)
        if isinstance(number, int) and not isinstance(number, bool) and number:
            return number
    return None


def named_by(plugin: Mapping[str, object]) -> tuple[str, ...]:
    """The host's interfaces that a plugin names."""
    fields = TAKERS.get(type_of(plugin), ())
    return tuple(name for key in fields if isinstance(name := plugin.get(key), str) and name)


def interfaces_of(plugin: Mapping[str, object]) -> tuple[str, ...]:
    """The host's interfaces that pods get by a plugin, a VLAN that it makes on one as `<nic>.<id>`.

    Its name identifies a bridge, whichever VLAN the plugin tags.
    """
    number = vlan_of(plugin)
    if number is None or plugin.get("type") in ("bridge", "ovs"):
        return named_by(plugin)
    return tuple(f"{name}.{number}" for name in named_by(plugin))


def provider_of(attachment: Attachment) -> str | None:
    """`<name>.<namespace>`, by which Kube-OVN knows it; None where one of the two is not known yet."""
    if isinstance(attachment.namespace, str) and is_named(attachment.name):
        return f"{attachment.name}.{attachment.namespace}"
    return None
