"""Repeats a recording's actions against the simulated controllers, at the same pace, and records the result."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import HTTPError

from sandbox.controllers.api import Client
from sandbox.controllers.faults import Faults
from tests.sandbox.controllers.recording import COMPARED, GATEWAY, OURS, Action, Key, Object, Recording, as_line, plain

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.controllers.kube_ovn import KubeOvnSimulator

CONFLICT = 409
PATIENCE = 10.0
CATCH_UP = ("ready", "enableExternal")


class AstrayError(Exception):
    """The replay has come to where the recording never was; nothing that follows in it could be compared."""


class Camera:
    """Every event of the compared kinds, with the step it fell into."""

    def __init__(self, kubeconfig: Path) -> None:
        self.step = -1
        self.events: list[tuple[int, Object]] = []
        self.world: dict[Key, Object] = {}
        self._client = Client(kubeconfig, Faults())
        self._ended = threading.Event()
        self._responses: list[Any] = []
        self._threads = [threading.Thread(target=self._film, args=(kind,), daemon=True) for kind in COMPARED]

    def __enter__(self) -> Self:
        self._ready = [threading.Event() for _ in self._threads]
        for thread in self._threads:
            thread.start()
        for ready in self._ready:
            ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for response in self._responses:
            response.shutdown()
        for thread in self._threads:
            thread.join(timeout=5)
        self._client.close()

    def _film(self, kind: str) -> None:
        items, version = self._client.list(kind)
        for item in items:
            self._note(kind, "ADDED", item)
        response, events = self._client.watch(kind, version)
        self._responses.append(response)
        self._ready[COMPARED.index(kind)].set()
        with contextlib.suppress(HTTPError, OSError):
            for event in events:
                if event["type"] in {"ADDED", "MODIFIED", "DELETED"}:
                    self._note(kind, event["type"], event["object"])

    def _note(self, kind: str, event: str, item: Object) -> None:
        line = as_line(kind, event, item)
        self.events.append((self.step, line))
        if event == "DELETED":
            self.world.pop((kind, line["name"]), None)
        else:
            self.world[kind, line["name"]] = line


@dataclass
class Stage:
    """A cluster with the simulated controllers, an observer, and the clock of the recording."""

    client: Client
    simulator: KubeOvnSimulator
    camera: Camera
    speed: float
    origin: float
    worlds: list[dict[Key, Object]] = field(default_factory=list)
    known: set[Key] = field(default_factory=set)
    """What was there in the recording and, but for what was made again just now, must not be there any more."""

    def play(self, recording: Recording) -> None:
        """All steps; the world is kept at the end of each.

        Raises:
            AstrayError: what is there is not what was, and does not become it.
        """
        expected: dict[Key, Object] = {(one["kind"], one["name"]): one for one in recording.before}
        ends = [time_ for time_, _ in recording.steps[1:]] + [recording.steps[-1][0] + 30]
        for index, (begin, text) in enumerate(recording.steps):
            self._wait_until(begin)
            assert self.simulator.settle()
            self.camera.step = index
            if "restarts" in text:
                self.simulator.restart()
            events = list(recording.events[index])
            for action in recording.actions[index]:
                while events and events[0]["t"] < action.time:
                    _apply(expected, events.pop(0))
                self._wait_until(action.time)
                self._catch_up(expected)
                self._perform(action)
            for event in events:
                _apply(expected, event)
            self._wait_until(min(ends[index], (events[-1]["t"] if events else begin) + 5))
            self._catch_up(expected)
            assert self.simulator.settle()
            self.worlds.append(dict(self.camera.world))

    def _wait_until(self, moment: float) -> None:
        time.sleep(max(0.0, self.origin + moment / self.speed - time.monotonic()))

    def _catch_up(self, expected: dict[Key, Object]) -> None:
        """Wait, a while, until the same objects exist and are no less ready than they were in the recording."""
        end = time.monotonic() + PATIENCE
        while not self._is_abreast(expected):
            if time.monotonic() > end:
                raise AstrayError(f"step {self.camera.step}: {_gap(self.camera.world, expected)}")
            time.sleep(0.01)

    def _is_abreast(self, expected: dict[Key, Object]) -> bool:
        """Being ahead is fine: the clock runs faster than the API server can follow."""
        seen, wanted = _readiness(self.camera.world), _readiness(expected)
        self.known |= set(wanted)
        alive = all((key in seen and ready <= seen[key]) or expected[key]["deleting"] for key, ready in wanted.items())
        # A controller's own object that is back before its time is only ahead, too.
        return alive and not any(key in seen for key in self.known - set(wanted) if key[0] in OURS)

    def _perform(self, action: Action) -> None:
        kind, name = action.key
        getattr(self, f"_{action.verb}")(kind, name, action)

    def _create(self, kind: str, name: str, action: Action) -> None:
        meta = {"name": name, "annotations": action.annotations}
        self.client.create(kind, {"metadata": meta, "spec": action.spec}, manager="test")
        self.known.discard(action.key)

    def _change(self, kind: str, name: str, action: Action) -> None:
        self.client.patch(kind, name, {"spec": action.spec}, manager="test")

    def _annotate(self, kind: str, name: str, action: Action) -> None:
        self.client.patch(kind, name, {"metadata": {"annotations": action.annotations}}, manager="test")

    def _delete(self, kind: str, name: str, _: Action) -> None:
        self.client.delete(kind, name)

    def _label(self, kind: str, name: str, action: Action) -> None:
        self.client.patch(kind, name, {"metadata": {"labels": {GATEWAY: action.spec[GATEWAY]}}}, manager="test")

    def _pod(self, _kind: str, name: str, action: Action) -> None:
        make_pod(self.client, action.spec["namespace"], action.spec["podName"], name.split(".")[2], "w1")

    def _unpod(self, _kind: str, _name: str, action: Action) -> None:
        delete_pod(self.client, action.spec["namespace"], action.spec["podName"])


def make_pod(client: Client, namespace: str, name: str, attachment: str, node: str) -> None:
    """A pod with one attachment, on a node, in a namespace made for it."""
    with contextlib.suppress(ApiException):
        client.create("Namespace", {"metadata": {"name": namespace}}, manager="test")
    annotations = {"k8s.v1.cni.cncf.io/networks": f"{namespace}/{attachment}"}
    spec = {
        "nodeName": node,
        "automountServiceAccountToken": False,
        "containers": [{"name": "c", "image": "none"}],
        "tolerations": [{"operator": "Exists"}],
    }
    path = f"/api/v1/namespaces/{namespace}"
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    with contextlib.suppress(ApiException):  # the controller that makes it may be slower than we are, or not there
        client._call("POST", f"{path}/serviceaccounts", account)  # noqa: SLF001  the client has no such verb
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "annotations": annotations}, "spec": spec}
    client._call("POST", f"{path}/pods", pod)  # noqa: SLF001  same


def delete_pod(client: Client, namespace: str, name: str) -> None:
    """At once: no kubelet will ever confirm it."""
    client._call("DELETE", f"/api/v1/namespaces/{namespace}/pods/{name}", {"gracePeriodSeconds": 0})  # noqa: SLF001


def _apply(world: dict[Key, Object], line: Object) -> None:
    if line["event"] == "DELETED":
        world.pop((line["kind"], line["name"]), None)
    else:
        world[line["kind"], line["name"]] = line


def _gap(world: dict[Key, Object], expected: dict[Key, Object]) -> str:
    """What a recorded world has that another lacks, or the other way round."""
    seen, wanted = _readiness(world), _readiness(expected)
    keys = sorted(key for key in {*seen, *wanted} if seen.get(key) != wanted.get(key))
    return "; ".join(f"{key}: recorded {wanted.get(key)}, simulated {seen.get(key)}" for key in keys)


def _readiness(world: dict[Key, Object]) -> dict[Key, set[str]]:
    compared = {key: plain(line).get("status") or {} for key, line in list(world.items()) if key[0] in COMPARED}
    return {key: {one for one in CATCH_UP if status.get(one)} for key, status in compared.items()}
