"""Addresses of routers that are gone, while these addresses are being deleted.

A router that is made anew now loses its port (docs/evidence/kube-ovn.md#deletion).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.errors import Finding
from kmetal_network.finding_codes.codes import LEAVING
from kmetal_network.names import TenantNames, external_eip
from operations.cluster.fields import at
from operations.preflight.check import Preflight, PreflightCheck


def _terminating_addresses(preflight: Preflight) -> Iterator[Finding]:
    settings, view = preflight.environment.settings, preflight.view
    for tenant in settings.tenants:
        vpc = TenantNames(tenant.name).vpc
        eip = external_eip(vpc, settings.provider.external.name)
        metadata = at(view.objects("OvnEip").get(eip), "metadata") or {}
        gone = metadata.get("deletionTimestamp")
        if gone and vpc not in view.objects("Vpc"):
            held = ", ".join(metadata.get("finalizers") or ())
            yield Finding(
                place=preflight.cluster,
                problem=f"OvnEip {eip} of the Vpc that went is still being deleted (since {gone}, held by {held})",
                remedy=f"wait until it is gone; a Vpc {vpc} made before would lose its way out for good. If it stays:"
                " kubectl get ovn-snat-rules, one of them uses it",
                rule=LEAVING,
            )


CHECK: Final = PreflightCheck(
    title="No address of a router that is gone is terminating",
    findings=_terminating_addresses,
    kinds=("OvnEip", "Vpc"),
)
