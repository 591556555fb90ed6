"""Which official downloads there are: address, checksum and contents, per tool and platform.

`toolchain/downloads.yaml` lists them and says where each checksum comes from. Where the checksum is `published`, the
file is not pinned yet: the checksum that its release publishes is fetched over TLS, which trusts the server of the
release. `python -m sandbox pin` turns those into pins.
"""

from __future__ import annotations

import hashlib
import os
import platform
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from kmetal_network.errors import OperatorError
from sandbox.storage import CHECKOUT
from sandbox.tools.go.compiler import parse_version

FILE: Final = CHECKOUT / "toolchain" / "downloads.yaml"

INSTEAD: Final = "KMETAL_DOWNLOADS"
"""Environment variable: path of another file to read, for your own mirror; with an empty file, everything is built."""

PUBLISHED: Final = "published"
"""In place of a checksum: the release publishes it next to the file."""

ALGORITHMS: Final = ("sha256", "sha512")

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_PROCESSORS: Final = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True, kw_only=True)
class Download:
    """One file of one release for one platform."""

    name: str
    version: str
    provides: tuple[str, ...]
    """The programs that it must contain."""

    url: str
    file: str
    """Its name in the release's list of checksums."""

    algorithm: str
    digest: str
    """Hexadecimal checksum, or `published`."""

    published: str = ""
    """Address of the release's own checksum or list of checksums; empty where the release has none."""

    members: tuple[str, ...] = ()
    """Patterns of the archive's members to be taken (`*` matches `/`, too); none: the file is the program."""

    @property
    def pinned(self) -> bool:
        """Whether the checksum is known before anything is fetched."""
        return self.digest != PUBLISHED

    @property
    def key(self) -> str:
        """The name of its directory in the cache, from everything that its contents depend on."""
        identity = "\n".join((self.url, self.algorithm, self.digest, *self.provides, *self.members))
        return f"{self.name}-{self.version}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"


def this_platform() -> str:
    """This machine, as Go calls it: `linux-amd64`, `darwin-arm64`."""
    processor = platform.machine().lower()
    return f"{platform.system().lower()}-{_PROCESSORS.get(processor, processor)}"


def source() -> Path:
    """The file that is read."""
    return Path(os.environ.get(INSTEAD) or FILE)


def every_download() -> dict[str, tuple[Download, ...]]:
    """All downloads of each platform, those with a pinned checksum first.

    Raises:
        OperatorError: the file cannot be read, or an entry is not of its form.
    """
    return _read(source())


@cache
def _read(path: Path) -> dict[str, tuple[Download, ...]]:
    try:
        entries = (yaml.safe_load(path.read_text()) or {}).get("downloads") or []
        pairs = [pair for entry in entries for pair in _per_platform(entry)]
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        said = error if isinstance(error, (OSError, yaml.YAMLError, ValueError)) else repr(error)
        raise OperatorError(
            f"{path}: no list of downloads ({said}); restore the file, or correct what {INSTEAD} names"
        ) from error
    found: dict[str, list[Download]] = {}
    for name, download in pairs:
        found.setdefault(name, []).append(download)
    return {name: tuple(sorted(each, key=lambda one: not one.pinned)) for name, each in found.items()}


def ways(tool: str, version: str) -> tuple[Download, ...]:
    """The downloads that contain a tool in exactly this version, for this machine, best first."""
    return tuple(
        download
        for download in every_download().get(this_platform(), ())
        if tool in download.provides and parse_version(download.version) == parse_version(version)
    )


def _per_platform(entry: dict[str, Any]) -> list[tuple[str, Download]]:
    urls = [entry["url"]] if isinstance(entry["url"], str) else entry["url"]
    made = []
    for (name, file), url in product(entry["platforms"].items(), urls):
        algorithm = next((algorithm for algorithm in ALGORITHMS if algorithm in file), None)
        if algorithm is None:
            raise ValueError(f"{file['file']} has neither {' nor '.join(ALGORITHMS)}")
        download = Download(
            name=entry["name"],
            version=entry["version"],
            provides=tuple(entry["provides"]),
            members=tuple(entry.get("members", ())),
            url=url.replace("{file}", file["file"]),
            published=entry.get("published", "").replace("{file}", file["file"]),
            file=file["file"],
            algorithm=algorithm,
            digest=str(file[algorithm]),
        )
        _check(download)
        made.append((name, download))
    return made


def _check(download: Download) -> None:
    for url in filter(None, (download.url, download.published)):
        if urlsplit(url).scheme != "https" and urlsplit(url).hostname not in _LOOPBACK:
            raise ValueError(f"{url} is not https")
    if not download.pinned and not download.published:
        raise ValueError(f"{download.file} has no checksum, and its release publishes none")
    if download.pinned and len(download.digest) != hashlib.new(download.algorithm).digest_size * 2:
        raise ValueError(f"{download.file}: {download.digest} is no {download.algorithm}")
