"""Draws `docs/network.svg` from one environment's settings: nodes, VLANs, pool, provider network, tenants.

Plain SVG text, no library: the picture is generated, so it cannot say anything else than the stack file. It shows the
shape of the network, not its size: meant for a handful of tenants and nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from kmetal_network.config.sections.provider import ExternalSubnet
from kmetal_network.config.sections.tenant import Tenant
from kmetal_network.config.settings import Settings
from kmetal_network.names import TenantNames

_WIDTH: Final = 1000
_MARGIN: Final = 20
_INK: Final = "#1f2933"
_TENANT: Final = ("#e7f5ec", "#2f855a")
_NODE: Final = ("#f4f5f7", "#7b8794")
_MANAGEMENT: Final = ("#e6f0fb", "#2b6cb0")
_TUNNEL: Final = ("#f1ebfa", "#6b46c1")
_PROVIDER: Final = ("#fdeee3", "#c05621")

_TENANTS_TOP: Final = 20
_TENANTS_HEIGHT: Final = 145
_NODES_TOP: Final = 215
_NODES_HEIGHT: Final = 90
_VLANS_TOP: Final = 365
_VLAN_HEIGHT: Final = 54
_VLAN_STEP: Final = 74
_NIC_WIDTH: Final = 76

Colours = tuple[str, str]


def picture(settings: Settings, name: str) -> str:
    """The network of an environment as an SVG document."""
    height = _VLANS_TOP + 3 * _VLAN_STEP
    style = "font-family:system-ui,sans-serif;font-size:13px"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" style="{style}" role="img">',
        f"<title>{escape(f'The network that the stack {name} builds')}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        *_wires(settings),
        *_vlans(settings),
        *_nodes(settings),
        *_tenants(settings),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _box(x: float, y: float, width: float, height: float, colours: Colours) -> str:
    fill, stroke = colours
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" fill="{fill}" stroke="{stroke}"'
        ' stroke-width="1.5"/>'
    )


def _text(x: float, y: float, text: str, *, bold: bool = False, anchor: str = "start", colour: str = _INK) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'


def _line(x: float, top: float, end: float, bottom: float, colour: str, *, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<path d="M{x:g} {top:g}L{end:g} {bottom:g}" stroke="{colour}" stroke-width="2" fill="none"{dashes}/>'


def _node_names(settings: Settings) -> tuple[str, ...]:
    """Every node that the settings name."""
    provider = settings.provider
    custom = [node for entry in provider.network.custom_interfaces for node in entry.nodes]
    return tuple(dict.fromkeys((*provider.network.exclude_nodes, *provider.gateway_nodes, *custom)))


def _node_left(index: int, count: int) -> float:
    return _MARGIN + index * (_WIDTH - _MARGIN) / count


def _node_width(count: int) -> float:
    return (_WIDTH - _MARGIN) / count - _MARGIN


def _nic_middle(left: float, width: float, row: int) -> float:
    """Where the NIC of a VLAN stands on a node."""
    return left + width * (2 * row + 1) / 6


def _vlans(settings: Settings) -> Iterator[str]:
    metallb, provider = settings.metallb, settings.provider
    pools = ", ".join(f"{pool.name} {', '.join(map(str, pool.addresses))}" for pool in metallb.pools)
    announced = " by BGP" if metallb.bgp_advertisements else f" by ARP on {settings.management.interface} alone"
    rows = (
        (_MANAGEMENT, "management VLAN", f"MetalLB: {pools}, announced{announced if pools else ''}"),
        (_TUNNEL, "tunnel VLAN", f"{settings.network.kube_ovn.tunnel_type} between nodes: tenants' traffic"),
        (
            _PROVIDER,
            f"provider VLAN (Vlan {provider.vlan.name}, id {provider.vlan.id})",
            _way_out(provider.external),
        ),
    )
    for row, (colours, title, text) in enumerate(rows):
        top = _VLANS_TOP + row * _VLAN_STEP
        yield _box(_MARGIN, top, _WIDTH - 2 * _MARGIN, _VLAN_HEIGHT, colours)
        yield _text(_MARGIN + 14, top + 22, title, bold=True, colour=colours[1])
        yield _text(_MARGIN + 14, top + 42, text)


def _way_out(external: ExternalSubnet) -> str:
    block = f"Subnet {external.name} {external.cidr_block}"
    return f"{block}: tenants' egress addresses, never MetalLB's; physical gateway {external.gateway}"


def _nics(settings: Settings, node: str) -> Iterator[tuple[int, str, Colours]]:
    """A node's NICs: row of their VLAN, name, colours."""
    network = settings.provider.network
    yield 0, settings.management.interface, _MANAGEMENT
    yield 1, settings.network.kube_ovn.tunnel_interface, _TUNNEL
    if node not in network.exclude_nodes:
        named = (entry.interface for entry in network.custom_interfaces if node in entry.nodes)
        yield 2, next(named, network.default_interface), _PROVIDER


