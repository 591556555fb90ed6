"""A real Kubernetes control plane on loopback, and MetalLB's controller beside it; no root, no Docker.

`ControlPlane(directory)` keeps everything in that directory: data, secrets, logs, pid files, kubeconfig. A start
changes nothing where all runs; after a crash it finds its data, its ports and its kubeconfig again. It refuses to stop
what it did not start (`sandbox.processes`), and listens on 127.0.0.1 only.

Tuned for two cores: etcd does not wait for the disk (a power cut may cost data, a killed process does not), the API
server runs without priority and fairness, and only those controllers run that the network's objects need to behave
normally.
"""

from __future__ import annotations

import secrets
import signal
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmetal_network.errors import OperatorError
from sandbox.control_plane import credentials, initial_objects, metallb, ports
from sandbox.control_plane.api import Api, ApiError, Object, collection
from sandbox.control_plane.ports import LOOPBACK, Ports
from sandbox.processes import Server
from sandbox.progress import working
from sandbox.storage import exclusively
from sandbox.tools import table, toolchain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

ETCD: Final = "etcd"
API_SERVER: Final = "kube-apiserver"
CONTROLLERS: Final = "kube-controller-manager"
METALLB: Final = table.METALLB
COMPONENTS: Final = (ETCD, API_SERVER, CONTROLLERS, METALLB)
"""In the order in which they start."""

SERVICE_RANGE: Final = "10.96.0.0/16"
"""The svcCidr of kMetal's networking guide, which must equal the API server's range."""

_READY_SECONDS: Final = 120.0
_MOMENT_SECONDS: Final = 1.0
# A stopping API server waits for its clients' watches; nothing is lost when we do not wait for it.
_STOP_SECONDS: Final = 5.0

_CONTROLLERS: Final = (
    "clusterrole-aggregation-controller",  # the built-in roles admin, edit, view are empty without it
    "garbage-collector-controller",  # deletes in the foreground hang without it (docs/evidence/provider.md#deletion)
    "namespace-controller",  # namespaces stay Terminating without it
    "resourcequota-controller",  # a quota without status refuses everything ("status unknown for quota")
    "root-ca-certificate-publisher-controller",
    "serviceaccount-controller",  # pods are refused in a namespace without its default account
)
_EXPRESSIONS: Final = "validatingadmissionpolicy-status-controller"  # reports those that do not fit their kind


@dataclass(frozen=True)
class ComponentStatus:
    """The status of one server."""

    name: str
    pid: int | None
    port: int | None
    log: Path

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.pid is not None


