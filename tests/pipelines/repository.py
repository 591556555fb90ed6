"""A repository of the project's own files, with a commit that stands and a commit that is proposed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.stack_project import ROOT

Edit = Callable[[Path], None]

_IDENTITY: Final = {
    "GIT_AUTHOR_NAME": "tests",
    "GIT_AUTHOR_EMAIL": "tests@kmetal.example",
    "GIT_COMMITTER_NAME": "tests",
    "GIT_COMMITTER_EMAIL": "tests@kmetal.example",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def git(folder: Path, *words: str) -> str:
    """What git answers in a folder; it must succeed."""
    command = ["git", "-C", str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **_IDENTITY})
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout.strip()


@dataclass(frozen=True, kw_only=True)
class Repository:
    """`main` is at `base`, the branch `change` one commit later at `head`."""

    origin: Path
    base: str
    head: str

    def checkout(self, folder: Path, branch: str = "change") -> Path:
        """A clone whose remote has the name that the pipelines are given, `o/r`."""
        git(self.origin, "clone", "--quiet", "--branch", branch, str(self.origin), str(folder))
        git(folder, "remote", "set-url", "origin", "https://github.com/o/r.git")
        return folder

    def merge(self) -> None:
        """`main` at the proposed commit."""
        git(self.origin, "checkout", "--quiet", "main")
        git(self.origin, "merge", "--quiet", "--ff-only", "change")


def repository(folder: Path, *, stands: Edit, proposed: Edit) -> Repository:
    """Today's files, whether committed or not, under a short history of their own.

    Args:
        folder: where it is made.
        stands: what the commit that stands has otherwise than the project.
        proposed: what the proposed commit changes of that.
    """
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in listed:
        file = ROOT / name
        if name and file.is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
            target.chmod(file.stat().st_mode)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    stands(folder)
    base = _commit(folder, "what stands")
    git(folder, "checkout", "--quiet", "-b", "change")
    proposed(folder)
    return Repository(origin=folder, base=base, head=_commit(folder, "what is proposed"))


def _commit(folder: Path, message: str) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def edited(name: str, old: str, new: str) -> Edit:
    """One text in a file for another; it has to be there."""

    def edit(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text, f"{name} has no {old!r}"
        (folder / name).write_text(text.replace(old, new, 1))

    return edit


def both(*edits: Edit) -> Edit:
    """Several edits, one after the other."""

    def edit(folder: Path) -> None:
        for one in edits:
            one(folder)

    return edit
