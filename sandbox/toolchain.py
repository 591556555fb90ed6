"""The five programs that the sandbox runs: Pulumi, etcd, kube-apiserver, kube-controller-manager, Helm.

Each is the one on PATH when its version fits, else one that an earlier run left in the cache, else the official
download (`sandbox.tools`), else built from its Go module. Versions and checksums are committed under `toolchain/`.
Nothing is written into the checkout.

It refuses an older or an incompatible tool of the user's silently, by building its own beside it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sandbox import golang
from sandbox.golang import parse_version
from sandbox.storage import CHECKOUT, cache_directory, exclusively
from sandbox.tools import building, official
from sandbox.tools.asking import asked_version
from sandbox.tools.downloads import ways
from underlay.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_KUBERNETES_VERSION: Final = "k8s.io/component-base/version"


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A program and where it comes from."""

    name: str
    module: str
    """Folder under `toolchain/`."""

    package: str
    """The Go package with its `main`."""

    source: str
    """The Go module whose version is this tool's version."""

    ask: tuple[str, ...]
    """Arguments that make it print its version."""

    same: int
    """How many leading numbers of the version must be equal for a user's own tool to fit; it may never be older."""

    stamps: tuple[str, ...] = ()
    """Linker variables that take the version: a build of a Go module has none by itself, and then says nothing of it
    (Pulumi: the Automation API refuses it) or something false (Kubernetes: v0.0.0-master)."""

    @property
    def version(self) -> str:
        """The version that `go.mod` pins, said there and nowhere else."""
        text = (_module(self) / "go.mod").read_text()
        found = re.search(rf"^\s*(?:require )?{re.escape(self.source)} (v\S+)", text, re.MULTILINE)
        if not found:
            raise OperatorError(f"toolchain/{self.module}/go.mod: {self.source} is not required; restore the file")
        return found[1]

    def fits(self, version: str) -> bool:
        """Whether a version found elsewhere will do: not older than the pinned one, and alike as far as it must be."""
        theirs, ours = parse_version(version), parse_version(self.version)
        return theirs[: self.same] == ours[: self.same] and theirs >= ours


def _kubernetes(name: str) -> Tool:
    return Tool(
        name=name,
        module="kubernetes",
        package=f"k8s.io/kubernetes/cmd/{name}",
        source="k8s.io/kubernetes",
        ask=("--version",),
        same=2,
        stamps=(f"{_KUBERNETES_VERSION}.gitVersion",),
    )


TOOLS: Final[Mapping[str, Tool]] = {
    tool.name: tool
    for tool in (
        Tool(
            name="pulumi",
            module="pulumi",
            package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            source="github.com/pulumi/pulumi/pkg/v3",
            ask=("version",),
            same=1,
            stamps=("github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",),
        ),
        Tool(
            name="etcd",
            module="etcd",
            package="go.etcd.io/etcd/server/v3",
            source="go.etcd.io/etcd/server/v3",
            ask=("--version",),
            same=1,
        ),
        Tool(
            name="helm",
            module="helm",
            package="helm.sh/helm/v3/cmd/helm",
            source="helm.sh/helm/v3",
            ask=("version", "--short"),
            same=1,
            stamps=("helm.sh/helm/v3/internal/version.version",),
        ),
        _kubernetes("kube-apiserver"),
        _kubernetes("kube-controller-manager"),
    )
}


def provide(names: Iterable[str] = TOOLS) -> dict[str, Path]:
    """Where each tool lies, had first if need be; a line is printed for whatever takes time.

    The order: the user's own on PATH, the cache, the official download, the build from the Go module. Downloads run
    side by side, and so do builds where the cores allow.

    Raises:
        OperatorError: a tool could be had in none of these ways.
    """
    tools = [TOOLS[name] for name in names]
    found = {tool.name: path for tool in tools if (path := _present(tool))}
    found |= _downloaded([tool for tool in tools if tool.name not in found])
    _build_all([tool for tool in tools if tool.name not in found])
    return {tool.name: found.get(tool.name) or _cached_or_had(tool) for tool in tools}


def _downloaded(tools: Sequence[Tool]) -> dict[str, Path]:
    """What can be had by download. What no release offers is built meanwhile: downloads leave the cores idle."""
    offered = {tool.name: tool.version for tool in tools if ways(tool.name, tool.version)}
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        downloading = pool.submit(official.obtain, offered, _trial, over)
        try:
            if offered:
                _build_all([tool for tool in tools if tool.name not in offered])
            return downloading.result()
        except BaseException:
            over.set()
            raise


def _present(tool: Tool) -> Path | None:
    """On PATH, or left in the cache by an earlier run, downloaded or built."""
    return _on_path(tool) or official.cached(tool.name, tool.version) or _built(tool)


def _built(tool: Tool) -> Path | None:
    """An earlier build of it, by the Go that would build it now; no Go is installed to find out."""
    go = golang.find_present_go(_go_line(tool))
    target = _target(tool, go) if go else None
    return target if target and target.is_file() else None


def _build_all(tools: Sequence[Tool]) -> None:
    groups: dict[str, tuple[Tool, ...]] = {}
    for tool in tools:
        groups[tool.module] = (*groups.get(tool.module, ()), tool)
    orders = [(golang.find_go(_go_line(each[0])), _module(each[0]), each[0].package) for each in groups.values()]
    if len(orders) > 1:
        building.fetch_modules(orders[1:])
    building.side_by_side(groups, _cached_or_had)


def _trial(name: str, program: Path) -> str:
    """What is wrong with a program that was downloaded; empty when it runs and is the version that it should be."""
    tool = TOOLS.get(name)
    if tool is None or not tool.ask:
        return ""
    version = asked_version(program, tool.ask)
    if version is None:
        return f"does not run on this machine ({' '.join((name, *tool.ask))})"
    return "" if tool.fits(version) else f"says that it is {version}, which does not fit {tool.version}"


def _module(tool: Tool) -> Path:
    return CHECKOUT / "toolchain" / tool.module


@cache
def _on_path(tool: Tool) -> Path | None:
    """The user's own, when its version fits."""
    found = shutil.which(tool.name)
    if not found:
        return None
    version = asked_version(Path(found), tool.ask)
    # Resolved: the name on PATH may be the sandbox's own link, which must not come to point at itself.
    return Path(found).resolve() if version and tool.fits(version) else None


@cache
def _cached_or_had(tool: Tool) -> Path:
    go = golang.find_go(_go_line(tool))
    target = _target(tool, go)
    if target.is_file():
        return target
    with exclusively(target):
        if target.is_file():  # somebody else built it while we waited
            return target
        golang.build(
            go,
            golang.Order(
                module=_module(tool),
                package=tool.package,
                version=tool.version,
                stamps=tool.stamps,
                target=target,
            ),
        )
    return target


def _go_line(tool: Tool) -> str:
    """The Go that a module asks for."""
    found = re.search(r"^go (\S+)", (_module(tool) / "go.mod").read_text(), re.MULTILINE)
    return found[1] if found else "1"


def _target(tool: Tool, go: golang.Go) -> Path:
    return cache_directory() / f"{tool.module}-{_digest(tool, go)}" / tool.name


def _digest(tool: Tool, go: golang.Go) -> str:
    """Names a build by all that it depends on."""
    digest = hashlib.sha256(go.fingerprint.encode())
    for name in ("go.mod", "go.sum"):
        digest.update((_module(tool) / name).read_bytes())
    return digest.hexdigest()[:16]
