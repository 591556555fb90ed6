"""`KubeOvnSimulator`: all controllers together, for a thread of a test or a process of the sandbox.

Each `restart` loses the memory; OVN's northbound database and the objects survive. It starts by creating what the real
installation creates: the default Vpc and the Subnets `ovn-default` and `join`.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from kubernetes.client.exceptions import ApiException

from sandbox.controllers import names, nat, pods, services, vpc
from sandbox.controllers.api import CONFLICT, Client, Object, deleting, key_of, spec_of, status_of
from sandbox.controllers.faults import Faults
from sandbox.controllers.northbound import Northbound
from sandbox.controllers.platform import clocks, nodes, provider_networks, vlans
from sandbox.controllers.runtime.lane import HASTY, PATIENT
from sandbox.controllers.runtime.process import Process
from sandbox.controllers.subnets import namespaces, subnet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Self

LANES: Final = {
    "platform": HASTY,
    "vpc": HASTY,
    "vpc-status": HASTY,
    "subnet": HASTY,
    "nat": PATIENT,
    "pods": HASTY,
}
"""One worker each. The worker for Vpcs sleeps with every new EIP, so n tenants take n seconds; others do not wait."""

ROUTES: Final[dict[str, Callable[[Process, Object | None, Object | None], None]]] = {
    "Namespace": namespaces.on_namespace,
    "Node": nodes.on_node,
    "Pod": pods.on_pod,
    "Service": services.on_service,
    "ConfigMap": lambda _process, _old, _new: None,
    "ProviderNetwork": provider_networks.on_provider_network,
    "Vlan": vlans.on_vlan,
    "Subnet": subnet.on_subnet,
    "Vpc": vpc.on_vpc,
    "OvnEip": nat.on_eip,
    "OvnSnatRule": nat.on_snat,
    "IP": pods.on_ip,
}

INSTALLED: Final[tuple[tuple[str, Object], ...]] = (
    ("Vpc", {"metadata": {"name": names.DEFAULT_VPC, "finalizers": [names.FINALIZER]}, "spec": {}}),
    (
        "Subnet",
        {
            "metadata": {"name": names.DEFAULT_SUBNET},
            "spec": {"vpc": names.DEFAULT_VPC, "cidrBlock": "10.16.0.0/16", "default": True, "natOutgoing": True},
        },
    ),
    (
        "Subnet",
        {
            "metadata": {"name": names.JOIN},
            "spec": {"vpc": names.DEFAULT_VPC, "cidrBlock": "100.64.0.0/16", "disableInterConnection": True},
        },
    ),
)


class KubeOvnSimulator:
    """Simulates kube-ovn-controller and the visible part of kube-ovn-cni."""

    def __init__(self, kubeconfig: Path, *, faults: Faults | None = None, speed: float = 1.0) -> None:
        self.northbound = Northbound()
        self._kubeconfig, self._faults, self._speed = kubeconfig, faults or Faults(), speed
        self._process: Process | None = None
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start a process; returns when the caches are filled and the workers run."""
        self._stopped.clear()
        client = Client(self._kubeconfig, self._faults)
        for kind, obj in INSTALLED:
            _install(client, kind, obj)
        self._process = Process(client, self.northbound, self._faults, self._speed, ROUTES)
        self._process.start(LANES, _remember)
        clocks.start_clocks(self._process)

    def stop(self) -> None:
        """Stop this process as a kill would."""
        self._stopped.set()
        if self._process is not None:
            self._process.end()
            self._process.client.close()
            self._process = None

    def restart(self) -> None:
        """Lose all memory and start again: back-offs, caches, and whether the labels were stripped already."""
        self.stop()
        self.start()

    def ask_to_stop(self) -> None:
        """Make `live` return; safe in a signal handler."""
        self._stopped.set()

    def live(self) -> None:
        """Run after `start` until `ask_to_stop`, restarting as often as the faults say."""
        while not self._stopped.wait(self._faults.restarts or None):
            self.restart()

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until all that the API server holds is handled; retries to come do not count. False on a time-out."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process is not None and self._process.is_settled():
                return True
            time.sleep(0.02)
        return False


def _install(client: Client, kind: str, obj: Object) -> None:
    try:
        client.create(kind, obj)
    except ApiException as error:
        if error.status != CONFLICT:
            raise


def _remember(process: Process) -> None:
    """Read the owner of each address from the objects, before any work begins."""
    for one in process.all("Subnet"):
        spec = spec_of(one)
        if spec.get("gateway") and "excludeIps" in spec:
            process.ipam.shape(key_of(one), spec["cidrBlock"], spec["excludeIps"])
    for one in process.all("OvnEip"):
        if address := status_of(one).get("v4Ip"):
            process.ipam.take(spec_of(one)["externalSubnet"], key_of(one), address)
    for one in process.all("IP"):
        if not deleting(one):
            process.ipam.take(spec_of(one)["subnet"], key_of(one), spec_of(one)["v4IpAddress"])
