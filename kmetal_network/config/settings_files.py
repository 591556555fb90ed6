"""Which files hold settings: the stack file of each environment, and next to it a file for each of its tenants.

`Pulumi.<env>.yaml` is the stack file, `tenants/<env>/<tenant>.yaml` holds one entry of its `tenants`. A file that looks
like a tenant's and would not be read is a finding: a tenant that no one reads is a tenant that `up` deletes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from kmetal_network.cells import Part, named
from kmetal_network.errors import Finding
from kmetal_network.yaml_budget import BYTES

TENANTS: Final = "tenants"
"""The folder that holds a folder of tenant files for each environment."""

_SUFFIX: Final = ".yaml"
_DEPLOYMENT: Final = ".deploy"
"""`Pulumi.<stack>.deploy.yaml` is Pulumi Deployments' own (sdk/go/common/workspace/paths.go, pulumi 3.250.0)."""

_LOOKALIKES: Final = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class SettingsFiles:
    """Every settings file of a project, unread by anybody yet."""

    texts: Mapping[str, str]
    """Path below the project, with slashes, to text."""

    findings: tuple[Finding, ...] = ()
    """Files that cannot be read, or that no one would read."""

    def environments(self) -> tuple[str, ...]:
        """Every environment that has a stack file, also one that cannot be read."""
        names = (*self.texts, *(finding.place for finding in self.findings))
        return tuple(sorted({name for path in names if (name := environment_of(path))}))

    def cells(self) -> dict[str, Part]:
        """The stack files of cells: path to cell."""
        return {path: cell for path in self.texts if (cell := named(_stack_of(path)))}

    def tenants(self, stack: str) -> dict[str, str]:
        """The tenant files of an environment: path to text, by name."""
        folder = PurePosixPath(TENANTS, stack)
        return {path: self.texts[path] for path in sorted(self.texts) if PurePosixPath(path).parent == folder}

    def with_texts(self, texts: Mapping[str, str | None]) -> SettingsFiles:
        """The same files with some written anew; None where one is deleted."""
        merged = {path: text for path, text in {**self.texts, **texts}.items() if text is not None}
        found = [finding for finding in self.findings if finding.place not in texts]
        return settings_of({path: text.encode() for path, text in merged.items()}, found)


def stack_file(root: Path, stack: str) -> Path:
    """The file of a stack."""
    return root / f"Pulumi.{stack}.yaml"


def tenant_file(stack: str, tenant: str) -> str:
    """The path of a tenant's own file, below the project."""
    return f"{TENANTS}/{stack}/{tenant}{_SUFFIX}"


def environment_of(path: str) -> str:
    """The environment whose stack file a path is; empty where it is none, and for the stack file of a cell."""
    stack = _stack_of(path)
    return "" if named(stack) else stack


def _stack_of(path: str) -> str:
    if "/" in path or not (path.startswith("Pulumi.") and path.endswith(_SUFFIX)):
        return ""
    stack = path.removeprefix("Pulumi").removesuffix(_SUFFIX).removeprefix(".")
    return "" if stack.endswith(_DEPLOYMENT) else stack


def environment_names(root: Path) -> tuple[str, ...]:
    """Every environment that has a stack file."""
    return tuple(sorted(filter(None, (environment_of(path.name) for path in root.glob(f"Pulumi.*{_SUFFIX}")))))


def concerns(place: str, stack: str) -> bool:
    """Whether a place is in a file of that environment."""
    name, suffix, _ = place.partition(_SUFFIX)
    own = _stack_of(f"{name}{suffix}")
    cell = named(own)
    return stack == (cell.environment if cell else own) or place.startswith(f"{TENANTS}/{stack}/")


def read_settings(root: Path) -> SettingsFiles:
    """Every settings file below a project's folder."""
    raw: dict[str, bytes] = {}
    findings: list[Finding] = []
    for path in (*sorted(root.glob(f"Pulumi.*{_SUFFIX}")), *_tenant_paths(root)):
        name = path.relative_to(root).as_posix()
        try:
            with path.open("rb") as file:
                raw[name] = file.read(BYTES + 1)  # one past the budget is not read to its end
        except OSError as error:
            findings.append(_unreadable(name, error.strerror or str(error)))
    return settings_of(raw, findings)


def _tenant_paths(root: Path) -> Iterator[Path]:
    for path in sorted((root / TENANTS).glob("**/*")):
        if path.suffix.lower() in _LOOKALIKES and not path.is_dir():
            yield path


def settings_of(raw: Mapping[str, bytes], findings: list[Finding] | None = None) -> SettingsFiles:
    """Settings files out of the content of files, by their paths; what is no settings file is left out."""
    found = list(findings or ())
    names = {name for path in (*raw, *(finding.place for finding in found)) if (name := environment_of(path))}
    texts: dict[str, str] = {}
    for path in sorted(raw):
        if not _stack_of(path) and not _is_tenants(path, names, found):
            continue
        try:
            texts[path] = raw[path].decode("utf-8-sig", "strict" if len(raw[path]) <= BYTES else "replace")
        except UnicodeDecodeError as error:
            found.append(_unreadable(path, f"not UTF-8 at byte {error.start}"))
    return SettingsFiles(texts, tuple(found))


def _is_tenants(path: str, environments: set[str], found: list[Finding]) -> bool:
    """Whether it is a tenant's file; one that only looks like it is a finding."""
    pure = PurePosixPath(path)
    if pure.parts[0] != TENANTS or pure.suffix.lower() not in _LOOKALIKES or pure.name.startswith("."):
        return False
    stack = pure.parts[1]
    if len(pure.parts) != 3 or pure.suffix != _SUFFIX:  # noqa: PLR2004 (tenants/<env>/<tenant>.yaml)
        problem, remedy = "is no tenant's file, so no one reads it", f"name it {TENANTS}/<stack>/<tenant>{_SUFFIX}"
    elif stack not in environments:
        problem = f"there is no Pulumi.{stack}{_SUFFIX}, so no one reads it"
        remedy = f"write that file, or move this one to the folder of another stack ({', '.join(sorted(environments))})"
    else:
        return True
    found.append(Finding(place=path, problem=problem, remedy=remedy))
    return False


def _unreadable(path: str, reason: str) -> Finding:
    return Finding(place=path, problem=f"cannot be read ({reason})", remedy="write UTF-8 text in a file you may read")
