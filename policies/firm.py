"""Serves the pack so that its configuration cannot switch it off.

The SDK lets a `--policy-pack-config` lower or disable any policy, `{"all": "disabled"}` included. Here the level of a
firm policy is what the pack says, and the one configuration block, that of `laws`, holds for all three policies: a
block that had to be written three times would be forgotten once. The SDK has no public seam for either, so its servicer
is replaced by a subclass; tests/policies hold that against the real SDK and a real preview.
"""

from __future__ import annotations

from typing import Any

import pulumi_policy.policy as sdk

from policies.pack import ADVICE, FIRM, LAWS, policies


class FirmServicer(sdk._PolicyAnalyzerServicer):  # noqa: SLF001 (no public seam, see the module's docstring)
    """The SDK's servicer with two answers of its own."""

    def _get_enforcement_level(self, policy: sdk.Policy) -> sdk.EnforcementLevel:
        if policy.name in FIRM and policy.enforcement_level is not None:
            return policy.enforcement_level
        level = super()._get_enforcement_level(policy)
        if policy.name == ADVICE and level is sdk.EnforcementLevel.DISABLED:
            return sdk.EnforcementLevel.ADVISORY  # a law that is relaxed is printed with its reason, always
        return level

    def _get_policy_config(self, name: str) -> dict[str, Any] | None:
        del name
        return super()._get_policy_config(LAWS)


def serve(name: str) -> None:
    """Start the pack; never returns."""
    sdk._PolicyAnalyzerServicer = FirmServicer  # type: ignore[misc]  # noqa: SLF001 (as above)
    sdk.PolicyPack(name, policies())
