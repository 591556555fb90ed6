"""The engine is killed at random points of `up` and of `destroy`; the next run makes good by itself.

Forty-two kills of `up` (ten of a first one, sixteen while a tenant comes, sixteen while it goes) and ten of `destroy`: one
of each for every push, the others in the sweep (ADR 10). The random seed in a test's name repeats its kill.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys

import pytest

from operations.engine.stack import is_abandoned
from operations.state.sync import Verb
from sandbox.storage import CHECKOUT
from tests.life_cycle.live_project import Project, said

pytestmark = pytest.mark.sandbox

PUSHED = 3
"""Random seed of the first run for every push."""

FIRST_RUNS = [pytest.param(seed, marks=() if seed == PUSHED else pytest.mark.sweep) for seed in range(10)]
CHANGED = range(4)
"""First runs after which the network that came out is changed: whoever took it over holds all of it."""

SERIES = [(0, 1), *(pytest.param(seed, 5, marks=pytest.mark.sweep) for seed in range(1, 4))]
"""Random seed, and how often the tenant is added and removed."""

EVENTS = 18
"""Of some 24 that a first `up` and a `destroy` report; the last ones come when everything is over."""

LABEL = "ovn.kubernetes.io/external-gw"

TENANT_EVENTS = 10
"""Of the twelve in which a tenant comes or goes, preview included."""

GUIDE_KINDS = (
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
)

BETA = {
    "Namespace beta",
    "Vpc beta-vpc",
    "OvnEip beta-vpc-external",
    "NetworkAttachmentDefinition beta/beta-main-net",
    "Subnet beta-main-subnet",
    "OvnSnatRule beta-snat-main",
}


def _killed(project: Project, verb: Verb, dice: random.Random, events: int) -> None:
    """One run that is killed with its engine, after so many of its events at most."""
    words = [str(project.root), verb, str(dice.randint(1, events)), str(dice.randint(0, 400))]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tests.life_cycle.kill_mid_run", *words],
        cwd=CHECKOUT,
        env={**os.environ, **project.environment(), "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, f"{verb} ended by itself: {done.stderr.decode()}"


@pytest.mark.parametrize("seed", FIRST_RUNS)
def test_after_a_killed_first_up_or_destroy_the_next_run_converges_and_nothing_is_lost_or_orphaned(
    project: Project, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 (dice for a moment, not for secrets)
    before = project.objects().keys()

    _killed(project, "up", dice, EVENTS)
    project.must("up")

    kinds = [key.partition(" ")[0] for key in project.objects().keys() - before]
    assert sorted(kinds) == list(GUIDE_KINDS)
    if seed in CHANGED:
        project.tenants[0]["drop"] = ["10.16.0.0/16"]
        project.section("metallb")["pools"][0]["addresses"] = ["172.21.204.200-172.21.204.251"]
        project.save()
        changed = project.must("up")
        assert said(changed.steps) == {("update", "alpha-vpc"), ("update", "metallb-pool-tenant-cp-pool")}
    assert project.must("preview", refresh=True).changes == {}

    _killed(project, "destroy", dice, EVENTS)
    project.must("destroy")

    assert project.objects().keys() == before
    labelled = {key for key, node in project.objects("Node").items() if LABEL in node["metadata"]["labels"]}
    assert labelled == set()


@pytest.mark.network_applied
@pytest.mark.parametrize(("seed", "rounds"), SERIES)
def test_a_tenant_is_added_and_deleted_through_killed_runs_and_the_others_are_not_touched(
    project: Project, seed: int, rounds: int
) -> None:
    dice = random.Random(100 + seed)  # noqa: S311 (dice for a moment, not for secrets)
    uids = {key: item["metadata"]["uid"] for key, item in project.objects().items()}

    for _ in range(rounds):
        project.add_beta()
        _killed(project, "up", dice, TENANT_EVENTS)
        project.must("up")
        there = {key: item["metadata"]["uid"] for key, item in project.objects().items()}
        assert there.keys() - uids.keys() == BETA
        assert {key: there[key] for key in uids} == uids

        project.tenants.pop()
        project.save()
        _killed(project, "up", dice, TENANT_EVENTS)
        project.must("up")
        assert {key: item["metadata"]["uid"] for key, item in project.objects().items()} == uids

    assert project.must("preview", refresh=True).changes == {}


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
