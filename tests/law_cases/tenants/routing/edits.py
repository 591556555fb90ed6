"""Edits of the good network that several files of cases share."""

from __future__ import annotations

from tests.support.network.edits import NO, Edit, gone, put
from tests.support.network.good import DROPS
from tests.support.network.objects import SNAT, VPC, policy

DROP = "spec.policyRoutes.0"


def match(text: object) -> Edit:
    return put(VPC, f"{DROP}.match", text)


NO_EGRESS = (put(VPC, "spec.enableExternal", NO), gone(SNAT))
GUARD = [policy(1500, f"ip4.dst == {block}") for block in DROPS]
