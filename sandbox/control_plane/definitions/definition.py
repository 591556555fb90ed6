"""`Definition`: one kind of custom resource and the fields of its spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.control_plane.definitions.schemas import Schema


@dataclass(frozen=True)
class Definition:
    """One kind and the fields of its spec."""

    group: str
    version: str
    kind: str
    plural: str
    fields: Mapping[str, Schema]
    required: tuple[str, ...] = ()
    namespaced: bool = False
    status: bool = True
    """Whether status is a subresource upstream, so that a writer of the spec cannot touch it."""

    closed: bool = True
    """Whether a field of the spec that is not named here is pruned."""

    needs_spec: bool = False
    names: Schema = field(default_factory=dict)
    """Upstream's rule for `metadata.name` in addition to Kubernetes' own."""
