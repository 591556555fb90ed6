"""Which existing routers get another egress address by the settings, and which objects that deletes. Writes nothing.

An address belongs to its router for life, so another `egressAddress` is another router (`operations.rerouting`). To pin
the address that a router has already costs nothing: Kube-OVN made the OvnEip for a Vpc of ours, and the stack takes it
over. An OvnEip of ours without a Vpc, left by a run that died, counts as a router: the next Vpc would take its address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any, Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, Severity
from kmetal_network.finding_codes.codes import REROUTED
from kmetal_network.kinds.registry import in_order
from kmetal_network.live.diff import Seen
from kmetal_network.live.managed_fields import maker_of
from kmetal_network.live.offboarding import TenantObjects
from kmetal_network.live.values import Object
from kmetal_network.names import STACK_LABEL, TenantNames, external_eip
from operations.cluster.view import ClusterView

KINDS: Final = ("Vpc", "OvnEip")
"""What tells whether a router is to be made anew."""

DOMAIN: Final = in_order("behind_router")
"""What stands behind a router, or uses it, in the order in which it goes."""


@dataclass(frozen=True, slots=True)
class Router:
    """A router whose way out is another than the settings say."""

    tenant: str
    place: str
    """Where the settings ask for another way out."""
    present: IPv4Address | None
    """The address that is pinned for it now; None where Kube-OVN chose."""


def rerouted(environment: Environment, seen: Seen) -> dict[str, Router]:
    """Routers of the stack whose live address is pinned otherwise than the settings say, by name of the Vpc.

    Args:
        environment: the settings.
        seen: `KINDS` by kind and name.
    """
    found = {}
    for index, tenant in enumerate(environment.settings.tenants):
        vpc = TenantNames(tenant.name).vpc
        eip = seen.get("OvnEip", {}).get(external_eip(vpc, environment.settings.provider.external.name))
        router = seen.get("Vpc", {}).get(vpc)
        if eip is None or not is_ours(eip if router is None else router, environment.name):
            continue
        address = (eip.get("spec") or {}).get("v4Ip")
        pinned = address if is_ours(eip, environment.name) else None
        wanted = str(tenant.egress_address) if tenant.egress_address else None
        if wanted != (address if wanted else pinned):
            place = environment.place(("tenants", index, "egressAddress"))
            found[vpc] = Router(tenant.name, place, _address(pinned))
    return found


def _address(text: Any) -> IPv4Address | None:
    with suppress(ValueError):
        return IPv4Address(str(text))
    return None


def may_be_pinned(environment: Environment, eip: str, seen: Seen) -> bool:
    """Whether an OvnEip that carries no stack's label was made by Kube-OVN for a router of this stack."""
    external = environment.settings.provider.external.name
    vpc, live = seen.get("Vpc", {}).get(eip.removesuffix(f"-{external}")), seen.get("OvnEip", {}).get(eip)
    maker = maker_of(live) if live else None
    return maker is not None and maker.controller and is_ours(vpc, environment.name)


def is_ours(live: Object | None, stack: str) -> bool:
    """Whether an object carries the stack's label."""
    labels = ((live or {}).get("metadata") or {}).get("labels") or {}
    return bool(labels.get(STACK_LABEL) == stack)


def behind(environment: Environment, tenant: str, seen: Seen) -> list[tuple[str, str]]:
    """Kind and key of a router with all that stands behind it or uses it, in the order in which it goes.

    Args:
        environment: the settings.
        tenant: whose router.
        seen: `DOMAIN` by kind and name.
    """
    owned = TenantObjects(environment.name, tenant, "", environment.settings.provider.external.name)
    objects = [(kind, key) for kind, key, _ in owned.objects(seen)]
    return [(kind, key) for kind, key in objects if kind in DOMAIN and (kind != "OvnEip" or key == owned.port)]


def notices(environment: Environment, view: ClusterView) -> Iterator[Finding]:
    """What an `up` will make anew, for whoever reads the preview."""
    return reroutings(environment, rerouted(environment, view.seen(KINDS)), Severity.WARNING)


def reroutings(environment: Environment, routers: Mapping[str, Router], severity: Severity) -> Iterator[Finding]:
    """What a preview says about routers that are made anew, and a plain `pulumi up` is refused with."""
    for vpc, router in routers.items():
        yield Finding(
            place=router.place,
            problem=f"{vpc} has another way out than this, so it is made anew with its Subnets and SNAT rules, and its"
            " clusters are cut off meanwhile",
            remedy=f"apply it by `kmetal-network up {environment.name}`, which takes them down in order first; plain"
            " Pulumi"
            " may delete the Vpc before its Subnets, and then waits for ever",
            severity=severity,
            rule=REROUTED,
        )
