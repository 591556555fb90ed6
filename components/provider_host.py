"""Serves the components to programs in other languages: Pulumi YAML, TypeScript, Go and the like.

The SDK's component provider reads its schema from the annotations of the components (`pulumi.provider.experimental`).
"""

from typing import Final

import pulumi
from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from components.cni_stack import CniStack
from components.metallb import MetalLB
from components.provider_network import ProviderNetwork
from components.tenant_network import TenantNetwork

NAME: Final = "kmetal-network"
"""Package of the components: `kmetal-network:index:TenantNetwork`."""

VERSION: Final = "0.1.0"


class Host(ComponentProvider):
    """The SDK's component provider, whose refusals carry no traceback."""

    def __init__(self) -> None:
        super().__init__([CniStack, MetalLB, ProviderNetwork, TenantNetwork], NAME, None, VERSION)

    def construct(
        self, name: str, resource_type: str, inputs: pulumi.Inputs, options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """Register a component.

        Raises:
            InputPropertiesError: A value is wrong; the server passes on its text alone (`pulumi.provider.server`).
        """
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, pulumi.RunError):
                raise InputPropertiesError(str(error.inner), []) from None  # with None the server fails (SDK 3.250)
            raise
