"""What kube-ovn-controller writes to a Service: one annotation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.controllers.api import Object, annotations_of, key_of

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process

VPC_MARK: Final = "ovn.kubernetes.io/vpc"


def on_service(process: Process, old: Object | None, new: Object | None) -> None:
    """Mark each Service with its Vpc."""
    del old
    if new is not None and VPC_MARK not in annotations_of(new):
        process.do("platform", mark_service, key_of(new))


def mark_service(process: Process, key: str) -> None:
    """The annotation of kube-ovn-controller."""
    process.client.patch("Service", key, {"metadata": {"annotations": {VPC_MARK: "ovn-cluster"}}})
