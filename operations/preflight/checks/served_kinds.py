"""Kinds that the stack writes and the API server does not serve.

Pulumi previews without error if a kind is missing; the `up` retries for 65 seconds and then fails half way
(docs/evidence/provider.md#waits). Absent is right in one case: the chart brings them and has not been installed yet.
Flux's own are never the chart's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from kmetal_network.errors import Finding, Severity
from kmetal_network.finding_codes.codes import CRD
from kmetal_network.manifests.inventory import manifests_of
from kmetal_network.manifests.provider import default_vpc_patch
from kmetal_network.names import RELEASE_NAMESPACE
from operations.cluster.view import ClusterView
from operations.preflight.check import Preflight, PreflightCheck
from operations.preflight.installation import INSTALLATION_PATHS, installed

_FLUX: Final = ("source.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io")
_ADMISSION: Final = "admissionregistration.k8s.io"


class _Kind(NamedTuple):
    version: str
    name: str

    @property
    def group(self) -> str:
        return self.version.partition("/")[0]

    @property
    def path(self) -> str:
        """Where the API server says which kinds of this version it serves."""
        return f"/apis/{self.version}" if "/" in self.version else f"/api/{self.version}"


def _unserved_kinds(preflight: Preflight) -> Iterator[Finding]:
    missing = _missing(preflight)
    flux = [kind.name for kind in missing if kind.group in _FLUX]
    if flux:
        yield Finding(
            place=preflight.cluster,
            problem=f"the API server does not serve {_named(flux)}, and chart.install is flux",
            remedy="install Flux first, or write `install: release`",
            rule=CRD,
        )
    if admission := [kind.name for kind in missing if kind.group == _ADMISSION]:
        yield Finding(
            place=preflight.cluster,
            problem=f"the API server does not serve {_named(admission)}, so kubectl can't be held to the laws",
            remedy="bring it to Kubernetes 1.31, or write `admission.leftOut:` with the reason",
            rule=CRD,
        )
    others = [f"{kind.name} ({kind.version})" for kind in missing if kind.group not in (*_FLUX, _ADMISSION)]
    if others:
        yield _of_the_chart(preflight, f"the API server does not serve {_named(others)}")


def _missing(preflight: Preflight) -> list[_Kind]:
    environment = preflight.environment
    bodies = [manifest.body for manifest in manifests_of(environment)]
    wanted = {_Kind(str(body["apiVersion"]), str(body["kind"])) for body in bodies}
    wanted.add(_Kind("kubeovn.io/v1", default_vpc_patch(environment.settings.provider.external).kind))
    return sorted(kind for kind in wanted if kind.name not in _served(preflight.view, kind.path))


def _served(view: ClusterView, path: str) -> set[str]:
    return {str(entry.get("kind")) for entry in (view.get(path) or {}).get("resources") or ()}


def _of_the_chart(preflight: Preflight, problem: str) -> Finding:
    """An error where the chart stands or is others' to install; a warning where it is yet to come."""
    settings, severity = preflight.environment.settings, Severity.ERROR
    installation = None if settings.chart.install == "external" else installed(preflight.environment, preflight.view)
    if settings.chart.install == "external":
        remedy = "chart.install is external: install Kube-OVN, Multus and MetalLB first, or write `install: release`"
    elif installation:
        remedy = (
            f"{installation} says that it is installed: wait until it has brought them"
            f" (kubectl -n {RELEASE_NAMESPACE} get helmreleases), or install it anew"
        )
    else:
        unsure = " (whether it was is not known: its releases may not be read)" if installation is None else ""
        remedy = (
            f"the chart is taken to bring them, as it has not been installed yet{unsure}; until then they are unchecked"
        )
        severity = Severity.WARNING
    return Finding(place=preflight.cluster, problem=problem, remedy=remedy, rule=CRD, severity=severity)


def _named(kinds: Iterable[str]) -> str:
    return ", ".join(sorted(set(kinds)))


CHECK: Final = PreflightCheck(
    title="The API server serves every kind that the stack writes",
    findings=_unserved_kinds,
    paths=("/api/*", "/apis/*/*", *INSTALLATION_PATHS),
)