def _wires(settings: Settings) -> Iterator[str]:
    """From each NIC to its VLAN; drawn first, so that a wire passes behind the VLANs that it does not end at."""
    names = _node_names(settings)
    for index, node in enumerate(names):
        left = _node_left(index, len(names))
        for row, _, colours in _nics(settings, node):
            middle = _nic_middle(left, _node_width(len(names)), row)
            yield _line(middle, _NODES_TOP + _NODES_HEIGHT, middle, _VLANS_TOP + row * _VLAN_STEP, colours[1])


def _nodes(settings: Settings) -> Iterator[str]:
    names = _node_names(settings)
    width = _node_width(len(names))
    bottom = _NODES_TOP + _NODES_HEIGHT
    for index, node in enumerate(names):
        left = _node_left(index, len(names))
        yield _box(left, _NODES_TOP, width, _NODES_HEIGHT, _NODE)
        gateway = node in settings.provider.gateway_nodes
        excluded = node in settings.provider.network.exclude_nodes
        note = "gateway node: anchors tenants' routers" if gateway else "no provider NIC" if excluded else ""
        yield _text(left + 12, _NODES_TOP + 22, f"node {node}", bold=True)
        yield _text(left + 12, _NODES_TOP + 42, note)
        for row, nic, colours in _nics(settings, node):
            middle = _nic_middle(left, width, row)
            yield _box(middle - _NIC_WIDTH / 2, bottom - 22, _NIC_WIDTH, 30, colours)
            yield _text(middle, bottom - 2, nic, anchor="middle", colour=colours[1])


def _tenants(settings: Settings) -> Iterator[str]:
    count = max(len(settings.tenants), 1)
    width = (_WIDTH - _MARGIN) / count - _MARGIN
    names = _node_names(settings)
    node_width = _node_width(len(names))
    for index, tenant in enumerate(settings.tenants):
        left = _MARGIN + index * (_WIDTH - _MARGIN) / count
        middle = left + width / 2
        for node in settings.provider.gateway_nodes:
            node_middle = _node_left(names.index(node), len(names)) + node_width / 2
            yield _line(middle, _TENANTS_TOP + _TENANTS_HEIGHT, node_middle, _NODES_TOP, _TENANT[1], dashed=True)
        yield _box(left, _TENANTS_TOP, width, _TENANTS_HEIGHT, _TENANT)
        yield from _tenant(settings, tenant, left + 14)


def _tenant(settings: Settings, tenant: Tenant, left: float) -> Iterator[str]:
    names, external = TenantNames(tenant.name), settings.provider.external
    egress = str(tenant.egress_address) if tenant.egress_address else f"one address of {external.cidr_block}"
    title = f"tenant {tenant.name}: namespace {tenant.namespace_name}, Vpc {names.vpc}"
    yield _text(left, _TENANTS_TOP + 24, title, bold=True, colour=_TENANT[1])
    dropped = ", ".join(map(str, dict.fromkeys((external.cidr_block, *tenant.drop))))
    facts = [
        *(
            f"cluster {cluster.name}: Subnet {names.subnet(cluster.name)} {cluster.cidr_block}, attachment"
            f" {names.attachment(cluster.name)}, SNAT rule {names.snat_rule(cluster.name)}"
            for cluster in tenant.clusters
        ),
        f"leaves as {egress}, next hop {external.gateway}",
        f"dropped before that: packets to {dropped}",
        "dashed: the router's external port, on one gateway node at a time, the others stand by",
    ]
    for row, fact in enumerate(facts):
        yield _text(left, _TENANTS_TOP + 52 + 24 * row, fact)
