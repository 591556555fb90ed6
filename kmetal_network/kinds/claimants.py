"""Others' ways to claim or to announce an address; read where they are served."""

from __future__ import annotations

from typing import Final

from kmetal_network.kinds.kind import Kind
from kmetal_network.names import METALLB_NAMESPACE

CLAIMANTS: Final = (
    Kind(
        name="FRRConfiguration",
        version="frrk8s.metallb.io/v1beta1",
        plural="frrconfigurations",
        verified=True,
        compared=False,
    ),
    *(
        Kind(name=name, version="cilium.io/v2alpha1", plural=f"{name.lower()}s", verified=True, compared=False)
        for name in ("CiliumLoadBalancerIPPool", "CiliumBGPClusterConfig")
    ),
    Kind(
        name="CiliumL2AnnouncementPolicy",
        version="cilium.io/v2alpha1",
        plural="ciliuml2announcementpolicies",
        verified=True,
        compared=False,
    ),
    # Of all ConfigMaps only kube-vip's, which hands out addresses, and MetalLB's, which keeps speakers off NICs.
    Kind(
        name="ConfigMap",
        version="v1",
        plural="configmaps",
        only=("kube-system/kubevip", f"{METALLB_NAMESPACE}/metallb-excludel2"),
        verified=True,
        compared=False,
    ),
    # A control plane that Kamaji hosts may hold an address of a pool.
    Kind(
        name="TenantControlPlane",
        version="kamaji.clastix.io/v1alpha1",
        plural="tenantcontrolplanes",
        compared=False,
    ),
)
