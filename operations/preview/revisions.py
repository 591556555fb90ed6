"""The settings of another revision of the repository, by git: what is there before the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kmetal_network.config.settings_files import concerns
from kmetal_network.config.stackfile import Environment, judge_files
from kmetal_network.errors import Finding, OperatorError, Severity
from operations.git import git
from operations.past_settings import settings_at


@dataclass(frozen=True, kw_only=True)
class Revision:
    """All environments of one revision, as today's program reads them."""

    commit: str
    environments: Mapping[str, Environment]
    findings: tuple[Finding, ...]
    files: frozenset[str]
    """Names of the environments that have a stack file, those whose form this program refuses included."""

    def warnings(self, environment: str) -> tuple[Finding, ...]:
        """Warnings of the laws about one environment."""
        warnings = (one for one in self.findings if one.severity is Severity.WARNING)
        return tuple(one for one in warnings if concerns(one.place, environment))


def revision(root: Path, name: str) -> Revision:
    """The settings of a revision.

    Args:
        root: the project, inside a git repository.
        name: a commit, a branch or a tag.

    Raises:
        OperatorError: no git, no repository, or no such revision.
    """
    commit = _git(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", asked=name
    ).strip()
    files, failure = settings_at(root, commit)
    if failure:
        raise _unknown(name, failure)
    environments, findings = judge_files(files)
    return Revision(commit=commit, environments=environments, findings=findings, files=frozenset(files.environments()))


def _git(root: Path, *words: str, asked: str) -> str:
    shown, failure = git(root, *words, silent="no commit of that name")
    if failure:
        raise _unknown(asked, failure)
    return shown.decode()


def _unknown(asked: str, failure: str) -> OperatorError:
    return OperatorError(
        f"--base {asked}: git finds no such revision ({failure}); name a"
        " commit that this clone has (a shallow clone has few: fetch the base first)"
    )
