"""A Kubernetes provider that gives back what it gets: `python echo_provider.py ENGINE`.

The policy tests need a real engine and a real policy pack, and no cluster: the genuine provider too hands the inputs
back in a preview whose API server cannot be reached. It also decodes YAML, as the genuine one does for ConfigGroups.
"""

from __future__ import annotations

import sys
from typing import Any

import yaml
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CreateRequest,
    CreateResponse,
    InvokeRequest,
    InvokeResponse,
    Provider,
)
from pulumi.provider.experimental.server import main


def as_property(value: Any) -> PropertyValue:
    """A YAML value as the engine's."""
    if isinstance(value, dict):
        return PropertyValue({key: as_property(entry) for key, entry in value.items()})
    if isinstance(value, list):
        return PropertyValue([as_property(entry) for entry in value])
    return PropertyValue.null() if value is None else PropertyValue(value)


class Echo(Provider):
    """Creates every requested object, in no cluster."""

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Echo the inputs."""
        return CreateResponse(resource_id="" if request.preview else request.name, properties=request.properties)

    async def invoke(self, request: InvokeRequest) -> InvokeResponse:
        """Decode YAML, the only function that ConfigGroup calls."""
        text = request.args["text"].value
        return InvokeResponse(return_value={"result": as_property(list(yaml.safe_load_all(str(text))))})


if __name__ == "__main__":
    main(sys.argv[1:], "4.32.0", Echo())
