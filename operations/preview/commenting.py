"""`comment`: one text from the plans of all environments, kept in a file and the step summary, then posted."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import typer

from kmetal_network.comment.compose import compose
from kmetal_network.comment.overview import Context
from kmetal_network.config.settings_files import environment_names
from kmetal_network.errors import OperatorError, UnreachableError
from kmetal_network.plan.build import unknown
from kmetal_network.plan.model import Plan
from operations.console import note, out
from operations.forges.here import here
from operations.forges.posting import post
from operations.preview.store import load

_MARGIN: Final = 5_000
"""Bytes that are kept free below a forge's limit."""
_SUMMARY: Final = 1_000_000
"""Bytes of a step summary; GitHub takes 1,024 KiB."""

_ROOT: Final = Path()


def collect(folder: Path, names: Iterable[str]) -> list[Plan]:
    """The plan of each environment, wherever below the folder its `plan-<environment>.json` stands.

    One that is missing, or is cut off, or is another environment's, is a run that died.
    """
    plans = []
    for name in names:
        found = [plan for path in sorted(folder.rglob(f"plan-{name}.json")) if (plan := load(path))]
        own = [plan for plan in found if plan.environment == name]
        plans.append(own[0] if own else unknown(name, "its run ended without a plan", source="cluster"))
    return plans


def comment(folder: Path, names: Iterable[str], *, head: str, base: str, path: Path, posts: bool, author: str) -> int:
    """Compose, keep, then post.

    Returns:
        The exit code of the worst verdict; 2 where all is well but the text could not be posted.

    Raises:
        OperatorError: the file cannot be written.
    """
    job = here(os.environ)
    plans = collect(folder, names)
    limit = (job.pull_request.limit if job.pull_request else 65_536) - _MARGIN
    commit = head or job.head
    texts = compose(plans, Context(head=commit, base=base or job.base, run=job.run, limit=limit))
    _keep(path, "\n".join(texts))
    worst = max((plan.verdict for plan in plans), key=lambda verdict: verdict.rank, default=None)
    code = 2 if worst is None else worst.exit_code
    if not posts or job.pull_request is None:
        note(f"nothing is posted: {job.why or '--no-post'}")
        return code
    try:
        note(post(job.pull_request, texts, head=commit, author=author))
    except UnreachableError as error:
        note(f"nothing is posted: {error}")
        return code or 2
    return code


def _keep(path: Path, text: str) -> None:
    """The file first, then the summary, then the log: whatever becomes of the comment, the text is there."""
    try:
        path.write_text(text, encoding="utf-8")
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(summary).open("a", encoding="utf-8") as sink:
                sink.write(text.encode()[:_SUMMARY].decode(errors="ignore"))
    except OSError as error:
        raise OperatorError(f"--out {path}: {error.strerror}; name a file in a folder that is there") from None
    out.print(text, markup=False, highlight=False, soft_wrap=True, emoji=False)


def comment_command(
    plans: Annotated[
        Path, typer.Argument(help="Folder with plan-<environment>.json of `kmetal-network preview --save`.")
    ],
    environments: Annotated[str, typer.Option(help="Their names, with commas; by default every stack file's.")] = "",
    head: Annotated[str, typer.Option(help="Commit that was previewed; by default the job's.")] = "",
    base: Annotated[str, typer.Option(help="Commit that stands; by default the job's.")] = "",
    path: Annotated[Path, typer.Option("--out", help="File for the text.")] = Path("comment.md"),
    post: Annotated[bool, typer.Option(help="Post it to the pull request that the job is for.")] = True,  # noqa: FBT002 (a flag)
    author: Annotated[str, typer.Option(help="Login of our comments; by default the token's own.")] = "",
) -> None:
    """Write one comment for all environments; ends with 1 if one is refused, with 2 if one is not known."""
    names = tuple(filter(None, environments.split(","))) or environment_names(_ROOT)
    code = comment(plans, names, head=head, base=base, path=path, posts=post, author=author)
    raise typer.Exit(code)
