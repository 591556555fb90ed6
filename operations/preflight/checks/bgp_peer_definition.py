"""BGP peers whose definition the API server cannot work with; it refuses every one of them, whatever it holds.

MetalLB up to 0.15.3 declares AS numbers as int32 with a maximum beyond it, which Kubernetes refuses from 1.36 on
(https://github.com/metallb/metallb/issues/3034, mended by pull request 3035 in 0.16).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmetal_network.errors import Finding, ForbiddenError
from kmetal_network.finding_codes.codes import CRD
from operations.cluster.fields import at
from operations.preflight.check import Preflight, PreflightCheck

_DEFINITION: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/bgppeers.metallb.io"
_VERSION: Final = "/version"
_INT32_MAXIMUM: Final = 2**31 - 1
_STRICT_FORMATS: Final = (1, 36)
"""The first Kubernetes that holds an integer's bounds to its format."""


def _refused_definition(preflight: Preflight) -> Iterator[Finding]:
    if not preflight.environment.settings.metallb.bgp_peers:
        return
    try:
        definition = preflight.view.get(_DEFINITION)
        version = preflight.view.get(_VERSION) or {}
    except ForbiddenError:
        return  # an identity that may not read definitions; the write says it itself
    numbers = re.findall(r"\d+", f"{version.get('major')} {version.get('minor')}")
    if len(numbers) < 2 or tuple(map(int, numbers[:2])) < _STRICT_FORMATS:  # noqa: PLR2004 (major and minor)
        return
    if any(
        at(schema, "format") == "int32" and (at(schema, "maximum") or 0) > _INT32_MAXIMUM
        for schema in _as_numbers(definition)
    ):
        yield Finding(
            place=preflight.cluster,
            problem=f"Kubernetes {'.'.join(numbers[:2])} refuses every BGPPeer under the definitions of this MetalLB"
            " (spec.peerASN is int32 with a maximum of 4294967295)",
            remedy="bring MetalLB to 0.16, or its definition of BGPPeer alone; or keep the API server at 1.35",
            rule=CRD,
        )


def _as_numbers(definition: Mapping[str, Any] | None) -> Iterator[Any]:
    """How each version of the definition declares AS numbers."""
    for version in at(definition, "spec", "versions") or ():
        properties = at(version, "schema", "openAPIV3Schema", "properties", "spec", "properties") or {}
        yield from (properties.get(name) for name in ("myASN", "peerASN"))


CHECK: Final = PreflightCheck(
    title="The API server accepts MetalLB's definition of BGPPeer",
    findings=_refused_definition,
    paths=(_DEFINITION, _VERSION),
)
