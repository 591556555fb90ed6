"""The engine's events for a change of settings, and a cluster that holds what stood before: a preview without either.

The events have the form that `on_event` of the Automation API gives (pulumi 3.250, `pulumi/automation/events.py`): old
and new inputs whole, `detailedDiff` with kinds, a replacement in three steps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pulumi.automation.events import EngineEvent

from kmetal_network.config.stackfile import Environment
from kmetal_network.laws.registry import judge
from kmetal_network.manifests.inventory import object_key
from kmetal_network.manifests.replacement import FIXED
from kmetal_network.plan.build import Pair
from kmetal_network.plan.difference import field_changes
from kmetal_network.plan.model import Operation, Plan
from kmetal_network.plan.offline import pairs
from operations.cluster.live import COLLECTIONS
from operations.engine.events import Outcome, record
from operations.impact.routers import notices
from operations.preview.previewing import live_plan
from operations.preview.revisions import Revision
from tests.support.fake_cluster import SILENT, FakeCluster

STATE = "2026-11-27T21:04:12.500949616Z"
"""When the last `up` wrote the state."""


class Cluster(FakeCluster):
    """An API server that holds the objects of settings and what a test adds; silent about the kinds that it names."""

    def __init__(self, stands: Environment, *, silent: tuple[str, ...] = (), **more: list[Mapping[str, Any]]) -> None:
        found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for pair in pairs(None, stands.settings, stands.name):
            if pair.after is not None and pair.kind in COLLECTIONS and not pair.patch:
                found[pair.kind].append(pair.after)
        made = {object_key(item) for item in found["OvnEip"]}
        for tenant in stands.settings.tenants:
            name = f"{tenant.name}-vpc-external"
            if name not in made:
                spec = {"externalSubnet": "external", "v4Ip": "77.220.70.2"}
                found["OvnEip"].append({"metadata": {"name": name}, "spec": spec})
        for kind, items in more.items():
            found[kind] += items
        super().__init__(**{**found, **dict.fromkeys(silent, SILENT)})
        self.context, self.identity = "kmetal-prod", "0e9bb2f4-93a6-4a4e-8a4b-6f3f0d6b9c52"


def pod(subnet: str, namespace: str, name: str) -> Mapping[str, Any]:
    """A worker's address, as Kube-OVN's IP object has it."""
    spec = {"subnet": subnet, "namespace": namespace, "podName": name}
    return {"metadata": {"name": f"{name}.{namespace}"}, "spec": spec}


def service(key: str, address: str) -> Mapping[str, Any]:
    """A Service that MetalLB gave an address."""
    namespace, name = key.split("/")
    status = {"loadBalancer": {"ingress": [{"ip": address}]}}
    return {"metadata": {"name": name, "namespace": namespace}, "spec": {}, "status": status}


def events(made: list[Pair], stack: str) -> Iterator[EngineEvent]:
    """What the engine reports of a preview."""
    number = 0
    for pair in made:
        for operation, before, after in _steps(pair):
            event = {"resourcePreEvent": {"metadata": _metadata(pair, operation, before, after, stack)}}
            yield EngineEvent.from_json({"sequence": number, "timestamp": 0, **event})
            number += 1


def _steps(pair: Pair) -> Iterator[tuple[str, Any, Any]]:
    match pair.operation:
        case None:
            yield "same", pair.before, pair.after
        case Operation.REPLACE:
            yield "delete-replaced", pair.before, None
            yield "replace", pair.before, pair.after
            yield "create-replacement", pair.before, pair.after
        case operation:
            yield operation.value, pair.before, pair.after


def _metadata(pair: Pair, operation: str, before: Any, after: Any, stack: str) -> dict[str, Any]:
    body = after or before
    version = body.get("apiVersion", "helm.sh/v3")
    group = version if "/" in version else f"core/{version}"
    kind = f"kubernetes:{group}:{pair.kind}{'Patch' if pair.patch else ''}"
    urn = f"urn:pulumi:{stack}::kmetal-network::{kind}::{pair.urn}"
    states = {
        key: {"type": kind, "urn": urn, "id": object_key(body), "parent": "", "provider": "", "inputs": inputs}
        for key, inputs in (("old", before), ("new", after))
        if inputs is not None
    }
    detailed = {
        one.path: {"diffKind": "update-replace" if one.forces else "update", "inputDiff": True}
        for one in field_changes(before, after, FIXED.get(pair.kind, ()))
    }
    differs = {"detailedDiff": detailed} if operation in ("update", "replace") else {}
    return {"op": operation, "urn": urn, "type": kind, **states, **differs}


def previewed(head: Environment, base: Environment, cluster: Cluster, *, reviews: bool = True) -> Plan:
    """The plan of a preview on that cluster, as `kmetal-network preview` makes it; `up` does not know the base."""
    outcome = Outcome(state=STATE, advice=[str(notice) for notice in notices(head, cluster.view)])
    made = pairs(base.settings, head.settings, head.name)
    for event in events(made, head.name):
        record(event, outcome, None)
    before = Revision(
        commit="c7a82ae",
        environments={base.name: base},
        findings=judge(base.facts()),
        files=frozenset({base.name}),
    )
    return live_plan(head, cluster.view, outcome, warnings=judge(head.facts()), before=before if reviews else None)


def without_urns(plan: Plan) -> Plan:
    """A plan without what only an engine names."""
    changes = tuple(replace(change, urn="") for change in plan.changes)
    return replace(plan, changes=changes, source="", cluster="", state="")
