"""All admission checks, by kind. A law without one says why in `Law.not_admitted`."""

from __future__ import annotations

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
