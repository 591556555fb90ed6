"""The engine is killed at random points of `up` and of `destroy`; the next run makes good by itself.

A pair of kills takes half a minute to a minute on two cores, so they are asked for: KMETAL_KILLS=20 makes it
forty kills. A failing pair can be had again by its seed.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys

import pytest

from operations.stacks import Verb, is_abandoned
from sandbox.storage import CHECKOUT
from tests.life_cycle.project import Project

pytestmark = pytest.mark.sandbox

PAIRS = int(os.environ.get("KMETAL_KILLS", "0"))
STEPS = 18
"""Of some 24 that an `up` reports; the last ones come when everything is over."""


def _run_killed(project: Project, verb: Verb, dice: random.Random) -> int:
    """One run that is killed with its engine; returns its exit code."""
    steps, milliseconds = dice.randint(1, STEPS), dice.randint(0, 400)
    words = [str(project.root), verb, str(steps), str(milliseconds)]
    return subprocess.run(
        [sys.executable, "-P", "-m", "tests.life_cycle.suicide", *words],
        cwd=CHECKOUT,
        env={**os.environ, **project.environment(), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        start_new_session=True,
        check=False,
    ).returncode


@pytest.mark.parametrize("seed", range(PAIRS))
def test_a_run_after_a_killed_one_converges_by_itself_and_nothing_is_lost_or_orphaned(
    project: Project, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 (dice for a moment, not for secrets)
    before = project.objects().keys()

    assert _run_killed(project, "up", dice) == -signal.SIGKILL
    project.must("up")

    kinds = [key.partition(" ")[0] for key in project.objects().keys() - before]
    assert sorted(kinds) == [
        "IPAddressPool",
        "L2Advertisement",
        "Namespace",
        "NetworkAttachmentDefinition",
        "OvnEip",
        "OvnSnatRule",
        "ProviderNetwork",
        "Subnet",
        "Subnet",
        "Vlan",
        "Vpc",
    ]
    assert project.must("preview", refresh=True).changes == {}

    assert _run_killed(project, "destroy", dice) == -signal.SIGKILL
    project.must("destroy")

    assert project.objects().keys() == before


def test_only_a_lock_of_a_dead_process_of_this_machine_is_taken_away() -> None:
    here = os.uname().nodename
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    def refusal(pid: int, host: str = here, place: str = "file:///s/.pulumi/locks/a/b.json?no_tmp_dir=true") -> str:
        return f"error: the stack is currently locked by 1 lock(s).\n  {place}: created by me@{host} (pid {pid}) at now"

    assert is_abandoned(refusal(ended.pid))
    assert not is_abandoned(refusal(os.getpid()))
    assert not is_abandoned(refusal(ended.pid, host="elsewhere"))
    assert not is_abandoned(refusal(ended.pid, place="s3://bucket/.pulumi/locks/a/b.json?no_tmp_dir=true"))
    assert not is_abandoned(f"{refusal(ended.pid)}\n{refusal(os.getpid())}")
    assert not is_abandoned("error: [409] Conflict: Another update is currently in progress.")
