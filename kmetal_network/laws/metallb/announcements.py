"""MetalLB's announcements: on which NIC and to which router, of pools, peers and profiles that exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from kmetal_network.facts.model import UNKNOWN, Advertisement, Facts, Texts, Unknown, has_unknown, known
from kmetal_network.facts.nics import Vlans, carried_by, vlan_ids
from kmetal_network.laws.metallb.bgp_advertisements import REFUSED
from kmetal_network.laws.metallb.speakers import announces, answers_on, may_be_elsewhere, reached
from kmetal_network.laws.model import Breach, Law
from kmetal_network.names import METALLB_NAMESPACE

ASN_MAXIMUM = 4294967295

_L2_REMEDY = "name the management NIC in `interfaces`, and no other"


def _by_interface(facts: Facts) -> Iterator[Breach]:
    vlans = vlan_ids(facts.vlans)
    for advertisement in facts.advertisements:
        if advertisement.protocol == "L2":
            yield from _l2_breaches(advertisement, facts, vlans)


def _l2_breaches(advertisement: Advertisement, facts: Facts, vlans: Vlans) -> Iterator[Breach]:
    name = f"L2Advertisement {advertisement.name!r}"
    if advertisement.interfaces is None and advertisement.patch:
        return
    if advertisement.interfaces is None or advertisement.interfaces == ():
        yield from _on_every_nic(advertisement, facts)
        return
    if has_unknown(advertisement.interfaces):
        yield Breach(advertisement.place, f"an interface of {name} is not known yet", _L2_REMEDY)
    for interface in known(advertisement.interfaces):
        for network, reason in carried_by(interface, facts.provider_networks, vlans):
            there = answers_on(advertisement, network, facts, interface)
            if there is not False:
                yield Breach(
                    advertisement.place,
                    f"{name} answers on {interface!r}, which {reason}{'' if there else _UNDECIDED}",
                    _L2_REMEDY,
                    not there,
                )
    for network in facts.provider_networks:
        if has_unknown(network.interfaces):
            yield Breach(
                network.place,
                f"a NIC of provider network {network.name!r} is not known yet, so {name} cannot be compared with it",
                "write the NIC's name as a literal",
            )


_UNDECIDED = ", if its nodeSelectors select a node that carries it (their labels are not in sight)"


def _on_every_nic(advertisement: Advertisement, facts: Facts) -> Iterator[Breach]:
    name = f"L2Advertisement {advertisement.name!r} names no interfaces, so it answers ARP on every NIC"
    verdicts = [reached(advertisement, network, facts) for network in facts.provider_networks]
    surely = [text for text, there in verdicts if there]
    perhaps = [text for text, there in verdicts if there is None]
    if surely:
        yield Breach(advertisement.place, f"{name}, {', '.join(surely)} included", _L2_REMEDY)
    elif perhaps:
        problem = f"{name}; whether {', '.join(perhaps)} is one of them is not in sight (labels, or exclusions)"
        yield Breach(advertisement.place, problem, _L2_REMEDY, warning=True)
    elif not facts.provider_networks:
        undecided = may_be_elsewhere(advertisement, facts)
        also = "; whether a provider NIC is one of them is not in sight" if undecided else ", a provider NIC included"
        yield Breach(advertisement.place, f"{name}{also}", _L2_REMEDY, undecided)


def _unknown_pools(facts: Facts) -> Iterator[Breach]:
    names = {pool.name for pool in facts.pools}
    for advertisement in facts.advertisements if facts.whole else ():
        for name in known(advertisement.pools):
            if name not in names:
                have = ", ".join(sorted(names)) or "none"
                yield Breach(
                    advertisement.place,
                    f"{advertisement.label} announces pool {name!r}, which does not exist",
                    f"name one of the pools there are ({have})",
                )


def _unadvertised(facts: Facts) -> Iterator[Breach]:
    for pool in facts.pools if facts.whole else ():
        if pool.addresses is UNKNOWN:
            continue  # NET-201 asks for them
        if not any(advertisement.selects(pool) for advertisement in facts.advertisements):
            yield Breach(
                pool.place,
                f"pool {pool.name!r} is announced by no L2Advertisement or BGPAdvertisement, so nobody can reach its"
                " addresses",
                f"name {pool.name!r} in the ipAddressPools of one",
            )


def _named(wanted: Iterable[str | Unknown], there: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each name that does not exist, and those that do."""
    names = sorted(there)
    for name in wanted:
        if isinstance(name, str) and name not in names:
            yield name, ", ".join(names) or "none"


