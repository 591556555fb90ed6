"""The settings files of another git revision; the working tree is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kmetal_network.config.settings_files import TENANTS, SettingsFiles, environment_of, settings_of
from operations.git import git


def settings_at(root: Path, revision: str) -> tuple[SettingsFiles, str]:
    """Every settings file of a revision, and why git shows none; empty where it does.

    Args:
        root: the project, inside a git repository.
        revision: a commit, a branch or a tag; no option of git's.

    Raises:
        OperatorError: git cannot be run at all.
    """
    blobs: dict[str, bytes] = {}
    for words in (("./",), ("-r", f"./{TENANTS}/")):
        listed, failure = git(root, "ls-tree", "-z", *words[:-1], "--end-of-options", revision, words[-1])
        if failure:
            return SettingsFiles({}), failure
        for entry in filter(None, listed.split(b"\0")):
            fields, _, name = entry.partition(b"\t")
            path, (_, kind, blob) = name.decode(errors="replace"), fields.split(b" ")
            if kind == b"blob" and (environment_of(path) or "/" in path):
                blobs[path] = blob
    content, failure = git(root, "cat-file", "--batch", given=b"".join(blob + b"\n" for blob in blobs.values()))
    if failure:
        return SettingsFiles({}), failure
    return settings_of(dict(zip(blobs, _contents(content), strict=True))), ""


def _contents(batch: bytes) -> Iterator[bytes]:
    """Each object of what `git cat-file --batch` prints: a line that ends in the size, the content, a line end."""
    start = 0
    while start < len(batch):
        end = batch.index(b"\n", start)
        size = int(batch[start:end].rpartition(b" ")[2])
        yield batch[end + 1 : end + 1 + size]
        start = end + 1 + size + 1
