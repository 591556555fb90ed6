"""Compares the simulated controllers with recordings of the real ones.

Each timeline is replayed: every action of its people (objects created, changed, deleted, labelled; pods; restarts of the
controller) is done again at the recorded pace, some times faster, on a real API server with the simulated controllers.

Compared, for each object of each kind the controllers write (and each of its lives, where it was deleted and came
back): the sequence of its distinct states in the order in which they first appeared, and the step in which they did;
and at the end of each step the whole set of objects with their whole states, addresses and usage counters included. A
state is spec, status with conditions and their order, finalizers, labels, annotations, and whether it is being deleted.

Not compared: times, MAC addresses, uids, generations, field managers (`test_fields.py` has those), the order in which
lists of nodes are written; how often a state repeats (a Subnet that is Ready is validated again and again, and how
often depends on how stale the real controller's caches were); usage counters, `status.nat` of an EIP and lists of
Subnets in a Vpc or Vlan between the ends of steps; finalizers and deletions of Kubernetes' own garbage
collector; nodes but for the gateway label; and for the one Subnet of
`BY_BACK_OFF` the step in which it heals, which hangs on when its tries happen to fall.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from sandbox.controllers.kube_ovn import KubeOvnSimulator
from tests.sandbox.controllers.conftest import wipe
from tests.sandbox.controllers.recording import COMPARED, OBSERVED, Key, Object, is_noise, load, plain, steady
from tests.sandbox.controllers.replay import AstrayError, Camera, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.controllers.api import Client
    from tests.sandbox.controllers.recording import Recording

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(
        not OBSERVED.exists(), reason="the recordings are not in the repository, and not on this machine"
    ),
]

Life = list[tuple[int, Object]]

BY_BACK_OFF = frozenset({("Subnet", "t1-two-subnet")})
"""Overlaps another until that one moves away; nothing tells it, so it heals at its next try, up to 10 s later."""
HEALING = range(9, 12)
"""The steps between that move and the next action that concerns it."""

BEGAN = {"timeline-life-cycle.jsonl": 2.2, "timeline-traps.jsonl": -14.56}
"""When the real controller's clock of 30 s (first beat after 3 s) must have started, read from its beats."""
SPEED = {"timeline-life-cycle.jsonl": 20.0, "timeline-traps.jsonl": 10.0}
"""The traps hang on back-off against actions a few seconds apart, so they get more room."""
SLOWER = (1, 2, 4)
"""A busy machine cannot keep the beat of a run that was killed after 1.9 s: it may try again with more time."""


def lives(events: list[tuple[int, Object]]) -> dict[tuple[Key, int], Life]:
    """For each life of each object its distinct states, with the step in which each first appeared."""
    found: dict[tuple[Key, int], Life] = {}
    count: dict[Key, int] = {}
    for step, line in events:
        key = (line["kind"], line["name"])
        if line["kind"] not in COMPARED:
            continue
        if line["event"] == "DELETED":
            found.setdefault((key, count.get(key, 0)), []).append((step, {"gone": True}))
            count[key] = count.get(key, 0) + 1
            continue
        life = found.setdefault((key, count.get(key, 0)), [])
        state = steady(plain(line))
        if not is_noise(state) and all(state != seen for _, seen in life):
            life.append((step, state))
    return found


def recorded(recording: Recording) -> list[tuple[int, Object]]:
    steps = [(index, line) for index, lines in enumerate(recording.events) for line in lines]
    return [(-1, line) for line in recording.before] + steps


def worlds(recording: Recording) -> list[dict[Key, Object]]:
    world: dict[Key, Object] = {(one["kind"], one["name"]): one for one in recording.before}
    ends = []
    for events in recording.events:
        for line in events:
            if line["event"] == "DELETED":
                world.pop((line["kind"], line["name"]))
            else:
                world[line["kind"], line["name"]] = line
        ends.append({key: line for key, line in world.items() if key[0] in COMPARED})
    return ends


