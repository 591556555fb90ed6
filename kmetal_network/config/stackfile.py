"""Reads stack files and judges them, all environments together, before anything runs.

Everything that is wrong comes out at once, each with its line. What is read here is the only configuration there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path as FilePath
from typing import Any, Final

from pydantic import ValidationError

from kmetal_network.config.form import form_findings, shown
from kmetal_network.config.settings import PROJECT, Settings
from kmetal_network.errors import Finding, OperatorError, Severity
from kmetal_network.facts.model import Facts
from kmetal_network.laws.registry import BY_ID, judge, judge_estate
from kmetal_network.yaml_document import Document, Path, read_document

_ENGINE_KEYS: Final = ("config", "encryptionsalt", "encryptedkey", "secretsprovider", "environment")
"""Keys that the Pulumi CLI itself keeps in a stack file."""


@dataclass(frozen=True)
class Environment:
    """One environment: its settings, and where each of them is written."""

    name: str
    settings: Settings
    document: Document

    def place(self, path: Path) -> str:
        """The position of a setting."""
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


def stack_file(root: FilePath, stack: str) -> FilePath:
    """The file of a stack."""
    return root / f"Pulumi.{stack}.yaml"


def environment_names(root: FilePath) -> tuple[str, ...]:
    """Every environment that has a stack file."""
    return tuple(sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in root.glob("Pulumi.*.yaml")))


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
    own = environments[stack].document.name
    return environments[stack], tuple(finding for finding in findings if finding.place.startswith(own))


def load_environments(root: FilePath) -> tuple[dict[str, Environment], tuple[Finding, ...]]:
    """Every environment whose form is right, and every finding about any of them."""
    environments: dict[str, Environment] = {}
    estate: dict[str, Facts] = {}
    findings: list[Finding] = []
    for name in environment_names(root):
        path = stack_file(root, name)
        try:
            environment = parse_environment(path.read_text(encoding="utf-8"), path.name, name)
        except OperatorError as error:
            findings.extend(error.findings)
        except (OSError, UnicodeDecodeError) as error:
            findings.append(Finding(place=path.name, problem=f"cannot be read ({error})", remedy="write UTF-8 text"))
        else:
            environments[name] = environment
            estate[name] = environment.facts()
            findings.extend(judge(estate[name]))
    return environments, tuple(sorted({*findings, *judge_estate(estate)}))


def parse_environment(text: str, file_name: str, name: str) -> Environment:
    """One stack file's settings, form only.

    Raises:
        OperatorError: every error of form at once.
    """
    document = read_document(text, file_name)
    findings: list[Finding] = []
    config = _config(document, findings)
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(config, by_alias=True, by_name=False)
    except ValidationError as error:
        findings.extend(form_findings(error, Settings, lambda path: _place(document, path)))
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
    return Environment(name, settings.isolated(), document)


def _config(document: Document, findings: list[Finding]) -> dict[str, Any]:
    """The project's own keys, without their prefix; every other key is a finding."""

    def refuse(path: Path, problem: str, remedy: str) -> None:
        findings.append(Finding(place=document.place(path), problem=problem, remedy=remedy))

    if not isinstance(document.data, Mapping):
        refuse((), f"is no mapping but {shown(document.data)}", "write `config:` and the sections under it")
        return {}
    for key in document.data:
        if key not in _ENGINE_KEYS:
            refuse((key,), f"unknown key {key!r}", f"keys here: {', '.join(_ENGINE_KEYS)}")
    config = document.data.get("config")
    if not isinstance(config, Mapping):
        refuse(
            ("config",), f"`config` is no mapping but {shown(config)}", f"write the sections `{PROJECT}:...` under it"
        )
        return {}
    own: dict[str, Any] = {}
    for key, value in config.items():
        prefix, _, name = key.rpartition(":")
        if prefix in ("", PROJECT):
            if isinstance(value, Mapping) and set(value) == {"secure"}:
                refuse(("config", key), f"{name!r} is encrypted", "write it in plain text; no setting is a secret")
            own[name] = value
        elif prefix != "pulumi":
            refuse(
                ("config", key),
                f"unknown key {key!r}",
                f"write `{PROJECT}:...`; the default Kubernetes provider is off, so nothing else reads it",
            )
    return own


def _place(document: Document, loc: Path) -> str:
    """The position in its file of the setting at a path of the model."""
    path: Path = ("config", f"{PROJECT}:{loc[0]}", *loc[1:]) if loc else ("config",)
    if path not in document.lines and loc and ("config", loc[0]) in document.lines:
        path = ("config", *loc)  # a key may be written without the project's prefix
    return document.place(path).replace(f"config.{PROJECT}:", "").replace("config.", "")
