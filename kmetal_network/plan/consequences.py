"""What follows from changed objects for the tenants: addresses that move, packets that may leave, what stays unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from kmetal_network.addresses import Span
from kmetal_network.errors import Finding, Severity
from kmetal_network.finding_codes.codes import OPENS
from kmetal_network.laws.spans import span, without
from kmetal_network.plan.model import AddressChange, ObjectChange, Operation

_MATCH: Final = "ip4.dst == "


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


def opened(changes: Iterable[ObjectChange], place: Callable[[str], str]) -> Iterator[Finding]:
    """Blocks that a tenant's packets may go to from now on, since the router no longer drops them.

    Args:
        changes: what changes.
        place: position of a tenant's settings.
    """
    for change in changes:
        if change.kind != "Vpc" or not change.tenant or not change.before or not change.after:
            continue
        after = _dropped(change.after)
        for text, block in sorted(_dropped(change.before).items()):
            if left := without([block], after.values()):
                shown = text if left == [block] else ", ".join(part.canonical() for part in left)
                yield Finding(
                    place=place(change.tenant),
                    problem=f"packets of {change.tenant} to {shown} were dropped at Vpc {change.key}, and leave towards"
                    " the physical gateway from now on",
                    remedy="keep the block among the tenant's `drop`, or make sure that the gateway refuses them",
                    rule=OPENS,
                    severity=Severity.WARNING,
                    subject=shown,
                    tenants=(change.tenant,),
                )


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


def _dropped(body: Mapping[str, Any]) -> dict[str, Span]:
    """Blocks to which a router drops packets, as written."""
    found = {}
    for route in _spec(body).get("policyRoutes") or ():
        match = str(route.get("match"))
        if route.get("action") == "drop" and match.startswith(_MATCH):
            text = match.removeprefix(_MATCH)
            if (block := span(text)) is not None:
                found[text] = block
    return found


def _spec(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return body.get("spec") or {}
