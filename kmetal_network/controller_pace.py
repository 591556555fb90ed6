"""How fast Kube-OVN's controller works, and how long a tenant's objects may wait for it.

Sources: `pkg/controller` of Kube-OVN 1.15.24 and 1.16.2, and runs of up to 450 tenants on the real controller
(docs/evidence/kube-ovn.md#size).
"""

from __future__ import annotations

from typing import Final

VPC_SECONDS: Final = 1.25
"""What Kube-OVN's one worker for Vpcs takes for a new one with one external port, measured with 450 of them."""

EIP_SECONDS: Final = 1.0
"""What it sleeps of that, after it has created the OvnEip of an external port (`createOrUpdateOvnEipCR`, ovn_eip.go).

A port whose OvnEip is there already, such as a pinned one, costs no sleep. OvnEips that others create have a worker of
their own, which does not sleep either.
"""

PATIENCE_MINUTES: Final = 5
"""How long `up` waits for each of a tenant's objects to be ready."""


def connecting_seconds(*, vpcs: int, ports: int) -> float:
    """What the worker takes to connect new Vpcs that have so many external ports, none of them with its OvnEip yet."""
    return vpcs * (VPC_SECONDS - EIP_SECONDS) + ports * EIP_SECONDS
