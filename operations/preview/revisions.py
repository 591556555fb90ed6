"""The settings of another revision of the repository, by git: what is there before the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from kmetal_network.config.stackfile import Environment, load_environments
from kmetal_network.errors import Finding, OperatorError, Severity
from operations.git import git


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
        own = f"Pulumi.{environment}.yaml"
        return tuple(one for one in self.findings if one.severity is Severity.WARNING and one.place.startswith(own))


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
    listed = _git(root, "ls-tree", "--name-only", commit, "./", asked=name).splitlines()
    files = [file for file in listed if file.startswith("Pulumi.") and file.endswith(".yaml") and file != "Pulumi.yaml"]
    with TemporaryDirectory() as folder:
        for file in files:
            (Path(folder) / file).write_text(_git(root, "show", f"{commit}:./{file}", asked=name), encoding="utf-8")
        environments, findings = load_environments(Path(folder))
    names = frozenset(file.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)
    return Revision(commit=commit, environments=environments, findings=findings, files=names)


def _git(root: Path, *words: str, asked: str) -> str:
    shown, failure = git(root, *words, silent="no commit of that name")
    if failure:
        raise OperatorError(
            f"--base {asked}: git finds no such revision ({failure}); name a"
            " commit that this clone has (a shallow clone has few: fetch the base first)"
        )
    return shown.decode()
