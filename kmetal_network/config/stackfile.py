"""Reads stack files and tenant files and judges them, all environments together, before anything runs.

Everything that is wrong comes out at once, each with its line. What is read here is the only configuration there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import IPv4Address
from pathlib import Path as FilePath
from types import MappingProxyType

from pydantic import ValidationError

from kmetal_network.cells import Part, named
from kmetal_network.config.cell_files import cell_findings, no_such_cell
from kmetal_network.config.form import form_findings
from kmetal_network.config.own_keys import own_keys, place_of
from kmetal_network.config.settings import PROJECT, Settings
from kmetal_network.config.settings_files import SettingsFiles, concerns, environment_names, read_settings, stack_file
from kmetal_network.config.tenant_files import in_both, read_tenants
from kmetal_network.errors import Finding, OperatorError, Severity
from kmetal_network.facts.model import Facts
from kmetal_network.laws.registry import BY_ID, judge, judge_estate
from kmetal_network.yaml_document import Document, Path, read_document

__all__ = [
    "Environment",
    "environment_names",
    "judge_files",
    "load_environments",
    "load_part",
    "load_stack",
    "parse_environment",
    "stack_file",
]


@dataclass(frozen=True)
class Environment:
    """One environment: its settings, and where each of them is written."""

    name: str
    settings: Settings
    document: Document
    files: tuple[Document, ...] = ()
    """The files of its last tenants, in their order; those before them stand in the stack file."""

    whole: Environment | None = None
    """The environment with all of its tenants, where this one has those of one stack alone."""

    cell: int = 0
    """Number of that stack; 0 for the stack with the platform."""

    @property
    def part(self) -> Part:
        """What its stack holds: everything, where it is the whole environment or one that has no cells."""
        return Part(self.name, self.cell, self.settings.cells if self.whole else 0)

    def of_stack(self, cell: int) -> Environment:
        """The same environment with the tenants of one of its stacks."""
        part = Part(self.name, cell, self.settings.cells)
        tenants = tuple(tenant for tenant in self.settings.tenants if part.has_tenant(tenant.name))
        settings = self.settings.model_copy(update={"tenants": tenants})
        return replace(self, settings=settings, whole=self, cell=cell)

    def place(self, path: Path) -> str:
        """The position of a setting."""
        if self.whole is not None and len(path) > 1 and path[0] == "tenants":
            index = [one.name for one in self.whole.settings.tenants].index(self.settings.tenants[int(path[1])].name)
            return self.whole.place(("tenants", index, *path[2:]))
        match path:
            case ("tenants", int(index), *rest) if index >= (inline := len(self.settings.tenants) - len(self.files)):
                return self.files[index - inline].place(tuple(rest))
        return self.document.place(("config", f"{PROJECT}:{path[0]}", *path[1:])).replace(f"config.{PROJECT}:", "")

    def facts(self) -> Facts:
        """What the environment's settings say, each fact with its line."""
        return self.settings.facts(self.place)

    def with_gateway_nodes(self, nodes: tuple[str, ...]) -> Environment:
        """The same environment with some of its gateway nodes only: those that are in the cluster."""
        provider = self.settings.provider.model_copy(update={"gateway_nodes": nodes})
        return replace(self, settings=self.settings.model_copy(update={"provider": provider}))

    def with_egress(self, addresses: Mapping[str, IPv4Address | None]) -> Environment:
        """The same environment with other pinned egress addresses, by name of the tenant."""
        tenants = tuple(
            tenant.model_copy(update={"egress_address": addresses.get(tenant.name, tenant.egress_address)})
            for tenant in self.settings.tenants
        )
        return replace(self, settings=self.settings.model_copy(update={"tenants": tenants}))


def load_stack(root: FilePath, stack: str) -> tuple[Environment, tuple[Finding, ...]]:
    """The environment of one stack, and what an engineer would want to know about it.

    All stack files of the project are judged, whichever is asked for: environments share provider networks.

    Returns:
        The environment, and its findings of severity warning.

    Raises:
        OperatorError: no such stack file, or any error in any stack file; all findings at once.
    """
    names = environment_names(root)
    if stack not in names:
        raise OperatorError(
            [
                Finding(
                    place=f"Pulumi.{stack}.yaml",
                    problem=f"stack {stack!r} has no such file",
                    remedy=f"use one of the stacks there are ({', '.join(names) or 'none'}), or write the file",
                )
            ]
        )
    environments, findings = load_environments(root)
    if failed := [finding for finding in findings if finding.severity is Severity.ERROR]:
        raise OperatorError(failed)
    return environments[stack], tuple(finding for finding in findings if concerns(finding.place, stack))


