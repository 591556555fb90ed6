"""The laws that the API server is given, and those that one object decides and that it is not given, each with why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kmetal_network.admission import metallb, provider, services, subnets, vpcs

CHECKS: Final = (
    *metallb.CHECKS,
    *provider.CHECKS,
    *services.CHECKS,
    *subnets.CHECKS,
    *vpcs.CHECKS,
)

HELD: Final = frozenset(check.rule for check in CHECKS)
"""The laws that the API server holds an object to. Of some it holds a part: what one object shows, and CEL can read."""

_VALUES: Final = "the chart's values stand in an object only where Flux installs it; each run and `verify` judge them"
_NODE: Final = "a Node is its kubelet's, which writes it all the time, and labels are never asked about"
_CONTROLLER: Final = "the Deployment is the chart's; each run looks at it before it writes, and `verify` does"
_JSON: Final = "the configuration is JSON in a text, which CEL does not read"
_MATCHES: Final = "it takes what each match covers; CEL reads its form alone"
_OBJECT: Final = "what it is compared with is another object, which may change or go"
_PAIRS: Final = "it compares entries in pairs, and the API server bounds what an expression may cost"
_METALLB: Final = "MetalLB's own webhook asks for it where it is on; each run and `verify` do in any case"
_FOREIGN: Final = (
    "its kind is of no component of this platform; each run, `lint` and `verify` judge it where it is in sight"
)
_WARNING: Final = "a warning refuses nothing"

LEFT_OUT: Final[Mapping[str, str]] = {
    "NET-109": _WARNING,
    "NET-205": _PAIRS,
    "NET-207": _OBJECT,
    "NET-216": "no object says which NICs a node has",
    "NET-219": _OBJECT,
    "NET-221": _METALLB,
    "NET-225": _METALLB,
    "NET-226": _METALLB,
    "NET-227": _METALLB,
    "NET-203": _FOREIGN,
    "NET-230": _FOREIGN,
    "NET-231": _FOREIGN,
    "NET-232": _FOREIGN,
    "NET-233": _FOREIGN,
    "NET-303": "a provider Subnet by the right name may be another object",
    "NET-305": _NODE,
    "NET-308": _NODE,
    "NET-311": _OBJECT,
    "NET-312": _OBJECT,
    "NET-314": _PAIRS,
    "NET-403": _JSON,
    "NET-408": _JSON,
    "NET-410": "a second provider Subnet, another object, may hold the next hop",
    "NET-413": _MATCHES,
    "NET-418": _WARNING,
    "NET-433": "the API server itself refuses such a quota",
    "NET-505": _WARNING,
    "NET-701": _VALUES,
    "NET-702": _VALUES,
    "NET-703": _VALUES,
    "NET-704": _CONTROLLER,
    "NET-707": _CONTROLLER,
    "NET-708": _CONTROLLER,
    "NET-710": _VALUES,
    "NET-712": _CONTROLLER,
}
"""The other laws that one object can break beside what a stack file says, and why the API server is not given them."""
