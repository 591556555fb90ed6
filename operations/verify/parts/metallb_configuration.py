"""Whether MetalLB works with the configuration that stands in the cluster, or still with an older one.

The API server stores what MetalLB then refuses as a whole: its controller keeps the last configuration that it could
read, and every later edit has no effect (`internal/k8s/controllers/pool_controller.go`). What shows it, by release:

- from 0.15.3, ConfigurationState objects with `result: Invalid` and the reason;
- from 0.15.0, the counters in an IPAddressPool's status, which are those of the range that the controller works with;
- the controller's log, in every release.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmetal_network.addresses import Span
from kmetal_network.errors import OperatorError
from kmetal_network.names import METALLB_NAMESPACE
from operations.cluster.fields import at
from operations.cluster.live import LiveCluster
from operations.verify.checks import Check, Part, Seen, Verdict, Verification, check

CONTROLLER: Final = {"app.kubernetes.io/name": "metallb", "app.kubernetes.io/component": "controller"}
_LOG_LINES: Final = 2000
_READER: Final = "PoolReconciler"
_REMEDY: Final = (
    f"kubectl -n {METALLB_NAMESPACE} logs deployments/controller names the object; mend it, until then no edit of any"
    " pool has an effect"
)


def metallb_checks(seen: Seen, log: str | None) -> Iterator[Check]:
    """One line that says whether the configuration was taken; none where nothing shows it.

    Args:
        seen: live objects by kind and name.
        log: how the controller's log ends; None where it cannot be read.
    """
    pools = {
        name: pool
        for name, pool in seen.get("IPAddressPool", {}).items()
        if at(pool, "metadata", "namespace") == METALLB_NAMESPACE
    }
    states = seen.get("ConfigurationState", {})
    problems = [*_invalid(states), *_counted(pools), *_logged(log)]
    counted = any(at(pool, "status") for pool in pools.values())
    if problems or states or counted:
        proof = "ConfigurationState" if states else "the pools' counters"
        yield check("metallb", "configuration", problems, f"taken, by {proof}", _REMEDY)
    elif pools:
        yield Check("metallb", "configuration", Verdict.UNSEEN, "no pool has counters: no controller, or before 0.15")


def controller_log(cluster: LiveCluster, seen: Seen) -> str | None:
    """How the log of MetalLB's controller ends; None where no such pod runs or its log may not be read."""
    for pod in seen.get("Pod", {}).values():
        metadata = pod.get("metadata") or {}
        if (
            metadata.get("namespace") == METALLB_NAMESPACE
            and CONTROLLER.items() <= (metadata.get("labels") or {}).items()
        ):
            path = f"/api/v1/namespaces/{METALLB_NAMESPACE}/pods/{metadata['name']}/log?tailLines={_LOG_LINES}"
            try:
                return cluster.text(path)
            except OperatorError:
                return None
    return None


def _invalid(states: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, state in sorted(states.items()):
        if at(state, "status", "result") == "Invalid":
            yield f"{name.rpartition('/')[2]} refuses it: {at(state, 'status', 'errorSummary') or 'no reason given'}"


def _counted(pools: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Pools whose counters are those of another range, or that have none while others do."""
    some = any(at(pool, "status") for pool in pools.values())
    for name, pool in sorted(pools.items()):
        short, status = name.rpartition("/")[2], at(pool, "status")
        if not status:
            if some:
                yield f"IPAddressPool {short} has no counters, so MetalLB does not work with it"
            continue
        counted = sum(int(status.get(key) or 0) for key in ("assignedIPv4", "availableIPv4"))
        wanted = _size(pool)
        if wanted is not None and counted != wanted:
            yield f"IPAddressPool {short} holds {wanted} IPv4 addresses, and MetalLB counts {counted}"


def _size(pool: Mapping[str, Any]) -> int | None:
    """IPv4 addresses that a pool has to give; None where it cannot be read, or where MetalLB leaves some out."""
    if at(pool, "spec", "avoidBuggyIPs"):
        return None
    try:
        spans = [Span.parse(str(text)) for text in at(pool, "spec", "addresses") or ()]
    except ValueError:
        return None
    return sum(span.size for span in spans if span.ends()[0].version == 4)  # noqa: PLR2004 (the IP version)


def _logged(log: str | None) -> Iterator[str]:
    """What the controller said when it last read the configuration, which it reads whole each time."""
    last = None
    for line in (log or "").splitlines():
        entry = _entry(line)
        if entry.get("controller") != _READER:
            continue
        if "start reconcile" in entry:
            last = None
        elif entry.get("level") == "error":
            last = str(entry.get("error", line))
    if last is not None:
        yield f"MetalLB's controller refuses it: {last}"


def _entry(line: str) -> Mapping[str, Any]:
    """A line of the log; empty where it is not one of its own."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _configuration(verification: Verification) -> Iterator[Check]:
    yield from metallb_checks(verification.seen, verification.metallb_log)


PART: Final = Part(lines=_configuration, kinds=("IPAddressPool", "ConfigurationState"))
