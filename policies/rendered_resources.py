"""Turns what the policy SDK hands over into plain objects for `kmetal_network.facts.reader`, once for all laws.

The SDK's properties are proxies: mappings that are no dict, sequences that are no list, every number a float. An
unknown value raises when it is touched; the SDK then turns the whole policy into a note and lets the run pass
(pulumi_policy/policy.py, Analyze). Here an unknown becomes `UNKNOWN` at its own field, and nothing else is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pulumi_policy.proxy import UnknownValueError

from kmetal_network.facts.carriers import inside
from kmetal_network.facts.reader import ReadResult, read_objects
from kmetal_network.facts.source_objects import KNOWN, SourceObject, default_place
from kmetal_network.facts.unknown import UNKNOWN
from policies.helm_release import made_by, release_of
from policies.stack_outputs import OUTPUT

_STACK: Final = "pulumi:pulumi:Stack"
_RELEASE: Final = "kubernetes:helm.sh/v3:Release"
_SUGAR: Final = "Patch"


class Resource(Protocol):
    """What a resource policy's arguments and a stack policy's resources have in common."""

    resource_type: str
    props: Mapping[str, Any]
    urn: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """One look at rendered resources."""

    result: ReadResult
    urns: Mapping[str, str]
    """URN of the resource at each place."""
    relaxed: object
    """What the program exports as `relaxed`; None where it exports nothing."""
    declared: object = None
    """What it exports as `declared`, likewise."""


def plain(value: object) -> object:
    """A value without proxies: dicts, lists, whole numbers as integers, UNKNOWN where the engine does not know yet."""
    if isinstance(value, Mapping):
        return {key: _at(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        # By index: iterating a proxy stops at its first unknown.
        return [_at(value, index) for index in range(len(value))]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _at(container: Any, key: Any) -> object:
    try:
        return plain(container[key])
    except UnknownValueError:
        return UNKNOWN


def rendered(resources: Iterable[Resource]) -> Rendered:
    """Read resources in one pass."""
    manifests: list[SourceObject] = []
    urns: dict[str, str] = {}
    exported: dict[str, object] = {}
    for resource in sorted(resources, key=lambda entry: entry.urn):
        if resource.resource_type == _STACK:
            exported = {key: _at(resource.props, key) for key in resource.props if key in ("relaxed", OUTPUT)}
        elif (bridged := tuple(carried_by_others(resource))) or _is_foreign(resource):
            for one in bridged:
                urns.setdefault(one.place or "", resource.urn)
                manifests.append(one)
        elif (manifest := manifest_of(resource)) is not None:
            parts = made_by(manifest.data) if resource.resource_type == _RELEASE else ()
            for one in (manifest, *parts):
                urns.setdefault(one.place or "", resource.urn)
                manifests.append(one)
    return Rendered(read_objects(manifests), urns, exported.get("relaxed"), exported.get(OUTPUT))


def _is_foreign(resource: Resource) -> bool:
    """Whether it is a resource of a provider that speaks of no Kubernetes object by itself."""
    return not resource.resource_type.startswith("kubernetes:") and "kind" not in list(resource.props)


def carried_by_others(resource: Resource) -> Iterator[SourceObject]:
    """The manifests in a resource of another provider, such as the `yamlBody` of a bridged kubectl provider."""
    if not _is_foreign(resource):
        return
    texts = [value for key in list(resource.props) if isinstance(value := _at(resource.props, key), str)]
    for entry in (entry for text in texts for entry in inside(text, KNOWN)):
        yield SourceObject(entry.body, f"{default_place(entry.body)} of resource {resource.urn.rpartition('::')[2]!r}")


def manifest_of(resource: Resource) -> SourceObject | None:
    """The Kubernetes object that a resource renders to, or None for a resource that is none."""
    if resource.resource_type == _RELEASE:
        release = release_of(plain(resource.props))
        return SourceObject(release, default_place(release))
    group_version, kind = _token(resource.resource_type)
    names = list(resource.props)
    if not kind and "kind" not in names:
        return None
    data = plain(resource.props)
    if not isinstance(data, dict):
        return None
    # The token says what the object is where its own fields are not known yet.
    if not isinstance(data.get("apiVersion"), str):
        data["apiVersion"] = group_version
    if not isinstance(data.get("kind"), str):
        data["kind"] = kind.removesuffix(_SUGAR)
    patch = bool(kind) and kind == f"{data['kind']}{_SUGAR}"
    return SourceObject(data, _place(data, resource.urn), patch=patch)


def _place(data: Mapping[str, object], urn: str) -> str:
    """Kind and name; where the object's name is not known yet the resource's, so that no two share a place."""
    metadata = data.get("metadata")
    if isinstance(metadata, Mapping) and isinstance(metadata.get("name"), str):
        return default_place(data)
    return f"{data['kind']} of resource {urn.rpartition('::')[2]!r}"


def _token(resource_type: str) -> tuple[str, str]:
    """API version and kind of a Kubernetes resource's type, empty where it is a component or of another provider."""
    parts = resource_type.split(":")
    if len(parts) != 3 or parts[0] != "kubernetes" or "/" not in parts[1]:  # noqa: PLR2004 (package:module:type)
        return "", ""
    return parts[1].removeprefix("core/"), parts[2]
