"""Recorded timelines of the real controllers: what somebody did, and what became of each object.

A timeline holds both mixed; they are distinguished by what only a person does: objects that appear without the
controller's finalizer, specs that change after the controller's first write, labels and pods. Nothing here imports the
simulated controllers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Object = dict[str, Any]
OBSERVED = Path(__file__).parents[4] / "shared" / "reference" / "observed"
OURS = frozenset({"ProviderNetwork", "Vlan", "Subnet", "Vpc", "OvnSnatRule"})
"""Kinds that people write; the others are the controller's."""
COMPARED = (*sorted(OURS), "OvnEip", "IP", "Node")
GATEWAY = "ovn.kubernetes.io/external-gw"
USAGE = ("v4availableIPs", "v4availableIPrange", "v4usingIPs", "v4usingIPrange")
Key = tuple[str, str]


@dataclass(frozen=True)
class Action:
    """One thing that somebody did."""

    time: float
    verb: str
    key: Key
    spec: Object = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recording:
    """Steps in order; each with its actions, and the events of all objects."""

    before: list[Object]
    steps: list[tuple[float, str]]
    actions: list[list[Action]]
    events: list[list[Object]]


def load(name: str) -> Recording:
    """Read one timeline."""
    lines = [json.loads(line) for line in (OBSERVED / name).read_text().splitlines()]
    recording = Recording([], [], [], [])
    last: dict[Key, Object] = {}
    for line in lines:
        if "step" in line:
            recording.steps.append((line["t"], line["step"]))
            recording.actions.append([])
            recording.events.append([])
            continue
        key = (line["kind"], line["name"])
        old = last.get(key)
        if line["event"] == "DELETED":
            last.pop(key, None)
        else:
            last[key] = line
        if not recording.steps:
            recording.before.append(line)
            continue
        recording.events[-1].append(line)
        if (action := _action(key, old, line)) is not None:
            recording.actions[-1].append(action)
    return recording


def _action(key: Key, old: Object | None, new: Object) -> Action | None:  # noqa: PLR0911  one answer per kind of deed
    kind, time = key[0], new["t"]
    if new["event"] == "DELETED":
        # Without a finalizer there is no other trace of the wish.
        return Action(time, "delete", key) if kind in OURS and not (old or {}).get("deleting") else None
    if kind == "IP" and new["spec"].get("namespace"):
        if old is None:
            return Action(time, "pod", key, new["spec"])
        return Action(time, "unpod", key, new["spec"]) if new["deleting"] and not old["deleting"] else None
    if kind == "Node" and old is not None and new["labels"].get(GATEWAY) != old["labels"].get(GATEWAY):
        return Action(time, "label", key, {GATEWAY: new["labels"].get(GATEWAY)})
    if kind not in OURS:
        return None
    if old is None:
        return Action(time, "create", key, new["spec"], theirs(new["annotations"]))
    if new["deleting"]:
        return None if old["deleting"] else Action(time, "delete", key)
    formatted = kind == "Subnet" and old["generation"] == 1
    if new["generation"] != old["generation"] and not formatted:
        return Action(time, "change", key, new["spec"])
    if kind == "Vpc" and theirs(new["annotations"]) != theirs(old["annotations"]):
        return Action(time, "annotate", key, annotations=theirs(new["annotations"]))
    return None


def theirs(annotations: dict[str, str] | None) -> dict[str, str]:
    """Annotations without those that only steer Pulumi."""
    return {key: value for key, value in (annotations or {}).items() if not key.startswith("pulumi.com/")}


def as_line(kind: str, event: str, obj: Object) -> Object:
    """A live object in the timeline's own form."""
    meta = obj["metadata"]
    return {
        "event": event,
        "kind": kind,
        "name": meta["name"],
        "deleting": bool(meta.get("deletionTimestamp")),
        "finalizers": meta.get("finalizers") or [],
        "labels": meta.get("labels") or {},
        "annotations": meta.get("annotations") or {},
        "spec": obj.get("spec") or {},
        "status": obj.get("status") or {},
    }


def plain(line: Object) -> Object:
    """A state without what differs from run to run: times, MACs, the engine's own marks, order of nodes."""
    if line["kind"] == "Node":
        return {"labels": {GATEWAY: line["labels"].get(GATEWAY)}}
    status = {key: _plain_value(key, value) for key, value in (line.get("status") or {}).items()}
    spec = {key: _plain_value(key, value) for key, value in (line.get("spec") or {}).items()}
    return {
        "deleting": line["deleting"],
        "finalizers": sorted(one for one in line["finalizers"] if one != "foregroundDeletion"),
        "labels": {key: value for key, value in line["labels"].items() if line["kind"] != "Node"},
        "annotations": theirs(line["annotations"]),
        "spec": spec,
        "status": status,
    }


def _plain_value(key: str, value: Any) -> Any:
    if key == "macAddress":
        return "MAC" if value else value
    if key in {"readyNodes", "notReadyNodes"}:
        return sorted(value)
    if key == "conditions":
        kept = [{name: one[name] for name in one if not name.startswith("last")} for one in value]
        return sorted(kept, key=lambda one: str(one["node"])) if value and "node" in value[0] else kept
    return value


def steady(state: Object) -> Object:
    """A state without what moves by itself, in no fixed order: usage counters, who uses an EIP, a Vpc, a Vlan."""
    loose = {*USAGE, "nat", "natOutgoingPolicyRules", "subnets"}
    return {**state, "status": {key: one for key, one in state.get("status", {}).items() if key not in loose}}


def is_noise(state: Object) -> bool:
    """A Subnet that is Ready and validated once more; an object whose last finalizer goes a moment before itself."""
    conditions = {one["type"]: one for one in state.get("status", {}).get("conditions", []) if "type" in one}
    ready = conditions.get("Ready", {}).get("status") == "True"
    again = conditions.get("Validated", {}).get("reason") == "ValidateLogicalSwitchSuccess"
    return (ready and again) or bool(state.get("deleting") and not state.get("finalizers"))
