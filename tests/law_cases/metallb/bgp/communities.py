"""Cases of `kmetal_network.laws.metallb.bgp.communities`."""

from __future__ import annotations

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.law_cases.metallb.edits import BGP, bgp, peer
from tests.support.network.edits import add, partial
from tests.support.network.objects import Body, build

COMMUNITY = "Community kmetal-metallb/names"


def names(*entries: tuple[object, object]) -> Body:
    """A Community."""
    aliases = [{"name": name, "value": value} for name, value in entries]
    return build("Community", "names", {"communities": aliases}, namespace="kmetal-metallb")


CASES = (
    passes(
        "NET-227",
        "the largest numbers, and an alias",
        add(
            bgp(communities=["65535:65535", "large:4294967295:4294967295:4294967295", "no-export"]),
            names(("no-export", "65535:65281")),
            peer(),
        ),
    ),
    passes("NET-227", "an alias of others", add(bgp(communities=["no-export"]), peer()), partial),
    passes(
        "NET-227",
        "an alias that is not known yet",
        add(bgp(communities=["no-export"]), names((UNKNOWN, UNKNOWN)), peer()),
    ),
    *(
        breaks("NET-227", title, add(bgp(communities=[text]), peer()), at=BGP)
        for title, text in (
            ("a first number that is too large", "65536:0"),
            ("a second number that is too large", "0:65536"),
            ("a large one's number that is too large", "large:0:4294967296:0"),
            ("a large one without its mark", "1:2:3:4"),
            ("three numbers", "1:2:3"),
            ("an alias that no one wrote", "no-export"),
            ("no number", "64512:"),
        )
    ),
    breaks(
        "NET-227",
        "an alias where MetalLB does not look",
        add(
            bgp(communities=["a"]),
            peer(),
            build("Community", "names", {"communities": [{"name": "a", "value": "1:1"}]}, namespace="default"),
        ),
        at=BGP,
    ),
    breaks("NET-227", "an alias of no number", add(names(("no-export", "no-export"))), at=COMMUNITY),
    breaks("NET-227", "an alias twice", add(names(("a", "1:1"), ("a", "1:2"))), at=COMMUNITY),
)
