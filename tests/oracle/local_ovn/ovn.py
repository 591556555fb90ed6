"""A local OVN: one ovsdb-server and one northd for many networks, one ovn-trace for each of them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.oracle.local_ovn.debian import programs
from tests.oracle.local_ovn.jsonrpc import Connection
from tests.oracle.local_ovn.northbound import GATEWAY_MAC, Row, Rows

_NB: Final = "OVN_Northbound"
_SB: Final = "OVN_Southbound"
_ROOTS: Final = ("Logical_Router", "Logical_Switch", "Load_Balancer", "Address_Set")
"""Tables whose rows stay until they are deleted; the others go with the rows that name them."""
_PING: Final = {
    "ip4": " && icmp4 && icmp4.type == 8 && icmp4.code == 0",
    "ip6": " && icmp6 && icmp6.type == 128 && icmp6.code == 0",
}
_NEW: Final = ["--ct=new"] * 8_000
"""Every question to connection tracking is answered: a new connection. A daemon uses up one with each question."""


class Ovn:
    """OVN's databases and northd on unix sockets of one temporary folder; all of it ends with the context."""

    def __init__(self) -> None:
        self._programs = programs()
        self._home = Path(tempfile.mkdtemp(prefix="ovn-", dir="/tmp"))
        self.socket = self._home / "db"
        self._pids: list[int] = []
        self._trace = 0

    def __enter__(self) -> Self:
        try:
            for name in ("nb", "sb"):
                schema = self._programs.schemas / f"ovn-{name}.ovsschema"
                self._run("ovsdb-tool", "create", str(self._home / name), str(schema))
            self._daemon(
                "ovsdb-server", f"--remote=punix:{self.socket}", str(self._home / "nb"), str(self._home / "sb")
            )
            self.database = Connection(self.socket)
            self.database.transact(_NB, [{"op": "insert", "table": "NB_Global", "row": {}}])
            self._daemon("ovn-northd", f"--ovnnb-db=unix:{self.socket}", f"--ovnsb-db=unix:{self.socket}")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in reversed(self._pids):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        with suppress(AttributeError):
            self.database.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, program: str, *words: str) -> None:
        environment = {**self._programs.environment, "OVN_RUNDIR": str(self._home), "OVS_RUNDIR": str(self._home)}
        command = [str(self._programs.paths[program]), *words]
        subprocess.run(command, check=True, capture_output=True, env=environment, timeout=60)

    def _daemon(self, program: str, *words: str, name: str = "") -> int:
        """Start one that answers when its parent ends, and remember its process."""
        stem = self._home / (name or program)
        files = [f"--pidfile={stem}.pid", f"--unixctl={stem}.ctl", f"--log-file={stem}.log"]
        self._run(program, "--detach", "--no-chdir", *files, *words)
        pid = int(Path(f"{stem}.pid").read_text(encoding="ascii"))
        self._pids.append(pid)
        return pid

    @contextmanager
    def network(self, rows: Rows) -> Iterator[Tracer]:
        """Load one network in place of the one before, and trace in it."""
        clear = [{"op": "delete", "table": table, "where": []} for table in _ROOTS]
        self._control("ovn-northd", "resume")
        self.database.transact(_NB, [*clear, *rows.operations])
        self._synchronised()
        self._control("ovn-northd", "pause")
        self.database.transact(_SB, [*self._source_routes_last(), *self._neighbours(rows)])
        self._trace += 1
        name = f"trace{self._trace}"
        pid = self._daemon("ovn-trace", f"--db=unix:{self.socket}", *_NEW, name=name)
        try:
            with Connection(self._home / f"{name}.ctl") as control:
                yield Tracer(control, rows, self._home / f"{name}.log")
        finally:
            os.kill(pid, signal.SIGTERM)
            self._pids.remove(pid)

    def command(self, program: str, *words: str) -> str:
        """Run one of OVN's programs on this database, as `operations.reachability.ovn_commands` does it in a cluster."""
        command = [str(self._programs.paths[program]), f"--db=unix:{self.socket}", *words]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env=self._programs.environment, timeout=60
        )
        return done.stdout

    def _control(self, program: str, command: str) -> None:
        with Connection(self._home / f"{program}.ctl") as control:
            control.call(command)

    def _synchronised(self) -> None:
        """Wait until northd has written everything: it answers each number in `nb_cfg` with the same in `sb_cfg`."""
        bump = {"op": "mutate", "table": "NB_Global", "where": [], "mutations": [["nb_cfg", "+=", 1]]}
        ask = {"op": "select", "table": "NB_Global", "where": [], "columns": ["nb_cfg"]}
        wanted = self.database.transact(_NB, [bump, ask])[1]["rows"][0]["nb_cfg"]
        wait: Row = {"op": "wait", "table": "NB_Global", "where": [], "columns": ["sb_cfg"], "until": "=="}
        self.database.transact(_NB, [{**wait, "timeout": 60_000, "rows": [{"sb_cfg": wanted}]}])

    def _source_routes_last(self) -> Iterator[Row]:
        """Kube-OVN's patch of northd: a route by source comes after every route by destination.

        (kube-ovn dist/images/patches/9ee66bd91be65605cffb9a490b4dba3bc13358e9.patch; northd without it asks routes by
        source among the others, by length, and every tenant's packets would end in front of their own router.)
        """
        where = [["pipeline", "==", "ingress"], ["priority", ">=", 1]]
        flows = self.database.transact(
            _SB,
            [{"op": "select", "table": "Logical_Flow", "where": where, "columns": ["_uuid", "match", "external_ids"]}],
        )[0]["rows"]
        for flow in flows:
            if dict(flow["external_ids"][1]).get("stage-name") != "lr_in_ip_routing":
                continue
            same = [["_uuid", "==", flow["_uuid"]]]
            source = flow["match"].rpartition("&& ")[2].startswith(("ip4.src", "ip6.src"))
            alone = flow["match"].endswith(("/32", "/128"))
            change: Row = {
                "op": "mutate",
                "table": "Logical_Flow",
                "where": same,
                "mutations": [["priority", "+=", 10]],
            }
            if source:
                change = {
                    "op": "update",
                    "table": "Logical_Flow",
                    "where": same,
                    "row": {"priority": 12 if alone else 5},
                }
            yield change

    def _neighbours(self, rows: Rows) -> Iterator[Row]:
        """What ARP would find on a provider Subnet: the routers that answer there, and the physical gateway."""
        bindings = self.database.transact(
            _SB, [{"op": "select", "table": "Port_Binding", "where": [], "columns": ["logical_port", "datapath"]}]
        )[0]["rows"]
        datapaths = {binding["logical_port"]: binding["datapath"] for binding in bindings}
        yield {"op": "delete", "table": "MAC_Binding", "where": []}
        for external, ports in rows.router_ports.items():
            known = {**rows.owned.get(external, {}), **dict.fromkeys(rows.physical.get(external, ()), GATEWAY_MAC)}
            for port in ports:
                for address, mac in known.items():
                    row = {"logical_port": port, "ip": address, "mac": mac, "datapath": datapaths[port]}
                    yield {"op": "insert", "table": "MAC_Binding", "row": row}


