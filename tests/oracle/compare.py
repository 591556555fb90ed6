"""Holds the model's verdicts to a trace."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kmetal_network.reach.packets.steps import Piece
from kmetal_network.reach.trace import Ending, outcome_of
from kmetal_network.reach.verdict import Outcome, Verdict

_PORTS: Final = re.compile("tcp|udp|icmp")


EXTERNALS: Final = ("external", "external-two")


def chosen(found: Sequence[Piece], port: int) -> list[Verdict]:
    """The verdict that holds for a TCP port."""
    own = [piece.verdict for piece in found if piece.verdict.ports == f"tcp {port}"]
    return own or [piece.verdict for piece in found if not piece.verdict.ports]


def disagreement(verdict: Verdict, end: Ending) -> str | None:
    """What OVN says otherwise; None where both say the same, or the model says that it does not know."""
    if verdict.outcome is Outcome.NOT_KNOWN:
        return None
    seen = outcome_of(end, EXTERNALS)
    at_pod = verdict.outcome is Outcome.OPEN or verdict.decider.field == "spec.private"
    if at_pod and seen is Outcome.NO_ROUTE and end.searched:
        return None  # the verdict is that of a pod there, and no one has the address
    if seen is not verdict.outcome:
        return f"outcome: model {verdict.outcome.value!r}, OVN {seen.value!r}"
    if verdict.outcome is Outcome.DROPPED:
        return _other_decider(verdict, end)
    return _other_source(verdict, end) if verdict.outcome is Outcome.LEAVES and not end.searched else None


def _other_decider(verdict: Verdict, end: Ending) -> str | None:
    """Of two drops of one priority OVN may name either; one of some ports alone the model passes over."""
    if end.stage == "lr_in_policy":
        same = verdict.decider.priority == end.priority or _PORTS.search(end.match)
    else:
        same = verdict.decider.field == "spec.private"
    return None if same else f"decider: model {verdict.decider}, OVN {end.stage} {end.priority} {end.match}"


def _other_source(verdict: Verdict, end: Ending) -> str | None:
    """Where Kube-OVN picks the address, the model cannot name it."""
    said = verdict.source_as
    known = said is None or " " not in said
    same = said == end.source_as if known else end.source_as is not None
    return None if same else f"source: model {said}, OVN {end.source_as}"


def not_at_router(verdict: Verdict | None, end: Ending, ping: str) -> str | None:
    """What OVN says otherwise than that a packet ends at a router, which answers ping at its own addresses alone.

    What is sent to another port of an OvnDnatRule's address goes in a circle between router and VLAN until it is gone.
    """
    if verdict is not None and verdict.decider.kind == "OvnDnatRule":
        return "it arrives" if outcome_of(end, EXTERNALS) in (Outcome.OPEN, Outcome.LEAVES) else None
    if outcome_of(end, EXTERNALS) not in (Outcome.ROUTER, Outcome.DROPPED, Outcome.NO_ROUTE):
        return f"outcome: model {Outcome.ROUTER.value!r}, OVN {outcome_of(end, EXTERNALS).value!r}"
    answered = "icmp4.type = 0;" in ping or "icmp6.type = 129;" in ping
    return None if answered else f"no router answers the ping:\n{ping}"
