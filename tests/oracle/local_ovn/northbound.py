"""Kube-OVN's objects in OVN's northbound database, as its controller writes them there.

Written independently, from the observed behaviour of the controller (kube-ovn v1.15, pkg/controller and pkg/ovs), and apart from
`kmetal_network.reach`: what is compared with a model must not be made by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any, Final

Body = Mapping[str, Any]
Row = dict[str, Any]

DEFAULT: Final = "ovn-cluster"
GATEWAY_MAC: Final = "02:ff:00:00:00:01"


@dataclass(frozen=True)
class Pod:
    """A pod's port in a Subnet."""

    subnet: str
    name: str
    addresses: tuple[str, ...]

    @property
    def port(self) -> str:
        """Name of its port."""
        return self.name


@dataclass
class Rows:
    """A northbound database in the making: operations of one transaction, and what a trace has to know."""

    operations: list[Row] = field(default_factory=list)
    macs: dict[str, str] = field(default_factory=dict)
    """Of every port, by name."""
    owned: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of every provider Subnet: address to the MAC that answers for it."""
    router_ports: dict[str, list[str]] = field(default_factory=dict)
    """Of every provider Subnet: the router ports in it."""
    physical: dict[str, list[str]] = field(default_factory=dict)
    """Of every provider Subnet: its physical gateways."""
    pods: dict[str, Pod] = field(default_factory=dict)
    """By address and Subnet."""
    gateways: dict[str, str] = field(default_factory=dict)
    """MAC of each Subnet's router port."""
    serial: Counter[str] = field(default_factory=Counter)

    def insert(self, table: str, row: Row) -> list[str]:
        """Add a row; returns its reference for other rows."""
        self.serial["row"] += 1
        name = f"row{self.serial['row']}"
        self.operations.append({"op": "insert", "table": table, "row": row, "uuid-name": name})
        return ["named-uuid", name]

    def mac(self, port: str) -> str:
        """The MAC of a port, the same at every question."""
        if port not in self.macs:
            number = len(self.macs) + 1
            self.macs[port] = f"02:00:00:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
        return self.macs[port]


def some(values: Iterable[Any]) -> list[Any]:
    """A set, as OVSDB writes it."""
    return ["set", list(values)]


def pairs(values: Mapping[str, str]) -> list[Any]:
    """A map, as OVSDB writes it."""
    return ["map", [[key, value] for key, value in values.items()]]


def named(bodies: Iterable[Body], kind: str) -> dict[str, Body]:
    """Specs of a kind by name."""
    return {body["metadata"]["name"]: body.get("spec") or {} for body in bodies if body["kind"] == kind}


def split(text: str | None) -> list[str]:
    """Both halves of a dual-stack text."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def inside(address: str, block: str) -> bool:
    """Whether an address is in a block; false across families."""
    one, two = ip_address(address), ip_network(block, strict=False)
    return one.version == two.version and one in two


class Objects:
    """The objects of one network, looked up by the translation."""

    def __init__(self, bodies: Iterable[Body]) -> None:
        bodies = list(bodies)
        self.vpcs, self.subnets = named(bodies, "Vpc"), named(bodies, "Subnet")
        self.vlans, self.eips = named(bodies, "Vlan"), named(bodies, "OvnEip")
        self.snats, self.fips = named(bodies, "OvnSnatRule"), named(bodies, "OvnFip")
        self.dnats = named(bodies, "OvnDnatRule")
        self.nodes = {
            body["metadata"]["name"]: [entry["address"] for entry in body["status"]["addresses"]]
            for body in bodies
            if body["kind"] == "Node" and body.get("status")
        }
        self._taken: dict[str, list[str]] = {}
        for spec in self.eips.values():
            taken = self._taken.setdefault(spec["externalSubnet"], [])
            taken.extend(address for key in ("v4Ip", "v6Ip") if (address := spec.get(key)))

    def vpc_of(self, name: str) -> str:
        """A Subnet's VPC."""
        return self.subnets[name].get("vpc") or DEFAULT

    def inner(self) -> Iterator[tuple[str, Body]]:
        """Subnets of pods."""
        return ((name, spec) for name, spec in self.subnets.items() if not spec.get("vlan"))

    def externals(self, vpc: str) -> list[str]:
        """The provider Subnets that a tenant's router is connected to."""
        spec = self.vpcs.get(vpc, {})
        if vpc == DEFAULT or not spec.get("enableExternal"):
            return []
        return [name for name in spec.get("extraExternalSubnets") or ["external"] if name in self.subnets]

    def router_addresses(self, vpc: str, external: str) -> list[str]:
        """Those of the OvnEip of a router's port, each with the length of its block; picked where none is written."""
        eip = self.eips.get(f"{vpc}-{external}", {})
        found = []
        for block in split(self.subnets[external]["cidrBlock"]):
            own = next((eip[key] for key in ("v4Ip", "v6Ip") if eip.get(key) and inside(eip[key], block)), None)
            found.append(f"{own or self._picked(vpc, external, block)}/{block.partition('/')[2]}")
        return found

    def _picked(self, vpc: str, external: str, block: str) -> str:
        spec = self.subnets[external]
        taken = self._taken.setdefault(external, [])
        kept = [
            (ip_address(a), ip_address(b or a)) for a, _, b in (e.partition("..") for e in spec.get("excludeIps", ()))
        ]
        for index in range(1, 1 << 16):
            address = ip_network(block)[index]
            kept_back = any(low.version == address.version and low <= address <= high for low, high in kept)
            if str(address) not in (*taken, *split(spec.get("gateway"))) and not kept_back:
                taken.append(str(address))
                self.eips[f"{vpc}-{external}"] = {
                    **self.eips.get(f"{vpc}-{external}", {}),
                    "externalSubnet": external,
                    "v4Ip" if address.version == 4 else "v6Ip": str(address),
                }
                return str(address)
        raise AssertionError(block)
