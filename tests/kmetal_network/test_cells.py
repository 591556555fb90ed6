"""Which tenant is in which cell, and what each stack of an environment holds."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmetal_network.cells import Part, cell_of, named

TENANTS = [f"tenant-{number:03}" for number in range(450)]


def test_cells_are_about_equally_large() -> None:
    sizes = Counter(cell_of(tenant, 18) for tenant in TENANTS)
    assert set(sizes) == set(range(1, 19))
    assert max(sizes.values()) < 2 * 450 / 18


@given(tenant=st.text(min_size=1), cells=st.integers(1, 50))
def test_one_cell_more_moves_a_tenant_to_the_new_one_or_not_at_all(tenant: str, cells: int) -> None:
    assert cell_of(tenant, cells + 1) in (cell_of(tenant, cells), cells + 1)


def test_the_cell_of_a_tenant_never_changes_with_the_version_of_the_program() -> None:
    assert [cell_of(tenant, 18) for tenant in ("alpha", "beta", "acme", "globex")] == [18, 16, 18, 5]


def test_without_cells_the_one_stack_has_everything() -> None:
    (whole,) = Part.all("prod", 0)
    assert (whole.stack, whole.has_platform, whole.has_tenant("alpha")) == ("prod", True, True)


def test_with_cells_the_stack_called_as_the_environment_has_the_platform_alone() -> None:
    platform, *cells = Part.all("prod", 3)
    assert [part.stack for part in (platform, *cells)] == ["prod", "prod-cell-1", "prod-cell-2", "prod-cell-3"]
    assert platform.has_platform
    assert not any(part.has_platform for part in cells)
    assert [part.stack for part in (platform, *cells) if part.has_tenant("alpha")] == ["prod-cell-3"]


@pytest.mark.parametrize(
    ("labels", "stack"),
    [
        ({"kmetal-network/stack": "prod"}, "prod"),
        ({"kmetal-network/stack": "prod", "kmetal-network/tenant": "alpha"}, "prod-cell-3"),
        ({"kmetal-network/stack": "prod", "kmetal-network/tenant": "gone-long-ago"}, "prod-cell-1"),
        ({"kmetal-network/stack": "dev", "kmetal-network/tenant": "alpha"}, None),
        ({}, None),
    ],
)
def test_every_object_of_the_environment_belongs_to_one_stack_by_its_labels(
    labels: dict[str, str], stack: str | None
) -> None:
    holders = [part.stack for part in Part.all("prod", 3) if part.has({"metadata": {"labels": labels}})]
    assert holders == ([stack] if stack else [])


@pytest.mark.parametrize(
    ("stack", "found"),
    [
        ("prod-cell-7", Part("prod", 7)),
        ("eu-west-cell-12", Part("eu-west", 12)),
        ("prod", None),
        ("prod-cell-0", None),
        ("prod-cell-07", None),
        ("prod-cell-", None),
        ("cell-7", None),
    ],
)
def test_the_name_of_a_stack_says_whether_it_is_a_cell(stack: str, found: Part | None) -> None:
    assert named(stack) == found
