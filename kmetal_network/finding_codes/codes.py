"""The codes of findings that are no laws: one constant and one catalogue entry for each.

A law judges what is written. A code names a state of a run, of the cluster or of a file that stops an operator. Whoever
raises a finding imports the constant from here; `kmetal-network explain CODE` and the page of laws print the entry,
which is in `kmetal_network.finding_codes.catalogue`. A test fails on a code that has no entry, and on an entry that
no one raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ADOPT: Final = "ADOPT"
CELLS: Final = "CELLS"
CLUSTER: Final = "CLUSTER"
CONFLICT: Final = "CONFLICT"
CRD: Final = "CRD"
CUT_OFF: Final = "CUT-OFF"
FAILED: Final = "FAILED"
FORGE: Final = "FORGE"
GATEWAY_NODE: Final = "GATEWAY-NODE"
HALF_MADE: Final = "HALF-MADE"
HELD: Final = "HELD"
IN_USE: Final = "IN-USE"
KUBE_OVN: Final = "KUBE-OVN"
LEAVING: Final = "LEAVING"
LEFT: Final = "LEFT"
LOCK: Final = "LOCK"
LOST_ADDRESS: Final = "LOST-ADDRESS"
NODE: Final = "NODE"
NOT_READY: Final = "NOT-READY"
OPENS: Final = "OPENS"
ORPHAN: Final = "ORPHAN"
OTHERS_TOO: Final = "OTHERS-TOO"
OWNER: Final = "OWNER"
POLICY: Final = "POLICY"
REROUTED: Final = "REROUTED"
REVIEWED: Final = "REVIEWED"
SHAPE: Final = "SHAPE"
STOPPED: Final = "STOPPED"
SUPPLY: Final = "SUPPLY"
TOUCHED: Final = "TOUCHED"
USAGE: Final = "USAGE"


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingCode:
    """What an operator should know of one code."""

    id: str
    """The code in brackets at the end of a finding."""

    title: str
    """The state in one line, without a full stop."""

    when: str
    """Which command raises it, in which situation, and whether it stops the run."""

    why: str
    """What would happen otherwise."""

    ways_out: tuple[str, ...]
    """What an operator can do, the usual way first; each is a whole sentence."""
