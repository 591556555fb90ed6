"""The laws that admission policies enforce, and the single-object laws that they do not, each with the reason."""

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
"""The laws that admission policies enforce; some only in part: what one object shows and CEL can parse."""

_VALUES: Final = "the chart's values are in an object only if Flux installs it; each run and `verify` judge them"
_NODE: Final = "the kubelet owns a Node and writes it all the time, and the policies never judge labels"
_CONTROLLER: Final = "the Deployment is the chart's; each run reads it before it writes, and so does `verify`"
_JSON: Final = "the configuration is JSON in a text, which CEL does not read"
_MATCHES: Final = "it needs the destinations that each match covers; CEL can check only its form"
_OBJECT: Final = "it compares the object with another one, which may change or be deleted"
_PAIRS: Final = "it compares entries in pairs, and the API server bounds what an expression may cost"
_METALLB: Final = "MetalLB's own webhook checks it if it is enabled; each run and `verify` always do"
_FOREIGN: Final = "no component of this platform uses its kind; each run, `lint` and `verify` judge it if they see it"
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
"""The other laws that a single object can break, and why no admission policy enforces them."""
