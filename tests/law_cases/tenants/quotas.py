"""Cases of `kmetal_network.laws.tenants.quotas`."""

from __future__ import annotations

from tests.law_cases.case import breaks, passes
from tests.law_cases.metallb.edits import plane
from tests.support.network.edits import NO, YES, gone, known_as, patch, put
from tests.support.network.objects import POOL, QUOTA, VPC

CASES = (
    passes("NET-215", "no quota, and a pool that is only taken by name", gone(QUOTA), put(POOL, "spec.autoAssign", NO)),
    passes(
        "NET-215",
        "no quota, and a pool for named namespaces",
        gone(QUOTA),
        put(POOL, "spec.serviceAllocation", {"namespaces": ["beta"]}),
    ),
    passes(
        "NET-215",
        "no quota, and a pool for namespaces with a label",
        gone(QUOTA),
        put(POOL, "spec.serviceAllocation", {"namespaceSelectors": [{"matchLabels": {"a": "b"}}]}),
    ),
    breaks(
        "NET-215",
        "no quota, and a pool for this very namespace",
        gone(QUOTA),
        put(POOL, "spec.serviceAllocation", {"namespaces": ["beta", "alpha"]}),
        at=VPC,
    ),
    breaks(
        "NET-215",
        "no quota, and a pool for a list of none",
        gone(QUOTA),
        put(POOL, "spec.serviceAllocation", {"namespaces": []}),
        at=VPC,
    ),
    breaks(
        "NET-215",
        "no quota, and a pool for whatever label",
        gone(QUOTA),
        put(POOL, "spec.serviceAllocation", {"namespaceSelectors": [{}]}),
        at=VPC,
    ),
    breaks("NET-215", "no quota on load balancers", put(QUOTA, "spec.hard", {"pods": "10"}), at=VPC),
    passes(
        "NET-215",
        "no quota, and a patch that leaves autoAssign to others",
        gone(QUOTA),
        put(POOL, "spec.autoAssign", NO),
        patch(POOL, avoidBuggyIPs=YES),
    ),
    passes("NET-219", "one cluster, one load balancer", known_as(control_planes=(plane("dev", None),))),
    breaks(
        "NET-219",
        "two clusters, one load balancer",
        known_as(control_planes=(plane("dev", None), plane("two", None))),
        at=QUOTA,
    ),
    passes(
        "NET-433",
        "huge pages that are requested",
        put(
            "ResourceQuota alpha/alpha-quota",
            "spec.hard",
            {"services.loadbalancers": "1", "requests.hugepages-2Mi": "1Gi"},
        ),
    ),
    passes(
        "NET-433",
        "objects counted by group",
        put(
            QUOTA,
            "spec.hard",
            {"services.loadbalancers": "1", "count/tenantcontrolplanes.kamaji.clastix.io": "10", "requests.cpu": "100"},
        ),
    ),
    breaks(
        "NET-433",
        "kMetal's own example",
        put(QUOTA, "spec.hard", {"services.loadbalancers": "1", "tenantcontrolplanes.kamaji.clastix.io": "10"}),
        at=QUOTA,
    ),
)
