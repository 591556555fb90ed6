"""Finds where a live cluster differs from the settings: compares plain objects, field by field.

It compares the fields that the program owns, and whole lists: an element that somebody appended counts. The engine's
own refresh does not see such an element (docs/evidence/provider.md#diff).

It ignores status, finalizers, labels, annotations and fields that are not ours. It also ignores zero values that a
controller adds when it writes a whole object (docs/evidence/kube-ovn.md#rewrites).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from kmetal_network.config.settings import Settings
from kmetal_network.live.drift import Drift, DriftKind, Source, kubectl
from kmetal_network.live.managed_fields import Steps, Writer, writer_of
from kmetal_network.live.values import Object, differences, same
from kmetal_network.manifests.inventory import object_key, owned_manifests
from kmetal_network.manifests.objects import FORCE, Manifest
from kmetal_network.manifests.provider import default_vpc_patch, gateway_label
from kmetal_network.names import STACK_LABEL, TENANT_LABEL

Seen: TypeAlias = Mapping[str, Mapping[str, Object]]
"""Kind, then `namespace/name` or `name`; a kind that is not served is empty, one that was not read is absent."""

_COUNTED: Final = frozenset({"ResourceQuota", "LimitRange"})
"""Kinds with quantities, which the API server normalizes (`1000m` becomes `1`) and completes with defaults."""

_NODE_LISTS: Final = (("spec", "excludeNodes"), ("spec", "customInterfaces"))
"""Lists of a ProviderNetwork from which Kube-OVN removes nodes that leave."""


def differing(
    settings: Settings, stack: str, seen: Seen, files: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Drift]:
    """Compares our objects with the live ones, in the order of their layers, then the two kinds of patch.

    Args:
        settings: the stack's.
        stack: its name.
        seen: the live objects.
        files: by tenant, the file of those that have one of their own.
    """
    whole = Source(stack, f"Pulumi.{stack}.yaml")
    for manifest in owned_manifests(settings, stack):
        if manifest.kind in seen:
            live = seen.get(manifest.kind, {}).get(object_key(manifest.body))
            tenant = manifest.body["metadata"]["labels"].get(TENANT_LABEL)
            yield from _object(manifest, replace(whole, file=files.get(tenant, whole.file)), live, seen.get("Node", {}))
    yield from _patch(
        default_vpc_patch(settings.provider.external), whole, seen, "see `kmetal-network verify`: no Kube-OVN?"
    )
    for node in settings.provider.gateway_nodes:
        remedy = f"bring the node back, or take it out of gatewayNodes, then: kmetal-network up {stack} --refresh"
        yield from _patch(gateway_label(node), whole, seen, remedy)


def _object(manifest: Manifest, source: Source, live: Object | None, nodes: Mapping[str, Object]) -> Iterator[Drift]:
    name = f"{manifest.kind} {object_key(manifest.body)}"
    if live is None:
        yield Drift(way=DriftKind.MISSING, object=name, remedy=source.refresh)
        return
    metadata = live.get("metadata") or {}
    if since := metadata.get("deletionTimestamp"):
        held = ", ".join(metadata.get("finalizers") or ()) or "nothing"
        note = f"being deleted since {since}, held by {held}"
        remedy = f"see what blocks it: docs/guide/a-run-that-died.md; once it is gone:  {source.refresh}"
        yield Drift(way=DriftKind.GOING, object=name, note=note, remedy=remedy)
    ours = {key: value for key, value in manifest.body.items() if key not in ("apiVersion", "kind", "metadata")}
    own = {key: manifest.body["metadata"].get(key) or {} for key in ("labels", "annotations")}
    for path, wanted, value in differences({"metadata": own, **ours}, live, counted=manifest.kind in _COUNTED):
        found = _changed(name, path, wanted, value, live, source, forced=FORCE in own["annotations"])
        if path in _NODE_LISTS and (gone := _nodes(wanted) - _nodes(value) - nodes.keys()):
            remedy = f"it left the cluster: take {', '.join(sorted(gone))} out of {path[-1]} in {source.file}"
            found = replace(found, remedy=f"{remedy}, or if it is to come back: {found.remedy}")
        yield found


def _patch(manifest: Manifest, source: Source, seen: Seen, absent: str) -> Iterator[Drift]:
    """A few fields of an object that somebody else owns; annotations there are the provider's instructions."""
    if manifest.kind not in seen:
        return
    name = f"{manifest.kind} {manifest.name}"
    live = seen[manifest.kind].get(manifest.name)
    if live is None:
        yield Drift(way=DriftKind.MISSING, object=name, remedy=absent)
        return
    labels = manifest.body["metadata"].get("labels") or {}
    forced = FORCE in (manifest.body["metadata"].get("annotations") or {})
    for path, wanted, value in differences(
        {"metadata": {"labels": labels}, "spec": manifest.body.get("spec") or {}}, live
    ):
        yield _changed(name, path, wanted, value, live, source, forced=forced)


def _nodes(listed: Any) -> set[str]:
    """Nodes that one of a ProviderNetwork's lists names."""
    entries = listed or ()
    return {node for entry in entries for node in ([entry] if isinstance(entry, str) else entry.get("nodes") or ())}


def _changed(name: str, path: Steps, wanted: Any, value: Any, live: Object, source: Source, *, forced: bool) -> Drift:
    by = None if value is None else writer_of(live, path)
    return Drift(
        way=DriftKind.CHANGED,
        object=name,
        field=_spoken(path),
        wanted=wanted,
        live=value,
        by=by,
        remedy=_remedy(name, path, wanted, value, None if forced else by, source),  # forced, whoever holds it
    )


def _remedy(name: str, path: Steps, wanted: Any, value: Any, by: Writer | None, source: Source) -> str:
    if path == ("metadata", "labels", STACK_LABEL):
        # Without the label the next `up` takes it for somebody else's object and refuses.
        overwrite = " --overwrite" if value is not None else ""
        return f"{kubectl('label', name)} {STACK_LABEL}={source.stack}{overwrite}"
    if isinstance(wanted, list) and isinstance(value, list) and same(wanted, value[: len(wanted)]):
        return f"{kubectl('edit', name)}: take the added out (no refresh sees it), or write it into {source.file}"
    if by is not None and not by.overruled:
        # The provider takes fields from kubectl; any other holder makes its update end in a conflict.
        return f"keep {by.manager} from writing it, then {kubectl('edit', name)}: no up overrules {by.manager}"
    return source.refresh


def _spoken(path: Steps) -> str:
    """`spec.addresses`, `metadata.labels[a/b]`."""
    return "".join(f"[{step}]" if "/" in step else f".{step}" for step in path).lstrip(".")
