"""The way to a cluster's own OVN: its programs, run where they are, and only those that read."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from kmetal_network.config.sections.cluster import Cluster
from kmetal_network.errors import Finding, UnreachableError
from kmetal_network.finding_codes.codes import CLUSTER
from operations.cluster.live import LiveCluster

_LEADER: Final = "/api/v1/namespaces/kube-system/pods?labelSelector=ovn-sb-leader%3Dtrue"
"""The pod of Deployment ovn-central that leads the southbound database (kube-ovn dist/images/kubectl-ko)."""
_SECONDS: Final = 60


class OvnCommands(Protocol):
    """Runs one of OVN's programs and gives back what it prints."""

    def __call__(self, program: str, *words: str) -> str:
        """Run it.

        Raises:
            UnreachableError: it cannot be run, or fails.
        """


class InCluster:
    """OVN's programs in the ovn-central pod, by `kubectl exec`."""

    def __init__(self, root: Path, settings: Cluster, cluster: LiveCluster) -> None:
        """Find the pod.

        Raises:
            UnreachableError: no pod leads the southbound database.
        """
        leaders = (cluster.get(_LEADER) or {}).get("items") or ()
        if not leaders:
            problem = "no pod in kube-system carries ovn-sb-leader=true"
            raise UnreachableError([_finding(problem, "look at Deployment ovn-central, or leave --trace out")])
        self._command = ["kubectl", "--context", settings.context, "--namespace", "kube-system"]
        if settings.kubeconfig:
            self._command += ["--kubeconfig", str(root / Path(settings.kubeconfig).expanduser())]
        self._command += ["exec", str(leaders[0]["metadata"]["name"]), "--container", "ovn-central", "--"]

    def __call__(self, program: str, *words: str) -> str:
        """Run one there."""
        return run([*self._command, program, *words])


def run(command: Sequence[str]) -> str:
    """What a command prints.

    Raises:
        UnreachableError: it cannot be run, takes more than a minute, or fails.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        remedy = "install kubectl, or leave --trace out"
        raise UnreachableError([_finding(f"{command[0]} cannot be run ({error})", remedy)]) from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UnreachableError([_finding(f"{command[0]} failed: {said}", "mend that, or leave --trace out")])
    return done.stdout


def _finding(problem: str, remedy: str) -> Finding:
    return Finding(place="OVN", problem=problem, remedy=remedy, rule=CLUSTER)
