"""MetalLB's BGP communities: numbers, or names of numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.metallb.bgp.advertisements import REFUSED
from kmetal_network.laws.metallb.bgp.aggregation import bgp_advertisements
from kmetal_network.laws.model import Breach, Law
from kmetal_network.names import METALLB_NAMESPACE

_LEGACY: Final = re.compile(r"([0-9]+):([0-9]+)")
_LARGE: Final = re.compile(r"large:([0-9]+):([0-9]+):([0-9]+)")


def is_community(text: str) -> bool:
    """Whether it is a community in numbers, as MetalLB reads one: two of 16 bits, or `large:` and three of 32."""
    legacy, large = _LEGACY.fullmatch(text), _LARGE.fullmatch(text)
    if legacy:
        return all(int(number) < 1 << 16 for number in legacy.groups())
    return large is not None and all(int(number) < 1 << 32 for number in large.groups())


_NUMBERS: Final = "write two numbers up to 65535 as 64512:100, or three up to 4294967295 as large:64512:100:1"


def _communities(facts: Facts) -> Iterator[Breach]:
    # MetalLB reads aliases only in its own namespace.
    aliases = Counter(
        alias.name for alias in facts.communities if alias.namespace in (None, UNKNOWN, METALLB_NAMESPACE)
    )
    for alias in facts.communities:
        if isinstance(alias.value, str) and not is_community(alias.value):
            yield Breach(alias.place, f"community {alias.name!r} is {alias.value!r}, which is none", _NUMBERS)
        if alias.name and aliases[alias.name] > 1:
            yield Breach(
                alias.place, f"community {alias.name!r} is written {aliases[alias.name]} times", "write it once"
            )
    for advertisement in bgp_advertisements(facts):
        for text in known(advertisement.communities):
            if is_community(text) or text in aliases:
                continue
            if text.count(":") in (1, 3):
                yield Breach(
                    advertisement.place, f"{advertisement.label} carries {text!r}, which is no community", _NUMBERS
                )
            elif facts.whole and "" not in aliases:
                have = ", ".join(sorted(aliases)) or "none"
                yield Breach(
                    advertisement.place,
                    f"{advertisement.label} carries community {text!r}, which no Community names",
                    f"name one of those there are ({have}), or write numbers",
                )


LAWS = (
    Law(
        id="NET-227",
        title="A BGP community is a number, or an alias of one",
        why=REFUSED,
        fix="Write numbers, or the alias of one Community.",
        reference="metallb internal/bgp/community; run with 0.15.3's code",
        not_admitted=not_admitted.METALLB_WEBHOOK,
        judge=_communities,
    ),
)
