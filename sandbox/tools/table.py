"""The table of the sandbox's programs: where each comes from, its version, and what a build of it needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kmetal_network.errors import OperatorError
from sandbox.storage import CHECKOUT
from sandbox.tools.go.compiler import parse_version
from sandbox.tools.go.module_files import ModuleFiles, Replacement

if TYPE_CHECKING:
    from collections.abc import Mapping

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
Two sandboxes could not run at the same time, and neither may listen beyond loopback. Nothing else is changed."""

_PROVIDER_MODULE: Final = "github.com/pulumi/pulumi-kubernetes/provider/v4"
_METALLB_MODULE: Final = "go.universe.tf/metallb"

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
    """The version that the tool reports, where the Go module has none of that form: the provider is released from a tag
    that the module proxy does not know as a version."""

    files: ModuleFiles | None = None
    """What the build takes from the source module besides its packages."""

    stamps: tuple[str, ...] = ()
    """Linker variables that take the version: without them a build of a Go module reports no version
    (Pulumi: the Automation API refuses it) or a wrong one (Kubernetes: v0.0.0-master)."""

    @property
    def folder(self) -> Path:
        """Our folder with its `go.mod`."""
        return CHECKOUT / "toolchain" / self.module

    @property
    def go_mod(self) -> str:
        """The text of its `go.mod`."""
        return (self.folder / "go.mod").read_text()

    @property
    def go_line(self) -> str:
        """The Go that its module asks for."""
        found = re.search(r"^go (\S+)", self.go_mod, re.MULTILINE)
        return found[1] if found else "1"

    @property
    def version(self) -> str:
        """The version that the tool reports: the release, else the one that `go.mod` pins."""
        return self.release or self.pinned

    @property
    def pinned(self) -> str:
        """The version of the source module, which only `go.mod` pins."""
        text = self.go_mod
        found = re.search(rf"^\s*(?:require )?{re.escape(self.source)} (v\S+)", text, re.MULTILINE)
        if not found:
            raise OperatorError(f"toolchain/{self.module}/go.mod: {self.source} is not required; restore the file")
        return found[1]

    def fits(self, version: str) -> bool:
        """Whether a version found elsewhere fits: not older than the pinned one, same leading numbers."""
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
