"""The platform's part of a network made by hand: chart values, pools, the provider network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Any, Final

from pydantic import BaseModel

from kmetal_network.addresses import Span
from kmetal_network.adoption.comparison import API_DEFAULTS
from kmetal_network.adoption.reading import Left, Live, Object, Reading, known, labels, misfit, spec
from kmetal_network.config.sections.cni import Flannel, KubeOvn, Multus
from kmetal_network.config.sections.metallb import (
    BfdProfile,
    BgpAdvertisement,
    BgpPeer,
    CommunityAlias,
    L2Advertisement,
    Pool,
)
from kmetal_network.facts.lenient_fields import is_list
from kmetal_network.names import EXTERNAL_GATEWAY_LABEL

EXTERNAL: Final = "external"

_METALLB: Final[tuple[tuple[str, str, type[BaseModel]], ...]] = (
    ("pools", "IPAddressPool", Pool),
    ("l2Advertisements", "L2Advertisement", L2Advertisement),
    ("bfdProfiles", "BFDProfile", BfdProfile),
    ("bgpPeers", "BGPPeer", BgpPeer),
    ("bgpAdvertisements", "BGPAdvertisement", BgpAdvertisement),
)
_COMMUNITIES: Final = "communities"
_MANAGED_BY: Final = "app.kubernetes.io/managed-by"
_VERSION: Final = re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+([-+].+)?")
_VALUES: Final[tuple[tuple[str, type[BaseModel]], ...]] = (
    ("flannel", Flannel),
    ("kubeOvn", KubeOvn),
    ("multus", Multus),
)
_NEEDED: Final = (
    ("flannel", "podCidr"),
    ("kubeOvn", "podCidr"),
    ("kubeOvn", "podGateway"),
    ("kubeOvn", "svcCidr"),
    ("kubeOvn", "joinCidr"),
    ("kubeOvn", "tunnelInterface"),
)


def read_chart(reading: Reading, version: str | None, values: Mapping[str, Any] | None, live: Live) -> None:
    """The chart as somebody else's installation, and its values as far as the settings know them.

    Installed by Helm or Flux it stays theirs: to take a release over is an upgrade of it, and no adoption.
    """
    chart: dict[str, Any] = {"install": "external"}
    if version and _VERSION.fullmatch(version):
        chart["version"] = version
    reading.sections["chart"] = chart
    given = (values or {}).get("network")
    network = {
        key: dict(part)
        for key, part in (given if isinstance(given, Mapping) else {}).items()
        if isinstance(part, Mapping)
    }
    own: dict[str, dict[str, Any]] = {key: known(model, network.get(key, {})) for key, model in _VALUES}
    for key, part in network.items():
        for name in sorted(part.keys() - own.get(key, {}).keys()):
            reading.left.append(Left(f"chart value network.{key}.{name}", "stays with the release"))
    for subnet, pairs in (("ovn-default", ("podCidr", "podGateway")), ("join", ("joinCidr",))):
        seen = spec(live.get("Subnet", {}).get(subnet, {}))
        for name, field in zip(pairs, ("cidrBlock", "gateway"), strict=False):
            if seen.get(field):
                own["kubeOvn"].setdefault(name, seen[field])
    for key, name in _NEEDED:
        if name not in own[key]:
            reading.lack(
                f"chart value network.{key}.{name}",
                "is neither in a Helm release that could be read nor in the cluster's objects",
                "give the values that the chart was installed with: --values FILE (`helm get values`)",
            )
    reading.sections["network"] = {key: part for key, part in own.items() if part}


def read_management(reading: Reading, interface: str | None, live: Live) -> None:
    """The management NIC: the option's value, else the one that every L2Advertisement names."""
    named = {tuple(spec(item).get("interfaces") or ()) for item in live.get("L2Advertisement", {}).values()}
    if interface is None and len(named) == 1 and len(only := next(iter(named))) == 1:
        interface = only[0]
    if interface is None:
        reading.lack(
            "management.interface",
            "no object names the NIC of the management VLAN",
            "give it: --management-interface NIC",
        )
    else:
        reading.sections["management"] = {"interface": interface}


