"""Every object of one environment as it would be applied, under its name in the engine's state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kmetal_network.config.settings import Settings
from kmetal_network.manifests.chart import chart_values, flux_manifests
from kmetal_network.manifests.inventory import admission_objects
from kmetal_network.manifests.metallb import metallb_manifests
from kmetal_network.manifests.objects import Body, pruned
from kmetal_network.manifests.provider import (
    default_vpc_patch,
    external_subnet,
    gateway_label,
    provider_nic,
    provider_vlan,
)
from kmetal_network.manifests.tenant import tenant_manifests
from kmetal_network.names import RELEASE, RELEASE_NAMESPACE


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """One object as it would be applied, under its name in state."""

    state_name: str
    kind: str
    body: Body
    patch: bool = False


def rendered(settings: Settings, stack: str, *, platform: bool = True) -> Iterator[Rendered]:
    """Every object of one environment, fields on others' objects included, in the order of its layers.

    Args:
        settings: the settings.
        stack: name of the environment.
        platform: whether the layers below the tenants are among them; the stack of a cell has none.
    """
    if platform:
        yield from _platform(settings, stack)
    for tenant in settings.tenants:
        for manifest in tenant_manifests(tenant, settings.provider.external, stack):
            yield Rendered(state_name=f"{tenant.name}-{manifest.role}", kind=manifest.kind, body=manifest.body)


def _platform(settings: Settings, stack: str) -> Iterator[Rendered]:
    values = chart_values(settings.chart, settings.network, settings.metallb)
    if settings.chart.install == "flux":
        for manifest in flux_manifests(settings.chart, values, stack):
            yield Rendered(state_name=f"cni-{manifest.role}", kind=manifest.kind, body=manifest.body)
    elif settings.chart.install == "release":
        release = {
            "metadata": {"name": RELEASE, "namespace": RELEASE_NAMESPACE},
            "chart": settings.chart.reference,
            "version": settings.chart.version,
            "values": values,
        }
        yield Rendered(state_name="cni-release", kind="Release", body=pruned(release))
    for manifest in admission_objects(settings, stack):
        yield Rendered(state_name=f"admission-{manifest.role}", kind=manifest.kind, body=manifest.body)
    for manifest in metallb_manifests(settings.metallb, settings.management, stack):
        yield Rendered(state_name=f"metallb-{manifest.role}", kind=manifest.kind, body=manifest.body)
    provider = settings.provider
    for manifest in (provider_nic(provider, stack), provider_vlan(provider, stack), external_subnet(provider, stack)):
        yield Rendered(state_name=f"provider-network-{manifest.role}", kind=manifest.kind, body=manifest.body)
    for manifest in (default_vpc_patch(provider.external), *map(gateway_label, provider.gateway_nodes)):
        name = f"provider-network-{manifest.role}"
        yield Rendered(state_name=name, kind=manifest.kind, body=manifest.body, patch=True)
