"""Networks for Hypothesis: few addresses, many coincidences, everything that the model claims to understand."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Final

from hypothesis import strategies as st

from tests.oracle.local_ovn.northbound import Pod
from tests.support.network.objects import Body, build, node

_EXTERNALS: Final = {
    "external": ("77.220.68.96/27", "77.220.68.97"),
    "external-two": ("185.12.0.0/28", "185.12.0.1"),
}
_BLOCKS: Final = ("10.100.0.0/24", "10.100.1.0/24", "10.101.0.0/24", "10.101.0.0/25", "77.220.68.112/29")
_BLOCKS_V6: Final = ("fd00:100::/64", "fd00:101::/64")
_SPOTS: Final = (
    "0.0.0.0/0", "10.0.0.0/8", "10.100.0.0/16", "10.100.0.2", "10.101.0.0/24", "10.101.0.2", "8.8.8.8", "8.8.0.0/16",
    "77.220.68.96/27", "77.220.68.96/28", "77.220.68.97", "77.220.68.110", "77.220.68.120", "192.0.2.0/24",
    "185.12.0.0/28", "172.16.0.0/12", "128.0.0.0/1",
)  # fmt: skip
_SPOTS_V6: Final = ("::/0", "fd00:101::/64", "fd00::/16", "2001:db8::8")
_HOPS: Final = ("77.220.68.97", "185.12.0.1", "169.254.1.1", "169.254.1.2", "10.100.0.9", "203.0.113.1")
OUTSIDE: Final = ("8.8.8.8", "192.0.2.11", "10.16.0.5", "100.64.0.3", "172.21.204.11", "77.220.68.97", "185.12.0.1")
OUTSIDE_V6: Final = ("2001:db8::8", "fd00:101::2", "fd00:100::2")
_VLAN_HOST: Final = "77.220.68.125"


@dataclass(frozen=True)
class World:
    """Objects, pods in them, and addresses to ask for."""

    bodies: tuple[Body, ...]
    pods: tuple[Pod, ...]
    outer: tuple[tuple[str, str], ...]
    """Addresses that routers answer for, each with its provider Subnet."""

    def destinations(self, pod: Pod) -> list[str]:
        """What to ask for from a pod; its own address is asked of no one."""
        every = [address for other in self.pods for address in other.addresses]
        every += [address for _, address in self.outer] + [*OUTSIDE, *OUTSIDE_V6, _VLAN_HOST]
        families = {":" in address for address in pod.addresses}
        return [each for each in dict.fromkeys(every) if (":" in each) in families and each not in pod.addresses]


@st.composite
def matches(draw: st.DrawFn, depth: int = 2) -> str:
    """A match that OVN can read."""
    kind = draw(st.sampled_from(("one", "one", "one", "set", "not", "both", "either", "family", "port")))
    if kind == "family":
        return draw(st.sampled_from(("ip4", "ip6", "ip", "!(!ip6)")))
    if kind == "port":
        return draw(st.sampled_from(("tcp.dst == 443", "udp", "icmp4")))
    if kind in ("one", "set") or depth == 0:
        spots, field = draw(st.sampled_from(((_SPOTS, "ip4"), (_SPOTS, "ip4"), (_SPOTS, "ip4"), (_SPOTS_V6, "ip6"))))
        side = draw(st.sampled_from(("dst", "dst", "src")))
        values = draw(st.lists(st.sampled_from(spots), min_size=1, max_size=1 if kind == "one" else 3, unique=True))
        text = values[0] if len(values) == 1 else "{" + ", ".join(values) + "}"
        return f"{field}.{side} {draw(st.sampled_from(('==', '==', '==', '!=')))} {text}"
    one = draw(matches(depth=depth - 1))
    if kind == "not":
        return f"!({one})"
    return f"({one}) {'&&' if kind == 'both' else '||'} ({draw(matches(depth=depth - 1))})"


@st.composite
def _policies(draw: st.DrawFn) -> list[Body]:
    found: dict[tuple[int, str], Body] = {}
    for _ in range(draw(st.integers(0, 4))):
        priority = draw(st.sampled_from((100, 1400, 1500, 1500, 1600, 28999, 32000)))
        action = draw(st.sampled_from(("drop", "drop", "drop", "allow", "reroute")))
        entry: Body = {"priority": priority, "match": draw(matches()), "action": action}
        if action == "reroute":
            entry["nextHopIP"] = draw(st.sampled_from(_HOPS))
        found[priority, entry["match"]] = entry
    return list(found.values())


@st.composite
def _routes(draw: st.DrawFn) -> list[Body]:
    hops = st.sampled_from(("77.220.68.97", "77.220.68.97", *_HOPS))
    found = [{"cidr": "0.0.0.0/0", "nextHopIP": draw(hops), "policy": "policyDst"}] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from(("policyDst", "policyDst", "policySrc")))
        cidr = draw(st.sampled_from(_SPOTS if kind == "policyDst" else ("10.100.0.0/24", "10.100.0.2", "10.0.0.0/8")))
        found.append({"cidr": cidr, "nextHopIP": draw(hops), "policy": kind})
    if draw(st.booleans()):
        found.append({"cidr": "::/0", "nextHopIP": "fd00:ffff::1", "policy": "policyDst"})
    return list({(route["cidr"], route["nextHopIP"], route["policy"]): route for route in found}.values())


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A network of one to three tenants."""
    bodies: list[Body] = [build("Vlan", "vlan222", {"id": 0, "provider": "provider"}), node("c1", "192.0.2.11", "true")]
    for name, (block, gateway) in _EXTERNALS.items():
        both = name == "external"
        spec = {
            "vpc": "ovn-cluster",
            "vlan": "vlan222",
            "cidrBlock": block,
            "gateway": gateway,
            "excludeIps": [gateway],
        }
        if both:
            spec.update(cidrBlock=f"{block},fd00:ffff::/64", gateway=f"{gateway},fd00:ffff::1")
        bodies.append(build("Subnet", name, spec))
    made = _Made(bodies, [], [])
    peered = draw(st.booleans())
    for index, name in enumerate(("a", "b", "c")[: draw(st.integers(1, 3))]):
        _tenant(draw, made, name, index, peered=peered)
    return World(tuple(made.bodies), tuple(made.pods), tuple(made.outer))


