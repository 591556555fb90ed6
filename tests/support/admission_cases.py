"""What a case's settings would say, which rows of the table the admission policies can see, and what one object decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kmetal_network.admission.checks import HELD
from kmetal_network.admission.model import Literals
from kmetal_network.facts.platform import RangeKind
from kmetal_network.facts.reader import facts_of
from kmetal_network.facts.source_objects import default_place
from kmetal_network.facts.unknown import UNKNOWN, known
from kmetal_network.laws.platform.chart_values import TUNNEL_HEADERS
from kmetal_network.laws.registry import judge
from kmetal_network.laws.spans import spans
from tests.law_cases.table import CASES, Case
from tests.support.network.good import Network, good
from tests.support.network.objects import EXTERNAL, PROVIDER, RELEASE, VLAN, Body

ELSEWHERE: Final = {
    "NET-102 the broadcast address": "CEL cannot ask a block for its last address",
    "NET-105 a block that holds a pool": "two objects",
    "NET-105 a block inside a pod range of both families": "a range that others tell",
    "NET-112 a provider block with a mask": "on the provider VLAN NET-201 may speak of it",
    "NET-201 a provider block of both families, known from others": "a provider block that others tell",
    "NET-201 a block on a VLAN that is not known yet": "a second provider block, which is no literal",
    "NET-101 flannel's range inside Kube-OVN's": "a Subnet that Kube-OVN makes; only those on a Vlan are held to it",
    "NET-201 a pool in the block of a macvlan network beside the provider network": "the block is another object's",
    "NET-204 addresses that ARP announces, too": "what announces a pool is another object",
    "NET-320 a tenant's Subnet on another Vlan object of the provider VLAN": "which VLAN it is another object says",
    "NET-320 a tenant's Subnet on the Vlan of a second way out": "the same",
    "NET-424 a provider of two parts": "right for an attachment of another CNI, another object",
    "NET-412 a drop of everything else": "what a match covers; CEL reads its form alone",
    "NET-412 a drop of IPv6": "the same",
    "NET-412 a drop of both families at once": "the same",
    "NET-412 a drop of half of it": "the same",
    "NET-412 a drop of some of its packets": "the same",
    "NET-412 a drop of what comes from there": "the same",
    "NET-428 two rules for one Subnet": "two objects",
    "NET-431 a Subnet that is not the provider's": "two objects",
    "NET-432 a peer that does not exist": "two objects",
}
"""Breaking cases of laws that are held, whose cause one object does not show, and why."""

IN_OTHER_WORDS: Final = {
    "NET-220 a mask": {"NET-201"},
    "NET-204 addresses of which no announcement is in sight": {"NET-204"},
    "NET-202 every NIC of a node without the provider NIC": {"NET-202"},
    "NET-202 nodes by a label that no one here has": {"NET-202"},
    "NET-202 nodes by an expression": {"NET-202"},
    "NET-202 the NIC of other nodes": {"NET-202"},
    "NET-202 speakers that exclude the NIC and its bridge": {"NET-202"},
    "NET-202 speakers that exclude the NIC and not its bridge": {"NET-202"},
}
"""What must not fail open: NET-201 refuses what CEL cannot read, and NET-202 knows neither nodes nor exclusions."""

_STRICT: Final = ("IPAddressPool", "L2Advertisement")
"""The kinds of which the policies refuse more than the laws."""

_MANY: Final = 10
"""Cases of capacity count objects; no single one of theirs tells a law anything."""

_SERVED: Final = ("metallb.io/", "kubeovn.io/", "k8s.cni.cncf.io/")
_SETTINGS: Final = (EXTERNAL, PROVIDER, VLAN, RELEASE)
"""The objects of the good network that say what a stack file says of the provider network and the chart."""


def unknown_in(value: Any) -> bool:
    """Whether something in it is decided later: no API server ever sees that."""
    if isinstance(value, dict):
        return any(map(unknown_in, value.values()))
    return any(map(unknown_in, value)) if isinstance(value, list) else value is UNKNOWN


def literals(network: Network) -> Literals | None:
    """What the settings of such a network say, a block of the other family and a second provider network next to it.

    None where no stack file can say it: without the provider network, or with a block that cannot be read.
    """
    external, provider, vlan = (network.objects.get(place) for place in (EXTERNAL, PROVIDER, VLAN))
    if external is None or provider is None or vlan is None or unknown_in([external, provider, vlan]):
        return None
    blocks, gateway = external["spec"]["cidrBlock"], external["spec"].get("gateway", "")
    (management,) = network.context.management
    values = network.objects[RELEASE]["spec"]["values"]["network"]
    if not spans(blocks) or unknown_in(values):
        return None
    name, nics = provider["metadata"]["name"], provider["spec"]
    custom = [entry["interface"] for entry in nics.get("customInterfaces", [])]
    tunnels = [
        cni.tunnel_mtu - TUNNEL_HEADERS[cni.tunnel_type]
        for cni in network.context.cni
        if isinstance(cni.tunnel_mtu, int) and isinstance(cni.tunnel_type, str)
    ]
    kube_ovn = values.get("kubeOvn", {})
    ranges = [
        values.get("flannel", {}).get("podCidr"),
        *(kube_ovn.get(key) for key in ("podCidr", "svcCidr", "joinCidr")),
    ]
    return Literals(
        cidrs=[*blocks.split(","), "2001:db8:0:1::/64"],
        gateway=gateway,
        interfaces={name: [nics["defaultInterface"], *custom], "plain": ["eth7"]},
        vlan_ids={"plain": 222, **({name: vlan["spec"]["id"]} if vlan["spec"].get("id") else {})},
        other_interfaces=[
            nic for nic in (management.interface, kube_ovn.get("tunnelInterface")) if isinstance(nic, str)
        ],
        vlans=[vlan["metadata"]["name"]],
        arp_only=not any(body["kind"] == "BGPAdvertisement" for body in network.objects.values()),
        management=management.cidr if isinstance(management.cidr, str) else None,
        reserved=known(tuple(each.text for each in network.context.ranges if each.kind is RangeKind.RESERVED)),
        platform=[block for block in ranges if block is not None],
        mtu=tunnels[0] if tunnels else None,
    )


LITERALS: Final = literals(good()) or Literals(cidrs=(), interfaces={})
"""The good network's."""


