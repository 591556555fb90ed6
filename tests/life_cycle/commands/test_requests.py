"""A command asks the API server for each kind once in each of its phases, counted on what is really sent."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from typer.testing import CliRunner

from operations.cli import app
from operations.cluster.live import LiveCluster
from tests.life_cycle.live_project import STACK, Project

pytestmark = pytest.mark.sandbox


class Requests:
    """What our own client sends; the engine's provider is another process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._sent: list[str] = []
        send = LiveCluster._send  # noqa: SLF001 (the one place through which every request goes)

        def counting(cluster: LiveCluster, method: str, path: str, *rest: Any, **more: Any) -> tuple[int, bytes]:
            self._sent.append(f"{method} {path}")
            return send(cluster, method, path, *rest, **more)

        monkeypatch.setattr(LiveCluster, "_send", counting)

    def of(self, *words: str) -> Counter[str]:
        """Of one command that has to succeed: how often it sent each request."""
        self._sent.clear()
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        assert self._sent
        return Counter(self._sent)


@pytest.mark.network_applied
def test_a_command_that_changes_nothing_has_one_phase_and_asks_nothing_twice(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    requests = Requests(monkeypatch)
    for words in (("preview", STACK), ("up", STACK, "--yes"), ("verify", STACK), ("drift", STACK)):
        sent = requests.of(*words)
        assert {request: times for request, times in sent.items() if times > 1} == {}, words
        assert all(request.startswith("GET ") for request in sent), words


@pytest.mark.network_applied
def test_an_up_that_writes_looks_anew_before_each_write_and_never_twice_for_one_decision(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    requests = Requests(monkeypatch)
    project.tenants[0]["drop"] = ["10.16.0.0/16"]
    project.save()

    sent = requests.of("up", STACK, "--yes")

    # Before the preview; after the operator's consent; by the program, under the engine's lock.
    assert sent["GET /apis/kubeovn.io/v1/vpcs?limit=500"] == 3
    assert {request for request, times in sent.items() if times > 3} <= {"GET /api/v1/namespaces/kube-system"}
