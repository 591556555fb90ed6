"""Settings whose provider network names nodes in both of its lists."""

from __future__ import annotations

from dataclasses import replace

from kmetal_network.config.sections.provider import CustomInterface
from kmetal_network.config.stackfile import Environment, load_stack
from tests.support.stack_project import ROOT


def named() -> Environment:
    """Settings that name nodes in both lists."""
    loaded, _ = load_stack(ROOT, "dev")
    own = (CustomInterface(interface="bond1", nodes=("w2", "w3")),)
    network = loaded.settings.provider.network.model_copy(
        update={"exclude_nodes": ("c1", "c2"), "custom_interfaces": own}
    )
    provider = loaded.settings.provider.model_copy(update={"network": network})
    return replace(loaded, settings=loaded.settings.model_copy(update={"provider": provider}))
