"""The command lines of Kubernetes' own servers.

Tuned for two cores: etcd does not wait for the disk (a power cut may cost data, a killed process does not), the API
server runs without priority and fairness, and only those controllers run that the network's objects need to behave
normally.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.control_plane.ports import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sandbox.control_plane.files import Files

SERVICE_RANGE: Final = "10.96.0.0/16"
"""The svcCidr of kMetal's networking guide, which must equal the API server's range."""

_CONTROLLERS: Final = (
    "clusterrole-aggregation-controller",  # the built-in roles admin, edit, view are empty without it
    "garbage-collector-controller",  # deletes in the foreground hang without it (docs/evidence/provider.md#deletion)
    "namespace-controller",  # namespaces stay Terminating without it
    "resourcequota-controller",  # a quota without status refuses everything ("status unknown for quota")
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",  # pods are refused in a namespace without its default account
)
_EXPRESSIONS: Final = "validatingadmissionpolicy-status-controller"  # reports those that do not fit their kind


def etcd(executable: Path, files: Files) -> Sequence[str | Path]:
    """The command line of etcd."""
    chosen = files.known_ports()
    clients, peers = f"http://{LOOPBACK}:{chosen.etcd}", f"http://{LOOPBACK}:{chosen.peers}"
    return (
        executable,
        "--name=sandbox",
        f"--data-dir={files.home / 'etcd'}",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=sandbox={peers}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    )


def api_server(executable: Path, files: Files) -> Sequence[str | Path]:
    """The command line of kube-apiserver."""
    chosen = files.known_ports()
    return (
        executable,
        f"--etcd-servers=http://{LOOPBACK}:{chosen.etcd}",
        f"--bind-address={LOOPBACK}",
        f"--advertise-address={LOOPBACK}",
        # No Endpoints for the service `kubernetes`: an address on loopback is not allowed there.
        "--endpoint-reconciler-type=none",
        f"--secure-port={chosen.api}",
        f"--cert-dir={files.certificate.parent}",
        f"--token-auth-file={files.users}",
        "--authorization-mode=RBAC",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={files.service_account_key}",
        f"--service-account-signing-key-file={files.service_account_key}",
        # Without a node controller, nothing would remove the taint `not-ready` from a new node.
        "--disable-admission-plugins=TaintNodesByCondition",
        "--enable-priority-and-fairness=false",
        "--max-requests-inflight=800",
        "--allow-privileged=true",
        "--profiling=false",
    )


def controllers(executable: Path, files: Files, *, checks_expressions: bool) -> Sequence[str | Path]:
    """The command line of kube-controller-manager.

    Args:
        executable: the program.
        files: of the control plane.
        checks_expressions: whether admission policies get a status.
    """
    chosen = (*_CONTROLLERS, _EXPRESSIONS) if checks_expressions else _CONTROLLERS
    return (
        executable,
        f"--kubeconfig={files.controllers_kubeconfig}",
        f"--controllers={','.join(chosen)}",
        f"--root-ca-file={files.certificate}",
        "--secure-port=0",
        "--leader-elect=false",
        "--profiling=false",
        # With the defaults (20 a second), deleting a namespace takes many seconds.
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
        "--concurrent-namespace-syncs=20",
    )
