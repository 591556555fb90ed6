"""The platform's pods: Multus, Open vSwitch, Kube-OVN, Flannel, MetalLB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmetal_network.names import METALLB_NAMESPACE
from operations.cluster.fields import at
from operations.verify.checks import Check, Part, Seen, Verdict, Verification, check

_FLANNEL: Final = "Flannel"
_METALLB: Final = "MetalLB"

_PODS: Final = (
    ("Multus", "kube-system", {"app": "multus"}),
    ("Open vSwitch", "kube-system", {"app": "ovs"}),
    ("Kube-OVN controller", "kube-system", {"app": "kube-ovn-controller"}),
    ("Kube-OVN CNI", "kube-system", {"app": "kube-ovn-cni"}),
    (_FLANNEL, "kube-flannel", {"app": "flannel"}),
    (_METALLB, METALLB_NAMESPACE, {"app.kubernetes.io/name": "metallb"}),
)
"""The guide's Troubleshooting list. Without the first four there is no tenant network; the last two may be others' to
bring (`network.flannel.enabled`, `metallb.enabled`)."""


def _pods(verification: Verification) -> Iterator[Check]:
    """The platform's pods; one that has none at all has failed, where this cluster runs any of the platform's pods.

    That is the sign, and not Kube-OVN's Deployment: it may stand where nothing runs it, as in the sandbox.
    """
    settings, seen = verification.environment.settings, verification.seen
    left_out = {_FLANNEL: not settings.network.flannel.enabled, _METALLB: not settings.metallb.enabled}
    running = {title: _pods_of(namespace, labels, seen) for title, namespace, labels in _PODS}
    for title, namespace, labels in _PODS:
        pods = running[title]
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        what, none = f"pods {title}", f"no pod in {namespace} with {selector}"
        if not pods and any(running.values()) and not left_out.get(title, False):
            remedy = f"kubectl -n {namespace} get daemonsets,deployments: the chart brings it, and says why it has none"
            yield Check("platform", what, Verdict.FAIL, none, remedy)
            continue
        if not pods:
            yield Check("platform", what, Verdict.UNSEEN, none)
            continue
        down = [str(at(pod, "metadata", "name")) for pod in pods if not _pod_ready(pod)]
        remedy = f"kubectl -n {namespace} describe pod -l {selector}"
        problems = [f"not ready: {', '.join(down)}"] if down else []
        yield check("platform", what, problems, f"{len(pods)} ready", remedy)


def _pods_of(namespace: str, labels: Mapping[str, str], seen: Seen) -> list[Mapping[str, Any]]:
    return [
        pod
        for pod in seen.get("Pod", {}).values()
        if at(pod, "metadata", "namespace") == namespace
        and labels.items() <= (at(pod, "metadata", "labels") or {}).items()
    ]


def _pod_ready(pod: Mapping[str, Any]) -> bool:
    return any(
        entry.get("type") == "Ready" and entry.get("status") == "True"
        for entry in at(pod, "status", "conditions") or ()
    )


PART: Final = Part(lines=_pods, kinds=("Pod",))
