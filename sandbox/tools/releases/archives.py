"""Extracts programs from an archive: the chosen members as plain files in one directory, and nothing else.

It refuses an archive with any member outside that directory (`/etc/passwd`, `../bin/sh`).
"""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
import zlib
from fnmatch import fnmatchcase
from functools import partial
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Final

from sandbox.tools.releases.fetch import FetchError, cause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sandbox.tools.releases.downloads import Download

_BROKEN: Final = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


def unpack(archive: Path, download: Download, directory: Path) -> None:
    """Extract the programs of a download into a directory, executable and synced to disk.

    Raises:
        FetchError: the archive cannot be read, a member would lie outside, or a program is missing.
    """
    directory.mkdir()
    if download.members:
        try:
            _take(archive, download, directory)
        except _BROKEN as error:
            raise FetchError(f"{download.url} is no archive that can be read ({cause(error)})") from error
    else:
        archive.replace(directory / PurePosixPath(download.file).name)
    for name in download.provides:
        if not (directory / name).is_file():
            raise FetchError(f"{download.url} holds no {name}")
    for path in directory.iterdir():
        path.chmod(0o755)
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _take(archive: Path, download: Download, directory: Path) -> None:
    for name, opened in _members(archive, download):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise FetchError(f"{download.url} holds {name}, which would lie outside; nothing of it is taken")
        wanted = any(fnmatchcase(str(path), pattern) for pattern in download.members)
        if opened and wanted:
            with opened() as content, (directory / path.name).open("wb") as file:
                shutil.copyfileobj(content, file)


def _members(archive: Path, download: Download) -> Iterator[tuple[str, Callable[[], IO[bytes]] | None]]:
    """Name of each member, and how its content is opened; None for a folder or a link."""
    if download.file.endswith(".zip"):
        with zipfile.ZipFile(archive) as zipped:
            for entry in zipped.infolist():
                yield entry.filename, None if entry.is_dir() else partial(zipped.open, entry)
    else:
        with tarfile.open(archive, "r:*") as tarred:
            for member in tarred:
                yield member.name, partial(_content, tarred, member) if member.isreg() else None


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    if content is None:
        raise tarfile.ReadError(f"{member.name} has no content")
    return content
