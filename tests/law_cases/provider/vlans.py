"""Cases of `kmetal_network.laws.provider.vlans`."""

from __future__ import annotations

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes, warns
from tests.law_cases.provider.edits import PLAIN, second
from tests.support.network.edits import add, gone, partial, patch, put, take
from tests.support.network.objects import EXTERNAL, PROVIDER, VLAN, build

CASES = (
    passes(
        "NET-301", "the real id on a plain NIC", put(PROVIDER, "spec.defaultInterface", "eth9"), put(VLAN, "spec.id", 1)
    ),
    breaks("NET-301", "a second tag", put(VLAN, "spec.id", 222), at=VLAN),
    warns("NET-301", "no tag on a plain NIC", put(PROVIDER, "spec.defaultInterface", "eth9"), at=VLAN),
    warns(
        "NET-301",
        "no id on a plain NIC",
        put(PROVIDER, "spec.defaultInterface", "eth9"),
        take(VLAN, "spec.id"),
        at=VLAN,
    ),
    breaks("NET-301", "an id that is not known yet", put(VLAN, "spec.id", UNKNOWN), at=VLAN),
    warns(
        "NET-301",
        "a plain NIC on some nodes",
        put(PROVIDER, "spec.customInterfaces", [{"interface": "eth9", "nodes": ["w2"]}]),
        at=VLAN,
    ),
    passes("NET-301", "an id of 0 on a named kernel VLAN", put(PROVIDER, "spec.defaultInterface", "vlan222")),
    passes("NET-301", "an id of 0 on a named VLAN of a bond", put(PROVIDER, "spec.defaultInterface", "bond0-vlan222")),
    breaks(
        "NET-301",
        "the tag of a named kernel VLAN once more",
        put(PROVIDER, "spec.defaultInterface", "vlan222"),
        put(VLAN, "spec.id", 222),
        at=VLAN,
    ),
    breaks(
        "NET-301",
        "a second tag on a network that an empty provider means",
        add(build("Vlan", "again", {"id": 222, "provider": ""})),
        at="Vlan again",
    ),
    passes("NET-301", "a patch that leaves the id to others", *PLAIN, patch(VLAN, provider="provider")),
    breaks("NET-301", "a patch with an id that is not known yet", patch(VLAN, id=UNKNOWN), at="VlanPatch vlan222"),
    breaks("NET-301", "a patch with a second tag", patch(VLAN, id=222, provider="provider"), at="VlanPatch vlan222"),
    breaks(
        "NET-301",
        "a second tag, next to a patch of the network without its NIC",
        put(VLAN, "spec.id", 222),
        patch(PROVIDER, excludeNodes=["c1"]),
        at=VLAN,
    ),
    passes(
        "NET-312",
        "one id on two networks",
        put(PROVIDER, "spec.defaultInterface", "eth8"),
        put(VLAN, "spec.id", 222),
        add(second("eth9"), build("Vlan", "other", {"provider": "second", "id": 222})),
    ),
    breaks(
        "NET-312",
        "one id twice on a network",
        put(PROVIDER, "spec.defaultInterface", "eth8"),
        put(VLAN, "spec.id", 222),
        add(build("Vlan", "other", {"provider": "provider", "id": 222})),
        at="Vlan other",
    ),
    passes("NET-313", "a provider network that another file may hold", partial, gone(PROVIDER)),
    breaks("NET-313", "a Vlan of no network", put(VLAN, "spec.provider", "provider2"), at=VLAN),
    breaks("NET-313", "a Subnet of no Vlan", put(EXTERNAL, "spec.vlan", "vlan223"), at=EXTERNAL),
    passes("NET-316", "4094", put(PROVIDER, "spec.defaultInterface", "eth9"), put(VLAN, "spec.id", 4094)),
    breaks("NET-316", "4095", put(PROVIDER, "spec.defaultInterface", "eth9"), put(VLAN, "spec.id", 4095), at=VLAN),
    breaks(
        "NET-316",
        "a negative number",
        put(PROVIDER, "spec.defaultInterface", "eth9"),
        put(VLAN, "spec.id", -1),
        at=VLAN,
    ),
)