def _unknown_peers(facts: Facts) -> Iterator[Breach]:
    for advertisement in facts.advertisements if facts.whole else ():
        for name, have in _named(known(advertisement.peers), (peer.name for peer in facts.bgp_peers)):
            yield Breach(
                advertisement.place,
                f"BGPAdvertisement {advertisement.name!r} announces to peer {name!r}, which does not exist",
                f"name one of the peers there are ({have})",
            )


def _unknown_profiles(facts: Facts) -> Iterator[Breach]:
    for peer in facts.bgp_peers if facts.whole else ():
        wanted = (peer.bfd_profile,) if isinstance(peer.bfd_profile, str) else ()
        for name, have in _named(wanted, (profile.name for profile in facts.bfd_profiles)):
            yield Breach(
                peer.place,
                f"BGPPeer {peer.name!r} uses BFD profile {name!r}, which does not exist",
                f"name one of the profiles there are ({have})",
            )


def _asns(facts: Facts) -> Iterator[Breach]:
    for peer in facts.bgp_peers:
        for field, value in (("myASN", peer.my_asn), ("peerASN", peer.peer_asn)):
            dynamic = peer.dynamic_asn or peer.patch
            if value is UNKNOWN or (field == "peerASN" and dynamic and value in (None, 0)):
                continue
            if not isinstance(value, int) or not 1 <= value <= ASN_MAXIMUM:
                yield Breach(
                    peer.place,
                    f"{field} of BGPPeer {peer.name!r} is {value!r}",
                    f"write a number from 1 to {ASN_MAXIMUM}",
                )


def _namespaces(facts: Facts) -> Iterator[Breach]:
    kinds = (
        ("IPAddressPool", [(pool.place, pool.name, pool.namespace) for pool in facts.pools if pool.owner == "object"]),
        ("advertisement", [(entry.place, entry.name, entry.namespace) for entry in facts.advertisements]),
        ("BGPPeer", [(entry.place, entry.name, entry.namespace) for entry in facts.bgp_peers]),
        ("BFDProfile", [(entry.place, entry.name, entry.namespace) for entry in facts.bfd_profiles]),
    )
    for kind, entries in kinds:
        for place, name, namespace in entries:
            if isinstance(namespace, str) and namespace != METALLB_NAMESPACE:
                yield Breach(
                    place,
                    f"{kind} {name!r} is in namespace {namespace!r}, and MetalLB reads {METALLB_NAMESPACE!r} alone",
                    f"write namespace: {METALLB_NAMESPACE}",
                )


def _absent_interfaces(facts: Facts) -> Iterator[Breach]:
    for advertisement in facts.advertisements:
        wanted = known(advertisement.interfaces)
        for node in facts.nodes if wanted and not has_unknown(advertisement.interfaces) else ():
            if node.interfaces is None or has_unknown(node.interfaces):
                continue
            announced = announces(advertisement, node)
            if announced is not False and not set(wanted) & set(known(node.interfaces)):
                have = ", ".join(known(node.interfaces)) or "none"
                undecided = "" if announced else ", if its nodeSelectors select that node (its labels are not in sight)"
                yield Breach(
                    advertisement.place,
                    f"L2Advertisement {advertisement.name!r} answers on {' or '.join(map(repr, wanted))}, which node"
                    f" {node.name!r} has not ({have}){undecided}",
                    "name a NIC of each node that announces",
                    announced is None,
                )


