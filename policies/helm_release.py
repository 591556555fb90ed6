"""Reads Pulumi's Helm release like an object: its values, and what the provider says of its contents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pulumi

from kmetal_network.errors import OperatorError
from kmetal_network.facts.carriers import inside
from kmetal_network.facts.source_objects import KNOWN, SourceObject, default_place
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.yaml_document import read_documents

_ANNOUNCED: Final = {"IPAddressPool": "pools", "L2Advertisement": "l2Advertisements"}
"""MetalLB's kinds on which the commissioned law rests, and the key of kMetal's values that makes each."""


def release_of(props: object) -> dict[str, object]:
    """A Helm release as if it were an object; values from files stand under those from the program."""
    written: Mapping[str, object] = props if isinstance(props, dict) else {}
    values = written.get("values")
    files = written.get("valueYamlFiles")
    if files is not None:
        values = _with_files(values, files)
    return {
        "apiVersion": "helm.sh/v3",
        "kind": "Release",
        "metadata": {"name": written.get("name"), "namespace": written.get("namespace")},
        "spec": {"chart": written.get("chart"), "values": values},
        "resourceNames": written.get("resourceNames"),
    }


def made_by(release: object) -> Iterator[SourceObject]:
    """MetalLB's pools and L2Advertisements in a release, by name alone: the provider tells no more (`resourceNames`).

    So their fields are UNKNOWN, except of those that kMetal's own values make, which are read there. Provider 4.32
    knows the names once the release is installed; where another knows them earlier, they are read earlier.
    """
    names = release.get("resourceNames") if isinstance(release, Mapping) else None
    if not isinstance(names, Mapping) or not isinstance(release, Mapping):
        return
    named = _named_in_values(release["spec"]["values"])
    for key, members in names.items():
        group_kind, _, version = str(key).partition("/")  # IPAddressPool.metallb.io/metallb.io/v1beta1
        kind = group_kind.partition(".")[0]
        if kind not in _ANNOUNCED or not version.startswith("metallb.io/"):
            continue
        for member in members if isinstance(members, list) else ():
            namespace, _, name = str(member).rpartition("/")
            if (kind, name) not in named:
                metadata = {"name": name, "namespace": namespace or None}
                data = {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": UNKNOWN}
                yield SourceObject(data, f"{kind} {member} of {default_place(release)}")


def _named_in_values(values: object) -> set[tuple[str, object]]:
    """Kind and name of each object that a release's values spell out."""
    metallb = values.get("metallb") if isinstance(values, Mapping) else None
    named: set[tuple[str, object]] = set()
    for carried in inside(values, KNOWN):  # manifests in the values of a chart that renders them
        body = carried.body if isinstance(carried.body, Mapping) else {}
        metadata = body.get("metadata")
        named.add((str(body.get("kind")), metadata.get("name") if isinstance(metadata, Mapping) else None))
    for kind, key in _ANNOUNCED.items():
        entries = metallb.get(key) if isinstance(metallb, Mapping) else None
        for entry in entries if isinstance(entries, list) else ():
            named |= {(kind, entry.get("name"))} if isinstance(entry, Mapping) else set()
    return named


def _with_files(values: object, files: object) -> object:
    """Values over files whose text came along; UNKNOWN where one has to be fetched first."""
    result: object = {}
    for file in files if isinstance(files, list) else [files]:
        if not isinstance(file, pulumi.StringAsset):
            return UNKNOWN
        try:
            for document in read_documents(str(file.text), "values"):
                result = _merged(result, document.data)
        except OperatorError:
            return UNKNOWN
    return _merged(result, values)


def _merged(under: object, over: object) -> object:
    """Two value trees as Helm merges them."""
    if over is None:
        return under
    if not (isinstance(under, Mapping) and isinstance(over, Mapping)):
        return over
    return {**under, **{key: _merged(under.get(key), value) for key, value in over.items()}}
