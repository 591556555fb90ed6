"""What was once wrong with the pull request, and the tests that would have shown each.

The list is the review of commit c7a82ae, issue 13. A row whose test is renamed or deleted fails here.
"""

from __future__ import annotations

import ast
from typing import Final

import pytest

from tests.support.stack_project import ROOT

_PIPELINES: Final = "tests/operations/test_pipelines.py"
_PULL_REQUEST: Final = "tests/life_cycle/commands/test_pull_request.py"
_ALONE: Final = "tests/pipelines/test_preview_alone.py"
_STORY: Final = "tests/pipelines/test_story.py"
_GITLAB: Final = "tests/pipelines/test_gitlab.py"
_POSTING: Final = "tests/operations/forges/test_posting.py"

_NAMES_EACH_POD: Final = f"{_PULL_REQUEST}::test_a_preview_that_up_refuses_ends_with_1_and_names_each_pod"
_NOT_KNOWN: Final = (
    f"{_ALONE}::test_a_silent_cluster_and_a_dead_run_are_not_known_and_a_strangers_comment_is_left_alone"
)
_FORK: Final = f"{_ALONE}::test_a_fork_is_previewed_from_its_settings_without_a_secret_and_nothing_is_posted"
_FOLLOWED: Final = f"{_STORY}::test_what_a_pull_request_shows_is_applied_after_the_merge_and_watched_at_night"
_GITLAB_NOTE: Final = f"{_GITLAB}::test_a_merge_request_has_one_note_by_us_whatever_its_jobs_come_to"

DEFECTS: Final[dict[str, tuple[str, ...]]] = {
    "1 a preview that `up` refuses ends with 0 and a green check": (_NAMES_EACH_POD,),
    "2 a long comment is cut at its end, where refusals stand": (
        "tests/kmetal_network/comment/test_limits.py::test_300_tenants_at_once_fit_with_every_risk_there",
        "tests/kmetal_network/comment/test_limits.py::test_risks_that_fit_no_comment_go_on_in_the_next_one",
    ),
    "3 changes are paths without old and new values": (
        "tests/operations/preview/test_impact.py::test_the_halves_of_a_replacement_are_one_change_with_old_and_new_values",
        "tests/life_cycle/commands/test_comments.py::test_the_comments_of_changes_in_prod_are_those_of_real_previews",
    ),
    "4 five pods are named, and `2 more`": (_NAMES_EACH_POD,),
    "5 a stranger's comment with our marker is written into": (
        f"{_POSTING}::test_others_comments_with_our_marker_are_left_alone",
        _NOT_KNOWN,
        _GITLAB_NOTE,
    ),
    "6 after a run that died the last plan stands unmarked": (
        f"{_POSTING}::test_a_run_that_died_rewrites_the_comment_to_not_known_for_its_commit",
        _NOT_KNOWN,
    ),
    "7 after an API error the plan is nowhere": (
        f"{_POSTING}::test_an_api_error_hides_neither_the_text_nor_the_verdict",
        _NOT_KNOWN,
        _GITLAB_NOTE,
    ),
    "8 refused and a silent cluster are one phrase": (
        "tests/kmetal_network/comment/test_golden.py::test_the_first_line_is_the_verdict",
        _NOT_KNOWN,
    ),
    "9 a dependency bot's pull request is red, since it gets no secrets": (
        f"{_PIPELINES}::test_forks_and_bots_are_previewed_without_secrets_and_everybody_is_checked",
    ),
    "10 a fork has neither a comment's text nor a check": (
        f"{_PIPELINES}::test_forks_and_bots_are_previewed_without_secrets_and_everybody_is_checked",
        _FORK,
    ),
    "11 a branch's code runs next to a token that writes": (
        f"{_PIPELINES}::test_no_checkout_leaves_its_token_behind",
        f"{_PIPELINES}::test_no_workflow_grants_more_than_its_jobs_ask_for",
        f"{_PIPELINES}::test_the_job_that_may_write_a_comment_runs_the_code_of_the_base_and_after_every_other_one",
    ),
    "12 each push and stack leaves a deployment record": (
        f"{_PIPELINES}::test_a_preview_leaves_no_deployment_record_and_a_deployment_does",
    ),
    "13 cloud keys are kept, and secrets that are not set arrive as empty texts": (
        f"{_PIPELINES}::test_secrets_reach_a_step_and_never_a_whole_job_and_no_cloud_key_is_kept",
        "tests/operations/test_ci_scripts.py::test_a_secret_that_is_not_set_does_not_arrive_as_an_empty_one",
    ),
    "14 a typo in docs costs the sandbox": (
        f"{_PIPELINES}::test_a_page_of_docs_costs_no_preview_and_every_other_file_does",
    ),
    "15 GitLab previews the source branch, not the merge result": (
        f"{_PIPELINES}::test_gitlab_previews_the_merge_result_and_no_job_with_a_branchs_code_has_the_note_token",
    ),
    "16 an older pipeline overwrites a newer one's note": (
        f"{_PIPELINES}::test_a_newer_run_replaces_an_older_preview_and_deployments_wait_for_each_other",
        f"{_POSTING}::test_an_older_run_does_not_overwrite_what_a_newer_one_wrote",
    ),
    "17 a red night leaves neither an issue nor a report": (
        "tests/operations/forges/test_after_the_merge.py::test_drift_opens_one_issue_brings_it_up_to_date_and_closes_it",
        _FOLLOWED,
        f"{_GITLAB}::test_a_night_on_which_a_cluster_is_silent_opens_an_issue",
    ),
    "18 nothing deploys, nothing ties `up` to the review, no rights for who applies": (
        _FOLLOWED,
        f"{_PULL_REQUEST}::test_only_the_plan_that_was_reviewed_is_applied",
        "tests/life_cycle/refused/test_apply_identity.py::test_a_tenant_is_added_and_deleted_by_that_identity",
    ),
    "19 what writes GitHub's comment has no test": (
        f"{_POSTING}::test_the_first_run_writes_and_the_second_edits_though_pages_lie_between",
        "tests/operations/forges/test_jobs.py::test_the_comment_job_writes_one_comment_and_leaves_others_alone",
    ),
}


def test_the_list_is_whole() -> None:
    assert [name.partition(" ")[0] for name in DEFECTS] == [str(number) for number in range(1, 20)]


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_has_tests_that_would_have_shown_it(defect: str) -> None:
    for name in DEFECTS[defect]:
        file, _, function = name.partition("::")
        tree = ast.parse((ROOT / file).read_text())
        assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name
