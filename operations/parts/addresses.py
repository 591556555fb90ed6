"""Requests the addresses of new routers before their Vpcs, so that Kube-OVN's one worker for Vpcs need not sleep.

Kube-OVN gives the external port of a Vpc an OvnEip, `<vpc>-<external Subnet>`. If it is missing, the worker for Vpcs
makes it and sleeps a second, four fifths of what it takes for a Vpc; it takes them one after the other. An OvnEip that
is there already gets its address from another worker, and the Vpc takes it without a sleep (`pkg/controller/vpc.go`,
handleAddVpcExternalSubnet; `ovn_eip.go`, handleAddOvnEip). So `up` makes them just before the run of each stack, as
Kube-OVN would. They are Kube-OVN's from then on: in no state, and deleted with their Vpc (ADR 20).

An OvnEip can go wrong: that worker writes the status from its cache, which may not have the address yet, and does not
write it again (3 of 30). Its SNAT rules would never be ready. So a request counts once its status has an address.

A run that dies may leave some without a Vpc. The next `up` or `destroy` takes them away before its plan.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kmetal_network.cells import stack_in
from kmetal_network.config.stackfile import Environment
from kmetal_network.counting import counted
from kmetal_network.errors import ForbiddenError
from kmetal_network.names import EXTERNAL_SUBNET, REQUESTED_ANNOTATION, TenantNames, external_eip
from operations.cluster.live import COLLECTIONS
from operations.cluster.view import ClusterView
from operations.cluster.writing import WritableCluster
from operations.console import note
from operations.engine.events import Outcome

_KUBE_OVN: Final = "kube-ovn-controller"
"""The field manager of what Kube-OVN makes, so that it owns every field."""

_PATIENCE: Final = 20.0
"""Seconds in which Kube-OVN takes its finalizer from an OvnEip that is not in use."""

_HANDLED: Final = 10.0
"""Seconds in which Kube-OVN handles the OvnEips of one stack; it takes some milliseconds for each."""

_TRIES: Final = 3

_BREATH: Final = 1.5
"""Seconds before an OvnEip is made again under the name of one that is gone.

