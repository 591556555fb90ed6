"""The under-cluster network of one environment, layer by layer."""

from pathlib import Path

import pulumi

from components.admission_wall import AdmissionWall, AdmissionWallArgs
from components.cni_stack import CniStack, CniStackArgs
from components.metallb import MetalLB, MetalLBArgs
from components.provider_network import ProviderNetwork, ProviderNetworkArgs
from components.tenant_network import TenantNetwork, TenantNetworkArgs
from operations.program import environment
from operations.provider import under_cluster

root = Path(__file__).parent
env = environment(root, stack := pulumi.get_stack())
settings = env.settings
base = pulumi.ResourceOptions(providers=[under_cluster(root, env)])

cni = CniStack(
    "cni",
    CniStackArgs(chart=settings.chart, network=settings.network, metallb=settings.metallb, stack=stack),
    base,
)
wall = AdmissionWall(
    "admission",
    AdmissionWallArgs(
        admission=settings.admission,
        provider=settings.provider,
        management=settings.management,
        network=settings.network,
        metallb=settings.metallb,
        relaxed=settings.relaxed,
        stack=stack,
    ),
    base,
)
guarded = pulumi.ResourceOptions.merge(base, pulumi.ResourceOptions(depends_on=[cni, wall]))

MetalLB("metallb", MetalLBArgs(metallb=settings.metallb, management=settings.management, stack=stack), guarded)

provider = ProviderNetwork("provider-network", ProviderNetworkArgs(provider=settings.provider, stack=stack), guarded)
after_provider = pulumi.ResourceOptions.merge(base, pulumi.ResourceOptions(depends_on=[provider]))

tenants = {
    tenant.name: TenantNetwork(
        tenant.name,
        TenantNetworkArgs(tenant=tenant, external=settings.provider.external, stack=stack),
        after_provider,
    )
    for tenant in settings.tenants
}

pulumi.export("tenants", {name: network.exported() for name, network in tenants.items()})
pulumi.export("relaxed", settings.relaxed)
