"""What other objects carry: values of a chart, and whole manifests inside values, patches and wrappers.

Read are Flux HelmReleases, Argo CD Applications, k3s HelmCharts, Helm releases of Crossplane and of Pulumi, inline
patches of Kustomize, and Crossplane Objects. Everything else that holds manifests is reported as unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from kmetal_network.errors import OperatorError
from kmetal_network.facts.chart_values import is_ours
from kmetal_network.facts.helm_set import parameters
from kmetal_network.facts.lenient_fields import is_list
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.yaml_document import Path, read_documents

Kind: TypeAlias = tuple[str, str]
"""API group and kind."""

_IN_CLUSTER: Final = ("https://kubernetes.default.svc", "in-cluster")
"""How an Argo CD Application names the cluster on which Argo CD itself runs (argo-cd docs, declarative setup)."""

_FOREIGN: Final = frozenset(
    {
        ("argoproj.io", "Application"), ("argoproj.io", "ApplicationSet"), ("helm.toolkit.fluxcd.io", "HelmRelease"),
        ("helm.cattle.io", "HelmChart"), ("helm.cattle.io", "HelmChartConfig"), ("helm.crossplane.io", "Release"),
        ("kustomize.toolkit.fluxcd.io", "Kustomization"), ("fleet.cattle.io", "Bundle"), ("fleet.cattle.io", "GitRepo"),
        ("work.open-cluster-management.io", "ManifestWork"), ("addons.cluster.x-k8s.io", "ClusterResourceSet"),
        ("helm.sh", "Release"),
    }
)  # fmt: skip
"""Kinds that bring objects into a cluster which appear nowhere else in the input."""


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one release."""

    tree: object
    """A mapping, or UNKNOWN where they come from elsewhere."""
    path: Path
    chart: tuple[object, ...]
    """How the release names its chart."""
    complete: bool
    """Nothing else adds to them, so what they leave out is not set."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A manifest inside another object."""

    body: object
    path: Path
    patch: bool = False


def releases(kind: Kind, data: Mapping[str, Any]) -> Iterator[Values]:
    """The values of every release that an object asks for; none of an object that asks for none."""
    spec = _at(data, "spec")
    group, name = kind
    if group == "helm.toolkit.fluxcd.io" and name == "HelmRelease":
        yield from _flux(spec)
    elif group == "helm.sh" and name == "Release":
        yield Values(_at(spec, "values"), ("spec", "values"), (_at(spec, "chart"),), complete=True)
    elif group == "argoproj.io" and name == "Application":
        yield from _argo(spec, ("spec",))
    elif group == "argoproj.io" and name == "ApplicationSet":
        yield from _argo(_at(spec, "template", "spec"), ("spec", "template", "spec"))
    elif group == "helm.cattle.io" and name in ("HelmChart", "HelmChartConfig"):
        chart = (_at(spec, "chart"),) if name == "HelmChart" else (_at(data, "metadata", "name"),)
        tree = _merged(_parsed(_at(spec, "valuesContent")), parameters(_at(spec, "set")))
        yield Values(tree, ("spec", "valuesContent"), chart, complete=name == "HelmChart")
    elif group == "helm.crossplane.io" and name == "Release":
        chart = (_at(spec, "forProvider", "chart", "name"),)
        complete = _at(spec, "forProvider", "valuesFrom") is None
        yield Values(_at(spec, "forProvider", "values"), ("spec", "forProvider", "values"), chart, complete)


def _flux(spec: Any) -> Iterator[Values]:
    """From a HelmRelease of Flux (helm-controller api/v2)."""
    if _at(spec, "kubeConfig") is not None:
        return  # installed in another cluster
    chart = _at(spec, "chart", "spec")
    names = tuple(name for name in (_at(chart, "chart"), _at(spec, "chartRef", "name")) if name is not None)
    elsewhere = bool(_at(spec, "valuesFrom") or _at(chart, "valuesFiles"))
    yield Values(_at(spec, "values"), ("spec", "values"), names or (None,), complete=not elsewhere)
    if elsewhere:  # from where no one here looks
        yield Values(UNKNOWN, ("spec", "values"), names or (None,), complete=False)


def _argo(spec: Any, path: Path) -> Iterator[Values]:
    """From an Application of Argo CD (docs, user-guide/helm): valuesObject wins over values, parameters over both."""
    sources: list[tuple[Path, Any]] = [((*path, "source"), _at(spec, "source"))]
    several = _at(spec, "sources")
    sources += [((*path, "sources", index), entry) for index, entry in enumerate(several if is_list(several) else ())]
    for where, source in sources:
        helm = _at(source, "helm")
        if not isinstance(helm, Mapping) and _at(source, "chart") is None:
            continue
        chart = tuple(
            name for name in (_at(source, "chart"), _at(source, "path"), _at(source, "repoURL")) if name is not None
        )
        if _elsewhere(_at(spec, "destination")) and not any(map(is_ours, chart)):
            continue
        given = _at(helm, "valuesObject")
        key = "values" if given is None else "valuesObject"
        tree = _merged(_parsed(_at(helm, "values")) if given is None else given, parameters(_at(helm, "parameters")))
        elsewhere = bool(_at(helm, "valueFiles") or _at(helm, "fileParameters"))
        yield Values(tree, (*where, "helm", key), chart or (None,), complete=not elsewhere)
        if elsewhere:
            yield Values(UNKNOWN, (*where, "helm", "valueFiles"), chart or (None,), complete=False)


