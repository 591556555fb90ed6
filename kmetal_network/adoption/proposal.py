"""What an adoption would do: the settings, what they leave out, and the proof of both.

A tenant or a pool that would lose a value is taken out of the settings again and left alone; the provider network
cannot be left out, so a value that it would lose blocks the adoption.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from kmetal_network.adoption.comparison import Difference, Fate, compare
from kmetal_network.adoption.platform import read_chart, read_management, read_metallb, read_provider
from kmetal_network.adoption.reading import Left, Live, Object, Reading
from kmetal_network.adoption.tenants import read_tenants
from kmetal_network.config.plain_values import copied
from kmetal_network.config.settings import PROJECT, Settings
from kmetal_network.config.settings_files import tenant_file
from kmetal_network.config.stackfile import Environment, parse_environment
from kmetal_network.config.tenant_files import as_yaml
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import ADOPT
from kmetal_network.manifests.metallb import metallb_manifests
from kmetal_network.manifests.objects import Manifest
from kmetal_network.manifests.provider import (
    default_vpc_patch,
    external_subnet,
    gateway_label,
    provider_nic,
    provider_vlan,
)
from kmetal_network.manifests.tenant import tenant_manifests
from kmetal_network.names import STACK_LABEL, TenantNames

_HEAD: Final = """\
# Read from the cluster by `kmetal-network adopt`. The chart stays with whoever installed it; see docs/guide/adopt.md.
"""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the cluster's own objects do not say."""

    stack: str
    cluster: Mapping[str, str]
    """The section `cluster`."""
    management_interface: str | None = None
    chart_version: str | None = None
    values: Mapping[str, Any] | None = None
    """The chart's values."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """One manifest and the live object that it takes over."""

    manifest: Manifest
    live: Object
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]
    """What stands in the way."""
    owner: str
    """What may be left out for its sake: `Vpc <name>`, a MetalLB object; empty where nothing can."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """An adoption, judged."""

    environment: Environment
    text: str
    """The stack file to write; empty where there is one."""
    tenants: Mapping[str, str]
    """The tenant files to write next to it, by path below the project."""
    adopted: tuple[Adopted, ...]
    left: tuple[Left, ...]
    findings: tuple[Finding, ...]
    """What stands in the way."""

    def fields(self, *fates: Fate) -> list[Difference]:
        """Fields of that fate, in the order of the objects."""
        return [entry for adopted in self.adopted for entry in adopted.differences if entry.fate in fates]


def propose(live: Live, answers: Answers) -> Proposal:
    """Settings for a network that has none yet.

    Raises:
        OperatorError: the cluster does not tell enough, or the provider network does not fit the settings.
    """
    refused: dict[str, str] = {}
    while True:
        reading = _read(live, answers, refused)
        if reading.lacking:
            raise OperatorError(reading.lacking)
        tenants = {
            tenant_file(answers.stack, tenant["name"]): as_yaml(copied(tenant))
            for tenant in reading.sections.pop("tenants", ())
        }
        text = _HEAD + as_yaml(
            {"config": {f"{PROJECT}:{key}": copied(section) for key, section in reading.sections.items()}}
        )
        environment = parse_environment(text, f"Pulumi.{answers.stack}.yaml", answers.stack, tenants=tenants)
        left = tuple(sorted(reading.left))
        proposal = replace(judge_against(live, environment, left=left), text=text, tenants=tenants)
        worse = _worse(proposal.adopted)
        if not worse.keys() - refused.keys():
            return proposal
        refused |= worse


def _read(live: Live, answers: Answers, refused: Mapping[str, str]) -> Reading:
    reading = Reading({"cluster": dict(answers.cluster)})
    read_chart(reading, answers.chart_version, answers.values, live)
    read_management(reading, answers.management_interface, live)
    read_metallb(reading, live, refused)
    read_provider(reading, live)
    read_tenants(reading, live, refused)
    return reading


def judge_against(live: Live, environment: Environment, *, left: tuple[Left, ...] = ()) -> Proposal:
    """Compare the manifests of settings with the live objects; for settings that are written already, too."""
    adopted: list[Adopted] = []
    findings: list[Finding] = []
    for owner, manifest, patch in rendered(environment.settings, environment.name):
        metadata = manifest.body["metadata"]
        key = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
        item = live.get(manifest.kind, {}).get(key)
        if item is None:
            findings.append(
                _finding(
                    f"{manifest.kind} {key}",
                    "the settings have it and the cluster does not",
                    "take it out of the settings, or make it by hand; `up` makes it once the rest is adopted",
                )
            )
            continue
        differences = tuple(compare(item, manifest.body, patch=patch))
        problems = tuple(_in_the_way(f"{manifest.kind} {key}", item, differences, environment.name))
        adopted.append(Adopted(manifest, item, differences, problems, owner))
        findings.extend(problems)
    if environment.settings.chart.install != "external" and not _applied(adopted, environment.name):
        findings.append(
            _finding(
                environment.place(("chart", "install")),
                f"is {environment.settings.chart.install}, and a release that is there is upgraded, not adopted",
                "write `install: external`",
            )
        )
    return Proposal(
        environment=environment,
        text="",
        tenants={},
        adopted=tuple(adopted),
        left=left,
        findings=tuple(sorted(findings)),
    )


def _applied(adopted: Iterable[Adopted], stack: str) -> bool:
    """Whether the stack has been at work there already, so that the release may be its own."""
    return any((entry.live["metadata"].get("labels") or {}).get(STACK_LABEL) == stack for entry in adopted)


def _in_the_way(name: str, item: Object, differences: tuple[Difference, ...], stack: str) -> Iterator[Finding]:
    for entry in differences:
        if entry.fate is Fate.LOST:
            yield _finding(
                f"{name} {entry.path}",
                f"{entry.live} would give way to {entry.ours or 'nothing'}",
                "write the live value into the settings, or bring the object to theirs by hand",
            )
    owner = (item["metadata"].get("labels") or {}).get(STACK_LABEL)
    if owner not in (None, stack):
        yield _finding(name, f"belongs to stack {owner!r}", "one object has one owner: take it out of one of the two")


def _finding(place: str, problem: str, remedy: str) -> Finding:
    return Finding(place=place, problem=problem, remedy=remedy, rule=ADOPT)


def rendered(settings: Settings, stack: str) -> Iterator[tuple[str, Manifest, bool]]:
    """Every manifest with whom it may be left out for, and whether it is a patch of somebody else's object."""
    for manifest in metallb_manifests(settings.metallb, settings.management, stack):
        metadata = manifest.body["metadata"]
        yield f"{manifest.kind} {metadata['namespace']}/{metadata['name']}", manifest, False
    provider = settings.provider
    for manifest in (provider_nic(provider, stack), provider_vlan(provider, stack), external_subnet(provider, stack)):
        yield "", manifest, False
    yield "", default_vpc_patch(provider.external), True
    for node in provider.gateway_nodes:
        yield "", gateway_label(node), True
    for tenant in settings.tenants:
        for manifest in tenant_manifests(tenant, provider.external, stack):
            yield f"Vpc {TenantNames(tenant.name).vpc}", manifest, False


def _worse(adopted: Iterable[Adopted]) -> dict[str, str]:
    """Who has to be left out, and why."""
    why: dict[str, list[str]] = {}
    for entry in adopted:
        if entry.owner and entry.findings:
            why.setdefault(entry.owner, []).extend(f"{finding.place}: {finding.problem}" for finding in entry.findings)
    return {owner: "; ".join(reasons) for owner, reasons in why.items()}
