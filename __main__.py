"""The under-cluster network of one environment, layer by layer."""

from pathlib import Path

import pulumi

from components.admission_policies import AdmissionPolicies, AdmissionPoliciesArgs
from components.cni_stack import CniStack, CniStackArgs
from components.external_args import ExternalNetworkArgs
from components.metallb import MetalLB, MetalLBArgs
from components.provider_network import ProviderNetwork, ProviderNetworkArgs
from components.tenant_args import TenantNetworkArgs
from components.tenant_network import TenantNetwork
from kmetal_network.config.declared import declared
from kmetal_network.config.plain_values import plain
from operations.engine.registration import registering
from operations.program import environment
from operations.state.kubernetes_provider import under_cluster

root = Path(__file__).parent
env = environment(root, pulumi.get_stack())
settings, stack = env.settings, env.name

with registering():
    base = after_provider = pulumi.ResourceOptions(providers=[under_cluster(root, env)])
    if env.part.has_platform:  # a cell has tenants alone
        cni = CniStack(
            "cni",
            CniStackArgs(
                chart=plain(settings.chart),
                network=plain(settings.network),
                metallb_enabled=settings.metallb.enabled,
                stack=stack,
            ),
            base,
        )
        admission = AdmissionPolicies(
            "admission",
            AdmissionPoliciesArgs(
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
        after_admission = pulumi.ResourceOptions.merge(base, pulumi.ResourceOptions(depends_on=[cni, admission]))

        pools = MetalLBArgs(interface=settings.management.interface, **plain(settings.metallb, "enabled"), stack=stack)
        MetalLB("metallb", pools, after_admission)

        provider = ProviderNetwork(
            "provider-network", ProviderNetworkArgs(**plain(settings.provider), stack=stack), after_admission
        )
        after_provider = pulumi.ResourceOptions.merge(base, pulumi.ResourceOptions(depends_on=[provider]))

    # Not `provider.external`: each Vpc would depend on each gateway node's label. The order of deletion is as it was.
    external = ExternalNetworkArgs(**plain(settings.provider.external, "name", "gateway_type", "exclude_ips"))

    tenants = {
        tenant.name: TenantNetwork(
            tenant.name,
            TenantNetworkArgs(**plain(tenant), external=external, stack=stack),
            after_provider,
        )
        for tenant in settings.tenants
    }

    pulumi.export("tenants", {name: network.exported() for name, network in tenants.items()})
    pulumi.export("relaxed", settings.relaxed)
    pulumi.export("declared", declared(settings, platform=env.part.has_platform))
