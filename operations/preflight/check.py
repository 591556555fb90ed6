"""What a preflight check is, and what it may look at.

Each check is one module of `operations.preflight.checks` with a constant `CHECK`, where `operations.preflight.table`
finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding
from kmetal_network.names import EXTERNAL_GATEWAY_LABEL
from operations.cluster.fields import at
from operations.cluster.owned_objects import OwnedObject, owned_objects
from operations.cluster.view import ClusterView


@dataclass(frozen=True, kw_only=True)
class Preflight:
    """The settings, and what is seen of their cluster before the first write."""

    environment: Environment
    view: ClusterView

    adopting: Collection[tuple[str, str]] = ()
    """Objects by kind and `namespace/name` that are about to become the stack's."""

    @property
    def cluster(self) -> str:
        """The place of a finding that is about the cluster as a whole."""
        return f"cluster {self.view.cluster.context}"

    @cached_property
    def owned(self) -> list[OwnedObject]:
        """Objects that the stack would write and that exist already.

        Raises:
            UnreachableError: one of their kinds cannot be read.
        """
        return owned_objects(self.environment, self.view)

    @cached_property
    def gateway_labels(self) -> Mapping[str, str | None]:
        """The gateway label of each gateway node that is in the cluster; None where it has none yet.

        Raises:
            UnreachableError: nodes cannot be read.
        """
        nodes = self.view.objects("Node")
        names = [name for name in self.environment.settings.provider.gateway_nodes if name in nodes]
        return {name: (at(nodes[name], "metadata", "labels") or {}).get(EXTERNAL_GATEWAY_LABEL) for name in names}

    def becomes_ours(self, one: OwnedObject) -> bool:
        """Whether an adoption is about to take it over."""
        return (one.manifest.kind, one.key) in self.adopting


@dataclass(frozen=True, kw_only=True, slots=True)
class PreflightCheck:
    """One thing that has to hold before a write."""

    title: str
    """What it makes sure of, in one line, without a full stop."""

    findings: Callable[[Preflight], Iterator[Finding]]
    """What does not hold; a finding of severity `error` stops the run."""

    kinds: tuple[str, ...] = ()
    """Kinds that it lists."""

    paths: tuple[str, ...] = ()
    """Other paths of the API that it reads; `*` stands for one step."""

    owned: bool = False
    """Whether it lists the kinds that the stack writes."""
