"""How the pack judges: which laws a stack relaxes and why, and provider networks that another program declares.

A relaxation is exported by the program as `relaxed`, or written in the pack's configuration; either way with a reason.
One that names no law, a law that is never relaxed, or no real reason is itself a violation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kmetal_network.errors import Finding
from kmetal_network.facts.kube_ovn import ProviderNetwork
from kmetal_network.facts.lenient_fields import is_list, written
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Range, RangeKind
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws.registry import BY_ID

SHORTEST_REASON: Final = 8
"""Characters below which a reason says nothing to the one who reads it in a year."""

_EXPORT: Final = "stack output `relaxed`"
_CONFIG: Final = "policy pack configuration"

CONFIG_PROPERTIES: Final[dict[str, dict[str, Any]]] = {
    "relaxed": {
        "type": "object",
        "description": "Laws that are relaxed, by id, each with its reason.",
        "propertyNames": {"pattern": "^[A-Z]+-[0-9]+$"},
        "additionalProperties": {"type": "string", "minLength": SHORTEST_REASON},
        "default": {},
    },
    "providerCidrs": {
        "type": "array",
        "description": "Blocks of provider VLANs that another stack declares.",
        "items": {"type": "string", "minLength": 1},
        "uniqueItems": True,
        "default": [],
    },
    "providerInterfaces": {
        "type": "array",
        "description": "NICs of provider networks that another stack declares.",
        "items": {"type": "string", "minLength": 1},
        "uniqueItems": True,
        "default": [],
    },
}


@dataclass(frozen=True, slots=True)
class PackConfig:
    """What is judged together with the rendered resources, and on what terms."""

    facts: Facts
    findings: tuple[Finding, ...]


def pack_config(config: Mapping[str, Any], exported: object = None) -> PackConfig:
    """Read the pack's configuration and a program's export."""
    findings: list[Finding] = []
    relaxed = {
        **_relaxed(config.get("relaxed"), _CONFIG, findings),
        **_relaxed(exported, _EXPORT, findings),
    }
    facts = Facts(
        whole=False,
        relaxed=relaxed,
        ranges=tuple(
            Range(place=_CONFIG, name="providerCidrs", kind=RangeKind.EXTERNAL, text=text)
            for text in _texts(config.get("providerCidrs"))
        ),
        provider_networks=tuple(
            ProviderNetwork(place=_CONFIG, name=f"elsewhere{index}", default_interface=nic, elsewhere=True)
            for index, nic in enumerate(_texts(config.get("providerInterfaces")), start=1)
        ),
    )
    return PackConfig(facts, tuple(sorted(findings)))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(written, value)) if is_list(value) else ()


def _relaxed(value: object, place: str, findings: list[Finding]) -> dict[str, str]:
    """The relaxations that count; what is wrong with the others goes to the findings."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        what = "is not known yet" if value is UNKNOWN else f"is {written(value)!r}"
        findings.append(Finding(place=place, problem=f"{what}, not a mapping", remedy="write law: reason"))
        return {}
    counted: dict[str, str] = {}
    for law, reason in value.items():
        problem = _objection(law, reason)
        if problem is None:
            counted[law] = reason
        else:
            findings.append(Finding(place=f"{place} {written(law)}", problem=problem[0], remedy=problem[1]))
    return counted


def _objection(law: object, reason: object) -> tuple[str, str] | None:
    """What is wrong with a relaxation, and what to write instead."""
    if not isinstance(law, str) or law not in BY_ID:
        return f"law {written(law)!r} does not exist", "write the id that stands in brackets behind a finding"
    if not BY_ID[law].relaxable:
        return f"law {law!r} is never relaxed", "remove it"
    if reason is UNKNOWN:
        return "the reason is not known yet", "write it as a literal"
    if not isinstance(reason, str) or len(reason.strip()) < SHORTEST_REASON:
        return f"{written(reason)!r} is no reason", f"write at least {SHORTEST_REASON} characters that say why"
    return None
