"""Reads what `ovn-trace` prints: where a packet ended, and in which table; the form is ovn utilities/ovn-trace.c's."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from kmetal_network.reach.verdict import Outcome

_PIPELINE: Final = re.compile(r'^\s*(ingress|egress)\(dp="([^"]*)"')
_TABLE: Final = re.compile(r"^\s*\d+\. (\w+) \([^)]*\): (.*), priority (\d+), uuid")
_SILENT: Final = re.compile(r"^\s*\d+\. (\w+): no match")
_OUTPUT: Final = re.compile(r'/\* output to "([^"]*)", type "([^"]*)" \*/')
_LEAVING: Final = re.compile(r'^\s*egress\(dp="([^"]*)", inport="[^"]*", outport="([^"]*)"')
_TRANSLATED: Final = re.compile(r"ct_snat(?:_in_czone)?\(([0-9a-fA-F.:]+)")


_NODE: Final = "node-"
"""How Kube-OVN names the port of a node in the join Subnet (pkg/util/const.go)."""


@dataclass(frozen=True)
class Ending:
    """Where a packet ended."""

    port: str
    """The port that it went out of; empty where it was dropped."""
    type: str
    """Type of that port; empty for a pod's."""
    datapath: str
    """The switch or router that had it last."""
    stage: str
    """The last table that it was in."""
    priority: int
    match: str
    searched: bool
    """It ended with a question for the next hop's MAC, out of `port`, a router's, that no one answers."""
    source_as: str | None
    """Its source, as the last translation left it."""


def ending(text: str) -> Ending:
    """The end of a detailed trace."""
    datapath = stage = match = port = kind = ""
    priority = -1
    searched = False
    source: str | None = None
    for line in text.splitlines():
        if searched:
            if found := _LEAVING.match(line):
                port, kind = found[2], "router"
                break
        elif found := _PIPELINE.match(line):
            datapath = found[2]
        elif found := _TABLE.match(line):
            stage, match, priority = found[1], found[2], int(found[3])
        elif found := _SILENT.match(line):
            stage, match, priority = found[1], "", -1
        elif line.strip() in ("arp", "nd_ns"):
            searched = True
        elif (found := _OUTPUT.search(line)) and found[2] not in ("patch", "chassisredirect"):
            port, kind = found[1], found[2]
        elif found := _TRANSLATED.search(line):
            source = found[1]
    return Ending(port, kind, datapath, stage, priority, match, searched, source)


def outcome_of(end: Ending, externals: Collection[str]) -> Outcome:
    """What a trace's end is called here.

    Args:
        end: the end of a trace.
        externals: names of the provider Subnets; a question for a MAC in one of them leaves through its VLAN.
    """
    if end.port.startswith(_NODE):
        return Outcome.NODE
    if end.type == "localnet":
        return Outcome.LEAVES
    if end.searched:
        return Outcome.LEAVES if any(end.port.endswith(f"-{name}") for name in externals) else Outcome.NO_ROUTE
    if end.port:
        return Outcome.OPEN
    if end.stage in ("lr_in_ip_input", "lr_in_arp_resolve"):
        return Outcome.ROUTER
    return Outcome.NO_ROUTE if end.stage == "lr_in_ip_routing" else Outcome.DROPPED
