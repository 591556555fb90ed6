"""What MetalLB's objects name: pools, peers and profiles that exist, each once, in MetalLB's namespace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, Texts, Unknown, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.metallb.bgp.advertisements import REFUSED
from kmetal_network.laws.model import Breach, Law
from kmetal_network.names import METALLB_NAMESPACE


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
                f"pool {pool.name!r} is announced by no L2Advertisement or BGPAdvertisement, so no one can reach its"
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
        why="MetalLB assigns its addresses, but no one answers for them: Services look ready and are unreachable.",
        fix="Name the pool in an advertisement.",
        reference="metallb website, configuration (an address is announced by an advertisement only)",
        judge=_unadvertised,
    ),
    Law(
        id="NET-211",
        title="A BGP advertisement names peers that exist",
        why="MetalLB accepts the advertisement and announces to no one.",
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
        id="NET-226",
        title="MetalLB's lists name each entry once",
        why=REFUSED,
        fix="Name it once.",
        reference="metallb internal/config validateDuplicate; run with 0.15.3's code",
        not_admitted=not_admitted.METALLB_WEBHOOK,
        judge=_twice,
    ),
)
