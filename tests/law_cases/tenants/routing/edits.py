"""Edits of the good network that several files of cases share."""

from __future__ import annotations

from tests.support.network import DROPS, NO, SNAT, VPC, Edit, gone, policy, put

DROP = "spec.policyRoutes.0"


def match(text: object) -> Edit:
    return put(VPC, f"{DROP}.match", text)


NO_EGRESS = (put(VPC, "spec.enableExternal", NO), gone(SNAT))
GUARD = [policy(1500, f"ip4.dst == {block}") for block in DROPS]