def load_part(root: FilePath, stack: str) -> tuple[Environment, tuple[Finding, ...]]:
    """What one Pulumi stack holds of an environment: a cell, the platform, or all of it.

    Raises:
        OperatorError: as for `load_stack`; or the environment has no such cell.
    """
    cell = named(stack)
    whole, warnings = load_stack(root, cell.environment if cell else stack)
    if not whole.settings.cells:
        if cell:
            raise OperatorError([no_such_cell(f"stack {stack}", cell, 0)])
        return whole, warnings
    if cell and cell.cell > whole.settings.cells:
        raise OperatorError([no_such_cell(f"stack {stack}", cell, whole.settings.cells)])
    return whole.of_stack(cell.cell if cell else 0), warnings


def load_environments(root: FilePath) -> tuple[dict[str, Environment], tuple[Finding, ...]]:
    """Every environment whose form is right, and every finding about any of them."""
    return judge_files(read_settings(root))


def judge_files(files: SettingsFiles) -> tuple[dict[str, Environment], tuple[Finding, ...]]:
    """As `load_environments`, for files that are written down nowhere or in another revision."""
    of_cells = files.cells()  # the engine writes in them while cells run, and they hold no settings
    texts = tuple((path, text) for path, text in files.texts.items() if path not in of_cells)
    environments, findings = _judged(texts, files.findings)
    cells = cell_findings(files, {name: one.settings.cells for name, one in environments.items()})
    return dict(environments), tuple(sorted({*findings, *cells})) if of_cells else findings


@lru_cache(maxsize=2)
def _judged(
    texts: tuple[tuple[str, str], ...], unread: tuple[Finding, ...]
) -> tuple[Mapping[str, Environment], tuple[Finding, ...]]:
    """A command and the programs that it runs ask for the same files several times: 0.2 s each for 450 tenants."""
    files = SettingsFiles(dict(texts), unread)
    environments: dict[str, Environment] = {}
    estate: dict[str, Facts] = {}
    findings: list[Finding] = [*files.findings]
    for name in files.environments():
        path = f"Pulumi.{name}.yaml"
        if path not in files.texts:
            continue
        try:
            environment = parse_environment(files.texts[path], path, name, tenants=files.tenants(name))
        except OperatorError as error:
            findings.extend(error.findings)
        else:
            environments[name] = environment
            estate[name] = environment.facts()
            findings.extend(judge(estate[name]))
    return environments, tuple(sorted({*findings, *judge_estate(estate)}))


def parse_environment(
    text: str, file_name: str, name: str, *, tenants: Mapping[str, str] = MappingProxyType({})
) -> Environment:
    """One environment's settings, form only.

    Args:
        text: the stack file.
        file_name: how places call it.
        name: the environment.
        tenants: the files of tenants of their own, by what places call them.

    Raises:
        OperatorError: every error of form at once.
    """
    document = read_document(text, file_name)
    findings: list[Finding] = []
    config = own_keys(document, findings)
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(config, by_alias=True, by_name=False)
    except ValidationError as error:
        findings.extend(form_findings(error, Settings, lambda path: place_of(document, path)))
    own = read_tenants(tenants, findings)
    if settings is not None:
        findings.extend(in_both(settings.tenants, own, lambda path: place_of(document, path)))
    if settings is None or findings:
        raise OperatorError(findings)
    if unknown := [rule for rule in settings.relaxed if rule not in BY_ID or not BY_ID[rule].relaxable]:
        place = Environment(name, settings, document).place
        raise OperatorError(
            Finding(
                place=place(("relaxed", rule)),
                problem=f"law {rule!r} {'is never relaxed' if rule in BY_ID else 'does not exist'}",
                remedy="remove the line" if rule in BY_ID else "write the id in brackets at the end of a finding",
            )
            for rule in unknown
        )
    whole = settings.model_copy(update={"tenants": (*settings.tenants, *(file.tenant for file in own))})
    return Environment(name, whole.isolated(), document, tuple(file.document for file in own))