def _twice(facts: Facts) -> Iterator[Breach]:
    for place, label, lists in _lists(facts):
        for field, values in lists:
            for value, count in Counter(known(values)).items():
                if count > 1:
                    yield Breach(place, f"{label} names {value} {count} times in {field}", "name it once")


def _lists(facts: Facts) -> Iterator[tuple[str, str, Iterable[tuple[str, Texts | None]]]]:
    for entry in facts.advertisements:
        lists = (
            ("ipAddressPools", entry.pools),
            ("peers", entry.peers),
            ("communities", entry.communities),
            ("nodeSelectors", entry.nodes),
        )
        yield entry.place, entry.label, lists
    for peer in facts.bgp_peers:
        yield peer.place, f"BGPPeer {peer.name!r}", (("nodeSelectors", peer.nodes),)
    for pool in facts.pools:
        yield pool.place, f"pool {pool.name!r}", (("serviceAllocation.namespaces", pool.namespaces),)


LAWS = (
    Law(
        id="NET-202",
        title="MetalLB answers ARP on no NIC of the provider network",
        why="An L2Advertisement without `interfaces` answers on every NIC of a node, so the pool's addresses are"
        " reachable"
        " from the provider VLAN whatever their numbers are. (ARP is no firewall: kube-proxy takes packets from any"
        " NIC.)",
        fix="Name the management NIC in `interfaces`.",
        reference="metallb website, advanced L2 configuration; metallb/metallb#277",
        judge=_by_interface,
        unknown="is a finding",
    ),
    Law(
        id="NET-206",
        title="An advertisement names pools that exist",
        why="MetalLB accepts the advertisement and announces nothing.",
        fix="Name a pool of this environment.",
        reference="metallb api/v1beta1 L2Advertisement, BGPAdvertisement",
        judge=_unknown_pools,
    ),
    Law(
        id="NET-209",
        title="MetalLB's objects are in MetalLB's namespace",
        why="Its webhook refuses others; where that is off or not up yet they are stored and never read.",
        fix=f"Write namespace: {METALLB_NAMESPACE}.",
        reference="metallb internal/k8s/webhooks; kMetal's networking guide, MetalLB",
        judge=_namespaces,
    ),
    Law(
        id="NET-210",
        title="Every pool is announced",
        why="MetalLB assigns its addresses, but nobody answers for them: Services look ready and are unreachable.",
        fix="Name the pool in an advertisement.",
        reference="metallb website, configuration (an address is announced by an advertisement only)",
        judge=_unadvertised,
    ),
    Law(
        id="NET-211",
        title="A BGP advertisement names peers that exist",
        why="MetalLB accepts the advertisement and announces to nobody.",
        fix="Name a BGPPeer of this environment.",
        reference="metallb api/v1beta1 BGPAdvertisement",
        judge=_unknown_peers,
    ),
    Law(
        id="NET-212",
        title="A BGP peer names a BFD profile that exists",
        why="MetalLB's controller refuses its whole configuration and keeps the last good one, in its log only.",
        fix="Name a BFDProfile of this environment.",
        reference="metallb internal/config (peers and their BFD profiles)",
        judge=_unknown_profiles,
    ),
    Law(
        id="NET-213",
        title="A BGP session has an AS number at both ends",
        why="The session is never set up.",
        fix="Write myASN, and peerASN or dynamicASN.",
        reference="metallb api/v1beta2 BGPPeer",
        judge=_asns,
    ),
    Law(
        id="NET-216",
        title="A NIC that answers ARP is there on every node",
        why="MetalLB may elect a node without that NIC, and then nobody answers. No enforcement point sees the NICs"
        " of nodes by itself: this law needs a program that knows them and supplies them as facts.",
        fix="Name a NIC that every announcing node has.",
        reference="metallb/metallb#433, #484",
        judge=_absent_interfaces,
    ),
    Law(
        id="NET-226",
        title="MetalLB's lists name each entry once",
        why=REFUSED,
        fix="Name it once.",
        reference="metallb internal/config validateDuplicate; run with 0.15.3's code",
        judge=_twice,
    ),
)
