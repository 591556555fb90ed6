"""Reads tenant files: each holds one tenant in the form of an entry of the stack file's `tenants`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml
from pydantic import ValidationError

from kmetal_network.config.form import form_findings, shown
from kmetal_network.config.sections.tenant import Tenant
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.yaml_document import Document, Path, read_document


@dataclass(frozen=True)
class TenantFile:
    """One tenant and the file that it stands in."""

    tenant: Tenant
    document: Document


def read_tenants(texts: Mapping[str, str], findings: list[Finding]) -> tuple[TenantFile, ...]:
    """Every tenant whose file is right in form; everything else becomes findings.

    Args:
        texts: path of each file to its text, in the order in which the tenants are to stand.
        findings: where findings go.
    """
    found = []
    for path, text in texts.items():
        try:
            found.append(_read(text, path))
        except OperatorError as error:
            findings.extend(error.findings)
    return tuple(found)


def _read(text: str, path: str) -> TenantFile:
    """One file.

    Raises:
        OperatorError: every error of form at once.
    """
    document = read_document(text, path)
    name = PurePosixPath(path).stem
    data: Any = document.data
    if not isinstance(data, Mapping):
        problem = f"is no mapping but {shown(data)}"
        raise OperatorError([Finding(place=document.place(()), problem=problem, remedy=f"write `name: {name}` first")])
    findings: list[Finding] = []
    written = data.get("name")
    if isinstance(written, str) and written != name:
        remedy = f"write `name: {name}`, or call the file {written}.yaml"
        problem = f"tenant {written!r} is in a file called {name}.yaml"
        findings.append(Finding(place=document.place(("name",)), problem=problem, remedy=remedy))
    try:
        tenant = Tenant.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        findings.extend(form_findings(error, Tenant, document.place))
    else:
        if not findings:
            return TenantFile(tenant, document)
    raise OperatorError(findings)


def in_both(inline: Iterable[Tenant], files: Iterable[TenantFile], place: Callable[[Path], str]) -> Iterator[Finding]:
    """Tenants that the stack file lists and that have a file of their own, too."""
    own = {file.tenant.name: file.document for file in files}
    for index, tenant in enumerate(inline):
        if tenant.name in own:
            yield Finding(
                place=place(("tenants", index)),
                problem=f"tenant {tenant.name!r} is written in {own[tenant.name].place(())}, too",
                remedy="keep one of the two",
            )


def as_yaml(data: Any) -> str:
    """Settings as our commands write them: keys in the order of the models, lists indented by nothing."""
    return yaml.safe_dump(data, sort_keys=False)
