"""Turns settings into the objects that are applied, in the form that the controllers do not rewrite.

Only then do a second `up`, a refresh and a changed field behave. The form: masked CIDRs; the gateway among
`excludeIps`, overlapping ranges merged, sorted as text; all six keys of each static route; no empty map or list; only
fields that we mean to own. Evidence: docs/evidence/kube-ovn.md#rewrites.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any, Final, TypeAlias

from kmetal_network.addresses import Span
from kmetal_network.config.sections.base import Section
from kmetal_network.names import STACK_LABEL

Body: TypeAlias = dict[str, Any]

KUBE_OVN: Final = "kubeovn.io/v1"

WAIT: Final = "pulumi.com/waitFor"

FORCE: Final = "pulumi.com/patchForce"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object, and the part that it plays; the role is its name in state, so it never holds a value."""

    role: str
    body: Body

    @property
    def name(self) -> str:
        """`metadata.name`."""
        return str(self.body["metadata"]["name"])

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.body["kind"])


def pruned(value: Any) -> Any:
    """Without None, empty maps and empty lists: the API server drops empties, and Pulumi would add them for ever."""
    if isinstance(value, Mapping):
        kept = {key: pruned(entry) for key, entry in value.items()}
        return {key: entry for key, entry in kept.items() if entry is not None and entry not in ({}, [])}
    if isinstance(value, (list, tuple)):
        return [pruned(entry) for entry in value]
    return value


def exclude_ips(gateway: IPv4Address, written: Iterable[Span]) -> list[str]:
    """`excludeIps` as Kube-OVN stores it (pkg/controller/subnet.go, formatExcludeIPs).

    Overlapping ranges become one, adjacent ones do not; the gateway joins unless a range holds it; sorted as text.
    """
    merged: list[Span] = []
    for span in sorted(written):
        if merged and span.first <= merged[-1].last:
            merged[-1] = Span(merged[-1].first, max(merged[-1].last, span.last))
        else:
            merged.append(Span(span.first, span.last))
    own = Span.of(gateway)
    if not any(span.contains(own) for span in merged):
        merged.append(own)
    return sorted(span.canonical().replace("-", "..") for span in merged)


def kubernetes_object(
    api_version: str,
    kind: str,
    name: str,
    stack: str,
    spec: Mapping[str, Any] | None = None,
    *,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
    wait: Iterable[str] = (),
) -> Body:
    """An object with the stack's label and what a run waits for."""
    conditions = list(wait)
    annotations = {WAIT: conditions[0] if len(conditions) == 1 else json.dumps(conditions)} if conditions else None
    metadata = {
        "name": name,
        "namespace": namespace,
        "labels": {STACK_LABEL: stack, **(labels or {})},
        "annotations": annotations,
    }
    body: Body = pruned({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec})
    return body


def written_section(section: Section, *without: str) -> Body:
    """A section whose keys are already those of its object."""
    dumped: Body = section.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=set(without))
    return dumped
