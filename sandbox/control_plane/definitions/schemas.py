"""Building blocks of the structural schemas in `sandbox.control_plane.definitions.catalogue`, in OpenAPI's words.

They check nothing; the API server does, once a definition is applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]


def list_of(item: Schema, **marks: Any) -> Schema:
    """An array; `marks` are further words of its schema."""
    return {"type": "array", "items": item, **marks}


def object_of(fields: Mapping[str, Schema], *required: str, **marks: Any) -> Schema:
    """An object of these fields: any other is pruned, and refused by server-side apply."""
    schema: Schema = {"type": "object", "properties": dict(fields), **marks}
    return {**schema, "required": list(required)} if required else schema


def each(schema: Schema, names: str) -> dict[str, Schema]:
    """Several fields of one form."""
    return dict.fromkeys(names.split(), schema)


def one_of(*choices: str) -> Schema:
    """A string out of a few."""
    return {"type": "string", "enum": list(choices)}


def number(least: int | None = None, most: int | None = None, **marks: Any) -> Schema:
    """An integer within bounds."""
    bounds = {"minimum": least, "maximum": most}
    return {"type": "integer", **{key: value for key, value in bounds.items() if value is not None}, **marks}


TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
ON: Final[Schema] = {**FLAG, "default": True}
OFF: Final[Schema] = {**FLAG, "default": False}
TEXTS: Final = list_of(TEXT)
OPEN: Final[Schema] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}

INTERFACE: Final[Schema] = {"type": "string", "maxLength": 15, "pattern": r"^[^/\s]+$"}
LABELS: Final[Schema] = {"type": "object", "additionalProperties": TEXT}
_ATOMIC: Final[Schema] = {"x-kubernetes-list-type": "atomic"}


def selector(expression: Schema, *required: str, values: Schema = TEXTS, **marks: Any) -> Schema:
    """A label selector; `expression` is what upstream says of its operator, `marks` of its list of expressions."""
    match = object_of({"key": TEXT, "operator": expression, "values": values}, *required)
    return object_of({"matchLabels": LABELS, "matchExpressions": list_of(match, **marks)})


SELECTORS: Final = list_of(selector(TEXT))
ATOMIC_SELECTORS: Final = list_of(
    {
        **selector(TEXT, "key", "operator", values={**TEXTS, **_ATOMIC}, **_ATOMIC),
        "x-kubernetes-map-type": "atomic",
    }
)
"""As in MetalLB: whoever applies such a selector owns all of it."""

INT32: Final[Schema] = {"format": "int32"}
