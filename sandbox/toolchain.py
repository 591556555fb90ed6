"""The programs that the sandbox runs: Pulumi, its Kubernetes provider, etcd, Kubernetes' servers, MetalLB's controller.

Each is the one on PATH when its version fits, else one that an earlier run left in the cache, else it is had anew:
Pulumi from its official installer where that can be reached, everything else (and Pulumi too) built from its Go module,
whose version and checksums are committed under `toolchain/`. Nothing is written into the checkout.

It refuses an older or an incompatible tool of the user's silently, by building its own beside it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sandbox import golang
from sandbox.golang import parse_version
from sandbox.module_files import ModuleFiles, Replacement
from sandbox.progress import say, working
from sandbox.storage import CHECKOUT, cache_directory, exclusively
from underlay.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PULUMI_DOWNLOADS: Final = "https://get.pulumi.com"

PROVIDER: Final = "pulumi-resource-kubernetes"
METALLB: Final = "metallb-controller"

METALLB_LISTENS_ON_LOOPBACK: Final = tuple(
    Replacement("internal/k8s/k8s.go", upstream, ours)
    for upstream, ours in (
        ("Port:    9443,", 'Host: "127.0.0.1", Port: cfg.MetricsPort + 1,'),
        ("net.JoinHostPort(cfg.MetricsHost, ", 'net.JoinHostPort("127.0.0.1", '),
    )
)
"""MetalLB's webhook listens on port 9443 of every address and has no flag for either (`internal/k8s/k8s.go`, 0.15.2).
Two sandboxes could not run beside each other, and neither may listen beyond loopback. Nothing else is changed."""

_PROVIDER_MODULE: Final = "github.com/pulumi/pulumi-kubernetes/provider/v4"
_METALLB_MODULE: Final = "go.universe.tf/metallb"

_PROBE_SECONDS: Final = 5.0
_INSTALLER_SECONDS: Final = 300.0
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

    ask: tuple[str, ...] = ()
    """Arguments that make it print its version; a tool on PATH that cannot be asked is never taken."""

    same: int = 3
    """How many leading numbers of the version must be equal for a user's own tool to fit; it may never be older."""

    release: str = ""
    """The version that the tool says of itself, where the Go module has none of that form: the provider is released
    from a tag that the module proxy does not know as a version."""

    files: ModuleFiles | None = None
    """What the build takes from the source module beside its packages."""

    stamps: tuple[str, ...] = ()
    """Linker variables that take the version: a build of a Go module has none by itself, and then says nothing of it
    (Pulumi: the Automation API refuses it) or something false (Kubernetes: v0.0.0-master)."""

    @property
    def version(self) -> str:
        """The version that the tool says of itself: the release, else the one that `go.mod` pins."""
        return self.release or self.pinned

    @property
    def pinned(self) -> str:
        """The version of the source module that `go.mod` pins, said there and nowhere else."""
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
            name=PROVIDER,
            module="provider",
            package=".",
            source=_PROVIDER_MODULE,
            release=metadata.version("pulumi-kubernetes"),
            files=ModuleFiles(
                source=_PROVIDER_MODULE,
                embeds=tuple(f"cmd/{PROVIDER}/{name}.json" for name in ("schema", "terraform-mapping")),
            ),
            stamps=("main.version",),
        ),
        _kubernetes("kube-apiserver"),
        _kubernetes("kube-controller-manager"),
        Tool(
            name=METALLB,
            module="metallb",
            package="go.universe.tf/metallb/controller",
            source=_METALLB_MODULE,
            files=ModuleFiles(
                source=_METALLB_MODULE, keeps="config/crd/bases/*.yaml", replacements=METALLB_LISTENS_ON_LOOPBACK
            ),
            stamps=("go.universe.tf/metallb/internal/version.version",),
        ),
    )
}


def provide(names: Iterable[str] = TOOLS) -> dict[str, Path]:
    """Where each tool lies, had first if need be; a line is printed for whatever takes time."""
    return {name: _provide(TOOLS[name]) for name in names}


