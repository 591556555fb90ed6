"""Requests the addresses of new routers before their Vpcs, so that Kube-OVN's one worker for Vpcs need not sleep.

Kube-OVN gives the external port of a Vpc an OvnEip, `<vpc>-<external Subnet>`. If it is missing, the worker for Vpcs
makes it and sleeps a second, four fifths of what it takes for a Vpc; it takes them one after the other. An OvnEip that
is there already gets its address from another worker, and the Vpc takes it without a sleep (`pkg/controller/vpc.go`,
handleAddVpcExternalSubnet; `ovn_eip.go`, handleAddOvnEip). So `up` makes them just before the run of each stack, as
Kube-OVN would. They are Kube-OVN's from then on: in no state, and deleted with their Vpc (ADR 20).

An OvnEip can go wrong: that worker writes the status from its cache, which may not have the address yet, and never
again (3 of 30). Its SNAT rules would wait for ever. So a request counts once its status has an address.

A run that dies may leave one without a Vpc. The next run uses it, or takes it away if its tenant has left.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kmetal_network.cells import stack_in
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import UnreachableError
from kmetal_network.names import EXTERNAL_SUBNET, REQUESTED_ANNOTATION, TenantNames, external_eip
from operations.cluster.live import COLLECTIONS
from operations.cluster.view import ClusterView
from operations.cluster.writing import WritableCluster
from operations.engine.events import Outcome, Step

_KUBE_OVN: Final = "kube-ovn-controller"
"""The field manager of what Kube-OVN makes: nobody else is to own a field of it."""

_PATIENCE: Final = 20.0
"""Seconds in which Kube-OVN takes its finalizer from an OvnEip that nobody uses."""

_HANDLED: Final = 10.0
"""Seconds in which Kube-OVN handles the OvnEips of one stack; it takes some milliseconds for each."""

_TRIES: Final = 3

_POLL: Final = 0.1

_WORTH_IT: Final = 5
"""New routers of a plan; for fewer, Kube-OVN sleeps no more than a few seconds."""


@dataclass
class Requests:
    """The addresses that a plan's new routers need, of which Kube-OVN chooses the value."""

    stack: str
    """Name of the environment."""
    routers: Mapping[str, Sequence[str]]
    """Stack to the names of the Vpcs that it makes."""
    refusal: UnreachableError | None = field(default=None, init=False)
    """Why the cluster did not let them be made; then Kube-OVN makes them itself, and takes its time."""

    @classmethod
    def of(cls, environment: Environment, planned: Outcome) -> Requests:
        """From a preview. A stack that has yet to make the external Subnet cannot request anything of it.

        Args:
            environment: the whole of it.
            planned: what an `up` would do.
        """
        unpinned = _unpinned(environment)
        routers: dict[str, list[str]] = {}
        for name, step in _made(planned, "Vpc"):
            if name in unpinned:
                routers.setdefault(stack_in(step.urn), []).append(name)
        for name, step in _made(planned, "Subnet"):
            if name == EXTERNAL_SUBNET:
                routers.pop(stack_in(step.urn), None)
        worth_it = sum(map(len, routers.values())) >= _WORTH_IT
        return cls(environment.name, routers if worth_it else {})

    @property
    def eips(self) -> frozenset[str]:
        """Names of the OvnEips."""
        return frozenset(external_eip(vpc) for vpcs in self.routers.values() for vpc in vpcs)

    def make(self, cluster: WritableCluster, stack: str) -> None:
        """Those of one stack, until each has its address; one that gets none is taken away, and asked for again.

        Where the cluster refuses, it is remembered; nothing is lost but time.
        """
        try:
            there = {item["metadata"]["name"] for item in cluster.list(COLLECTIONS["Vpc"]) or ()}
            left = [external_eip(vpc) for vpc in self.routers.get(stack, ()) if vpc not in there]
            for _ in range(_TRIES):
                if not left or self.refusal:
                    return
                for name in left:
                    cluster.create(COLLECTIONS["OvnEip"], _eip(name, self.stack), _KUBE_OVN)
                left = self._without_address(cluster, left)
                _take_away(cluster, left)
        except UnreachableError as error:
            self.refusal = error

    def _without_address(self, cluster: WritableCluster, names: Sequence[str]) -> list[str]:
        """Those that Kube-OVN has handled, or had the time for, and that have no address in their status."""
        deadline = time.monotonic() + _HANDLED
        while True:
            live = {item["metadata"]["name"]: item for item in cluster.list(COLLECTIONS["OvnEip"]) or ()}
            ours = {name: live[name] for name in names if name in live and _is_requested(live[name], self.stack)}
            status = {name: eip.get("status") or {} for name, eip in ours.items()}
            if all(one.get("ready") for one in status.values()) or time.monotonic() > deadline:
                return [name for name, one in status.items() if not one.get("v4Ip")]
            time.sleep(_POLL)


def withdraw(environment: Environment, view: ClusterView, cluster: WritableCluster, *, ends: bool = False) -> None:
    """Take away what a run that died has requested for routers that no one wants any more, and wait until it is gone.

    Before the plan, which else would be held to addresses that no one uses.

    Args:
        environment: the whole of it.
        view: what is seen of its cluster.
        cluster: the same, to write to.
        ends: whether the environment ends, so that no router is wanted.

    Raises:
        UnreachableError: no answer, or not permitted.
    """
    wanted = set() if ends else _unpinned(environment)
    kept = {external_eip(vpc) for vpc in wanted | view.objects("Vpc").keys()}
    eips = view.objects("OvnEip").items()
    _take_away(cluster, [name for name, eip in eips if name not in kept and _is_requested(eip, environment.name)])


def _take_away(cluster: WritableCluster, names: Sequence[str]) -> None:
    """Delete OvnEips and wait until they are gone: the router of one that is terminating would take its address."""
    paths = [f"{COLLECTIONS['OvnEip']}/{name}" for name in names]
    for path in paths:
        cluster.delete(path)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and any(map(cluster.get, paths)):
        time.sleep(_POLL)


def _is_requested(eip: Mapping[str, Any], stack: str) -> bool:
    return bool((eip["metadata"].get("annotations") or {}).get(REQUESTED_ANNOTATION) == stack)


def _unpinned(environment: Environment) -> set[str]:
    """Vpcs whose address Kube-OVN chooses."""
    return {TenantNames(tenant.name).vpc for tenant in environment.settings.tenants if tenant.egress_address is None}


def _made(planned: Outcome, kind: str) -> Iterator[tuple[str, Step]]:
    """Name and step of each object of a kind that a plan makes."""
    for step in planned.steps:
        if step.operation == "create" and step.is_object and step.type.endswith(f":{kind}"):
            yield step.about.rpartition(" ")[2], step


def _eip(name: str, stack: str) -> Mapping[str, Any]:
    """What Kube-OVN makes for a router's port; it adds address, labels, finalizer and status."""
    return {
        "apiVersion": "kubeovn.io/v1",
        "kind": "OvnEip",
        "metadata": {"name": name, "annotations": {REQUESTED_ANNOTATION: stack}},
        "spec": {"externalSubnet": EXTERNAL_SUBNET, "type": "lrp"},
    }
