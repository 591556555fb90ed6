"""The topology of one environment: the way out, the provider network, nodes with their NICs, VLANs, pools, tenants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from kmetal_network.config.settings import Settings
from kmetal_network.drawing.shapes import MANAGEMENT, PROVIDER, TUNNEL, Mark, box, quoted, wire
from kmetal_network.drawing.tenants import tenants
from kmetal_network.plan.model import HARMS, Operation, Plan

_NAMES_IN_A_LINE: Final = 6


def topology(settings: Settings, name: str, plan: Plan | None = None) -> str:
    """A picture as text of D2.

    Args:
        settings: the environment, after the change.
        name: of the environment.
        plan: what changes; marked in the picture.
    """
    provider, external = settings.provider, settings.provider.external
    title = f"{name}: {plan.verdict}" if plan and plan.changes else name
    mark = _mark(plan, ("ProviderNetwork", "Vlan"))
    lines = [
        "vars: {d2-config: {pad: 24}}",
        "direction: down",
        f"title: {quoted(title)} {{shape: text; style.font-size: 28; near: top-left}}",
        *box("internet", "internet", settings=["shape: oval"]),
        *box("gateway", f"physical gateway\n{external.gateway}"),
        *box(
            "provider",
            f"provider network {provider.network.name}\nVlan {provider.vlan.name} (id {provider.vlan.id})\n"
            f"Subnet {external.name} {external.cidr_block}",
            fill=PROVIDER,
            mark=mark if mark is not Mark.NONE else _mark(plan, ("Subnet",), of=f"Subnet {external.name}"),
        ),
        *box("users", "users of the clusters", settings=["shape: oval"]),
        *box("management", "\n".join(_management(settings)), fill=MANAGEMENT, mark=_mark(plan, _METALLB)),
        *box("tunnel", f"tunnel VLAN\n{settings.network.kube_ovn.tunnel_type} between nodes", fill=TUNNEL),
        *_nodes(settings, mark),
        *tenants(settings, plan),
        wire("internet", "gateway"),
        wire("gateway", "provider"),
        wire("users", "management", "BGP" if settings.metallb.bgp_advertisements else "ARP"),
        *_wires(settings, mark),
    ]
    return "\n".join(lines) + "\n"


_METALLB: Final = ("IPAddressPool", "L2Advertisement", "BGPAdvertisement", "BGPPeer")


def _mark(plan: Plan | None, kinds: tuple[str, ...], *, of: str = "") -> Mark:
    """What happens to what all tenants share, or to one object of it."""
    own = [one for one in plan.changes if one.kind in kinds and of in ("", one.name)] if plan else []
    if any(one.operation in (Operation.REPLACE, Operation.DELETE) for one in own):
        return Mark.BAD
    subjects = [risk.subject for risk in plan.risks if risk.rule in HARMS] if plan else []
    lost = any(subject == of if of else subject.partition(" ")[0] in kinds for subject in subjects)
    return Mark.BAD if lost else Mark.CHANGED if own else Mark.NONE


def _management(settings: Settings) -> Iterator[str]:
    block = f" {settings.management.cidr}" if settings.management.cidr else ""
    yield f"management VLAN{block}"
    for pool in settings.metallb.pools:
        yield f"pool {pool.name}: {', '.join(map(str, pool.addresses))}"
    peers = ", ".join(f"{peer.name} {peer.peer_address}" for peer in settings.metallb.bgp_peers)
    if peers:
        yield f"announced to {peers}"


def groups(settings: Settings) -> dict[str, list[str]]:
    """Nodes that have the same NICs and the same part, by the text of their box."""
    network = settings.provider.network
    found: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    custom = {node: entry.interface for entry in network.custom_interfaces for node in entry.nodes}
    names = (*network.exclude_nodes, *settings.provider.gateway_nodes, *custom)
    for node in dict.fromkeys(names):
        nics = [f"management {settings.management.interface}", f"tunnel {settings.network.kube_ovn.tunnel_interface}"]
        excluded = node in network.exclude_nodes
        if not excluded:
            nics.append(f"provider {custom.get(node, network.default_interface)}")
        part = "gateway node" if node in settings.provider.gateway_nodes else "node"
        note = ("no provider NIC",) if excluded else ()
        found[(part, *nics, *note)].append(node)

    def text(nodes: list[str], part: str, *rest: str) -> str:
        return "\n".join((part if len(nodes) == 1 else f"{part}s", *rest))

    return {text(nodes, *lines): nodes for lines, nodes in found.items()}


def _nodes(settings: Settings, mark: Mark) -> list[str]:
    lines = []
    for number, (what, names) in enumerate(groups(settings).items()):
        rows = [", ".join(names[at : at + _NAMES_IN_A_LINE]) for at in range(0, len(names), _NAMES_IN_A_LINE)]
        hit = mark if "no provider NIC" not in what else Mark.NONE
        lines += box(f"nodes{number}", "\n".join([*rows, what]), mark=hit)
    return lines


def _wires(settings: Settings, mark: Mark) -> Iterator[str]:
    anchored = False
    for number, what in enumerate(groups(settings)):
        node = f"nodes{number}"
        yield wire("management", node)
        yield wire("tunnel", node)
        if "no provider NIC" not in what:
            yield wire("provider", node, mark=mark)
        if what.startswith("gateway node"):
            yield wire(node, "tenants", "" if anchored else "tenants' routers", dashed=True)
            anchored = True
    if not anchored:
        yield wire("provider", "tenants")


def mermaid(settings: Settings, name: str) -> str:
    """The same in Mermaid, for where Markdown is read: tenants are one box from seven on."""
    provider, external = settings.provider, settings.provider.external
    lines = [
        "flowchart TB",
        f'  net((internet)) --- gw["physical gateway {external.gateway}"]',
        f'  gw --- ext["{provider.network.name}, Vlan {provider.vlan.name}<br/>external {external.cidr_block}"]',
        f'  users((users)) --- mgmt["{"<br/>".join(_management(settings))}"]',
    ]
    for number, (what, names) in enumerate(groups(settings).items()):
        label = "<br/>".join([", ".join(names), *what.split("\n")])
        lines.append(f'  n{number}["{label}"] --- mgmt')
        if "no provider NIC" not in what:
            lines.append(f"  ext --- n{number}")
    if len(settings.tenants) <= 6:  # noqa: PLR2004 (as many as `tenants.FEW`)
        for number, tenant in enumerate(settings.tenants):
            blocks = "<br/>".join(f"{one.name} {one.cidr_block}" for one in tenant.clusters)
            lines.append(f'  ext --- t{number}["{tenant.name}<br/>{blocks}"]')
    else:
        clusters = sum(len(tenant.clusters) for tenant in settings.tenants)
        lines.append(f'  ext --- ts["{len(settings.tenants)} tenants, {clusters} clusters"]')
    return f"%% {name}\n" + "\n".join(lines) + "\n"
