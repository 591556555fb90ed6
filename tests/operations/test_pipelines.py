"""What the pipelines promise: least privilege, whole digests, no token next to a branch's code, a verdict from each run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from tests.support.stack_project import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
STACKS = {path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")}


def workflow(name: str) -> Any:
    return yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())


def jobs() -> Iterator[tuple[str, str, Any]]:
    """Each job of each workflow."""
    for path in WORKFLOWS:
        for name, job in yaml.safe_load(path.read_text())["jobs"].items():
            yield path.stem, name, job


def gitlab() -> Any:
    text = (ROOT / ".gitlab-ci.yml").read_text()

    class Loader(yaml.SafeLoader):
        """Knows GitLab's own tag."""

    Loader.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))
    return yaml.load(text, Loader)  # noqa: S506 (a safe loader with one tag more)


def test_every_action_is_pinned_by_its_whole_digest_with_its_version_beside_it() -> None:
    uses = [line for path in WORKFLOWS for line in path.read_text().splitlines() if "uses:" in line]
    assert len(uses) > 20
    for line in uses:
        assert re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_no_workflow_grants_more_than_its_jobs_ask_for() -> None:
    writes = set()
    for path in WORKFLOWS:
        assert yaml.safe_load(path.read_text())["permissions"] == {}, path.name
    for file, name, job in jobs():
        writes |= {(file, name, key) for key, value in job["permissions"].items() if value == "write"}
    assert writes == {
        ("preview", "comment", "pull-requests"),
        ("preview", "cluster", "id-token"),
        ("deploy", "deploy", "id-token"),
        ("drift", "drift", "issues"),
    }


def test_no_checkout_leaves_its_token_behind() -> None:
    steps = [step for _, _, job in jobs() for step in job["steps"] if "actions/checkout@" in step.get("uses", "")]
    assert len(steps) >= 8
    assert all(step["with"]["persist-credentials"] is False for step in steps)


def test_the_job_that_may_write_a_comment_runs_the_code_of_the_base_and_after_every_other_one() -> None:
    preview = workflow("preview")["jobs"]
    comment = preview["comment"]
    [checkout] = [step for step in comment["steps"] if "actions/checkout@" in step.get("uses", "")]
    assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    assert set(comment["needs"]) == set(preview) - {"comment"}
    assert comment["if"] == "${{ !cancelled() }}"
    assert "secrets." not in str(comment)


def test_forks_and_bots_are_previewed_without_secrets_and_everybody_is_checked() -> None:
    preview = workflow("preview")["jobs"]
    ours = "github.event.pull_request.head.repo.full_name == github.repository"
    assert preview["cluster"]["if"].startswith(ours)
    assert "user.type != 'Bot'" in preview["cluster"]["if"]
    assert preview["settings"]["if"].startswith(ours.replace("==", "!="))
    assert "user.type == 'Bot'" in preview["settings"]["if"]
    for name in ("dev", "settings"):
        assert "secrets." not in str(preview[name])
    assert "--offline" in str(preview["settings"])
    assert "pull_request" in workflow("check")[True]  # YAML 1.1 reads `on` as true


def test_secrets_reach_a_step_and_never_a_whole_job_and_no_cloud_key_is_kept() -> None:
    for _, name, job in jobs():
        assert "secrets." not in str(job.get("env", "")), name
    text = "".join(path.read_text() for path in WORKFLOWS)
    assert "AWS_SECRET_ACCESS_KEY" not in text
    assert "role-to-assume" in text


def test_a_preview_leaves_no_deployment_record_and_a_deployment_does() -> None:
    environments = {(file, name): job["environment"] for file, name, job in jobs() if "environment" in job}
    assert environments.pop(("deploy", "deploy")) == "${{ matrix.stack }}"
    assert environments
    assert all(environment["deployment"] is False for environment in environments.values())


def test_a_newer_run_replaces_an_older_preview_and_deployments_wait_for_each_other() -> None:
    assert workflow("preview")["concurrency"]["cancel-in-progress"] is True
    for name in ("deploy", "drift", "sweep"):
        assert workflow(name)["concurrency"]["cancel-in-progress"] is False
    deploy = workflow("deploy")["jobs"]["deploy"]
    assert (deploy["strategy"]["max-parallel"], deploy["strategy"]["fail-fast"]) == (1, True)
    assert gitlab()["note"]["resource_group"] == "note-$CI_MERGE_REQUEST_IID"
    assert gitlab()[".deploy"]["resource_group"] == "deploy"
    assert gitlab()[".preview"]["interruptible"] is True


def test_what_is_applied_is_what_was_reviewed_on_both_forges() -> None:
    for text in (str(workflow("deploy")), str(gitlab()[".deploy"])):
        assert re.search(r'up "\$STACK" --yes --reviewed "\$(DIGEST|digest)"', text)
        assert re.search(r'reviewed "\$STACK"', text)
        assert text.index("--reviewed") < text.index('verify "$STACK"')


