"""Every object that one environment's settings become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kmetal_network.config.settings import Settings
from kmetal_network.config.stackfile import Environment
from kmetal_network.manifests.admission import admission_manifests, literals
from kmetal_network.manifests.chart import chart_values, flux_manifests
from kmetal_network.manifests.metallb import metallb_manifests
from kmetal_network.manifests.objects import Manifest
from kmetal_network.manifests.provider import external_subnet, provider_nic, provider_vlan
from kmetal_network.manifests.tenant import tenant_manifests


def owned_manifests(settings: Settings, stack: str, *, platform: bool = True) -> Iterator[Manifest]:
    """The objects that are the stack's alone, in the order of its layers; no patch of others' objects is among them.

    Args:
        settings: the settings.
        stack: name of the environment.
        platform: whether the layers below the tenants are among them; the stack of a cell has none.
    """
    if platform:
        yield from _platform(settings, stack)
    for tenant in settings.tenants:
        yield from tenant_manifests(tenant, settings.provider.external, stack)


def manifests_of(environment: Environment) -> Iterator[Manifest]:
    """The same of an environment, or of one of its stacks."""
    return owned_manifests(environment.settings, environment.name, platform=environment.part.has_platform)


def _platform(settings: Settings, stack: str) -> Iterator[Manifest]:
    yield from admission_objects(settings, stack)
    if settings.chart.install == "flux":
        values = chart_values(settings.chart, settings.network, settings.metallb)
        yield from flux_manifests(settings.chart, values, stack)
    yield from metallb_manifests(settings.metallb, settings.management, stack)
    yield provider_nic(settings.provider, stack)
    yield provider_vlan(settings.provider, stack)
    yield external_subnet(settings.provider, stack)


def admission_objects(settings: Settings, stack: str) -> tuple[Manifest, ...]:
    """The admission policies and their bindings."""
    held_against = literals(settings.provider, settings.management, settings.network, settings.metallb)
    return admission_manifests(settings.admission, held_against, settings.relaxed, stack)


def object_key(item: Mapping[str, Any]) -> str:
    """`namespace/name`, or `name` of a cluster-scoped object."""
    metadata = item.get("metadata") or {}
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata.get('name')}" if namespace else str(metadata.get("name"))
