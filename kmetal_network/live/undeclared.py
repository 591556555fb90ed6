"""Finds objects in a live cluster that no settings declare: our orphans, and undeclared objects of others.

It does not report what belongs there without a declaration: the platform's own objects, the addresses that Kube-OVN
and cloud-provider-ovn create for a declared Vpc, objects with another stack's label, and attachments to other networks.
The field manager identifies a tenant's load balancer address that does not name its Vpc.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from kmetal_network.addresses import Span
from kmetal_network.config.settings import Settings
from kmetal_network.kinds.registry import names_where
from kmetal_network.live.diff import Seen
from kmetal_network.live.drift import Drift, DriftKind, kubectl
from kmetal_network.live.managed_fields import maker_of, writer_of
from kmetal_network.live.values import Object
from kmetal_network.manifests.inventory import object_key, owned_manifests
from kmetal_network.manifests.provider import default_vpc_patch
from kmetal_network.names import DEFAULT_VPC, EXTERNAL_GATEWAY_LABEL, STACK_LABEL, TENANT_LABEL, external_eip

PLATFORM_SUBNETS: Final = frozenset({"ovn-default", "join"})
"""Kube-OVN's own, made at its first start."""

CLOUD_PROVIDER: Final = "cloud-provider"
"""Part of the field manager's name of the controller that creates tenants' load balancer addresses."""

NAT_KINDS: Final = ("OvnSnatRule", "OvnFip", "OvnDnatRule")
"""What uses an OvnEip, and so says which Vpc it is for."""

DECLARED_KINDS: Final = names_where("declared")
"""Kinds of which only the settings declare objects."""


def undeclared(settings: Settings, stack: str, stacks: Collection[str], seen: Seen) -> Iterator[Drift]:
    """Orphans and undeclared objects, by kind and name; then nodes that are gateways without being listed.

    Args:
        settings: the stack's.
        stack: its name.
        stacks: names of all stacks of the project; objects with another stack's label are not reported.
        seen: the live objects.
    """
    wanted = {(manifest.kind, object_key(manifest.body)) for manifest in owned_manifests(settings, stack)}
    wanted.add(("Vpc", default_vpc_patch(settings.provider.external).name))
    for kind in sorted(seen):
        for key, item in sorted(seen[kind].items()):
            owner = _labels(item).get(STACK_LABEL)
            if (kind, key) in wanted or (owner in stacks and owner != stack):
                continue
            if owner == stack:
                yield _orphan(f"{kind} {key}", item, stack)
            elif kind in DECLARED_KINDS and not _belongs(kind, key, item, settings, seen):
                yield _undeclared(f"{kind} {key}", item, settings, owner)
    yield from _gateways(settings, stack, seen)


def vpcs_of(eip: str, item: Object, vpcs: Collection[str], seen: Seen) -> set[str]:
    """The Vpcs that an OvnEip says it is for: by a label or annotation, or by the rules that use it."""
    metadata = item.get("metadata") or {}
    said = {str(value) for key in ("labels", "annotations") for value in (metadata.get(key) or {}).values()}
    for kind in NAT_KINDS:
        for rule in seen.get(kind, {}).values():
            if (rule.get("spec") or {}).get("ovnEip") == eip:
                said |= {str((rule.get(part) or {}).get("vpc")) for part in ("spec", "status")}
    return said & set(vpcs)


def _labels(item: Object) -> Mapping[str, str]:
    return (item.get("metadata") or {}).get("labels") or {}


def _orphan(name: str, item: Object, stack: str) -> Drift:
    tenant = _labels(item).get(TENANT_LABEL)
    first = f"kmetal-network offboard {stack} {tenant}" if tenant else f"kmetal-network up {stack}"
    return Drift(
        way=DriftKind.ORPHAN,
        object=name,
        by=maker_of(item),
        note=f"carries our label and is in no settings of {stack}",
        remedy=f"{first}; if it stays, no state knows it: {kubectl('delete', name)}",
    )