def test_every_environment_is_previewed_and_named_in_the_comment() -> None:
    preview = workflow("preview")["jobs"]
    assert {"dev", *preview["cluster"]["strategy"]["matrix"]["stack"]} == STACKS
    reported = "--environments dev,staging,prod"
    assert reported in str(preview["comment"])
    assert reported in str(gitlab()["note"])
    assert {"dev", "staging", "prod"} == STACKS
    matrix = gitlab()["preview"]["parallel"]["matrix"][0]["STACK"]
    assert {gitlab()["preview-dev"]["variables"]["STACK"], *matrix} == STACKS


def test_a_change_of_a_tenant_file_alone_is_previewed_and_deployed() -> None:
    settings = ("Pulumi.prod.yaml", "tenants/prod/acme.yaml", "tenants/prod/allocations.lock")
    for name, event in (("preview", "pull_request"), ("deploy", "push")):
        triggers = workflow(name)[True][event]
        assert "paths" not in triggers, "what is not ignored starts it"
        for pattern in triggers["paths-ignore"]:
            assert not any(PurePosixPath("/", path).match(pattern.replace("**", "*")) for path in settings), pattern
    patterns = gitlab()[".preview"]["rules"][0]["changes"]["paths"]
    assert all(any(matches(pattern, path) for pattern in patterns) for path in settings)
    assert all("changes" not in str(gitlab()[name]["rules"]) for name in ("check", "deploy-staging", "deploy-prod"))


def test_gitlab_previews_the_merge_result_and_no_job_with_a_branchs_code_has_the_note_token() -> None:
    jobs = {name: job for name, job in gitlab().items() if isinstance(job, dict)}
    assert "CI_MERGE_REQUEST_TARGET_BRANCH_SHA" in str(jobs[".preview"])
    assert jobs["note"]["environment"]["name"] == "note", "the token is scoped to it"
    assert "NOTE_TOKEN" not in str({name: job for name, job in jobs.items() if name != "note"})
    assert jobs["note"]["rules"][0]["when"] == "always"
    assert "git checkout" in jobs["note"]["before_script"][0]


def matches(pattern: str, path: str) -> bool:
    """Whether a path fits a pattern of GitLab: `*` within a folder, `**/*` across folders, alternatives in braces."""
    text = re.escape(pattern).replace(r"\{", "(?:").replace(r"\}", ")").replace(",", "|")
    return re.fullmatch(text.replace(r"\*\*/\*", ".+").replace(r"\*", "[^/]*"), path) is not None


def test_a_page_of_docs_costs_no_preview_and_every_other_file_does() -> None:
    for name in ("preview", "deploy"):
        trigger = workflow(name)[True]["pull_request" if name == "preview" else "push"]
        assert {"docs/**", "**.md"} <= set(trigger["paths-ignore"]), name
    [rule] = gitlab()[".preview"]["rules"]
    [noted] = gitlab()["note"]["rules"]
    assert noted["changes"] == rule["changes"], "a note about previews that no one asked for would say: not known"
    patterns = rule["changes"]["paths"]
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    skipped = {path for path in tracked if not any(matches(pattern, path) for pattern in patterns)}
    assert {"README.md", "docs/laws.md"} <= skipped
    assert {path for path in skipped if not path.endswith(".md") and not path.startswith("docs/")} == {".gitignore"}


def test_no_job_judges_by_plain_pulumi() -> None:
    # Plain Pulumi counts another token than the last `up`'s as a change: every job with an identity of its own is red.
    texts = "".join(path.read_text() for path in (*WORKFLOWS, ROOT / ".gitlab-ci.yml", *(ROOT / ".ci").iterdir()))
    assert "pulumi preview" not in texts
    assert "--expect-no-changes" not in texts


def test_zizmor_has_nothing_to_find() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "zizmor"), "--offline", "--quiet", str(ROOT / ".github" / "workflows")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_has_nothing_to_find(tmp_path: Path) -> None:
    binary = shutil.which("actionlint") or _built(tmp_path)
    if binary is None:
        pytest.skip("no actionlint here: neither on PATH nor a Go toolchain that can build it")
    done = subprocess.run([binary, *map(str, WORKFLOWS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _built(folder: Path) -> str | None:
    """Built once for each version, next to the sandbox's tools."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kmetal-network" / "actionlint-1.7.12"
    if not (cache / "actionlint").exists():
        go = shutil.which("go")
        if go is None:
            return None
        environment = {**os.environ, "GOBIN": str(cache), "GOFLAGS": "-mod=mod"}
        module = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
        done = subprocess.run([go, "install", module], cwd=folder, env=environment, capture_output=True, check=False)
        if done.returncode:
            return None
    return str(cache / "actionlint")
