"""What a Service can break by itself, in CEL."""

from __future__ import annotations

from typing import Final

from kmetal_network.admission.cel import listed, once, scalar, texts, touches
from kmetal_network.admission.model import SERVICES, AdmissionCheck, Literals
from kmetal_network.kinds.claims import ADDRESS_ANNOTATIONS

_ANNOTATIONS: Final = "(has(object.metadata.annotations) ? object.metadata.annotations : {})"
_WANTED: Final = (
    f"[{scalar('loadBalancerIP')}] + {texts(ADDRESS_ANNOTATIONS)}.filter(k, k in {_ANNOTATIONS})"
    f".map(k, {_ANNOTATIONS}[k])"
)


def _on_provider(addresses: str, literals: Literals) -> str:
    """Those that are in a provider block; the mapped form counts as the address that it means."""
    hits = " || ".join(touches("a", block) for block in literals.blocks) or "false"
    plain = once("m", "w.trim().lowerAscii()", "m.startsWith('::ffff:') && m.contains('.') ? m.substring(7) : m")
    return f"{addresses}.map(w, {plain}).filter(a, isIP(a) && ({hits}))"


def _load_balancer(literals: Literals) -> str:
    """Each of the texts may hold several addresses with commas."""
    return _on_provider(f"({_WANTED}).join(',').split(',')", literals)


CHECKS: Final = (
    AdmissionCheck("NET-228", SERVICES, lambda literals: _on_provider(listed("externalIPs"), literals)),
    AdmissionCheck("NET-229", SERVICES, _load_balancer),
)