def prepare(client: Client, recording: Recording) -> None:
    for line in recording.before:
        if line["kind"] == "Node":
            annotations = {key: one for key, one in line["annotations"].items() if "kubectl" not in key}
            meta = {"name": line["name"], "labels": line["labels"], "annotations": annotations}
            client.patch("Node", line["name"], {"metadata": meta}, manager="test")
        if line["kind"] == "Vpc" and line["spec"]:
            vpc = {"metadata": {"name": line["name"]}, "spec": line["spec"]}
            client.create("Vpc", vpc, manager="test")


@pytest.mark.parametrize("name", sorted(BEGAN))
def test_each_object_goes_through_what_was_recorded(name: str, kubeconfig: Path, client: Client) -> None:
    differences: list[str] = []
    for slower in SLOWER:
        wipe(client)
        differences = _replayed(name, SPEED[name] / slower, kubeconfig, client)
        if not differences:
            break
    assert not differences, "\n".join(differences)


def _replayed(name: str, speed: float, kubeconfig: Path, client: Client) -> list[str]:
    """The differences between a recording and its replay."""
    recording = load(name)
    prepare(client, recording)
    simulator = KubeOvnSimulator(kubeconfig, speed=speed)
    with simulator, Camera(kubeconfig) as camera:
        origin = time.monotonic() - BEGAN[name] / speed
        assert simulator.settle()
        stage = Stage(client, simulator, camera, speed, origin)
        try:
            stage.play(recording)
        except AstrayError as error:
            return [str(error)]
    return [*_stories(lives(recorded(recording)), lives(camera.events)), *_ends(recording, stage)]


def _stories(wanted: dict[tuple[Key, int], Life], seen: dict[tuple[Key, int], Life]) -> list[str]:
    found = []
    for (key, life), states in sorted(wanted.items(), key=str):
        others = seen.get((key, life), [])
        late, others = ([_step(key, *one) for one in some if one[0] >= 0] for some in (states, others))
        if late != others:
            found.append(f"{key} life {life}\n  recorded:{_short(late)}\n  simulated:{_short(others)}")
    found += [
        f"{key} life {life}: only the simulated controllers have it" for key, life in seen if (key, life) not in wanted
    ]
    return found


def _step(key: Key, step: int, state: Object) -> tuple[int, Object]:
    return (HEALING[0] if key in BY_BACK_OFF and step in HEALING else step), state


def _short(life: Life) -> str:
    """Each state as what it changes in the one before."""
    lines: list[str] = []
    last: Object = {}
    for step, state in life:
        now = _flat(state)
        new = {key: value for key, value in now.items() if last.get(key) != value}
        lines.append(f"\n    {step} {new} {sorted(set(last) - set(now)) or ''}")
        last = now
    return "".join(lines)


def _flat(state: Object, prefix: str = "") -> Object:
    flat: Object = {}
    for key, value in state.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat


def _ends(recording: Recording, stage: Stage) -> list[str]:
    found = []
    ends = zip(recording.steps, worlds(recording), stage.worlds, strict=True)
    for step, ((_, text), wanted, seen) in enumerate(ends):
        for key in sorted({*wanted, *seen}):
            if key in BY_BACK_OFF and step in HEALING:
                continue
            one, other = (_end(world.get(key)) for world in (wanted, seen))
            if one != other:
                found.append(f"end of {text!r}: {key}: {_difference(one, other)}")
    return found


def _end(line: Object | None) -> Object | None:
    if line is None:
        return None
    state = plain(line)
    if line["kind"] == "OvnEip":  # what the real one writes here after the last rule went depends on a stale cache
        state["status"].pop("nat", None)
    if is_noise(state):  # a step may end between two validations
        for one in state["status"].get("conditions", []):
            if one["type"] == "Validated":
                one["reason"] = "ResetLogicalSwitchAclSuccess"
    state.get("status", {}).pop("natOutgoingPolicyRules", None)
    return state


def _difference(one: Object | None, other: Object | None) -> str:
    if one is None or other is None:
        return f"recorded {one}, simulated {other}"
    flat, others = _flat(one), _flat(other)
    keys = sorted(key for key in {*flat, *others} if flat.get(key) != others.get(key))
    return "; ".join(f"{key}: recorded {flat.get(key)}, simulated {others.get(key)}" for key in keys)
