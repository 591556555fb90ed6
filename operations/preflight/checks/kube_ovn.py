"""The laws of the running Kube-OVN, read off its Deployment, and what could not be read of it.

What cannot be read is reported, never assumed to be right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Finding, Severity, UnreachableError
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import facts_of
from kmetal_network.finding_codes.codes import KUBE_OVN
from kmetal_network.laws.registry import BY_ID, judge
from operations.preflight.check import Preflight, PreflightCheck
from operations.preflight.installation import INSTALLATION_PATHS, installed

_CONTROLLER: Final = "kube-system/kube-ovn-controller"
_WHAT: Final = f"Deployment {_CONTROLLER}"
_LAWS: Final = ("NET-704", "NET-707", "NET-708", "NET-712")
"""Those that the controller's own Deployment decides: version, mode, arguments."""


def _controller(preflight: Preflight) -> Iterator[Finding]:
    environment, view = preflight.environment, preflight.view
    try:
        live = view.objects("Deployment").get(_CONTROLLER)
    except UnreachableError as error:
        yield _unsure(f"it can't be read, so Kube-OVN's version is not known ({error})")
        return
    if live is None:
        if environment.settings.chart.install == "external" or installed(environment, view):
            yield _unsure("it is not there, so Kube-OVN's version and arguments are not known")
        return
    facts = facts_of([live])
    versions = [str(found.kube_ovn_version) for found in facts.clusters]
    if not any(re.match(r"v?\d+\.\d+", version) for version in versions):
        shown = versions[0] if versions else "no container of that name"
        yield _unsure(f"its image names no version ({shown})")
    judged = Facts(clusters=facts.clusters, relaxed=environment.settings.relaxed)
    yield from judge(judged, [BY_ID[law] for law in _LAWS])


def _unsure(problem: str) -> Finding:
    remedy = "make sure by yourself that it is Kube-OVN 1.15 or later, the secondary CNI, with --enable-eip-snat"
    return Finding(place=_WHAT, problem=problem, remedy=remedy, rule=KUBE_OVN, severity=Severity.WARNING)


CHECK: Final = PreflightCheck(
    title="The running Kube-OVN is one that this network works with",
    findings=_controller,
    kinds=("Deployment",),
    paths=INSTALLATION_PATHS,
)
