"""Cases of `kmetal_network.laws.tenants.reachability`."""

from __future__ import annotations

from kmetal_network.facts.model import Expectation
from kmetal_network.facts.unknown import UNKNOWN
from tests.law_cases.case import breaks, passes
from tests.support.network.edits import NO, YES, Edit, known_as, put
from tests.support.network.objects import VPC


def expects(source: str, target: str, *, path_open: bool) -> Edit:
    """A path that the settings want open, or closed."""
    reason = "agreed with the tenant"
    entry = Expectation(place="expect[0]", source=source, target=target, open=path_open, reason=reason)
    return known_as(expectations=(entry,))


CASES = (
    passes("NET-434", "a path that is closed as expected", expects("tenants", "nodes", path_open=NO)),
    passes("NET-434", "a path that leaves as expected", expects("alpha", "internet", path_open=YES)),
    passes(
        "NET-434",
        "a path that is not known",
        put(VPC, "spec.policyRoutes.5.priority", UNKNOWN),
        expects("alpha", "nodes", path_open=NO),
    ),
    breaks("NET-434", "a path that is open", expects("alpha/dev", "8.8.8.8", path_open=NO), at="expect[0]"),
    breaks("NET-434", "a path that is closed", expects("alpha", "77.220.68.97", path_open=YES), at="expect[0]"),
    breaks("NET-434", "a source that is not there", expects("alfa", "internet", path_open=YES), at="expect[0]"),
    breaks("NET-434", "a destination that is not there", expects("alpha", "nodez", path_open=NO), at="expect[0]"),
)
