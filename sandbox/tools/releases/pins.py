"""The maintainer's command: writes the releases' checksums, for all platforms, into `toolchain/downloads.yaml`.

A checksum that is pinned already is compared and never replaced: when it differs, either the pin or the release is
wrong, and a person must decide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.tools.releases import fetch
from sandbox.tools.releases.downloads import PUBLISHED, Download, every_download, source
from sandbox.tools.releases.fetch import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable


def pin(say: Callable[[str], None]) -> bool:
    """Pin what is not pinned, and compare what is; one line for each file.

    Args:
        say: Takes the lines.

    Returns:
        Whether every file that has a published checksum is pinned to it now.

    Raises:
        OperatorError: `toolchain/downloads.yaml` is not of its form.
        OSError: it cannot be written.
    """
    path = source()
    text, good = path.read_text(), True
    files = {(one.file, one.algorithm): one for each in every_download().values() for one in each}
    for download in files.values():
        if not download.published:
            say(f"{download.file}: pinned; its release publishes no checksum to compare")
            continue
        try:
            found = _published(download)
        except FetchError as error:
            say(f"{download.file}: not compared, {error}")
            good = False
            continue
        if download.pinned and download.digest.lower() != found:
            say(f"{download.file}: pinned to {download.digest}, but {download.published} says {found}; find out why")
            good = False
            continue
        text = _with_digest(text, download, found)
        say(f"{download.file}: {download.algorithm} {found[:16]}... {'as pinned' if download.pinned else 'written'}")
    path.write_text(text)
    return good


def _published(download: Download) -> str:
    if problem := fetch.unreachable(download.published):
        raise FetchError(problem)
    return fetch.published_checksum(download.published, download.algorithm, download.file)


def _with_digest(text: str, download: Download, digest: str) -> str:
    """The file's text with one checksum filled in: that of the line after `file: <name>`."""
    place = rf"(file: {re.escape(download.file)}\n\s*{download.algorithm}: ){PUBLISHED}\b"
    return re.sub(place, rf"\g<1>{digest}", text)
