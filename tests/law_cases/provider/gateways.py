"""Cases of `kmetal_network.laws.provider.gateways`."""

from __future__ import annotations

from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.support.network.edits import add, partial, put, take
from tests.support.network.objects import DEFAULT_VPC, PROVIDER, VPC, node

BETA = "Vpc beta-vpc"
CASES = (
    passes(
        "NET-304",
        "a label that is not known yet",
        put("Node w1", "metadata.labels", {"ovn.kubernetes.io/external-gw": UNKNOWN}),
        take("Node w2", "metadata.labels"),
    ),
    breaks(
        "NET-304",
        "every label turned to false by the controller",
        *(put(f"Node {name}", "metadata.labels", {"ovn.kubernetes.io/external-gw": "false"}) for name in ("w1", "w2")),
        at=(VPC, BETA),
    ),
    passes("NET-305", "a third node whose label is false", add(node("w3", "172.21.204.14", "false"))),
    breaks("NET-305", "a third node whose label is yes", add(node("w3", "172.21.204.14", "yes")), at="Node w3"),
    passes("NET-306", "one gateway node of those that this file knows", partial, take("Node w2", "metadata.labels")),
    breaks("NET-306", "one gateway node", take("Node w2", "metadata.labels"), at="Node w1"),
    passes("NET-307", "an empty list, which counts as set", put(DEFAULT_VPC, "spec.extraExternalSubnets", [])),
    breaks("NET-307", "the patch lost", take(DEFAULT_VPC, "spec.extraExternalSubnets"), at=DEFAULT_VPC),
    passes(
        "NET-308",
        "a third node without the NIC and without the label",
        put(PROVIDER, "spec.excludeNodes", ["c1", "w3"]),
        add(node("w3", "172.21.204.14")),
    ),
    breaks(
        "NET-308", "a gateway node that is excluded", put(PROVIDER, "spec.excludeNodes", ["c1", "w2"]), at="Node w2"
    ),
    passes("NET-308", "a gateway node next to those that a selector leaves out", add(node("w4", "172.21.204.14"))),
)
