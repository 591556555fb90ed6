"""The whole sandbox: it starts, checks, shows and stops the simulated controllers with the rest."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from kmetal_network.errors import OperatorError
from sandbox import __main__ as command
from sandbox import session
from sandbox.control_plane.api import Api, ApiError
from sandbox.control_plane.control_plane import ControlPlane
from sandbox.controllers.api import KINDS
from sandbox.session import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIVES = (sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)")
SILENT = (sys.executable, "-c", "import time; time.sleep(60)")


@pytest.fixture
def plane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A control plane that needs no start; its kubeconfig."""
    monkeypatch.setattr(session, "prepare", lambda _: None)
    monkeypatch.setattr(session, "_CONTROLLERS", LIVES)
    monkeypatch.setattr(ControlPlane, "start", lambda _: False)
    monkeypatch.setattr(ControlPlane, "running", lambda _: True)
    monkeypatch.setattr(Api, "ready", lambda _: True)
    monkeypatch.setattr(ControlPlane, "api", Api("https://127.0.0.1:1", tmp_path, ""))
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("{}")
    return kubeconfig


@pytest.fixture
def sandbox(plane: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(plane.parent, dies_with_owner=True)
    yield sandbox
    sandbox.controllers.kill()


def test_a_simulator_that_runs_is_left_alone(sandbox: Sandbox) -> None:
    assert sandbox.start() is True
    pid = sandbox.controllers.pid()

    assert sandbox.start() is False
    assert sandbox.controllers.pid() == pid is not None


def test_two_starts_at_once_make_one_simulator(sandbox: Sandbox) -> None:
    # Tied to no owner: the kernel takes the thread that spawned it for one.
    threads = [threading.Thread(target=Sandbox(sandbox.directory).start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sandbox.controllers.log.read_text() == "ready\n"
    assert sandbox.controllers.pid() is not None


def test_a_simulator_that_ends_at_once_fails_the_start_with_its_own_words(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_CONTROLLERS", (sys.executable, "-P", "-m", "sandbox.controllers"))

    with pytest.raises(OperatorError) as refused:
        sandbox.start()

    assert str(refused.value).startswith(
        f"{sandbox.controllers.log}: simulated-kube-ovn did not become ready; see the end"
    )
    assert f"{sandbox.control_plane.kubeconfig}: no cluster answers" in str(refused.value)


def test_a_simulator_that_never_serves_is_ended(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_CONTROLLERS", SILENT)
    monkeypatch.setattr(session, "_READY_SECONDS", 0.3)

    with pytest.raises(OperatorError, match="simulated-kube-ovn did not become ready"):
        sandbox.start()

    assert sandbox.controllers.pid() is None


def test_the_word_of_an_earlier_life_is_no_sign_of_this_one(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.start()
    sandbox.controllers.kill()
    monkeypatch.setattr(session, "_CONTROLLERS", SILENT)
    monkeypatch.setattr(session, "_READY_SECONDS", 0.3)

    with pytest.raises(OperatorError, match="did not become ready"):
        sandbox.start()


def test_another_kubeconfig_gets_another_simulator(sandbox: Sandbox) -> None:
    sandbox.start()
    pid, kubeconfig = sandbox.controllers.pid(), sandbox.control_plane.kubeconfig
    later = sandbox.controllers.pid_file.stat().st_mtime_ns + 1
    os.utime(kubeconfig, ns=(later, later))
    assert sandbox.ready() is False
    os.utime(kubeconfig, ns=(later - 2, later - 2))
    assert sandbox.ready() is True
    os.utime(kubeconfig, ns=(later, later))

    assert sandbox.start() is True

    assert sandbox.controllers.pid() not in (None, pid)


def test_status_lists_a_dead_simulator_and_says_not_ready(sandbox: Sandbox) -> None:
    sandbox.start()
    sandbox.controllers.kill()

    answer = CliRunner().invoke(command.app, ["status", "--directory", str(sandbox.directory), "--output", "json"])

    assert answer.exit_code == 1
    reported = json.loads(answer.stdout)
    assert reported["ready"] is False
    assert reported["components"][-1] == {
        "name": "simulated-kube-ovn",
        "pid": None,
        "port": None,
        "log": str(sandbox.controllers.log),
    }


@pytest.mark.parametrize("dead", [True, False])
def test_down_starts_what_is_missing_before_it_takes_the_network_away(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, *, dead: bool
) -> None:
    sandbox.start()
    if dead:
        sandbox.controllers.kill()
    done: list[str] = []
    start = sandbox.start
    monkeypatch.setattr(sandbox, "start", lambda: done.append("start") or start())
    monkeypatch.setattr(
        sandbox, "_run_command", lambda *words: done.append(f"{words[0]} {sandbox.controllers.pid() is None}")
    )

    sandbox.down()

    assert done == (["start"] if dead else []) + ["destroy False"]
    assert sandbox.controllers.pid() is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ApiError(403, "pods is forbidden"), "the API server refuses (403: pods is forbidden)"),
        (ConnectionError("https://127.0.0.1:1: no answer"), "https://127.0.0.1:1: no answer"),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
    ],
)
def test_what_the_api_server_or_the_machine_refuses_is_one_sentence_with_the_log(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, words: str
) -> None:
    def fail(*_: Any) -> bool:
        raise error

    monkeypatch.setattr(Sandbox, "start", fail)
    monkeypatch.setattr(sys, "argv", ["sandbox", "start", "--directory", str(sandbox.directory)])

    with pytest.raises(SystemExit) as ended:
        command.main()

    assert ended.value.code == 2
    log = sandbox.directory / "control-plane" / "logs" / "kube-apiserver.log"
    assert capsys.readouterr().err == f"sandbox {sandbox.directory}: {words}; see {log}, and run it again\n"


def test_a_machine_that_refuses_a_build_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> dict[str, Path]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command.toolchain, "provide", fail)
    monkeypatch.setattr(sys, "argv", ["sandbox", "build"])

    with pytest.raises(SystemExit) as ended:
        command.main()

    assert (ended.value.code, capsys.readouterr().err) == (2, "[Errno 28] No space left on device\n")


@pytest.mark.sandbox
def test_the_simulator_comes_back_after_its_death_and_follows_the_api_server_to_another_port(
    tools_on_path: None, tmp_path: Path
) -> None:
    del tools_on_path
    sandbox = Sandbox(tmp_path, dies_with_owner=True)
    try:
        assert sandbox.start() is True
        assert sandbox.ready()
        assert [component.running for component in sandbox.status()] == [True] * 5
        first = sandbox.controllers.pid()
        sandbox.controllers.kill()
        assert not sandbox.ready()
        assert sandbox.start() is True

        old = sandbox.control_plane.api.address
        sandbox.control_plane.stop()
        second = sandbox.controllers.pid()
        with socket.create_server(("127.0.0.1", int(old.rpartition(":")[2]))):
            assert sandbox.start() is True
            assert sandbox.control_plane.api.address != old
            assert sandbox.controllers.pid() not in (None, first, second)
            assert sandbox.ready()
            _controls(sandbox.control_plane.api)
            assert sandbox.start() is False
    finally:
        assert sandbox.stop() is True


def _controls(api: Api) -> None:
    """A new Vpc gets its finalizer from the simulated controllers."""
    kind = KINDS["Vpc"]
    api.create({"apiVersion": kind.api, "kind": "Vpc", "metadata": {"name": "alpha-vpc"}, "spec": {}})
    for _ in range(100):
        if api.request("GET", kind.path("alpha-vpc"))["metadata"].get("finalizers"):
            return
        time.sleep(0.1)
    raise AssertionError("the simulated controllers do nothing")