def _undeclared(name: str, item: Object, settings: Settings, owner: str | None) -> Drift:
    notes = ["no one declared it" if owner is None else f"claims stack {owner!r}, which has no file here"]
    block = Span.of(settings.provider.external.cidr_block)
    pool = (item.get("spec") or {}).get("addresses") if name.startswith("IPAddressPool ") else None
    if inside := [text for text in pool or () if _overlaps(text, block)]:
        notes.append(f"{', '.join(inside)} on the provider VLAN ({block}) [NET-201]")
    return Drift(
        way=DriftKind.UNDECLARED,
        object=name,
        by=maker_of(item),
        note="; ".join(notes),
        remedy=f"{kubectl('delete', name)}, or bring it into the settings (kmetal-network adopt)",
    )


def _overlaps(text: str, block: Span) -> bool:
    try:
        return Span.parse(text).overlaps(block)
    except ValueError:
        return False


def _belongs(kind: str, key: str, item: Object, settings: Settings, seen: Seen) -> bool:
    """Whether an undeclared object belongs there and is not reported."""
    match kind:
        case "Vpc":
            return key == DEFAULT_VPC
        case "Subnet":
            return key in PLATFORM_SUBNETS
        case "OvnEip":
            return _eip_belongs(key, item, settings, seen)
        case "NetworkAttachmentDefinition":
            return not _attaches_to_ours(item, settings)
    return False


def _eip_belongs(key: str, item: Object, settings: Settings, seen: Seen) -> bool:
    """A router port's address belongs to its Vpc (reported itself if undeclared); any other to a declared Vpc."""
    external = settings.provider.external.name
    kind = (item.get("spec") or {}).get("type")
    if kind == "lrp":
        return any(key == external_eip(vpc, external) for vpc in seen.get("Vpc", {}))
    declared = [vpc for vpc, body in seen.get("Vpc", {}).items() if STACK_LABEL in _labels(body)]
    maker = maker_of(item)
    made_for_tenant = maker is not None and CLOUD_PROVIDER in maker.manager
    return made_for_tenant or bool(vpcs_of(key, item, declared, seen))


def _attaches_to_ours(item: Object, settings: Settings) -> bool:
    """Whether an attachment is to Kube-OVN, to the provider NIC, or in a tenant's namespace."""
    namespaces = {tenant.namespace_name for tenant in settings.tenants}
    if (item.get("metadata") or {}).get("namespace") in namespaces:
        return True
    network = settings.provider.network
    nics = {network.default_interface, *(entry.interface for entry in network.custom_interfaces)}
    return any(
        plugin.get("type") == "kube-ovn" or plugin.get("master") in nics
        for plugin in _plugins((item.get("spec") or {}).get("config"))
    )


def _plugins(config: Any) -> list[Mapping[str, Any]]:
    """The plugins of a CNI configuration, one or a list of them; of one that cannot be read, none."""
    try:
        parsed = json.loads(config)
    except (TypeError, ValueError, RecursionError):
        return []
    listed = parsed.get("plugins") if isinstance(parsed, Mapping) else None
    plugins = [parsed, *(listed if isinstance(listed, list) else ())]
    return [plugin for plugin in plugins if isinstance(plugin, Mapping)]


def _gateways(settings: Settings, stack: str, seen: Seen) -> Iterator[Drift]:
    for name, node in sorted(seen.get("Node", {}).items()):
        if _labels(node).get(EXTERNAL_GATEWAY_LABEL) == "true" and name not in settings.provider.gateway_nodes:
            yield Drift(
                way=DriftKind.UNDECLARED,
                object=f"Node {name}",
                by=writer_of(node, ("metadata", "labels", EXTERNAL_GATEWAY_LABEL)),
                note="a gateway that is not among gatewayNodes: new tenants may be anchored there",
                remedy=f"{kubectl('label', f'Node {name}')} {EXTERNAL_GATEWAY_LABEL}-, or list it in"
                f" Pulumi.{stack}.yaml",
            )
