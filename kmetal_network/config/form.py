"""What is wrong with the form of a value, as findings: pydantic's errors in our grammar.

Stack files and the arguments of components both use it, so one wrong value gets one sentence.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from kmetal_network.errors import Finding
from kmetal_network.yaml_document import Path


def form_findings(error: ValidationError, root: type[BaseModel], place: Callable[[Path], str]) -> Iterator[Finding]:
    """Each error of form as a finding.

    Args:
        error: Raised by the root model.
        root: The model that was validated.
        place: Turns a path below the root, in the spelling of stack files, into a place that the reader can find.
    """
    for entry in _telling(error):
        yield _finding(entry, root, place)


def _telling(error: ValidationError) -> Iterator[Any]:
    """Errors of the form, without those that follow from another: a list too short because its entry was refused."""
    entries = error.errors(include_url=False)
    places = {entry["loc"][:end] for entry in entries for end in range(len(entry["loc"]))}
    for entry in entries:
        if entry["type"] != "too_short" or entry["loc"] not in places:
            yield entry


def _finding(error: Any, root: type[BaseModel], place: Callable[[Path], str]) -> Finding:
    """One error of pydantic's in our grammar."""
    loc = tuple(step for step in error["loc"] if not (isinstance(step, str) and step.startswith("function-")))
    key = loc[-1] if loc else ""
    model = _model_at(root, loc[:-1])
    match error["type"]:
        case "extra_forbidden":
            keys = sorted(_keys(model))
            close = get_close_matches(str(key), keys, 1, 0.7)
            remedy = (
                f"did you mean {close[0]!r}? Keys here: {', '.join(keys)}" if close else f"keys here: {', '.join(keys)}"
            )
            return Finding(place=place(loc), problem=f"unknown key {key!r}", remedy=remedy)
        case "missing":
            return Finding(
                place=place(loc), problem=f"{key!r} is missing", remedy=f"write `{key}:`{_purpose(model, str(key))}"
            )
        case "value_error":
            problem, _, remedy = str(error["ctx"]["error"]).partition("; ")
            return Finding(place=place(loc), problem=problem, remedy=remedy or "write another value")
        case "literal_error":
            problem = f"{key!r} is {shown(error['input'])}"
            return Finding(place=place(loc), problem=problem, remedy=f"write {error['ctx']['expected']}")
    problem = f"{key!r} is {shown(error['input'])}"
    remedy = error["msg"].replace("Input should", "it should").replace("String should", "the text should")
    return Finding(
        place=place(loc), problem=problem, remedy=f"{remedy[0].lower()}{remedy[1:]}{_purpose(model, str(key))}"
    )


def shown(value: object) -> str:
    """A value short enough for a sentence."""
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return f"a mapping with {len(value)} keys"
    if isinstance(value, tuple):
        return f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 (a line's worth)


def _keys(model: type[BaseModel] | None) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()} if model else set()


def _purpose(model: type[BaseModel] | None, key: str) -> str:
    """What a key is for, and an example where the model has one."""
    for name, field in model.model_fields.items() if model else ():
        if (field.alias or name) == key:
            example = f", such as {field.examples[0]}" if field.examples else ""
            text = " ".join((field.description or "").split()).partition(". ")[0].rstrip(".")
            return f"{example} ({text})" if text else example
    return ""


def _model_at(root: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model that a path leads to."""
    current: Any = root
    for step in path:
        if isinstance(step, int):
            continue
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            return None
        names = {field.alias or name: field.annotation for name, field in current.model_fields.items()}
        current = model_inside(names.get(step))
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def model_inside(annotation: Any) -> Any:
    """The model inside Optional[...], tuple[..., ...] and Annotated[...]."""
    if get_origin(annotation) in (Union, types.UnionType, tuple) or hasattr(annotation, "__metadata__"):
        inner = [model_inside(part) for part in get_args(annotation)]
        return next((part for part in inner if isinstance(part, type) and issubclass(part, BaseModel)), None)
    return annotation
