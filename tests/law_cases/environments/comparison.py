"""Cases of `kmetal_network.laws.environments.comparison`."""

from __future__ import annotations

from tests.law_cases.case import breaks, passes
from tests.law_cases.platform.edits import OTHER_UID, UID, VALUES, named
from tests.support.network.edits import add, beside, gone, known_as, put
from tests.support.network.objects import EXTERNAL, LAYER2, POOL, RELEASE, build

CASES = (
    passes("NET-601", "blocks that touch", beside("two", put(EXTERNAL, "spec.cidrBlock", "77.220.68.128/27"))),
    passes(
        "NET-601",
        "one block twice in one environment, which other laws ask about",
        add(build("Subnet", "second", {"cidrBlock": "77.220.68.96/28", "vlan": "vlan222", "vpc": "ovn-cluster"})),
        beside("two"),
    ),
    breaks(
        "NET-601",
        "one block, two environments",
        beside("two", put(EXTERNAL, "spec.cidrBlock", "77.220.68.96/28")),
        at=EXTERNAL,
    ),
    passes(
        "NET-602", "pools that touch", beside("two", put(POOL, "spec.addresses", ["172.21.204.251-172.21.204.254"]))
    ),
    passes(
        "NET-602",
        "one address twice in one environment, which other laws ask about",
        put(POOL, "spec.addresses", ["172.21.204.200", "172.21.204.200/29"]),
        beside("two"),
    ),
    breaks(
        "NET-602",
        "pools that share one address",
        beside("two", put(POOL, "spec.addresses", ["172.21.204.250-172.21.204.254"])),
        at=POOL,
    ),
    passes("NET-603", "two clusters", named(UID), beside("two", named(OTHER_UID))),
    breaks("NET-603", "one cluster twice", named(UID), beside("two", named(UID)), at="cluster"),
    passes(
        "NET-604",
        "a difference that is declared",
        beside(
            "two",
            known_as(differences={"tunnelType": "no offload for geneve on those NICs"}),
            put(RELEASE, f"{VALUES}.kubeOvn.tunnelType", "vxlan"),
        ),
    ),
    breaks(
        "NET-604", "another tunnel", beside("two", put(RELEASE, f"{VALUES}.kubeOvn.tunnelType", "vxlan")), at=RELEASE
    ),
    breaks(
        "NET-604",
        "announced by BGP",
        beside("two", gone(LAYER2), add(build("BGPAdvertisement", "routed", {}, namespace="kmetal-metallb"))),
        at=RELEASE,
    ),
    breaks(
        "NET-604",
        "tagged by OVN",
        beside("two", put("ProviderNetwork provider", "spec.defaultInterface", "eth9")),
        at=RELEASE,
    ),
    passes(
        "NET-605",
        "a pool next to another's external block",
        beside("two", put(POOL, "spec.addresses", ["77.220.68.128/27"])),
    ),
    breaks(
        "NET-605",
        "a pool in another's external block",
        beside("two", put(POOL, "spec.addresses", ["77.220.68.126-77.220.68.128"])),
        at=POOL,
    ),
    passes(
        "NET-606",
        "addresses side by side",
        beside("two", put("Node w1", "status.addresses.0.address", "172.21.204.14")),
    ),
    passes(
        "NET-606",
        "one address twice in one environment",
        put("Node w1", "status.addresses.0.address", "172.21.204.13"),
        beside("two"),
    ),
    breaks(
        "NET-606",
        "one node twice",
        beside("two", put("Node w1", "status.addresses.0.address", "172.21.204.12")),
        at="Node w1",
    ),
)
