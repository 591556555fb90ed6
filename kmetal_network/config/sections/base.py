"""What all sections share: closed, frozen, strict, and documented key by key."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Section(BaseModel):
    """A part of a stack file: unknown keys are refused, nothing is coerced, nothing changes after the parse.

    In files keys are written as Kubernetes writes them (`podCidr`); Python callers may use either spelling.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        use_attribute_docstrings=True,
    )