def changed(case: Case) -> Iterator[Body]:
    """The objects that a case adds to the good network or changes in it or finds wrong, as `kubectl` would post them.

    All of them where it changes only what the settings say.
    """
    before, network = good().objects, case.network()
    places = {place for _, place in case.expected}
    served = [
        (place, body)
        for place, body in network.objects.items()
        if (body["apiVersion"].startswith(_SERVED) or body["kind"] == "Service")
        and body["kind"] != "AddressPool"
        and not unknown_in(body)
    ]
    other = [body for place, body in served if body != before.get(place) or default_place(body) in places]
    yield from other or [body for _, body in served if network.context != good().context]


def rows() -> Iterator[tuple[Case, Literals, list[Body]]]:
    """Every row with objects that the API server can be asked about, and the literals that it was made for."""
    for case in CASES:
        network, bodies = case.network(), list(changed(case))
        if any(body["kind"].endswith("Patch") for body in bodies):
            continue  # no object: the API server asks about what comes out of it
        said = None if network.others else literals(network)
        if said is not None and 0 < len(bodies) <= (_MANY if said == LITERALS else len(good().objects)):
            yield case, said, bodies


def refusing(case: Case, body: Body) -> set[str]:
    """The laws by one of which the admission policies must reject an object of a case; the answer names one of them."""
    laws = {rule for rule, place in case.expected if place == default_place(body)} & HELD
    stricter = IN_OTHER_WORDS.get(str(case), set()) if body["kind"] in _STRICT else set()
    return stricter if str(case) in ELSEWHERE or case.warned else laws | stricter


def broken_alone(body: Body, network: Network) -> set[str]:
    """The laws that an object breaks next to what the settings say, whatever else there is."""
    said = [network.objects[place] for place in _SETTINGS if network.objects.get(place, body) is not body]
    found = judge(facts_of([*said, body]).joined(network.context))
    return {finding.rule for finding in found if finding.place == default_place(body)}


def decided_by_one() -> set[str]:
    """The laws of which a breaking case shows one object that breaks them by itself, next to what the settings say."""
    decided = set()
    for case in CASES:
        network, places = case.network(), {place for rule, place in case.expected if rule == case.rule}
        named = [body for body in network.objects.values() if default_place(body) in places and not unknown_in(body)]
        if any(case.rule in broken_alone(body, network) for body in named):
            decided.add(case.rule)
    return decided
