"""Arguments of components and settings: one name for one thing, and none forgotten."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from components import cni_stack, metallb, provider_network, tenant_args
from components.tenant_args import TenantNetworkArgs
from kmetal_network.config.sections import cluster, cni, provider, tenant
from kmetal_network.config.sections import metallb as metallb_section


@pytest.mark.parametrize(
    ("args", "section", "own", "left_out"),
    [
        (cni_stack.ChartArgs, cluster.Chart, set(), set()),
        (cni_stack.NetworkArgs, cni.Network, set(), set()),
        (cni_stack.FlannelArgs, cni.Flannel, set(), set()),
        (cni_stack.KubeOvnArgs, cni.KubeOvn, set(), set()),
        (cni_stack.MultusArgs, cni.Multus, set(), set()),
        (metallb.MetalLBArgs, metallb_section.MetalLB, {"stack", "interface"}, {"enabled"}),
        (metallb.PoolArgs, metallb_section.Pool, set(), set()),
        (metallb.NodeSelectorArgs, metallb_section.NodeSelector, set(), set()),
        (metallb.L2AdvertisementArgs, metallb_section.L2Advertisement, set(), set()),
        (metallb.BfdProfileArgs, metallb_section.BfdProfile, set(), set()),
        (metallb.BgpPeerArgs, metallb_section.BgpPeer, set(), set()),
        (metallb.BgpAdvertisementArgs, metallb_section.BgpAdvertisement, set(), set()),
        (metallb.CommunityAliasArgs, metallb_section.CommunityAlias, set(), set()),
        (provider_network.ProviderNetworkArgs, provider.Provider, {"stack"}, set()),
        (provider_network.ProviderNicArgs, provider.ProviderNic, set(), set()),
        (provider_network.CustomInterfaceArgs, provider.CustomInterface, set(), set()),
        (provider_network.ProviderVlanArgs, provider.ProviderVlan, set(), set()),
        (provider_network.ExternalSubnetArgs, provider.ExternalSubnet, set(), {"name"}),
        (TenantNetworkArgs, tenant.Tenant, {"stack", "external"}, set()),
        (tenant_args.TenantClusterArgs, tenant.TenantCluster, set(), set()),
        (tenant_args.LimitsArgs, tenant.Limits, set(), set()),
        (tenant_args.RoleBindingArgs, tenant.RoleBinding, set(), set()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_arguments_have_the_names_of_the_settings(args: Any, section: Any, own: set[str], left_out: set[str]) -> None:
    names = {field.name for field in fields(args)}
    assert names - own == set(section.model_fields) - left_out
    assert own <= names
