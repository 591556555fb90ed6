"""The table of preflight checks: complete without a list, true about what each check reads, and one listing a kind."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from kmetal_network.kinds.registry import KINDS
from kmetal_network.manifests.inventory import owned_manifests
from operations.cluster.live import COLLECTIONS
from operations.preflight import checks
from operations.preflight.check import Preflight, PreflightCheck
from operations.preflight.obstacles import make_sure
from operations.preflight.table import CHECKS
from tests.operations.preflight.platform import PEER, environment, judged, platform

MODULES = {path.stem for path in Path(checks.__path__[0]).glob("[!_]*.py")}
PARTLY = {"labels": {"w2": "false"}, "without": "OvnSnatRule"}
"""A cluster at which most checks have to look twice."""


def module(check: PreflightCheck) -> str:
    return check.findings.__module__.rpartition(".")[2]


def test_every_module_of_the_folder_is_one_check_and_has_a_test_of_its_own() -> None:
    assert {module(check) for check in CHECKS} == MODULES
    assert len({check.title for check in CHECKS}) == len(CHECKS) == len(MODULES)
    tests = {path.stem.removeprefix("test_") for path in (Path(__file__).parent / "checks").glob("test_*.py")}
    assert MODULES - tests == set()


@pytest.mark.parametrize("check", CHECKS, ids=module)
def test_a_title_is_one_line_that_ends_without_a_full_stop_and_kinds_are_in_the_table(check: PreflightCheck) -> None:
    assert "\n" not in check.title
    assert check.title[0].isupper()
    assert check.title[-1] != "."
    assert set(check.kinds) <= set(KINDS)


@pytest.mark.parametrize("install", ["release", "flux", "external"])
@pytest.mark.parametrize("check", CHECKS, ids=module)
def test_a_check_reads_what_it_says_and_nothing_else(check: PreflightCheck, install: str) -> None:
    settings, cluster = environment(install, (PEER,)), platform(**PARTLY)
    written = {manifest.kind for manifest in owned_manifests(settings.settings, settings.name)}
    allowed = {COLLECTIONS[kind] for kind in (*check.kinds, *(written if check.owned else ()))}

    list(check.findings(Preflight(environment=settings, view=cluster.view)))

    for question in cluster.asked:
        verb, _, path = question.partition(" ")
        granted = any(path == one or PurePosixPath(path).match(one) for one in check.paths)
        assert path in allowed if verb == "list" else granted, question


def test_the_checks_together_ask_nothing_twice() -> None:
    cluster = platform(**PARTLY)
    judged(cluster)
    assert len(cluster.asked) > len(CHECKS)
    assert cluster.repeated == {}


def test_a_run_begins_with_what_preflight_has_seen() -> None:
    cluster = platform(labels={"w2": "true"})

    present, owned, found = make_sure(environment(), cluster.view)

    assert present.settings.provider.gateway_nodes == ("w2",)
    assert owned == []
    assert [one.rule for one in found] == ["GATEWAY-NODE"]
    assert cluster.repeated == {}
