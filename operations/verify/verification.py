"""`kmetal-network verify`: the checks in the guide's Verifying and Troubleshooting sections, on the live objects.

Each check reads the status fields that really prove it. `ready` alone proves little: an EIP and a SNAT rule report
ready without a router port, a Subnet's Ready outlives a change, a Vpc's `standby` is true although its external port
failed (docs/evidence/kube-ovn.md#readiness).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmetal_network.admission.policies import HELD
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Severity, bounded
from kmetal_network.grouping import grouped
from kmetal_network.kinds.registry import names_where
from kmetal_network.laws.registry import LAWS
from kmetal_network.manifests.inventory import admission_objects
from kmetal_network.manifests.metallb import metallb_manifests
from kmetal_network.names import METALLB_NAMESPACE
from operations.cluster.fields import at
from operations.cluster.live import LiveCluster, snapshot
from operations.verify.checks import Check, Seen, Verdict, check
from operations.verify.live_laws import live_findings
from operations.verify.metallb_state import controller_log, metallb_checks
from operations.verify.provider import provider_checks
from operations.verify.tenant import tenant_checks

KINDS: Final = names_where("verified")


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


def verify(environment: Environment, cluster: LiveCluster) -> tuple[Check, ...]:
    """Every check of one environment against its cluster.

    Raises:
        OperatorError: the cluster does not answer.
    """
    seen = snapshot(cluster, KINDS)
    return tuple(checks(environment, seen, controller_log(cluster, seen)))


def checks(environment: Environment, seen: Seen, metallb_log: str | None = None) -> Iterator[Check]:
    """The checks over objects already read."""
    yield from _pods(environment, seen)
    yield from _metallb(environment, seen)
    yield from metallb_checks(seen, metallb_log)
    yield from provider_checks(environment, seen)
    for tenant in environment.settings.tenants:
        yield from tenant_checks(environment, tenant, seen)
    yield _admission(environment, seen)
    yield from _laws(environment, seen)


def _pods(environment: Environment, seen: Seen) -> Iterator[Check]:
    """The platform's pods; one that has none at all has failed, where this cluster runs any of the platform's pods.

    That is the sign, and not Kube-OVN's Deployment: it may stand where nothing runs it, as in the sandbox.
    """
    network, metallb = environment.settings.network, environment.settings.metallb
    left_out = {_FLANNEL: not network.flannel.enabled, _METALLB: not metallb.enabled}
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


def _metallb(environment: Environment, seen: Seen) -> Iterator[Check]:
    settings = environment.settings
    for manifest in metallb_manifests(settings.metallb, settings.management, environment.name):
        live = seen.get(manifest.kind, {}).get(f"{METALLB_NAMESPACE}/{manifest.name}")
        what = f"{manifest.kind} {manifest.name}"
        remedy = f"pulumi up -s {environment.name}; its managedFields say who changed it"
        if live is None:
            yield check("metallb", what, ["missing"], "", remedy)
            continue
        spec = live.get("spec") or {}
        differing = [key for key, value in manifest.body.get("spec", {}).items() if spec.get(key) != value]
        problems = [f"{key} is {json.dumps(spec.get(key))}" for key in differing]
        assigned = at(live, "status", "assignedIPv4")
        shown = ", ".join(map(str, spec.get("addresses") or spec.get("ipAddressPools") or ()))
        counter = f" ({assigned} assigned, {at(live, 'status', 'availableIPv4')} left)" if assigned is not None else ""
        yield check("metallb", what, problems, f"{shown or 'as written'}{counter}", remedy)


def _admission(environment: Environment, seen: Seen) -> Check:
    """Whether the API server refuses from others what the laws refuse."""
    reason = environment.settings.admission.left_out
    what = "admission policies"
    if reason is not None:
        return Check("laws", what, Verdict.UNSEEN, f"left out of this stack: {reason}")
    wanted = admission_objects(environment.settings, environment.name)
    live = {(kind, name): item for kind, items in seen.items() for name, item in items.items()}
    missing = [manifest for manifest in wanted if (manifest.kind, manifest.name) not in live]
    differing = [
        manifest
        for manifest in wanted
        if manifest not in missing and not _holds(manifest.body["spec"], live[manifest.kind, manifest.name].get("spec"))
    ]
    problems = [f"{manifest.kind} {manifest.name} is missing" for manifest in missing]
    problems += [f"{manifest.kind} {manifest.name} differs" for manifest in differing]
    seen_there = f"{len(wanted)} objects; the API server enforces {len(HELD)} laws"
    return check("laws", what, problems, seen_there, f"pulumi up -s {environment.name} --refresh puts them back")


def _holds(wanted: Any, live: Any) -> bool:
    """Whether a value is as we wrote it; what the API server adds does not count."""
    if isinstance(wanted, Mapping):
        return isinstance(live, Mapping) and all(_holds(value, live.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(live, list) and len(wanted) == len(live)
        return same and all(map(_holds, wanted, live))
    return bool(wanted == live)


def _laws(environment: Environment, seen: Seen) -> Iterator[Check]:
    """What the laws say of all that stands there, one line for each cause."""
    findings = live_findings(environment.facts(), seen)
    for group in grouped(findings):
        finding = group.first
        verdict = Verdict.FAIL if finding.severity is Severity.ERROR else Verdict.WARN
        problem = f"{bounded(finding.problem)} ({group.more})" if group.more else bounded(finding.problem)
        yield Check("laws", f"{finding.rule} {finding.place}", verdict, problem, finding.remedy)
    if all(finding.severity is not Severity.ERROR for finding in findings):
        count = sum(len(objects) for kind, objects in seen.items() if kind != "Pod")
        yield Check("laws", f"{len(LAWS)} laws", Verdict.PASS, f"{count} live objects, whoever made them: no error")
