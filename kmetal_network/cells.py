"""Cells: the stacks that an environment's tenants are split over, and what each of them holds.

An environment of `cells: 18` is nineteen stacks. The stack that is called as the environment holds the platform;
`prod-cell-1` to `prod-cell-18` hold the tenants. A tenant's cell follows from its name and the number of cells
(rendezvous hashing), so adding or removing a tenant never moves another, and an object whose tenant has left the
settings still has its cell. One cell more moves only the tenants that it gets (docs/adr/0017-cells.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, Self

from kmetal_network.names import STACK_LABEL, TENANT_LABEL

MOST: Final = 200
"""Cells of an environment."""

_STACK: Final = re.compile(r"(?P<environment>.+)-cell-(?P<cell>[1-9][0-9]*)")
"""Names of stacks that hold a cell; no environment has such a name."""


@lru_cache(maxsize=1 << 16)
def cell_of(tenant: str, cells: int) -> int:
    """The cell of a tenant, from 1 on; 0 where the environment is one stack."""
    if not cells:
        return 0
    return max(range(1, cells + 1), key=lambda cell: blake2b(f"{cell}/{tenant}".encode(), digest_size=8).digest())


@dataclass(frozen=True, slots=True)
class Part:
    """What one stack holds of an environment."""

    environment: str

    cell: int = 0
    """The cell, from 1 on; 0 for the stack with the platform."""

    cells: int = 0
    """Of the environment; 0 where it is one stack."""

    @classmethod
    def all(cls, environment: str, cells: int) -> tuple[Self, ...]:
        """Every part of an environment: the platform first."""
        return tuple(cls(environment, cell, cells) for cell in range(cells + 1))

    @property
    def stack(self) -> str:
        """Name of its stack."""
        return f"{self.environment}-cell-{self.cell}" if self.cell else self.environment

    @property
    def has_platform(self) -> bool:
        """Whether it holds the layers below the tenants."""
        return not self.cell

    def has_tenant(self, tenant: str) -> bool:
        """Whether it holds a tenant, be it in the settings or not."""
        return cell_of(tenant, self.cells) == self.cell

    def has(self, live: Mapping[str, Any]) -> bool:
        """Whether a live object is this part's, by its labels."""
        labels = (live.get("metadata") or {}).get("labels") or {}
        if labels.get(STACK_LABEL) != self.environment:
            return False
        tenant = labels.get(TENANT_LABEL)
        return self.has_tenant(str(tenant)) if tenant else self.has_platform


def stack_of(environment: str, tenant: str, cells: int) -> str:
    """Name of the stack that holds a tenant."""
    return Part(environment, cell_of(tenant, cells), cells).stack


def named(stack: str) -> Part | None:
    """The cell that a stack's name is of, its environment's number of cells unknown; None for an environment's name."""
    found = _STACK.fullmatch(stack)
    return Part(found["environment"], int(found["cell"])) if found else None


def stack_in(urn: str) -> str:
    """Name of the stack that a URN of the engine's is of."""
    return urn.split(":", 3)[2]