class Tracer:
    """Asks where packets go."""

    def __init__(self, control: Connection, rows: Rows, log: Path) -> None:
        self._control = control
        self._rows = rows
        self._log = log

    def log(self) -> str:
        """What ovn-trace had to say of the flows that it read, such as a match that it refuses."""
        return self._log.read_text(encoding="utf-8")

    def from_pod(self, subnet: str, source: str, destination: str, port: int = 80) -> str:
        """The trace of a packet that a pod sends; to a pod of its own Subnet it goes without the router.

        It is TCP to that port, or ping where the port is 0.
        """
        pod = self._rows.pods[f"{subnet} {source}"]
        peer = self._rows.pods.get(f"{subnet} {destination}")
        mac = self._rows.mac(peer.port) if peer else self._rows.gateways[subnet]
        return self._ask(subnet, pod.port, self._rows.mac(pod.port), mac, source, destination, port)

    def from_outside(self, external: str, source: str, destination: str, port: int = 80) -> str:
        """The trace of such a packet that the physical gateway sends to whoever answers for an address."""
        mac = self._rows.owned[external][destination]
        return self._ask(external, f"localnet.{external}", GATEWAY_MAC, mac, source, destination, port)

    def _ask(self, switch: str, port: str, own: str, mac: str, source: str, destination: str, number: int) -> str:
        family = "ip6" if ":" in destination else "ip4"
        packet = (
            f'inport == "{port}" && eth.src == {own} && eth.dst == {mac} && {family}.src == {source}'
            f" && {family}.dst == {destination} && ip.ttl == 64"
        )
        packet += f" && tcp && tcp.src == 1234 && tcp.dst == {number}" if number else _PING[family]
        text = str(self._control.call("trace", switch, packet))
        assert "default (use --ct" not in text, "more questions to connection tracking than answers"
        return text
