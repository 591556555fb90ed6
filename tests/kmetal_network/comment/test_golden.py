"""The comment of each real-life change, to the letter; read by eye when it was written, and again with each difference."""

from __future__ import annotations

import pytest

from kmetal_network.comment.compose import MARKER, compose
from tests.kmetal_network.comment.stories import CONTEXT, GOLDEN, STORIES, text
from tests.support.stack_project import ROOT


@pytest.mark.parametrize("story", STORIES)
def test_a_change_has_the_comment_that_was_read(story: str) -> None:
    assert text(story) == (GOLDEN / f"{story}.md").read_text()


def test_no_golden_file_is_left_of_a_story_that_is_reported_no_more() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(STORIES)


@pytest.mark.parametrize(
    ("story", "title"),
    [
        ("01-new-tenant", "🟢 Adds only: tenant `beta` comes to prod, no one else is touched"),
        ("03-tenant-removed", "🔴 Refused: 1 pod of 1 tenant cut off in prod"),
        ("05-pool-shrinks-under-an-api-server", "🔴 Refused: 1 address is lost in prod"),
        ("06-provider-nic-renamed", "🔴 Refused: 9 pods of 2 tenants cut off in prod"),
        ("07-vlan-id-changed", "🟠 Needs a window in staging: packets stop meanwhile"),
        ("08-egress-address-moved", "🟠 Needs a window in prod: 6 pods of 1 tenant cut off"),
        ("09-drop-taken-away", "🟠 In place in prod: 1 path opens towards the platform"),
        ("12-typo", "🔴 Refused: 1 law broken in dev, prod, staging"),
        ("13-dead-run", "⚫ Not known for `4c1e9d2`: prod, see what was not seen"),
        ("14-nothing", "⚪ Nothing to do"),
        ("15-new-tenant-without-drops", "🟠 In place in prod: 1 path opens towards the platform"),
    ],
)
def test_the_first_line_is_the_verdict(story: str, title: str) -> None:
    assert text(story).splitlines()[:2] == [MARKER, f"### {title}"]


def test_the_order_of_the_environments_changes_nothing() -> None:
    plans = STORIES["06-provider-nic-renamed"]()
    assert compose(plans, CONTEXT) == compose(plans[::-1], CONTEXT)


def test_every_environment_is_named_also_where_nothing_changes() -> None:
    for story in STORIES:
        words = text(story)
        assert {name for name in ("dev", "staging", "prod") if name in words} == {"dev", "staging", "prod"}


def test_the_readme_shows_a_comment_as_it_appears() -> None:
    lines = (GOLDEN / "05-pool-shrinks-under-an-api-server.md").read_text().splitlines()
    quoted = "\n".join(f"> {line}".rstrip() for line in lines if not line.startswith("<!--"))
    assert quoted.rstrip("\n> ") in (ROOT / "docs" / "pull-request.md").read_text()