@dataclass
class _Made:
    bodies: list[Body]
    pods: list[Pod]
    outer: list[tuple[str, str]]


def _tenant(draw: st.DrawFn, made: _Made, name: str, index: int, *, peered: bool) -> None:
    vpc = f"{name}-vpc"
    extra: Any = draw(st.sampled_from((None, None, ["external"], ["external", "external-two"], ["external-two"])))
    outside = draw(st.sampled_from((True, True, True, False)))
    spec: Body = {"enableExternal": outside, "staticRoutes": draw(_routes()), "policyRoutes": draw(_policies())}
    if extra:
        spec["extraExternalSubnets"] = extra
    if peered and index < 2:  # c has no peer
        other, own = (("b-vpc", 1), ("a-vpc", 2))[index]
        spec["vpcPeerings"] = [{"remoteVpc": other, "localConnectIP": f"169.254.1.{own}/30"}]
    made.bodies.append(build("Vpc", vpc, spec))
    connected = (extra or ["external"]) if outside else []
    for external in connected:
        last = (98, 2)[external != "external"] + index
        address = ("77.220.68." if external == "external" else "185.12.0.") + str(last)
        eip: Body = {"externalSubnet": external, "type": "lrp", "v4Ip": address}
        if external == "external":
            eip["v6Ip"] = f"fd00:ffff::{last}"
        made.bodies.append(build("OvnEip", f"{vpc}-{external}", eip))
        made.outer.append((external, address))
    blocks = draw(st.lists(st.sampled_from(_BLOCKS), min_size=1, max_size=2, unique_by=lambda block: block[:9]))
    for position, block in enumerate(blocks):
        _subnet(
            draw, made, (name, vpc, f"{vpc}-{draw(st.sampled_from(connected))}" if connected else ""), position, block
        )
    if (
        connected
        and "external" in connected
        and (pods := [pod for pod in made.pods if pod.name.startswith(f"p-{name}")])
    ):
        _translations(draw, made, name, index, draw(st.sampled_from(pods)))


def _subnet(draw: st.DrawFn, made: _Made, names: tuple[str, str, str], position: int, block: str) -> None:
    name, vpc, eip = names
    subnet = f"{name}-s{position}"
    first = ip_network(block)[1]
    spec: Body = {"vpc": vpc, "cidrBlock": block, "gateway": str(first)}
    addresses = [str(ip_network(block)[2])]
    if draw(st.booleans()):
        second = _BLOCKS_V6[position]
        spec.update(cidrBlock=f"{block},{second}", gateway=f"{first},{ip_network(second)[1]}")
        addresses.append(str(ip_network(second)[2]))
    if draw(st.sampled_from((False, False, False, True))):
        spec["private"] = True
        spec["allowSubnets"] = draw(
            st.lists(st.sampled_from(("10.100.0.0/16", "10.101.0.0/24", "8.8.8.8/32")), max_size=2)
        )
    made.bodies.append(build("Subnet", subnet, spec))
    made.pods.append(Pod(subnet, f"p-{name}-{position}", tuple(addresses)))
    if eip and draw(st.sampled_from((True, True, True, False))):
        made.bodies.append(build("OvnSnatRule", f"{name}-snat-{position}", {"ovnEip": eip, "vpcSubnet": subnet}))


def _translations(draw: st.DrawFn, made: _Made, name: str, index: int, pod: Pod) -> None:
    vpc = f"{name}-vpc"
    for kind, last in (("OvnFip", 110 + index), ("OvnDnatRule", 120 + index)):
        if draw(st.booleans()):
            eip, address = f"{name}-{kind.lower()}", f"77.220.68.{last}"
            made.bodies.append(build("OvnEip", eip, {"externalSubnet": "external", "type": "nat", "v4Ip": address}))
            spec: Body = {"ovnEip": eip, "vpc": vpc, "v4Ip": pod.addresses[0]}
            if kind == "OvnDnatRule":
                spec.update(externalPort="80", internalPort="8080", protocol="tcp")
            made.bodies.append(build(kind, f"{eip}-rule", spec))
            made.outer.append(("external", address))
