"""What the pipelines' own scripts do: the preview's result is the job's, and one note is kept for each stack."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.project import ROOT

NOTES = "/projects/7/merge_requests/3/notes"


class GitLab(ThreadingHTTPServer):
    """Its notes of one merge request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Notes)
        self.notes = [{"id": 1, "body": "looks good"}]
        self.asked: list[str] = []
        self.status = 200


class _Notes(BaseHTTPRequestHandler):
    server: GitLab

    def _answer(self, body: Any) -> None:
        self.server.asked.append(f"{self.command} {urlsplit(self.path).path} {self.headers['PRIVATE-TOKEN']}")
        text = json.dumps(body).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _body(self) -> str:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        return parse_qs(text)["body"][0]

    def do_GET(self) -> None:
        self._answer(self.server.notes)

    def do_POST(self) -> None:
        self.server.notes.append({"id": len(self.server.notes) + 1, "body": self._body()})
        self._answer({})

    def do_PUT(self) -> None:
        number = int(self.path.rpartition("/")[2])
        self.server.notes[number - 1]["body"] = self._body()
        self._answer({})

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _job(directory: Path, gitlab: GitLab, *, preview: str, ends_with: int, posts: bool = True) -> tuple[int, str]:
    """GitLab's preview job, with a command that says what the test wants."""
    (directory / ".ci").mkdir(exist_ok=True)
    note = directory / ".ci" / "note"
    note.unlink(missing_ok=True)
    note.symlink_to(ROOT / ".ci" / "note")
    python = directory / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(f"#!/bin/sh\necho '{preview}'\necho \"$@\"\nexit {ends_with}\n")
    python.chmod(0o755)
    script = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())[".preview"]["script"]
    variables = {
        "PATH": os.environ["PATH"],
        "STACK": "prod",
        "CI_API_V4_URL": f"http://127.0.0.1:{gitlab.server_port}",
        "CI_PROJECT_ID": "7",
        "CI_MERGE_REQUEST_IID": "3",
        "no_proxy": "127.0.0.1",
        **({"NOTE_TOKEN": "secret"} if posts else {}),
    }
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(script)],
        cwd=directory,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_second_pipeline_edits_the_note_of_the_first_and_no_other(tmp_path: Path, gitlab: GitLab) -> None:
    assert _job(tmp_path, gitlab, preview="prod: to do", ends_with=0)[0] == 0
    assert _job(tmp_path, gitlab, preview="prod: refused [NET-201]", ends_with=1)[0] == 1

    said = "prod: refused [NET-201]\n-m operations.command preview prod"
    assert gitlab.notes == [
        {"id": 1, "body": "looks good"},
        {"id": 2, "body": f"<!-- preview of prod -->\n**prod** (exit 1)\n\n~~~~\n{said}\n\n~~~~\n"},
    ]
    assert gitlab.asked == [
        f"GET {NOTES} secret",
        f"POST {NOTES} secret",
        f"GET {NOTES} secret",
        f"PUT {NOTES}/2 secret",
    ]


@pytest.mark.parametrize("status", [0, 1, 2])
def test_a_note_that_cannot_be_posted_hides_nothing_of_the_previews_own_result(
    status: int, tmp_path: Path, gitlab: GitLab
) -> None:
    code, said = _job(tmp_path, gitlab, preview="prod: refused", ends_with=status, posts=False)
    assert (code, gitlab.asked) == (status, [])
    assert "prod: refused" in said
    assert "no note is posted: NOTE_TOKEN is not set" in said

    gitlab.status = 401
    code, said = _job(tmp_path, gitlab, preview="prod: refused", ends_with=status)
    assert code == status
    assert "401" in said
    assert "no note is posted" in said


def _workflow(name: str) -> Any:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())["jobs"]


def test_the_jobs_that_meet_a_cluster_run_where_it_can_be_reached_and_judge_by_the_underlay_command() -> None:
    jobs = [_workflow("preview.yml")["cluster"], _workflow("drift.yml")["drift"]]
    assert {job["runs-on"] for job in jobs} == {"${{ vars.CLUSTER_RUNNER || 'ubuntu-24.04' }}"}
    texts = [step.get("run", "") for job in jobs for step in job["steps"]]
    gitlab = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())
    texts += [line for job in gitlab.values() if isinstance(job, dict) for line in job.get("script", ())]
    # Plain Pulumi counts another token than the last `up`'s as a change: every job with an identity of its own is red.
    assert not [text for text in texts if "pulumi preview" in text or "--expect-no-changes" in text]
    assert {verb for verb in ("preview", "drift", "verify") if any(f"underlay {verb} " in text for text in texts)} == {
        "preview",
        "drift",
        "verify",
    }


def test_the_backends_secrets_reach_the_preview_and_no_job_reads_the_url_from_a_plain_variable() -> None:
    environment = _workflow("preview.yml")["cluster"]["env"]
    names = (
        "PULUMI_BACKEND_URL",
        "PULUMI_ACCESS_TOKEN",
        "PULUMI_CONFIG_PASSPHRASE",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    )
    assert environment == {name: f"${{{{ secrets.{name} }}}}" for name in names}
    assert _workflow("drift.yml")["drift"]["env"] == {"STACK": "${{ matrix.stack }}"}


def test_each_environment_is_previewed_on_a_merge_request() -> None:
    gitlab = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())
    previews = [
        job for name, job in gitlab.items() if ".preview" in (job if isinstance(job, dict) else {}).get("extends", ())
    ]
    assert len(previews) == 2
    stacks = {gitlab["preview-dev"]["variables"]["STACK"], *gitlab[".stack"]["parallel"]["matrix"][0]["STACK"]}
    assert stacks == {path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")}
