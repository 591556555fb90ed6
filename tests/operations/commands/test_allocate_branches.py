"""Two branches that allocate: git reports a conflict where they take the same address."""

from __future__ import annotations

import subprocess
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from kmetal_network.config.stackfile import load_stack
from operations.commands import allocate as module
from tests.kmetal_network.allocation.networks import SUPPLIES
from tests.operations.commands.allocating import LOCK, TENANTS, begin, lines, refused, run


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(tmp_path, monkeypatch)


def git(*words: str) -> subprocess.CompletedProcess[str]:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
    return subprocess.run(["git", *identity, *words], capture_output=True, text=True, check=False)


def branch(name: str, tenant: str, *words: str) -> None:
    """A pull request that adds one tenant."""
    assert git("checkout", "--quiet", "-b", name, "main").returncode == 0
    done = run("prod", tenant, *words)
    assert done.exit_code == 0, done.output
    git("add", ".")
    assert git("commit", "--quiet", "--message", tenant).returncode == 0


def merged(*names: str) -> list[str]:
    """The files in conflict after the branches are merged into main one after the other."""
    git("checkout", "--quiet", "main")
    for name in names:
        done = git("merge", "--quiet", "--no-edit", name)
    return [] if done.returncode == 0 else git("diff", "--name-only", "--diff-filter=U").stdout.split()


@pytest.fixture
def repository() -> None:
    """A project whose main branch has a lock file."""
    assert run("prod", "first").exit_code == 0
    git("init", "--quiet")
    git("add", ".")
    assert git("commit", "--quiet", "--message", "first").returncode == 0


@pytest.mark.usefixtures("repository")
def test_two_branches_that_take_the_same_address_conflict_in_git(monkeypatch: pytest.MonkeyPatch) -> None:
    [kept] = [one for one in lines() if one.endswith("given first 2026-11-28")]
    spare, other = sorted(("77.220.70.238", "77.220.70.239"), key=kept.startswith)
    last = SUPPLIES.replace("[77.220.70.2-77.220.70.233]", f"[77.220.70.2-77.220.70.237, {other}]")
    path = Path("Pulumi.prod.yaml")
    path.write_text(path.read_text().replace(SUPPLIES, last))
    monkeypatch.setattr(module, "today", lambda: date(2026, 11, 29))
    assert run("prod").exit_code == 0
    git("commit", "--quiet", "--all", "--message", "one address is left")
    branch("one", "acme")
    branch("two", "beta")
    assert merged("one", "two") == [str(LOCK)]
    conflict = LOCK.read_text()
    assert f"{spare} given acme 2026-11-29" in conflict
    assert f"{spare} given beta 2026-11-29" in conflict
    assert run("--check").exit_code == 1, "and who commits the conflict is told"

    git("checkout", "--quiet", "two", "--force")
    git("merge", "--quiet", "--no-edit", "one")
    git("checkout", "--quiet", "one", "--", str(LOCK))  # what the finding says to do
    (TENANTS / "beta.yaml").unlink()
    assert "egressAddresses has nothing left for beta" in refused("prod", "beta")


@pytest.mark.usefixtures("repository")
def test_every_address_that_two_branches_take_alike_is_a_conflict_and_no_merge_gives_one_twice() -> None:
    names = [f"t{number}" for number in range(8)]
    for name in names:
        branch(name, name)
    for one, other in pairwise(names):
        git("checkout", "--quiet", "--force", "-B", "merge", one)
        done = git("merge", "--quiet", "--no-edit", other)
        own = [set(taken(git("show", f"{name}:{LOCK}").stdout, name)) for name in (one, other)]
        if own[0] & own[1]:
            assert done.returncode != 0, (one, other)
        if done.returncode == 0:
            checked = run("--check")
            assert checked.exit_code == 0, checked.output
        git("merge", "--abort")


def taken(text: str, tenant: str) -> list[str]:
    return [line.partition(" ")[0] for line in text.splitlines() if f" given {tenant}" in line]


@pytest.mark.usefixtures("repository")
def test_two_branches_that_take_different_addresses_apart_from_each_other_merge() -> None:
    wide = SUPPLIES.replace("[77.220.70.2-77.220.70.233]", "[77.220.70.2-77.220.70.3]").replace(
        "[172.21.213.0-172.21.213.191]", "[172.21.213.0-172.21.213.1]"
    ).replace("10.104.0.0/26, 10.106.0.0/28", "10.104.0.0/20")  # fmt: skip
    path = Path("Pulumi.prod.yaml")
    path.write_text(path.read_text().replace(SUPPLIES, wide))
    (TENANTS / "first.yaml").unlink()
    LOCK.unlink()
    assert run("prod", "first").exit_code == 0
    git("add", "--all")
    git("commit", "--quiet", "--message", "more of all")
    branch("one", "acme")
    branch("two", "beta")
    branch("three", "coyote")
    assert merged("one", "two", "three") == []
    checked = run("--check")
    assert checked.exit_code == 0, checked.output
    assert [one.name for one in load_stack(Path(), "prod")[0].settings.tenants] == ["acme", "beta", "coyote", "first"]
