"""Keeps one comment up to date: ours is the one that has our marker and was written by us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kmetal_network.comment.compose import marker
from operations.forges.pull_request import PullRequest

_OVER: Final = "Nothing more: an earlier text went on here."


def post(pull_request: PullRequest, texts: Sequence[str], *, head: str, author: str = "") -> str:
    """Write the texts; our own comment is edited; comments of others are left alone, whatever they begin with.

    Args:
        pull_request: where.
        texts: the comment, and what it goes on with.
        head: commit that the texts are about; where the pull request has another by now, a later run speaks for it.
        author: login of our comments; by default the owner of the token.

    Returns:
        What was done, in words.

    Raises:
        UnreachableError: the forge does not answer, or refuses.
    """
    now = pull_request.head()
    if head and now != head:
        return f"not posted: the pull request is at {now[:7]} by now, and this is about {head[:7]}"
    us = author or pull_request.author()
    ours: dict[int, int] = {}
    for comment in pull_request.comments():
        part = _part(comment.body)
        if part is not None and comment.author == us:
            ours.setdefault(part, comment.id)
    for part, text in enumerate(texts):
        if part in ours:
            pull_request.update(ours[part], text)
        else:
            pull_request.create(text)
    for part in sorted(set(ours) - set(range(len(texts)))):
        pull_request.update(ours[part], f"{marker(part)}\n{_OVER}\n")
    done = "edited" if 0 in ours else "written"
    return f"comment {done} as {us}"


def is_first_part(body: str) -> bool:
    """Whether a body is our comment, and not what it goes on with."""
    return _part(body) == 0


def _part(body: str) -> int | None:
    """Which part of our comment a body is, by its first line."""
    first = body.replace("\r", "").partition("\n")[0].strip()
    if first == marker(0):
        return 0
    head, _, rest = marker(1).partition("2")
    number = first.removeprefix(head).removesuffix(rest)
    return int(number) - 1 if first.startswith(head) and first.endswith(rest) and number.isdigit() else None
