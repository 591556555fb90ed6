"""The one table of cases: for each law at least one network at its edge, and one that breaks exactly that law.

Expectations are written by hand, as rule and place of every finding; equality is asked, so a finding that is not listed
fails. The same rows go through every enforcement point that can see their cause.
"""

from __future__ import annotations

from typing import Final

from tests.law_cases import addresses, bgp, capacity, claims, metallb, nics, patches, platform, provider, reach, tenants
from tests.law_cases.case import Case

CASES: Final[tuple[Case, ...]] = (
    *addresses.CASES,
    *metallb.CASES,
    *bgp.CASES,
    *claims.CASES,
    *provider.CASES,
    *reach.CASES,
    *nics.CASES,
    *tenants.CASES,
    *capacity.CASES,
    *platform.CASES,
    *patches.CASES,
)

__all__ = ["CASES", "Case"]
