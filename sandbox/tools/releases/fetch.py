"""One file over HTTP: whether its server can be reached, its bytes, its checksum.

Proxies and certificates are those of the environment (`HTTPS_PROXY`, `NO_PROXY`, `REQUESTS_CA_BUNDLE`), as `requests`
reads them. Every error is a `FetchError` with one sentence; a refused file is deleted.
"""

from __future__ import annotations

import hashlib
import threading
import time
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PROBE_SECONDS: Final = 5.0
"""How long a server may take to answer at all; checked once per server and run."""

SILENCE_SECONDS: Final = 30.0
"""How long a server may send nothing in the middle of a file."""

LONGEST_SECONDS: Final = 900.0
"""How long one file may take; building the tools takes longer."""

_CHUNK: Final = 1 << 18
_LONGEST_LIST: Final = 1 << 20
_IDENTITY: Final = {"Accept-Encoding": "identity", "User-Agent": "kmetal-network-sandbox"}


class FetchError(Exception):
    """Why a file is not available, in one sentence."""


def reachable(url: str) -> bool:
    """Whether the server of an address gives any answer."""
    return not unreachable(url)


def unreachable(url: str) -> str:
    """Why the server of an address cannot be reached, at most `PROBE_SECONDS` after the first question; else empty."""
    address = urlsplit(url)
    return _ask(f"{address.scheme}://{address.netloc}/")


@cache
def _ask(url: str) -> str:
    answers: list[str] = []

    def ask() -> None:
        try:
            with _asking(url):
                requests.head(url, timeout=PROBE_SECONDS, allow_redirects=False, headers=_IDENTITY).close()
            answers.append("")
        except FetchError as error:
            answers.append(str(error))

    # A thread: the name service of a machine without internet may take a minute, and knows no timeout.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PROBE_SECONDS)
    return answers[0] if answers else f"no answer within {PROBE_SECONDS:g} s"


def fetch(url: str, to: Path, checksum: tuple[str, str], report: Callable[[int, int], None]) -> None:
    """Write a file and check it.

    Args:
        url: The address.
        to: The file to be written; deleted when this fails.
        checksum: Algorithm and hexadecimal digest.
        report: Called with the bytes received and the total (0: unknown); an exception from it ends the transfer.

    Raises:
        FetchError: no answer, another status than 200, a web page, a body that ends early, another checksum.
    """
    try:
        _transfer(url, to, checksum, report)
    except BaseException:
        to.unlink(missing_ok=True)
        raise


def _transfer(url: str, to: Path, checksum: tuple[str, str], report: Callable[[int, int], None]) -> None:
    algorithm, expected = checksum
    digest, come, started = hashlib.new(algorithm), 0, time.monotonic()
    with _answer(url) as answer, to.open("wb") as file:
        whole = int(answer.headers.get("Content-Length") or 0)
        for chunk in answer.iter_content(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            come += len(chunk)
            report(come, whole)
            if time.monotonic() - started > LONGEST_SECONDS:
                raise FetchError(f"{come} bytes in {LONGEST_SECONDS:g} s are too slow")
    if digest.hexdigest() != expected.lower():
        raise FetchError(f"{algorithm} of the file is {digest.hexdigest()[:16]}... and not {expected[:16]}...")


def published_checksum(url: str, algorithm: str, file: str) -> str:
    """The checksum that a release publishes of a file: alone, or in a list of lines `<checksum>  <file>`.

    Raises:
        FetchError: no such list, none of this file in it, or it came over a connection that is not encrypted.
    """
    with _answer(url) as answer:
        if urlsplit(url).scheme == "https" and urlsplit(answer.url).scheme != "https":
            raise FetchError(f"{url} leads to {answer.url}, which is not https")
        text = b"".join(answer.iter_content(_CHUNK))[:_LONGEST_LIST].decode(errors="replace")
    name, length = file.rpartition("/")[2], hashlib.new(algorithm).digest_size * 2
    for line in text.splitlines():
        digest, *names = line.split()[:2] or [""]
        right = len(digest) == length and not digest.strip("0123456789abcdefABCDEF")
        if right and (not names or names[0].lstrip("*").rpartition("/")[2] == name):
            return digest.lower()
    raise FetchError(f"{url} has no {algorithm} of {name}")


@contextmanager
def _answer(url: str) -> Iterator[requests.Response]:
    with (
        _asking(url),
        requests.get(url, stream=True, timeout=(PROBE_SECONDS, SILENCE_SECONDS), headers=_IDENTITY) as answer,
    ):
        if answer.status_code != HTTPStatus.OK:
            raise FetchError(f"{url} answers {answer.status_code} {answer.reason}")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            raise FetchError(f"{url} answers with a web page instead of the file, as a proxy or a login does")
        yield answer


@contextmanager
def _asking(url: str) -> Iterator[None]:
    """Say what `requests` raises in one sentence."""
    try:
        yield
    except requests.exceptions.ProxyError as error:
        raise FetchError(f"the proxy does not let us through to {url} ({cause(error)})") from error
    except requests.exceptions.SSLError as error:
        raise FetchError(f"the certificate of {url} is not accepted ({cause(error)})") from error
    except requests.exceptions.Timeout as error:
        raise FetchError(f"{url} does not answer in time") from error
    except requests.exceptions.ChunkedEncodingError as error:
        bytes_read = cause(error).removeprefix("IncompleteRead(").removesuffix(")")
        raise FetchError(f"{url} ends too early ({bytes_read})") from error
    except requests.exceptions.ConnectionError as error:
        raise FetchError(f"no connection to {url} ({cause(error)})") from error
    except requests.exceptions.RequestException as error:
        raise FetchError(f"{url} cannot be fetched ({cause(error)})") from error


def cause(error: BaseException) -> str:
    """The innermost reason of an error, on one line."""
    seen: set[int] = set()
    while (inner := error.__cause__ or error.__context__) and id(inner) not in seen:
        seen.add(id(inner))
        error = inner
    said = (getattr(error, "strerror", None) or str(error) or type(error).__name__).splitlines()
    return said[0] if said else type(error).__name__
