"""Names that Kube-OVN gives to its own objects, and its finalizer."""

from __future__ import annotations

from typing import Final

FINALIZER: Final = "kubeovn.io/kube-ovn-controller"
DEFAULT_VPC: Final = "ovn-cluster"
DEFAULT_SUBNET: Final = "ovn-default"
JOIN: Final = "join"
