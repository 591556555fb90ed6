"""Where the custom resource definitions of a sandbox come from; the first available source is used.

1. The folder `shared/crds` next to the checkout, for tests and CI.
2. The upstream releases at the pinned versions, kept in the cache once fetched.
3. The program's own models (`sandbox.control_plane.definitions.catalogue`): upstream's specs as to types, bounds and
   defaults, without their prose.

It refuses to start without any of them: a sandbox without the kinds would prove nothing.
"""

from __future__ import annotations

import importlib
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from kmetal_network.errors import OperatorError
from sandbox.control_plane import metallb
from sandbox.progress import say, working
from sandbox.storage import CHECKOUT, cache_directory
from sandbox.tools.releases.fetch import reachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sandbox.control_plane.api import Object

KUBE_OVN: Final = "1.15.24"
METALLB: Final = "0.15.2"
"""The release whose controller the sandbox builds; its definitions come with it (`sandbox.control_plane.metallb`)."""
NETWORK_ATTACHMENTS: Final = "1.7.7"
"""Release of network-attachment-definition-client, which owns Multus' kind."""
SOURCE_CONTROLLER: Final = "1.9.0"
HELM_CONTROLLER: Final = "1.6.3"

METALLB_GROUP: Final = "metallb.io"

_RAW: Final = "https://raw.githubusercontent.com"
_METALLB_KINDS: Final = (
    "bfdprofiles",
    "bgpadvertisements",
    "bgppeers",
    "communities",
    "ipaddresspools",
    "l2advertisements",
    "servicebgpstatuses",
    "servicel2statuses",
)
UPSTREAM: Final = (
    f"{_RAW}/kubeovn/kube-ovn/v{KUBE_OVN}/charts/kube-ovn-v2/crds/kube-ovn-crd.yaml",
    *(f"{_RAW}/metallb/metallb/v{METALLB}/config/crd/bases/metallb.io_{kind}.yaml" for kind in _METALLB_KINDS),
    f"{_RAW}/k8snetworkplumbingwg/network-attachment-definition-client/v{NETWORK_ATTACHMENTS}/artifacts/networks-crd.yaml",
    *(
        f"{_RAW}/fluxcd/source-controller/v{SOURCE_CONTROLLER}/config/crd/bases/source.toolkit.fluxcd.io_{kind}.yaml"
        for kind in ("helmrepositories", "ocirepositories")
    ),
    f"{_RAW}/fluxcd/helm-controller/v{HELM_CONTROLLER}/config/crd/bases/helm.toolkit.fluxcd.io_helmreleases.yaml",
)
"""Their files in the releases."""

_FETCH_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Source:
    """One source of the definitions; `load` returns none where it is not available."""

    name: str
    load: Callable[[], list[Object]]


def crd_sources() -> tuple[Source, ...]:
    """The sources, best first."""
    return (
        Source("the folder shared/crds next to the checkout", _beside_the_checkout),
        Source("the upstream releases", _from_upstream),
        Source("the program's own models", _from_models),
    )


def definitions(metallb_controller: Path | None = None) -> list[Object]:
    """All definitions, from the first source that has them.

    Args:
        metallb_controller: the executable next to which its build left the definitions of its own release.
    """
    sources = crd_sources()
    for source in sources:
        found = source.load()
        if found:
            if source is not sources[0]:
                say(f"custom resource definitions: from {source.name}")
            return _with_metallbs_own(found, metallb_controller)
    raise OperatorError(
        f"sandbox/control_plane/crds.py: no custom resource definitions, {_RAW} cannot be reached; run the sandbox once"
        " with access "
        "to it, they are kept in the cache from then on"
    )


def _with_metallbs_own(found: list[Object], controller: Path | None) -> list[Object]:
    """MetalLB's kinds as the release defines them whose controller runs here."""
    files = metallb.definition_files(controller) if controller else ()
    own = list(_definitions_in(file.read_text() for file in files))
    return [one for one in found if not own or one["spec"]["group"] != METALLB_GROUP] + own


def _beside_the_checkout() -> list[Object]:
    root = CHECKOUT.parent / "shared" / "crds"
    folders = (f"kube-ovn-v{KUBE_OVN}", "metallb", "multus", "flux")
    files = [file for folder in folders for file in sorted((root / folder).glob("*.yaml"))]
    return list(_definitions_in(file.read_text() for file in files))


def _from_upstream() -> list[Object]:
    kept = cache_directory().parent / "crds"
    files = {url: kept / url.removeprefix(f"{_RAW}/").replace("/", "_") for url in UPSTREAM}
    missing = {url: file for url, file in files.items() if not file.is_file()}
    if missing and not reachable(UPSTREAM[0]):
        return []
    try:
        for url, file in missing.items():
            _fetch(url, file)
    except OSError as error:
        say(f"custom resource definitions: {error}")
        return []
    return list(_definitions_in(file.read_text() for file in files.values()))


def _fetch(url: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with working(f"fetching {url}"), urllib.request.urlopen(url, timeout=_FETCH_SECONDS) as answer:  # noqa: S310  # UPSTREAM only
        partial = file.with_suffix(".partial")
        partial.write_bytes(answer.read())
        partial.replace(file)


def _from_models() -> list[Object]:
    """The definitions that the program derives from its own types."""
    try:
        module = importlib.import_module("sandbox.control_plane.definitions.catalogue")
    except ModuleNotFoundError:
        return []
    found: list[Object] = module.custom_resource_definitions()
    return found


def _definitions_in(texts: Iterable[str]) -> Iterator[Object]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is installed
    for text in texts:
        for document in yaml.load_all(text, loader):
            if isinstance(document, dict) and document.get("kind") == "CustomResourceDefinition":
                yield document
