"""MetalLB's own controller next to the sandbox's API server, with its webhooks, as its chart would run it.

The speaker does not run: it needs the nodes' network. This module creates what
the chart would create for the controller: the webhook configuration, with the controller's loopback address.
"""

from __future__ import annotations

import base64
import shutil
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sandbox.control_plane.api import Object
from sandbox.control_plane.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMESPACE: Final = "kmetal-metallb"
"""The namespace in which kMetal's chart installs MetalLB."""

_CERTIFICATES: Final = Path("k8s-webhook-server", "serving-certs")
"""Where controller-runtime looks below TMPDIR; MetalLB hands `--cert-dir` to its own rotation alone."""

CONFIGURATION: Final = "metallb-webhook-configuration"

_WEBHOOKS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "bgppeers": ("v1beta2", ("CREATE", "UPDATE")),
    "bfdprofiles": ("v1beta1", ("CREATE", "DELETE")),
    "bgpadvertisements": ("v1beta1", ("CREATE", "UPDATE")),
    "communities": ("v1beta1", ("CREATE", "UPDATE")),
    "ipaddresspools": ("v1beta1", ("CREATE", "UPDATE")),
    "l2advertisements": ("v1beta1", ("CREATE", "UPDATE")),
}
"""Which writes call the webhook, as in the release's `config/webhook/manifests.yaml`."""

_SINGULAR: Final = {"communities": "community"}
_NAMED: Final = {**_SINGULAR, "bgppeers": "bgppeers"}


def definition_files(executable: Path) -> tuple[Path, ...]:
    """The custom resource definitions of the controller's own release; none where it was not built here."""
    return tuple(sorted(executable.resolve().parent.glob("metallb.io_*.yaml")))


def environment(home: Path) -> Mapping[str, str]:
    """Variables for it: its certificate, and the chart's default for BGP; its own, `native`, refuses BFD profiles."""
    return {"METALLB_BGP_TYPE": "frr", "TMPDIR": str(home)}


def command(executable: Path, kubeconfig: Path, port: int) -> Sequence[str | Path]:
    """What starts it: metrics on `port`, webhooks on the one after it (`sandbox.tools.table`)."""
    return (
        executable,
        f"--kubeconfig={kubeconfig}",
        f"--namespace={NAMESPACE}",
        f"--port={port}",
        "--disable-cert-rotation",
        "--webhook-mode=enabled",
    )


def provide_certificate(home: Path, certificate: Path) -> None:
    """Let the webhook serve with the API server's own certificate, which is for 127.0.0.1 and trusted there."""
    certificates = home / _CERTIFICATES
    certificates.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(certificate, certificates / "tls.crt")
    key = certificates / "tls.key"
    key.touch(mode=0o600)
    shutil.copyfile(certificate.with_suffix(".key"), key)


def webhook_configuration(certificate: Path, port: int) -> Object:
    """The webhook configuration: the API server calls the controller before it stores an object of MetalLB's."""
    authority = base64.b64encode(certificate.read_bytes()).decode()
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": CONFIGURATION},
        "webhooks": [
            {
                "name": f"{_NAMED.get(plural, plural.removesuffix('s'))}validationwebhook.metallb.io",
                "admissionReviewVersions": ["v1"],
                "clientConfig": {
                    "url": f"https://{LOOPBACK}:{port + 1}/validate-metallb-io-{version}-"
                    f"{_SINGULAR.get(plural, plural.removesuffix('s'))}",
                    "caBundle": authority,
                },
                "failurePolicy": "Fail",
                "sideEffects": "None",
                "rules": [
                    {
                        "apiGroups": ["metallb.io"],
                        "apiVersions": [version],
                        "operations": list(operations),
                        "resources": [plural],
                    }
                ],
            }
            for plural, (version, operations) in _WEBHOOKS.items()
        ],
    }


def ready(port: int) -> bool:
    """Whether it serves metrics, which begins when the webhooks are registered (`internal/k8s/k8s.go`)."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{LOOPBACK}:{port}/metrics", timeout=5) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004  # OK
    except OSError:
        return False
