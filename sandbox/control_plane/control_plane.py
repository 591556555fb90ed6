"""A real Kubernetes control plane on loopback, and MetalLB's controller next to it; no root, no Docker.

`ControlPlane(directory)` keeps everything in that directory: data, secrets, logs, pid files, kubeconfig. A start
changes nothing where all runs; after a crash it finds its data, its ports and its kubeconfig again. It refuses to stop
what it did not start (`sandbox.processes`), and listens on 127.0.0.1 only.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kmetal_network.errors import OperatorError
from sandbox.control_plane import installation, metallb, ports, probes, server_commands
from sandbox.control_plane.api import Api
from sandbox.control_plane.files import Files
from sandbox.control_plane.ports import LOOPBACK
from sandbox.processes import Server
from sandbox.progress import Work, working
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

_READY_SECONDS: Final = 120.0
_STARTS: Final = 4
_TAKEN: Final = "address already in use"
"""What each server's log ends with when it could not listen."""

# A stopping API server waits for its clients' watches; nothing is lost when we do not wait for it.
_STOP_SECONDS: Final = 5.0


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
        self._files = Files(self.directory)
        self.kubeconfig = self._files.kubeconfig
        self._dies_with_owner = dies_with_owner
        self._checks_expressions = checks_expressions
        self._tools = tools
        self._api: Api | None = None
        self._servers = {name: Server(name, self._files.home) for name in COMPONENTS}

    @property
    def api(self) -> Api:
        """The API server, with an administrator's credentials."""
        if not self.kubeconfig.is_file():
            raise OperatorError(f"{self.directory}: no control plane was ever started here; start it first")
        api = Api(
            f"https://{LOOPBACK}:{self._files.known_ports().api}",
            self._files.certificate,
            self._files.tokens()["admin"],
        )
        if self._api != api:  # else keep the present one and its connections
            self._api = api
        return self._api

    def start(self, contents: Callable[[Api, Path], None] = installation.install) -> bool:
        """Start what does not run and wait until it is ready; False when everything ran already.

        `contents` is called before the controllers start: the garbage collector discovers new kinds only every 30 s,
        and until then a foreground deletion of such a kind waits.
        """
        with exclusively(self._files.home):
            if self.running() and self.api.ready():
                return False
            tools = self._tools or toolchain.provide(COMPONENTS)
            with working("control plane") as work:
                self._settle_ports()
                self._files.make_secrets()
                for left in reversed(range(_STARTS)):
                    try:
                        self._start(tools, contents, work)
                        break
                    except OperatorError as error:
                        if _TAKEN not in str(error) or not left:
                            raise
                        # Another sandbox took the port after it was chosen and before the server listened on it.
                        ports.save(self._files.ports, ports.choose())
        return True

    def stop(self) -> bool:
        """Stop the servers in reverse order and keep the data; False when none ran."""
        with exclusively(self._files.home):
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
        chosen = ports.load(self._files.ports)
        listening = {ETCD: chosen.etcd, API_SERVER: chosen.api, METALLB: chosen.metallb} if chosen else {}
        return tuple(
            ComponentStatus(name, server.pid(), listening.get(name), server.log)
            for name, server in self._servers.items()
        )

    # --- when they are ready

    def _etcd_ready(self) -> bool:
        return probes.etcd_is_healthy(self._files.known_ports().etcd)

    def _api_ready(self) -> bool:
        """The API server writes its certificate first, so the kubeconfigs can only be written now."""
        if not self._files.certificate.is_file():
            return False
        self._files.write_kubeconfigs(f"https://{LOOPBACK}:{self._files.known_ports().api}")
        return self.api.ready()

    # --- starting and stopping

    def _start(self, tools: Mapping[str, Path], contents: Callable[[Api, Path], None], work: Work) -> None:
        self._ensure(ETCD, server_commands.etcd(tools[ETCD], self._files), self._etcd_ready)
        work.detail = "API server"
        self._ensure(API_SERVER, server_commands.api_server(tools[API_SERVER], self._files), self._api_ready)
        work.detail = "its contents"
        contents(self.api, tools[METALLB])
        work.detail = "controllers"
        controllers = server_commands.controllers(
            tools[CONTROLLERS], self._files, checks_expressions=self._checks_expressions
        )
        self._ensure(CONTROLLERS, controllers, lambda: probes.controllers_work(self.api))
        self._ensure_metallb(tools[METALLB])
        work.result = f"ready on {self.api.address}"

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
        port = self._files.known_ports().metallb
        home = self._files.secrets / METALLB
        metallb.provide_certificate(home, self._files.certificate)
        command = metallb.command(executable, self._files.controllers_kubeconfig, port)
        self._ensure(METALLB, command, lambda: metallb.ready(port), metallb.environment(home))
        self.api.apply(metallb.webhook_configuration(self._files.certificate, port))

    def _stop(self) -> bool:
        for name in (METALLB, CONTROLLERS, API_SERVER):
            self._servers[name].signal(signal.SIGTERM)
        ended = [self._servers[name].end(_STOP_SECONDS) for name in reversed(COMPONENTS)]
        return any(ended)

    def _settle_ports(self) -> None:
        """Keep the ports of the last start, so that kubeconfigs stay valid; replace one that is taken."""
        chosen = ports.load(self._files.ports)
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
        ports.save(self._files.ports, ports.choose())