def read_metallb(reading: Reading, live: Live, refused: Mapping[str, str]) -> None:
    """Pools, peers and advertisements, each that the settings can say."""
    own: dict[str, Any] = {}
    interface = reading.sections.get("management", {}).get("interface")
    for section, kind, model in _METALLB:
        entries = []
        for key, item in sorted(live.get(kind, {}).items()):
            data = _section(item, kind, model)
            if kind == "L2Advertisement" and data.get("interfaces", [interface]) == [interface]:
                data.pop("interfaces", None)
            why = refused.get(f"{kind} {key}") or _of_the_chart(item) or misfit(model, data)
            if why:
                reading.left.append(Left(f"{kind} {key}", why))
            else:
                entries.append(data)
        if entries:
            own[section] = entries
    for key, item in sorted(live.get("Community", {}).items()):
        aliases = [known(CommunityAlias, entry) for entry in spec(item).get("communities") or ()]
        why = refused.get(f"Community {key}") or "".join(misfit(CommunityAlias, alias) for alias in aliases[:1])
        if item["metadata"]["name"] != _COMMUNITIES:
            why = f"the one Community of the settings is called {_COMMUNITIES!r}"
        if why:
            reading.left.append(Left(f"Community {key}", why))
        else:
            own["communities"] = aliases
    if own:
        reading.sections["metallb"] = own


def _section(item: Object, kind: str, model: type[BaseModel]) -> dict[str, Any]:
    defaults = API_DEFAULTS.get(kind, {})
    data = {"name": item["metadata"]["name"], **known(model, spec(item))}
    return {
        key: value
        for key, value in data.items()
        if value not in ("", [], {}) and not (key in defaults and defaults[key] == value)
    }


def _of_the_chart(item: Object) -> str:
    return "the chart made it, and each object has one owner" if labels(item).get(_MANAGED_BY) == "Helm" else ""


def read_provider(reading: Reading, live: Live) -> None:
    """From the Subnet `external` back to its Vlan and NIC, and the nodes that carry the gateway label."""
    external = live.get("Subnet", {}).get(EXTERNAL)
    vlan = live.get("Vlan", {}).get(str(spec(external or {}).get("vlan")))
    network = live.get("ProviderNetwork", {}).get(str(spec(vlan or {}).get("provider")))
    nodes = [
        name
        for name, node in sorted(live.get("Node", {}).items())
        if labels(node).get(EXTERNAL_GATEWAY_LABEL) == "true"
    ]
    for found, what in (
        (external, f"no Subnet {EXTERNAL}"),
        (vlan, f"no Vlan under Subnet {EXTERNAL}"),
        (network, f"no ProviderNetwork under Subnet {EXTERNAL}"),
        (nodes, f"no Node with the label {EXTERNAL_GATEWAY_LABEL}=true"),
    ):
        if not found:
            reading.lack("cluster", what, "there is no provider network to adopt; make one with `kmetal-network up`")
    if not (external and vlan and network and nodes):
        return
    subnet = spec(external)
    excluded = without_gateway(subnet)
    reading.sections["provider"] = {
        "network": {
            "name": network["metadata"]["name"],
            **{
                key: spec(network)[key]
                for key in ("defaultInterface", "customInterfaces", "excludeNodes")
                if spec(network).get(key)
            },
        },
        "vlan": {"name": vlan["metadata"]["name"], "id": spec(vlan).get("id", 0)},
        "external": {
            **{key: subnet[key] for key in ("cidrBlock", "gateway", "gatewayType") if subnet.get(key)},
            **({"excludeIps": excluded} if excluded else {}),
        },
        "gatewayNodes": nodes,
    }
    for kind, own in (("ProviderNetwork", network), ("Vlan", vlan)):
        for name in sorted(live.get(kind, {}).keys() - {own["metadata"]["name"]}):
            reading.left.append(Left(f"{kind} {name}", f"Subnet {EXTERNAL} is not on it"))


def without_gateway(subnet: Mapping[str, Any]) -> list[str]:
    """`excludeIps` in the order of addresses, less the gateway, which the program adds by itself."""
    texts = subnet.get("excludeIps")
    spans = []
    for text in texts if is_list(texts) else ():
        try:
            spans.append(Span.parse(str(text)))
        except ValueError:
            return [str(entry) for entry in texts or ()]  # the settings say what is wrong with it
    try:
        own = Span.of(IPv4Address(str(subnet.get("gateway"))))
    except ValueError:
        own = None
    return [str(span) for span in sorted(spans) if span != own]
