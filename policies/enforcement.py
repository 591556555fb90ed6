"""Serves the pack so that its configuration cannot switch it off.

The SDK lets a `--policy-pack-config` lower or disable any policy, `{"all": "disabled"}` included. Here the pack decides
the level of a mandatory policy. The configuration block of `laws` holds for all three policies, so an operator writes
it once. The SDK has no public interface for either, so a subclass replaces its servicer; tests/policies checks that
with the real SDK and a real preview.
"""

from __future__ import annotations

import os
import time
from threading import Thread
from typing import Any, Final

import pulumi_policy.policy as sdk

from policies.pack import ADVICE, ENFORCED, LAWS, policies


class EnforcingServicer(sdk._PolicyAnalyzerServicer):  # noqa: SLF001 (no public seam, see the module's docstring)
    """The SDK's servicer with two answers of its own."""

    def _get_enforcement_level(self, policy: sdk.Policy) -> sdk.EnforcementLevel:
        if policy.name in ENFORCED and policy.enforcement_level is not None:
            return policy.enforcement_level
        level = super()._get_enforcement_level(policy)
        if policy.name == ADVICE and level is sdk.EnforcementLevel.DISABLED:
            return sdk.EnforcementLevel.ADVISORY  # a law that is relaxed is printed with its reason, always
        return level

    def _get_policy_config(self, name: str) -> dict[str, Any] | None:
        del name
        return super()._get_policy_config(LAWS)


_LOOK: Final = 1.0
"""Seconds."""


def end_with_parent() -> None:
    """End this process once its parent is no more: an engine that is killed would leave the pack waiting for ever."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK)
        os._exit(0)

    Thread(target=watch, name="end-with-parent", daemon=True).start()


def serve(name: str) -> None:
    """Start the pack; never returns."""
    end_with_parent()
    sdk._PolicyAnalyzerServicer = EnforcingServicer  # type: ignore[misc]  # noqa: SLF001 (as above)
    sdk.PolicyPack(name, policies())
