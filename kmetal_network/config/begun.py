"""What a run began to apply: enough of the settings to render its tenants again after somebody has changed them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from kmetal_network.config.sections.provider import Provider
from kmetal_network.config.sections.tenant import Tenant
from kmetal_network.config.settings import Settings
from kmetal_network.config.stackfile import Environment

_PROVIDER: Final = "provider"
_TENANTS: Final = "tenants"


def record_of(settings: Settings) -> dict[str, Any]:
    """The tenants and the provider network that they leave through, in the spelling of a stack file."""
    return {_PROVIDER: _plain(settings.provider), _TENANTS: [_plain(tenant) for tenant in settings.tenants]}


def only(record: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """A record with some of its tenants."""
    return {**record, _TENANTS: [one for one in record[_TENANTS] if one["name"] in names]}


def as_begun(environment: Environment, record: Mapping[str, Any]) -> Environment:
    """A cell's environment with the tenants as they were when a run began.

    Args:
        environment: what the cell holds by today's settings.
        record: what `record_of` said then.
    """
    whole = environment.whole or environment
    known = {tenant.name for tenant in whole.settings.tenants}
    tenants = tuple(Tenant.model_validate(_frozen(one), by_alias=True, by_name=False) for one in record[_TENANTS])
    provider = Provider.model_validate(_frozen(record[_PROVIDER]), by_alias=True, by_name=False)
    every = (*whole.settings.tenants, *(tenant for tenant in tenants if tenant.name not in known))
    return replace(
        environment,
        settings=environment.settings.model_copy(update={_TENANTS: tenants, _PROVIDER: provider}),
        whole=replace(whole, settings=whole.settings.model_copy(update={_TENANTS: every}), files=()),
    )


def _plain(section: Tenant | Provider) -> dict[str, Any]:
    return section.model_dump(mode="json", by_alias=True, exclude_none=True)


def _frozen(value: Any) -> Any:
    """As the sections take it: with tuples in place of lists."""
    if isinstance(value, Mapping):
        return {key: _frozen(entry) for key, entry in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
