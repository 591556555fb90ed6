"""`kmetal-network allocate` from the command line to git: what it writes, what it refuses, and what two branches do."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kmetal_network.config.stackfile import load_stack
from kmetal_network.errors import OperatorError
from operations import allocations
from operations.allocations import release
from operations.cli import app
from operations.commands import allocate as module
from operations.writing import write_all
from tests.kmetal_network.allocation.networks import PROD, SUPPLIES

TODAY = date(2026, 11, 28)
TENANTS = Path("tenants", "prod")
LOCK = TENANTS / "allocations.lock"
COMMENTED = """\
# Acme's own people edit this file.
name: acme # since May
clusters:
    # its first
    - name: main
      cidrBlock: 10.104.0.16/29
      # ends here

quota:
  requests.cpu: "4"
"""


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "today", lambda: TODAY)
    without = PROD.partition("  kmetal-network:tenants:")[0] + "  kmetal-network:differences:" + PROD.partition(
        "kmetal-network:differences:"
    )[2]  # fmt: skip
    Path("Pulumi.prod.yaml").write_text(without + SUPPLIES)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["allocate", *words], catch_exceptions=True)


def refused(*words: str) -> str:
    """The findings of a command that must write nothing."""
    before = everything()
    done = run(*words)
    assert isinstance(done.exception, OperatorError), done.output
    assert everything() == before
    return str(done.exception)


def everything() -> dict[str, str]:
    return {str(path): path.read_text() for path in Path().rglob("*.*") if path.is_file() and ".git/" not in str(path)}


def lines() -> list[str]:
    """The lines of the lock file that say more than `free`."""
    return [line for line in LOCK.read_text().splitlines() if line and line[0] != "#" and not line.endswith(" free")]


def test_a_new_tenant_gets_a_file_and_its_lines_of_the_lock_file() -> None:
    done = run("prod", "acme", "--cluster", "a", "--cluster", "b")

    assert done.exit_code == 0, done.output
    [acme] = load_stack(Path(), "prod")[0].settings.tenants
    blocks = {cluster.name: str(cluster.cidr_block) for cluster in acme.clusters}
    planes = {cluster.name: str(cluster.control_plane_address) for cluster in acme.clusters}
    expected = {
        "blocks", "egressAddresses", "controlPlaneAddresses",
        f"{blocks['a']} given acme/a 2026-11-28", f"{blocks['b']} given acme/b 2026-11-28",
        f"{planes['a']} given acme/a 2026-11-28", f"{planes['b']} given acme/b 2026-11-28",
        f"{acme.egress_address} given acme 2026-11-28",
    }  # fmt: skip
    assert set(lines()) == expected
    assert f"acme: given egress address {acme.egress_address}\n" in done.output
    assert f"wrote {TENANTS}/acme.yaml, {LOCK}; commit them\n" in done.output
    assert "prod blocks: 7 of 9 left; no rate yet\n" in done.output
    checked = run("--check")
    assert checked.exit_code == 0, checked.output
    assert checked.output.endswith("prod: agreed\n")


def test_the_same_again_writes_nothing_and_a_further_cluster_moves_nothing() -> None:
    run("prod", "acme")
    before, kept = everything(), lines()
    again = run("prod", "acme", "--cluster", "main")
    assert again.exit_code == 0
    assert everything() == before
    assert "acme: has all of these clusters; nothing is given\nprod: nothing to write\n" in again.output

    assert run("prod", "acme", "--cluster", "main", "--cluster", "batch").exit_code == 0
    assert set(kept) < set(lines())
    assert len(lines()) == len(kept) + 2
    assert (TENANTS / "acme.yaml").read_text().startswith(before[f"{TENANTS}/acme.yaml"])


def test_a_further_cluster_leaves_every_other_line_of_the_tenants_file_as_it_was() -> None:
    TENANTS.mkdir(parents=True)
    (TENANTS / "acme.yaml").write_text(COMMENTED)
    assert run("prod", "acme", "--cluster", "batch").exit_code == 0
    text = (TENANTS / "acme.yaml").read_text()
    added = [line for line in text.splitlines() if line not in COMMENTED.splitlines()]
    assert [line.partition(":")[0] for line in added] == [
        "    - name", "      cidrBlock", "      controlPlaneAddress",
    ]  # fmt: skip
    assert text.replace("".join(f"{line}\n" for line in added), "") == COMMENTED
    assert "10.104.0.16/29 given acme/main 2026-11-28" in lines()


@pytest.mark.parametrize(
    ("clusters", "said"),
    [("clusters: [{name: main, cidrBlock: 10.104.0.16/29}]\n", "`clusters` is no list of lines that begin with a dash"),
     ("", "")],
)  # fmt: skip
def test_a_list_in_brackets_is_left_to_the_operator_and_none_is_begun(clusters: str, said: str) -> None:
    TENANTS.mkdir(parents=True)
    (TENANTS / "acme.yaml").write_text(f"name: acme\n{clusters}")
    if said:
        assert said in refused("prod", "acme", "--cluster", "batch")
    else:
        assert run("prod", "acme", "--cluster", "batch").exit_code == 0
        assert [one.name for one in load_stack(Path(), "prod")[0].settings.tenants[0].clusters] == ["batch"]


def test_a_reservation_is_kept_and_taken_later() -> None:
    assert run("prod", "acme", "--reserve").exit_code == 0
    assert not (TENANTS / "acme.yaml").exists()
    kept = [line.replace("reserved", "given") for line in lines()]
    assert run("--check", "prod").exit_code == 0
    for other in ("beta", "coyote", "delta", "echo"):
        assert run("prod", other).exit_code == 0
    assert run("prod", "acme").exit_code == 0
    assert set(kept) < set(lines())


def test_an_offboarded_tenants_addresses_wait_for_the_end_of_their_quarantine() -> None:
    run("prod", "acme")
    environment, _ = load_stack(Path(), "prod")
    write_all(Path(), {**release(Path(), environment, "acme", TODAY), f"{TENANTS}/acme.yaml": None})
    assert [line.partition(" ")[2] for line in lines() if "acme" in line] == [
        "released acme/main 2026-11-28 until 2026-12-28",
        "released acme 2026-11-28 until 2026-12-28",
        "released acme/main 2026-11-28 until 2026-12-28",
    ]
    assert run("--check").exit_code == 0
    assert release(Path(), load_stack(Path(), "prod")[0], "acme", TODAY) == {}, "a second time changes nothing"


def _a_stack_without_supplies() -> None:
    Path("Pulumi.prod.yaml").write_text(Path("Pulumi.prod.yaml").read_text().partition("  kmetal-network:supplies")[0])


def _a_tenant_in_the_stack_file() -> None:
    path = Path("Pulumi.prod.yaml")
    path.write_text(path.read_text() + "  kmetal-network:tenants:\n    - name: acme\n")


def _a_broken_lock_file() -> None:
    run("prod", "beta")
    LOCK.write_text(LOCK.read_text().replace("10.104.0.0/29 ", "<<<<<<< ours\n10.104.0.0/29 "))


def _an_error_elsewhere() -> None:
    TENANTS.mkdir(parents=True)
    (TENANTS / "beta.yaml").write_text("name: beta\nclusters: 5\n")


def _a_lock_that_gives_to_nobody() -> None:
    run("prod", "beta")
    (TENANTS / "beta.yaml").unlink()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_a_stack_without_supplies, "Pulumi.prod.yaml: there is no section `supplies`"),
        (_a_tenant_in_the_stack_file, "tenant 'acme' stands in the stack file, and a cluster is only added to a file of its own; move it to tenants/prod/acme.yaml"),
        (_a_broken_lock_file, "tenants/prod/allocations.lock:5: a merge conflict is not resolved; take the file of the main branch"),
        (_an_error_elsewhere, "tenants/prod/beta.yaml:2 clusters: "),
        (_a_lock_that_gives_to_nobody, "is given to beta/main, and the settings say otherwise; put it back into the settings, or run `kmetal-network offboard prod beta`"),
    ],
)  # fmt: skip
def test_bad_input_changes_nothing(spoil: Callable[[], None], said: str) -> None:
    spoil()
    assert said in refused("prod", "acme", "--cluster", "a")


def test_a_law_judges_the_result_before_anything_is_written() -> None:
    path = Path("Pulumi.prod.yaml")
    path.write_text(path.read_text().replace("[10.104.0.0/26, 10.106.0.0/28]", "[10.16.0.0/26]"))  # Kube-OVN's pods
    text = refused("prod", "acme")
    assert "tenants/prod/acme.yaml:4 clusters[0]: " in text
    assert "NET-" in text


@pytest.mark.parametrize("name", ["Acme", "a/b", "-a", "a b", "../x", "a" * 64])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    assert "write " in refused("prod", "--", name)
    assert "write " in refused("prod", "acme", f"--cluster={name}")


@pytest.mark.parametrize("words", [(), ("--check", "prod", "acme"), ("prod", "--reserve"), ("prod", "--cluster", "a")])
def test_wrong_usage_ends_with_2(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


def test_a_check_of_nothing_is_no_success() -> None:
    _a_stack_without_supplies()
    done = run("--check")
    assert isinstance(done.exception, OperatorError)
    assert done.exception.exit_code == 2


def test_a_check_names_what_a_hand_wrote_and_allocate_notes_it() -> None:
    TENANTS.mkdir(parents=True)
    (TENANTS / "acme.yaml").write_text("name: acme\nclusters:\n  - name: main\n    cidrBlock: 10.104.0.16/29\n")
    done = run("--check", "prod")
    assert done.exit_code == 1
    assert "tenants/prod/acme.yaml:3 clusters[0]: acme/main has 10.104.0.16/29 out of blocks, and by" in done.output
    assert run("prod").exit_code == 0
    assert run("--check", "prod").exit_code == 0
    assert lines() == [
        "blocks",
        "10.104.0.16/29 given acme/main 2026-11-28",
        "egressAddresses",
        "controlPlaneAddresses",
    ]


def test_the_day_is_that_of_utc() -> None:
    assert abs((allocations.today() - date.today()).days) <= 1  # noqa: DTZ011 (the machine's own day, for comparison)


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
