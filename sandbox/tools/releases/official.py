"""Official downloads in the cache: finds them, or downloads them in parallel.

A download becomes a directory of the cache with one rename, after its checksum was right, its programs were unpacked
and have run once. An attempt that ends earlier leaves a hidden directory; the next attempt deletes it.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sandbox.progress import Work, say, working
from sandbox.storage import cache_directory, exclusively
from sandbox.tools.releases import fetch
from sandbox.tools.releases.archives import unpack
from sandbox.tools.releases.downloads import Download, ways
from sandbox.tools.releases.fetch import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Trial = Callable[[str, Path], str]
    """Runs a program that was fetched, and says what is wrong with it; empty when nothing is."""

_AT_ONCE: Final = 6
_MEGABYTE: Final = 1_000_000


def cached(tool: str, version: str) -> Path | None:
    """The program of an earlier download; None where there is none."""
    places = (directory(download) / tool for download in ways(tool, version))
    return next((place for place in places if place.is_file()), None)


def directory(download: Download) -> Path:
    """The directory of a download's programs, once it exists."""
    return cache_directory() / download.key


def obtain(tools: Mapping[str, str], trial: Trial, over: threading.Event | None = None) -> dict[str, Path]:
    """Download the available ones of some tools, in parallel.

    For each other one, a line says why and what comes next. It raises nothing of its own: the caller gets what is not
    in the answer another way.

    Args:
        tools: Name and version.
        trial: Runs a program before it is kept.
        over: Ends all transfers when somebody sets it.
    """
    over = over or threading.Event()
    lists = {tool: list(ways(tool, version)) for tool, version in tools.items()}
    _leave_out_unreachable(lists)
    had: dict[str, Path] = {}
    while not over.is_set() and (wanted := _next(lists)):
        problems = _side_by_side(wanted, trial, over)
        for download, problem in problems.items():
            served = [tool for tool in lists if lists[tool] and lists[tool][0] == download]
            if problem:
                _pass_over(download, problem, served, lists)
            else:
                had |= {tool: directory(download) / tool for tool in served}
                for tool in served:
                    del lists[tool]
    return had


def _next(lists: Mapping[str, Sequence[Download]]) -> tuple[Download, ...]:
    """The best download of each tool; an archive with several tools appears once."""
    return tuple(dict.fromkeys(each[0] for each in lists.values() if each))


def _leave_out_unreachable(lists: dict[str, list[Download]]) -> None:
    """Ask all servers at the same time, and say in one line which of them cannot be reached."""
    servers = {download.url.split("/")[2]: download.url for each in lists.values() for download in each}
    if not servers:
        return
    with ThreadPoolExecutor(len(servers)) as pool:
        reasons = dict(zip(servers, pool.map(fetch.unreachable, servers.values()), strict=True))
    closed = [server for server, reason in reasons.items() if reason]
    without = []
    for tool, each in lists.items():
        lists[tool] = [download for download in each if download.url.split("/")[2] not in closed]
        without += [tool] if each and not lists[tool] else []
    if closed:
        say(
            f"{', '.join(closed)}: cannot be reached from here ({reasons[closed[0]]})"
            + (f"; built from Go modules: {', '.join(without)}" if without else "")
        )


def _pass_over(download: Download, problem: str, served: Sequence[str], lists: dict[str, list[Download]]) -> None:
    for tool in served:
        lists[tool].pop(0)
    following = lists[served[0]][0].url if lists[served[0]] else "built from the Go module"
    say(f"{', '.join(served)} {download.version}: {problem}; next: {following}")


def _side_by_side(downloads: Sequence[Download], trial: Trial, over: threading.Event) -> dict[Download, str]:
    """What went wrong with each download; empty where nothing did."""
    progress = _Progress(over)
    names = ", ".join(download.name for download in downloads)
    with working(f"downloading {names}") as work, ThreadPoolExecutor(_AT_ONCE) as pool:
        progress.work = work
        running = {download: pool.submit(_problem, download, trial, progress) for download in downloads}
        try:
            problems = {download: future.result() for download, future in running.items()}
        except BaseException:  # an interrupt must not wait for running transfers
            over.set()
            raise
        good = sum(not problem for problem in problems.values())
        work.result = "done" if good == len(problems) else f"{good} of {len(problems)} done"
    return problems


def _problem(download: Download, trial: Trial, progress: _Progress) -> str:
    try:
        _install(download, trial, progress)
    except FetchError as error:
        return str(error)
    except OSError as error:
        return f"{download.url} cannot be kept in {cache_directory()} ({error})"
    return ""


def _install(download: Download, trial: Trial, progress: _Progress) -> None:
    target = directory(download)
    with exclusively(target):
        if target.is_dir():  # another process downloaded it while we waited
            return
        for left in target.parent.glob(f".{target.name}.*"):
            shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            archive, programs = work / "download", work / "programs"
            fetch.fetch(download.url, archive, (download.algorithm, _digest(download)), progress.of(download))
            unpack(archive, download, programs)
            _try(download, programs, trial)
            programs.rename(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _digest(download: Download) -> str:
    if download.pinned:
        return download.digest
    if problem := fetch.unreachable(download.published):
        raise FetchError(f"the checksum of {download.url} cannot be had ({problem})")
    return fetch.published_checksum(download.published, download.algorithm, download.file)


def _try(download: Download, programs: Path, trial: Trial) -> None:
    for name in download.provides:
        if problem := trial(name, programs / name):
            raise FetchError(f"{name} of {download.url} {problem}")


class _Progress:
    """Sums up the transfers that run side by side, and ends them on request."""

    def __init__(self, over: threading.Event) -> None:
        self.work = Work("")
        self._over = over
        self._bytes: dict[Download, tuple[int, int]] = {}

    def of(self, download: Download) -> Callable[[int, int], None]:
        def report(come: int, whole: int) -> None:
            if self._over.is_set():
                raise FetchError("interrupted")
            self._bytes[download] = (come, whole)
            self.work.detail = self._said(list(self._bytes.values()))

        return report

    @staticmethod
    def _said(transfers: Iterable[tuple[int, int]]) -> str:
        come, whole = (sum(figures) // _MEGABYTE for figures in zip(*transfers, strict=True))
        return f"{come} of {whole} MB" if whole >= come else f"{come} MB"
