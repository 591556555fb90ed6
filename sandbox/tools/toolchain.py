"""The programs that the sandbox runs: Pulumi, its Kubernetes provider, etcd, Kubernetes' servers, MetalLB's controller.

Each is the one on PATH when its version fits, else one that an earlier run left in the cache, else the official
download (`sandbox.tools`), else built from its Go module. Versions and checksums are committed under `toolchain/`.
Nothing is written into the checkout.

Where the user's own tool is older or incompatible, it silently builds another one next to it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.storage import cache_directory, exclusively
from sandbox.tools.asking import asked_version
from sandbox.tools.go import building, compiler
from sandbox.tools.releases import official
from sandbox.tools.releases.downloads import ways
from sandbox.tools.table import PROVIDER, TOOLS, Tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def provide(names: Iterable[str] = TOOLS) -> dict[str, Path]:
    """The path of each tool, which is downloaded or built if missing; it prints a line for whatever takes time.

    The order: the user's own on PATH, the cache, the official download, the build from the Go module. Downloads run
    in parallel, and so do builds where the cores allow.

    Raises:
        OperatorError: none of these ways provides a tool.
    """
    return provide_tools([TOOLS[name] for name in names])


def provide_tools(tools: Sequence[Tool]) -> dict[str, Path]:
    """As `provide`, also for a tool that is not in the table."""
    found = {tool.name: path for tool in tools if (path := _present(tool))}
    found |= _downloaded([tool for tool in tools if tool.name not in found])
    _build_all([tool for tool in tools if tool.name not in found])
    return {tool.name: found.get(tool.name) or _cached_or_had(tool) for tool in tools}


def _downloaded(tools: Sequence[Tool]) -> dict[str, Path]:
    """Download what releases offer, and build the rest meanwhile: downloads leave the cores idle."""
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
    """On PATH, or in the cache from an earlier download or build."""
    return _on_path(tool) or _users_plugin(tool) or official.cached(tool.name, tool.version) or _built(tool)


def _built(tool: Tool) -> Path | None:
    """An earlier build with the Go that would build it now; this installs no Go."""
    go = compiler.find_present_go(tool.go_line)
    target = _target(tool, go) if go else None
    return target if target and target.is_file() else None


def _build_all(tools: Sequence[Tool]) -> None:
    groups: dict[str, tuple[Tool, ...]] = {}
    for tool in tools:
        groups[tool.module] = (*groups.get(tool.module, ()), tool)
    orders = [(compiler.find_go(each[0].go_line), each[0].folder, each[0].package) for each in groups.values()]
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


@cache
def _on_path(tool: Tool) -> Path | None:
    """The user's own, when its version fits."""
    found = shutil.which(tool.name) if tool.ask else None
    if not found:
        return None
    version = asked_version(Path(found), tool.ask)
    # Resolved: the name on PATH may be the sandbox's own link, which must not come to point at itself.
    return Path(found).resolve() if version and tool.fits(version) else None


def _users_plugin(tool: Tool) -> Path | None:
    """The provider of just this version in the user's own Pulumi home, where the CLI once downloaded it."""
    if tool.name != PROVIDER:
        return None
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    found = home / "plugins" / f"resource-kubernetes-v{tool.version}" / PROVIDER
    return found.resolve() if found.is_file() else None


@cache
def _cached_or_had(tool: Tool) -> Path:
    go = compiler.find_go(tool.go_line)
    target = _target(tool, go)
    if target.is_file():
        return target
    with exclusively(target):
        if target.is_file():  # somebody else built it while we waited
            return target
        compiler.build(
            go,
            compiler.Order(
                module=tool.folder,
                package=tool.package,
                version=tool.version,
                stamps=tool.stamps,
                files=tool.files,
                target=target,
            ),
        )
    return target


def _target(tool: Tool, go: compiler.Go) -> Path:
    return cache_directory() / f"{tool.module}-{_digest(tool, go)}" / tool.name


def _digest(tool: Tool, go: compiler.Go) -> str:
    """Identifies a build by everything that it depends on."""
    digest = hashlib.sha256(go.fingerprint.encode())
    digest.update(repr(tool.files).encode() if tool.files else b"")
    for path in sorted(path for path in tool.folder.iterdir() if path.suffix in {".mod", ".sum", ".go"}):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
