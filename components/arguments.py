"""Turns the arguments of a component into the domain's types (`config.sections`), or says what is wrong with them.

Arguments are plain values. A program in Python gives an instance of the `Args` class; the component provider host gives
a mapping, in which every number is a float. A nested `Args` may be a mapping in both cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import pulumi
from pydantic import ValidationError

from kmetal_network.config.form import form_findings, model_inside
from kmetal_network.config.sections.base import Section
from kmetal_network.errors import Finding, report
from kmetal_network.yaml_document import Path, dotted

Domain = TypeVar("Domain", bound=Section)


class _Late:
    """Findings show this for an Output where a plain value is needed."""

    def __repr__(self) -> str:
        return "an Output (known too late)"


LATE: Final = _Late()


class Arguments:
    """The arguments of one component, and where findings about them say that they stand."""

    def __init__(self, args: object, place: str) -> None:
        """Take the arguments as the component got them.

        Args:
            args: An instance of an `Args` class, or the host's mapping.
            place: Kind and name of the component.
        """
        self._args, self._place = args, place
        self._from_host = isinstance(args, Mapping)

    def get(self, name: str) -> Any:
        """One argument as it was given; None where it was left out."""
        return self._args.get(name) if isinstance(self._args, Mapping) else getattr(self._args, name)

    def stack(self) -> str:
        """The argument `stack`, which no section of the settings has.

        Raises:
            pulumi.RunError: It is no text, or empty.
        """
        value = self.get("stack")
        if not isinstance(value, str) or not value:
            problem = f"'stack' is {LATE if isinstance(value, pulumi.Output) else value!r}"
            finding = Finding(
                place=f"{self._place} stack", problem=problem, remedy="write the stack's name, such as dev"
            )
            raise pulumi.RunError(str(finding))
        return value

    def section(self, model: type[Domain], name: str = "") -> Domain:
        """The domain's type of one argument, or of the component's own arguments as far as the type has them.

        Raises:
            pulumi.RunError: One finding for each wrong value, as for the same value in a stack file; it ends the
                program without a traceback.
        """
        args = self.get(name) if name else self._args
        if not name and isinstance(args, Mapping):
            args = {key: value for key, value in args.items() if key in model.model_fields}
        return self.parsed(model, args, (name,) if name else ())

    def parsed(self, model: type[Domain], args: object, under: Path) -> Domain:
        """The domain's type of values that stand at a path of the arguments.

        Raises:
            pulumi.RunError: As `section`.
        """
        try:
            return model.model_validate(self._data(args, model))
        except ValidationError as error:
            found = form_findings(error, model, lambda path: f"{self._place} {dotted((*under, *path))}".rstrip())
            raise pulumi.RunError(report(found)) from None

    def _data(self, args: object, model: type[Section]) -> dict[str, Any]:
        """What the model is to validate, under the keys of a stack file: findings name those."""
        keys = {name: field.alias or name for name, field in model.model_fields.items()}
        if isinstance(args, Mapping):
            given = dict(args)
        else:
            given = {name: getattr(args, name) for name in keys if hasattr(args, name)}
        return {
            keys.get(name, name): self._value(value, _model_of(model, name))
            for name, value in given.items()
            if value is not None
        }

    def _value(self, value: Any, model: type[Section] | None) -> Any:
        if isinstance(value, pulumi.Output):
            return LATE
        if isinstance(value, Sequence) and not isinstance(value, str):
            return tuple(self._value(entry, model) for entry in value)  # the sections take no list
        if model is not None and not isinstance(value, (str, int, float)):
            return self._data(value, model)
        if isinstance(value, Mapping):
            return {key: self._value(entry, None) for key, entry in value.items()}
        if self._from_host and isinstance(value, float) and value.is_integer():
            return int(value)
        return value


def _model_of(model: type[Section], name: str) -> type[Section] | None:
    """The section that a key of a section holds, if it holds one."""
    field = model.model_fields.get(name)
    inner = model_inside(field.annotation) if field else None
    return inner if isinstance(inner, type) and issubclass(inner, Section) else None
