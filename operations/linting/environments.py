"""Stack files and tenant files among what `lint` reads: each is judged with the whole of its environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kmetal_network.config.settings import PROJECT
from kmetal_network.config.settings_files import TENANTS, environment_of, read_settings, tenant_file
from kmetal_network.config.stackfile import parse_environment
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.facts.model import Facts
from kmetal_network.laws.registry import judge, judge_estate


@dataclass
class Environments:
    """The environments of the files that were named."""

    facts: dict[str, Facts] = field(default_factory=dict)
    """What each environment says, by the path of its stack file."""

    shape: list[Finding] = field(default_factory=list)
    """What is wrong in a file's own form."""

    _read: set[str] = field(default_factory=set)
    _asked: list[str] = field(default_factory=list)
    """How the places begin that were asked about."""

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._read)

    def takes(self, data: Mapping[str, Any], text: str, path: Path) -> bool:
        """Whether a document is a settings file; its environment is then read, once."""
        if is_stack_file(data):
            stack = environment_of(path.name) or path.stem or path.name
            self._asked += [str(path), f"{path.parent / TENANTS / stack}/"]
            self._parse(text, path, stack)
            return True
        stack_file = _stack_file_of(path)
        if "kind" in data or stack_file is None:
            return False
        self._asked.append(str(path))  # findings about the rest of the environment are not asked for
        self._parse(stack_file.read_text(encoding="utf-8-sig"), stack_file, path.parent.name)
        return True

    def _parse(self, text: str, path: Path, stack: str) -> None:
        if str(path) in self._read:
            return
        self._read.add(str(path))
        files = read_settings(path.parent)
        folder = tenant_file(stack, "").rpartition("/")[0]
        self.shape += (
            replace(finding, place=str(path.parent / finding.place))
            for finding in files.findings
            if finding.place.startswith(f"{folder}/")
        )
        tenants = {str(path.parent / name): text for name, text in files.tenants(stack).items()}
        try:
            self.facts[str(path)] = parse_environment(text, str(path), stack, tenants=tenants).facts()
        except OperatorError as error:
            self.shape.extend(error.findings)

    def findings(self) -> Iterator[Finding]:
        """Every finding of form and law about the files that were named."""
        yield from self._about_asked(self.shape)
        yield from self._about_asked(judge_estate(self.facts))
        for facts in self.facts.values():
            yield from self._about_asked(judge(facts))

    def _about_asked(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        asked = tuple(self._asked)
        return (finding for finding in findings if finding.place.startswith(asked))


def is_stack_file(data: Mapping[str, Any]) -> bool:
    """Whether it is a Pulumi stack file of this project."""
    config = data.get("config")
    return (
        "kind" not in data and isinstance(config, Mapping) and any(str(key).startswith(f"{PROJECT}:") for key in config)
    )


def _stack_file_of(path: Path) -> Path | None:
    """The stack file to which a tenant file belongs; None where a file is no tenant's."""
    if path.parent.parent.name != TENANTS:
        return None
    found = path.parent.parent.parent / f"Pulumi.{path.parent.name}.yaml"
    return found if found.is_file() else None
