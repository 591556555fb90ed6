"""What follows from changed objects for the tenants: addresses that move, what stays unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kmetal_network.plan.model import AddressChange, ObjectChange, Operation


def moves(changes: Iterable[ObjectChange]) -> Iterator[AddressChange]:
    """Tenants' addresses that become others; what only comes or goes with its tenant is no move."""
    listed = list(changes)
    routers = {change.key: change for change in listed if change.kind == "Vpc"}
    for change in listed:
        if change.kind == "Subnet" and change.tenant and change.before and change.after:
            before, after = (_spec(body).get("cidrBlock") for body in (change.before, change.after))
            if before != after:
                who = cluster_of(change)
                yield AddressChange(who=who, what="block", before=str(before), after=str(after), by=change.name)
        elif change.kind == "OvnEip" and change.tenant:
            before, after = (_spec(body).get("v4Ip") if body else None for body in (change.before, change.after))
            vpc = routers.get(f"{change.tenant}-vpc")
            stays = vpc is None or vpc.operation in (Operation.UPDATE, Operation.REPLACE)
            if before != after and stays:
                free = "one that Kube-OVN chooses"
                yield AddressChange(
                    who=change.tenant,
                    what="egress address",
                    before=str(before or free),
                    after=str(after or free),
                    by=change.name,
                )


def cluster_of(change: ObjectChange) -> str:
    """`tenant/cluster` of a tenant cluster's object, by the names of `kmetal_network.names`; else the tenant."""
    name = change.key.rpartition("/")[2].removeprefix(f"{change.tenant}-")
    for kind, prefix, suffix in (
        ("Subnet", "", "-subnet"),
        ("NetworkAttachmentDefinition", "", "-net"),
        ("OvnSnatRule", "snat-", ""),
    ):
        if change.kind == kind and change.tenant:
            return f"{change.tenant}/{name.removeprefix(prefix).removesuffix(suffix)}"
    return change.tenant or change.key


def caveats(changes: Iterable[ObjectChange]) -> Iterator[str]:
    """What no preview can see, by what changes."""
    for change in changes:
        if change.kind == "ProviderNetwork" and change.after:
            before, after = _nics(change.before), _nics(change.after)
            for nic in sorted(after - before):
                yield (
                    f"whether each node has a NIC {nic}: the cluster does not list NICs that Kube-OVN does not use"
                    " yet; on a node without it the bridge is not built, and the step fails after 5 minutes"
                )
        if change.kind == "ProviderNetwork" and change.operation is Operation.REPLACE:
            yield (
                "all nodes of the provider network lose their bridge at once, also those whose NIC stays the same:"
                " bridges belong to the one object"
            )
        if change.kind == "Subnet" and any(one.path == "spec.mtu" for one in change.fields):
            yield (
                f"the MTU inside running workers of {cluster_of(change)}: an interface keeps its MTU until its pod is"
                " recreated"
            )


def _nics(body: Mapping[str, Any] | None) -> set[str]:
    spec = _spec(body or {})
    custom = {str(entry.get("interface")) for entry in spec.get("customInterfaces") or ()}
    return custom | ({str(spec["defaultInterface"])} if spec.get("defaultInterface") else set())


def _spec(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return body.get("spec") or {}
