"""A plan as JSON in a file, for the job that writes the comment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from kmetal_network.errors import OperatorError
from kmetal_network.plan.model import Plan

_PLAN: Final = TypeAdapter(Plan)


def as_json(plan: Plan) -> str:
    """All of a plan, with what follows from it: its verdict and its digest."""
    document = _PLAN.dump_python(plan, mode="json")
    return json.dumps({"verdict": plan.verdict.value, "digest": plan.digest, **document}, indent=1)


def save(plan: Plan, path: Path) -> None:
    """Write it.

    Raises:
        OperatorError: not a file that this user may write.
    """
    try:
        path.write_text(f"{as_json(plan)}\n", encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"--save {path}: {error.strerror}; name a file in a folder that is there") from None


def load(path: Path) -> Plan | None:
    """The plan of a file; None where there is none, or one that its run did not write to its end."""
    try:
        return _PLAN.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