def _provide(tool: Tool) -> Path:
    return _on_path(tool) or _users_plugin(tool) or _cached_or_had(tool)


def _module(tool: Tool) -> Path:
    return CHECKOUT / "toolchain" / tool.module


@cache
def _on_path(tool: Tool) -> Path | None:
    """The user's own, when its version fits."""
    found = shutil.which(tool.name) if tool.ask else None
    if not found:
        return None
    try:
        answer = subprocess.run([found, *tool.ask], capture_output=True, text=True, check=True, timeout=30).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"v?(\d+\.\d+\.\d+)", answer)
    # Resolved: the name on PATH may be the sandbox's own link, which must not come to point at itself.
    return Path(found).resolve() if version and tool.fits(version[1]) else None


def _users_plugin(tool: Tool) -> Path | None:
    """The provider of just this version in the user's own Pulumi home, where the CLI once downloaded it."""
    if tool.name != PROVIDER:
        return None
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    found = home / "plugins" / f"resource-kubernetes-v{tool.version}" / PROVIDER
    return found.resolve() if found.is_file() else None


@cache
def _cached_or_had(tool: Tool) -> Path:
    if tool.name == "pulumi":
        official = cache_directory() / f"pulumi-{tool.version}" / "bin" / "pulumi"
        if official.is_file():
            return official
    go = golang.find_go(_go_line(tool))
    target = cache_directory() / f"{tool.module}-{_digest(tool, go)}" / tool.name
    if target.is_file():
        return target
    with exclusively(target):
        if target.is_file():  # somebody else built it while we waited
            return target
        if tool.name == "pulumi" and _install_pulumi(official):
            return official
        golang.build(
            go,
            golang.Order(
                module=_module(tool),
                package=tool.package,
                version=tool.version,
                stamps=tool.stamps,
                files=tool.files,
                target=target,
            ),
        )
    return target


def _go_line(tool: Tool) -> str:
    """The Go that a module asks for."""
    found = re.search(r"^go (\S+)", (_module(tool) / "go.mod").read_text(), re.MULTILINE)
    return found[1] if found else "1"


def _digest(tool: Tool, go: golang.Go) -> str:
    """Names a build by all that it depends on."""
    digest = hashlib.sha256(go.fingerprint.encode())
    digest.update(repr(tool.files).encode() if tool.files else b"")
    for path in sorted(path for path in _module(tool).iterdir() if path.suffix in {".mod", ".sum", ".go"}):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def reachable(url: str) -> bool:
    """Whether a download can be had; asked once per run, so that a machine without the internet waits once."""
    request = urllib.request.Request(url, method="HEAD")  # noqa: S310  # only the constants of this package come here
    try:
        with urllib.request.urlopen(request, timeout=_PROBE_SECONDS) as answer:  # noqa: S310  # same
            return bool(answer.status < HTTPStatus.BAD_REQUEST)
    except (OSError, urllib.error.URLError):
        return False


def _install_pulumi(target: Path) -> bool:
    """Pulumi by its own installer, which also brings the Python language host; False, in one line, where it can't."""
    version = TOOLS["pulumi"].version
    if not reachable(f"{PULUMI_DOWNLOADS}/install.sh"):
        say(f"pulumi {version}: {PULUMI_DOWNLOADS} cannot be reached from here, so it is built from its Go module")
        return False
    root = target.parent.parent
    script = f"from pulumi.automation import PulumiCommand; PulumiCommand.install(root={str(root)!r})"
    with working(f"pulumi {version} by the official installer") as work:
        try:
            command = [sys.executable, "-c", script]
            subprocess.run(command, capture_output=True, check=True, timeout=_INSTALLER_SECONDS)
        except (OSError, subprocess.SubprocessError):
            work.result = "no success, so it is built from its Go module"
            shutil.rmtree(root, ignore_errors=True)
    return target.is_file()