class ControlPlane:
    """One control plane, by its directory.

    Args:
        directory: where everything is kept.
        dies_with_owner: whether the servers end with the process that starts them.
        checks_expressions: whether admission policies get a status; checking ours takes 2 s of a processor.
        tools: executables by name; by default built where missing.
    """

    def __init__(
        self,
        directory: Path,
        *,
        dies_with_owner: bool = False,
        checks_expressions: bool = True,
        tools: Mapping[str, Path] | None = None,
    ) -> None:
        self.directory = directory.resolve()
        self.kubeconfig = self.directory / "kubeconfig"
        self._home = self.directory / "control-plane"
        self._dies_with_owner = dies_with_owner
        self._manager = (*_CONTROLLERS, _EXPRESSIONS) if checks_expressions else _CONTROLLERS
        self._tools = tools
        self._api: Api | None = None
        self._servers = {name: Server(name, self._home) for name in COMPONENTS}

    @property
    def api(self) -> Api:
        """The API server, with an administrator's credentials."""
        if not self.kubeconfig.is_file():
            raise OperatorError(f"{self.directory}: no control plane was ever started here; start it first")
        api = Api(f"https://{LOOPBACK}:{self._known_ports().api}", self._certificate, self._tokens()["admin"])
        if self._api != api:  # else keep the present one and its connections
            self._api = api
        return self._api

    def start(self, contents: Callable[[Api, Path], None] = initial_objects.install) -> bool:
        """Start what does not run and wait until it is ready; False when everything ran already.

        `contents` is called before the controllers start: the garbage collector discovers new kinds only every 30 s,
        and until then a foreground deletion of such a kind waits.
        """
        with exclusively(self._home):
            if self.running() and self.api.ready():
                return False
            tools = self._tools or toolchain.provide(COMPONENTS)
            with working("control plane") as work:
                self._settle_ports()
                self._make_secrets()
                self._ensure(ETCD, self._etcd(tools[ETCD]), self._etcd_ready)
                work.detail = "API server"
                self._ensure(API_SERVER, self._api_server(tools[API_SERVER]), self._api_ready)
                work.detail = "its contents"
                contents(self.api, tools[METALLB])
                work.detail = "controllers"
                self._ensure(CONTROLLERS, self._controllers(tools[CONTROLLERS]), self._controllers_ready)
                self._ensure_metallb(tools[METALLB])
                work.result = f"ready on {self.api.address}"
        return True

    def stop(self) -> bool:
        """Stop the servers in reverse order and keep the data; False when none ran."""
        with exclusively(self._home):
            return self._stop()

    def kill(self, names: Iterable[str] = COMPONENTS) -> None:
        """Kill servers at once, as a power cut would; `start` brings them back with their data."""
        for name in names:
            self._servers[name].kill()

    def restart(self, names: Iterable[str] = COMPONENTS) -> None:
        """Stop some servers in reverse order and start them again."""
        for name in reversed(tuple(names)):
            self._servers[name].end(_STOP_SECONDS)
        self.start()

    def running(self) -> bool:
        """Whether all servers live."""
        return all(server.pid() is not None for server in self._servers.values())

    def status(self) -> tuple[ComponentStatus, ...]:
        """The status of each server, in the order in which they start."""
        chosen = ports.load(self._ports_file)
        listening = {ETCD: chosen.etcd, API_SERVER: chosen.api, METALLB: chosen.metallb} if chosen else {}
        return tuple(
            ComponentStatus(name, server.pid(), listening.get(name), server.log)
            for name, server in self._servers.items()
        )

    # --- what they are started with

    def _etcd(self, executable: Path) -> Sequence[str | Path]:
        chosen = self._known_ports()
        clients, peers = f"http://{LOOPBACK}:{chosen.etcd}", f"http://{LOOPBACK}:{chosen.peers}"
        return (
            executable,
            "--name=sandbox",
            f"--data-dir={self._home / 'etcd'}",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=sandbox={peers}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        )

    def _api_server(self, executable: Path) -> Sequence[str | Path]:
        chosen = self._known_ports()
        return (
            executable,
            f"--etcd-servers=http://{LOOPBACK}:{chosen.etcd}",
            f"--bind-address={LOOPBACK}",
            f"--advertise-address={LOOPBACK}",
            # No Endpoints for the service `kubernetes`: an address on loopback is not allowed there.
            "--endpoint-reconciler-type=none",
            f"--secure-port={chosen.api}",
            f"--cert-dir={self._certificate.parent}",
            f"--token-auth-file={self._secrets / 'users.csv'}",
            "--authorization-mode=RBAC",
            f"--service-cluster-ip-range={SERVICE_RANGE}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self._secrets / 'service-accounts.pem'}",
            f"--service-account-signing-key-file={self._secrets / 'service-accounts.pem'}",
            # Without a node controller, nothing would remove the taint `not-ready` from a new node.
            "--disable-admission-plugins=TaintNodesByCondition",
            "--enable-priority-and-fairness=false",
            "--max-requests-inflight=800",
            "--allow-privileged=true",
            "--profiling=false",
        )

    def _controllers(self, executable: Path) -> Sequence[str | Path]:
        return (
            executable,
            f"--kubeconfig={self._secrets / 'controllers.kubeconfig'}",
            f"--controllers={','.join(self._manager)}",
            f"--root-ca-file={self._certificate}",
            "--secure-port=0",
            "--leader-elect=false",
            "--profiling=false",
            # With the defaults (20 a second), deleting a namespace takes many seconds.
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
            "--concurrent-namespace-syncs=20",
        )

    # --- when they are ready

    def _etcd_ready(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://{LOOPBACK}:{self._known_ports().etcd}/health", timeout=5) as answer:
                return b'"true"' in answer.read()
        except OSError:
            return False

    def _api_ready(self) -> bool:
        """The API server writes its certificate first, so the kubeconfigs can only be written now."""
        if not self._certificate.is_file():
            return False
        address, tokens = f"https://{LOOPBACK}:{self._known_ports().api}", self._tokens()
        for file, user in ((self.kubeconfig, "admin"), (self._secrets / "controllers.kubeconfig", "controllers")):
            text = credentials.kubeconfig(address, self._certificate, tokens[user])
            if not file.is_file() or file.read_text() != text:
                credentials.write_secret(file, text)
        return self.api.ready()

    def _controllers_ready(self) -> bool:
        """They work if the default service account exists and a foreground deletion finishes."""
        probe = f"{collection('v1', 'ConfigMap', 'kube-system')}/kmetal-sandbox-probe"
        manifest: Object = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "kmetal-sandbox-probe", "namespace": "kube-system"},
        }
        try:
            if self.api.find(f"{collection('v1', 'ServiceAccount', 'default')}/default") is None:
                return False
            if self.api.create(manifest) or "deletionTimestamp" not in self.api.request("GET", probe)["metadata"]:
                self.api.request("DELETE", f"{probe}?propagationPolicy=Foreground")
            return self._goes(probe)
        except (ApiError, OSError):
            return False

    def _goes(self, path: str) -> bool:
        """Whether an object is deleted within a moment; another attempt would only recreate it."""
        end = time.monotonic() + _MOMENT_SECONDS
        while self.api.find(path) is not None:
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    # --- starting and stopping

    def _ensure(
        self,
        name: str,
        command: Sequence[str | Path],
        ready: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start a server unless it runs, and wait until it is ready."""
        server = self._servers[name]
        if server.pid() is None:
            server.spawn(command, dies_with_owner=self._dies_with_owner, environment=environment)
        try:
            server.await_ready(ready, _READY_SECONDS)
        except OperatorError:
            self._stop()
            raise

    def _ensure_metallb(self, executable: Path) -> None:
        """Register the webhooks once the controller answers them."""
        port = self._known_ports().metallb
        home = self._secrets / METALLB
        metallb.provide_certificate(home, self._certificate)
        command = metallb.command(executable, self._secrets / "controllers.kubeconfig", port)
        self._ensure(METALLB, command, lambda: metallb.ready(port), metallb.environment(home))
        self.api.apply(metallb.webhook_configuration(self._certificate, port))

    def _stop(self) -> bool:
        for name in (METALLB, CONTROLLERS, API_SERVER):
            self._servers[name].signal(signal.SIGTERM)
        ended = [self._servers[name].end(_STOP_SECONDS) for name in reversed(COMPONENTS)]
        return any(ended)

    # --- what they share

    @property
    def _secrets(self) -> Path:
        return self._home / "secrets"

    @property
    def _certificate(self) -> Path:
        return self._secrets / "apiserver.crt"

    @property
    def _ports_file(self) -> Path:
        return self._home / "ports.json"

    def _known_ports(self) -> Ports:
        chosen = ports.load(self._ports_file)
        if chosen is None:
            raise OperatorError(f"{self._ports_file}: missing or damaged; stop the sandbox and start it again")
        return chosen

    def _settle_ports(self) -> None:
        """Keep the ports of the last start, so that kubeconfigs stay valid; replace one that is taken."""
        chosen = ports.load(self._ports_file)
        if chosen:
            taken_by = {
                ETCD: (chosen.etcd, chosen.peers),
                API_SERVER: (chosen.api,),
                CONTROLLERS: (),
                METALLB: (chosen.metallb, chosen.metallb + 1),
            }
            idle = [port for name, used in taken_by.items() if self._servers[name].pid() is None for port in used]
            if all(ports.free(port) for port in idle):
                return
            self._stop()  # running servers use the old ports
        ports.save(self._ports_file, ports.choose())

    def _make_secrets(self) -> None:
        """Create on the first start what later ones reuse."""
        key = self._secrets / "service-accounts.pem"
        if not key.is_file():
            credentials.write_secret(key, credentials.signing_key())
        file = self._secrets / "users.csv"
        if not file.is_file():
            tokens = {user: secrets.token_urlsafe(32) for user in ("admin", "controllers")}
            credentials.write_secret(file, credentials.users(tokens))

    def _tokens(self) -> dict[str, str]:
        """Each user's token."""
        rows = (line.split(",") for line in (self._secrets / "users.csv").read_text().splitlines())
        return {row[1]: row[0] for row in rows}