def _elsewhere(destination: Any) -> bool:
    """Whether an Application names a cluster other than that of Argo CD."""
    named = [name for name in (_at(destination, "server"), _at(destination, "name")) if name]
    return bool(named) and not any(name in _IN_CLUSTER for name in named)


def manifests(kind: Kind, data: Mapping[str, Any], known: frozenset[Kind]) -> Iterator[Carried]:
    """The manifests inside an object, of kinds that a law knows."""
    if data.get("apiVersion") is None and data.get("kind") is None:  # values of a chart, such as one of raw manifests
        yield from inside(data, known)
    for values in releases(kind, data):
        for carried in inside(values.tree, known):
            yield Carried(carried.body, (*values.path, *carried.path), carried.patch)
    group, name = kind
    if group == "kustomize.config.k8s.io" and name in ("Kustomization", "Component"):
        yield from _inline_patches(data)
    elif group in ("kubernetes.crossplane.io", "kubernetes.m.crossplane.io") and name == "Object":
        body = _at(data, "spec", "forProvider", "manifest")
        if isinstance(body, Mapping):
            yield Carried(body, ("spec", "forProvider", "manifest"))


def _inline_patches(data: Mapping[str, Any]) -> Iterator[Carried]:
    """Strategic merge patches inside a kustomization itself (kubectl-sigs reference, patches)."""
    for key in ("patches", "patchesStrategicMerge"):
        entries = data.get(key)
        for index, entry in enumerate(entries if is_list(entries) else ()):
            text = entry.get("patch") if isinstance(entry, Mapping) else entry
            for body in _documents(text):
                if isinstance(body, Mapping) and "kind" in body:
                    yield Carried(body, (key, index), patch=True)


def inside(tree: object, known: frozenset[Kind]) -> Iterator[Carried]:
    """The manifests anywhere in a tree: as mappings, or as text that is YAML."""
    pending: list[tuple[object, Path]] = [(tree, ())]
    while pending:
        value, path = pending.pop()
        if isinstance(value, Mapping):
            if path and kind_of(value) in known:
                yield Carried(value, path)
                continue
            pending.extend((entry, (*path, str(key))) for key, entry in reversed(list(value.items())))
        elif is_list(value):
            entries = list(value)
            pending.extend((entries[index], (*path, index)) for index in reversed(range(len(entries))))
        elif isinstance(value, str) and "apiVersion" in value and "kind" in value:
            for body in _documents(value):
                if isinstance(body, Mapping) and (kind_of(body) in known or is_list(body.get("items"))):
                    yield Carried(body, path)


_CONFIG_MAP: Final = ("", "ConfigMap")
"""A law reads what kube-vip has in one; any other may hold manifests all the same."""


def kind_of(data: Mapping[Any, Any]) -> Kind:
    """API group and kind; empty where they are no text."""
    version, kind = data.get("apiVersion"), data.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        return "", ""
    return version.rpartition("/")[0], kind


def is_closed(kind: Kind, data: Mapping[str, Any], known: frozenset[Kind]) -> bool:
    """Whether an object may hold manifests that no one has read.

    A release of kMetal's own chart with all its values in sight holds none; a chart of others may hold anything.
    """
    if kind in _FOREIGN:
        found = list(releases(kind, data))
        return not found or any(not (entry.complete and any(map(is_ours, entry.chart))) for entry in found)
    read = kind in known and kind != _CONFIG_MAP
    return kind[1] != "" and not read and next(inside(data, known), None) is not None


def _at(value: Any, *path: str) -> Any:
    """The value at a path; None if the path does not exist, UNKNOWN if that is decided later."""
    for step in path:
        if value is UNKNOWN:
            return UNKNOWN
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _documents(text: object) -> tuple[object, ...]:
    """The documents of a text; none where it is no YAML."""
    if not isinstance(text, str):
        return ()
    try:
        return tuple(document.data for document in read_documents(text, "text"))
    except OperatorError:
        return ()


def _parsed(text: object) -> object:
    """Values written as text; UNKNOWN where they cannot be read, which is not the same as none."""
    if text is None or text is UNKNOWN:
        return text
    found = _documents(text)
    if not found:
        return UNKNOWN if isinstance(text, str) and text.strip() else None
    return found[0] if isinstance(found[0], Mapping) else UNKNOWN


def _merged(under: object, over: object) -> object:
    """Two value trees as Helm merges them."""
    if over is None:
        return under
    if not (isinstance(under, Mapping) and isinstance(over, Mapping)):
        return over if under is not UNKNOWN else UNKNOWN
    return {**under, **{key: _merged(under.get(key), value) for key, value in over.items()}}