Kube-OVN gives its address back in a worker of its own, by name.
"""

_IN_FLIGHT: Final = 15.0
"""Seconds in which a run that lives has made the Vpc of an address that it has requested."""

_POLL: Final = 0.25

_WORTH_IT: Final = 5
"""New routers of a plan; for fewer, Kube-OVN sleeps no more than a few seconds."""


@dataclass
class Requests:
    """The addresses that a plan's new routers need, of which Kube-OVN chooses the value."""

    stack: str
    """Name of the environment."""
    routers: Mapping[str, Sequence[str]]
    """Stack to the names of the Vpcs that it makes."""
    refusal: ForbiddenError | None = field(default=None, init=False)
    """Why the cluster did not let them be made; then Kube-OVN makes them itself, and takes its time."""

    @classmethod
    def of(cls, environment: Environment, planned: Outcome) -> Requests:
        """From a preview.

        None at all where the plan makes, moves or deletes a pinned address: Kube-OVN would choose first, and might
        choose that one. None in a stack whose run makes or changes the external Subnet that they are drawn from.

        Args:
            environment: the whole of it.
            planned: what an `up` would do.
        """
        unpinned, routers = _unpinned(environment), dict[str, list[str]]()
        for step in filter(lambda one: one.is_object, planned.steps):
            kind, name = step.about.partition(" ")[::2]
            if kind == "OvnEip":
                return cls(environment.name, {})
            if kind == "Vpc" and step.operation == "create" and name in unpinned:
                routers.setdefault(stack_in(step.urn), []).append(name)
        for step in planned.steps:
            if step.about == f"Subnet {EXTERNAL_SUBNET}":
                routers.pop(stack_in(step.urn), None)
        worth_it = sum(map(len, routers.values())) >= _WORTH_IT
        return cls(environment.name, routers if worth_it else {})

    @property
    def eips(self) -> frozenset[str]:
        """Names of the OvnEips."""
        return frozenset(external_eip(vpc) for vpcs in self.routers.values() for vpc in vpcs)

    def make(self, cluster: WritableCluster, stack: str) -> None:
        """Those of one stack, until each has its address; one that gets none is taken away, and asked for again.

        Where the cluster lets none be made, that is remembered, and only time is lost.

        Raises:
            UnreachableError: no answer. The next run takes away what was made.
        """
        if not (vpcs := self.routers.get(stack, ())) or self.refusal:
            return
        left = _without_router(map(external_eip, vpcs), _routers(cluster))
        for again in range(_TRIES):
            if again:
                time.sleep(_BREATH)
            try:
                for name in left:
                    cluster.create(COLLECTIONS["OvnEip"], _eip(name, self.stack), _KUBE_OVN)
            except ForbiddenError as error:
                self.refusal = error
                return
            blank, unhandled = self._without_address(cluster, left)
            _take_away(cluster, [*blank, *unhandled])
            left = blank
            if unhandled or not left:
                return

    def _without_address(self, cluster: WritableCluster, names: Sequence[str]) -> tuple[list[str], list[str]]:
        """Those without an address that Kube-OVN has handled, and those that it has not handled in time.

        It does not handle any while it does not run, or where the external Subnet is full.
        """
        deadline = time.monotonic() + _HANDLED
        while True:
            live = {item["metadata"]["name"]: item for item in cluster.list(COLLECTIONS["OvnEip"]) or ()}
            ours = [name for name in names if name in live and _is_requested(live[name], self.stack)]
            status = {name: live[name].get("status") or {} for name in ours}
            unhandled = [name for name, one in status.items() if not one.get("ready")]
            if not unhandled or time.monotonic() > deadline:
                return [name for name, one in status.items() if one.get("ready") and not one.get("v4Ip")], unhandled
            time.sleep(_POLL)


def withdraw(environment: Environment, view: ClusterView, cluster: WritableCluster) -> None:
    """Take away what a run that died has requested for routers that it did not come to make, and wait until it is gone.

    Before the plan, which else would be held to addresses that no one uses. A run that lives makes its Vpcs within
    seconds, so they are waited for.

    Args:
        environment: the whole of it.
        view: what is seen of its cluster.
        cluster: the same, to write to.

    Raises:
        UnreachableError: no answer, or not permitted.
    """
    requested = [name for name, eip in view.objects("OvnEip").items() if _is_requested(eip, environment.name)]
    left = _without_router(requested, view.objects("Vpc"))
    if left:
        note(
            f"a run has requested {counted(len(left), 'address', 'addresses')} for routers that are not there: waiting "
            f"{_IN_FLIGHT:.0f} s in case it lives"
        )
    deadline = time.monotonic() + _IN_FLIGHT
    while left and time.monotonic() < deadline:
        time.sleep(_POLL)
        left = _without_router(left, _routers(cluster))
    _take_away(cluster, left)


def _routers(cluster: WritableCluster) -> Iterator[str]:
    """Names of the Vpcs that are there now."""
    return (item["metadata"]["name"] for item in cluster.list(COLLECTIONS["Vpc"]) or ())


def _without_router(eips: Iterable[str], vpcs: Iterable[str]) -> list[str]:
    """The OvnEips whose Vpc is none of these."""
    used = set(map(external_eip, vpcs))
    return [eip for eip in eips if eip not in used]


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


def _eip(name: str, stack: str) -> Mapping[str, Any]:
    """What Kube-OVN makes for a router's port; it adds address, labels, finalizer and status."""
    return {
        "apiVersion": "kubeovn.io/v1",
        "kind": "OvnEip",
        "metadata": {"name": name, "annotations": {REQUESTED_ANNOTATION: stack}},
        "spec": {"externalSubnet": EXTERNAL_SUBNET, "type": "lrp"},
    }
