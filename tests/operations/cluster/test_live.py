"""A collection is read whole, or said not to have been: half of one would look like all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from kmetal_network.errors import ForbiddenError, UnreachableError
from operations.cluster.live import LiveCluster
from tests.operations.commands.test_exit_codes import NOBODY

PODS = "/api/v1/pods"
FORGOTTEN = None
"""What `get` makes of 404 and 410."""


def page(*names: str, following: str = "") -> dict[str, Any]:
    items = [{"metadata": {"name": name}} for name in names]
    return {"apiVersion": "v1", "kind": "PodList", "metadata": {"continue": following}, "items": items}


class Pages(LiveCluster):
    """Answers page after page, whatever is asked."""

    def __init__(self, *answers: Mapping[str, Any] | None) -> None:
        super().__init__(NOBODY)
        self.left: list[Mapping[str, Any] | None] = list(answers)
        self.asked: list[str] = []

    def get(self, path: str) -> Mapping[str, Any] | None:
        """The next answer."""
        self.asked.append(path)
        return self.left.pop(0)

    def names(self) -> Sequence[str] | None:
        """Of the items that a list comes to."""
        with self:
            items = self.list(PODS)
        return None if items is None else [item["metadata"]["name"] for item in items]


def test_pages_come_together_in_one_list() -> None:
    cluster = Pages(page("a", "b", following="t"), page("c"))

    assert cluster.names() == ["a", "b", "c"]
    assert cluster.asked == [f"{PODS}?limit=500", f"{PODS}?limit=500&continue=t"]


def test_a_list_that_ends_half_way_is_read_again_from_the_start() -> None:
    cluster = Pages(page("a", following="t"), FORGOTTEN, page("a", "new", following="u"), page("c"))

    assert cluster.names() == ["a", "new", "c"]


def test_a_list_that_ends_half_way_twice_is_no_kind_that_is_not_served() -> None:
    cluster = Pages(page("a", following="t"), FORGOTTEN, page("a", following="u"), FORGOTTEN)

    with pytest.raises(UnreachableError, match=f"GET {PODS}: its list ended half way, twice; run it again"):
        cluster.names()


def test_only_a_collection_without_a_first_page_is_a_kind_that_is_not_served() -> None:
    assert Pages(FORGOTTEN).names() is None


class _Answer:
    reason = "no"

    def __init__(self, status: int) -> None:
        self.status, self.data = status, b""
        self.headers: dict[str, str] = {}

    def read(self) -> bytes:
        return self.data


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (401, UnreachableError, "credentials are not accepted"),
        (403, ForbiddenError, "credentials do not permit it"),
        (500, UnreachableError, "answered 500 no"),
    ],
)
def test_what_this_identity_may_not_read_differs_from_what_nobody_can_read(
    status: int, error: type[UnreachableError], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubernetes.client.ApiClient.call_api", lambda *_, **__: _Answer(status))
    with LiveCluster(NOBODY) as cluster, pytest.raises(UnreachableError, match=f"GET {PODS}: {said}") as refused:
        cluster.get(PODS)
    assert type(refused.value) is error
