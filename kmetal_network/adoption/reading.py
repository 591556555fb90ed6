"""What the readers of live objects share: the sections that they fill, and what they leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from pydantic import BaseModel, ValidationError

from kmetal_network.errors import Finding
from kmetal_network.facts.lenient_fields import is_list, written
from kmetal_network.finding_codes.codes import ADOPT
from kmetal_network.kinds.registry import names_where

Object: TypeAlias = Mapping[str, Any]
Live: TypeAlias = Mapping[str, Mapping[str, Object]]
"""Objects by kind and `namespace/name`, as `operations.cluster.view` gives them."""

KINDS: Final = names_where("adopted")
"""Every kind that a network of ours is made of, or that a tenant's namespace holds."""


@dataclass(frozen=True, order=True)
class Left:
    """Something that is left alone, since the settings have no word for it."""

    object: str
    why: str


@dataclass
class Reading:
    """Sections of a stack file, what they leave out, and what the cluster does not tell."""

    sections: dict[str, Any] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    lacking: list[Finding] = field(default_factory=list)

    def lack(self, place: str, problem: str, remedy: str) -> None:
        """Something without which there are no settings."""
        self.lacking.append(Finding(place=place, problem=problem, remedy=remedy, rule=ADOPT))


def spec(item: Object) -> Mapping[str, Any]:
    """Its spec; empty where there is none."""
    found = item.get("spec")
    return found if isinstance(found, Mapping) else {}


def labels(item: Object) -> Mapping[str, str]:
    """Its labels."""
    return item["metadata"].get("labels") or {}


def misfit(model: type[BaseModel], data: Mapping[str, Any]) -> str:
    """Why data are no section of that model; empty where they are."""
    try:
        model.model_validate(_frozen(data), by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        said = (
            str(first["ctx"]["error"])
            if first["type"] == "value_error"
            else f"{written(first['input'])}: {first['msg']}"
        )
        return f"{place}: {said.partition('; ')[0]}".removeprefix(": ")
    return ""


def known(model: type[BaseModel], data: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a mapping that a model has."""
    keys = [info.alias or name for name, info in model.model_fields.items()]
    return {key: data[key] for key in keys if key in data}


def _frozen(value: Any) -> Any:
    """Lists as tuples, as the settings' own loader reads them."""
    if isinstance(value, Mapping):
        return {key: _frozen(entry) for key, entry in value.items()}
    return tuple(_frozen(entry) for entry in value) if is_list(value) else value
