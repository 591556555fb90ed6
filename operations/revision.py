"""A stack file as it is, or as another git revision has it; the working tree is left alone."""

from __future__ import annotations

from pathlib import Path

from kmetal_network.config.stackfile import Environment, environment_names, parse_environment, stack_file
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import USAGE
from operations.git import git


def stack_now(root: Path, stack: str) -> Environment:
    """The settings of a stack, judged in form only: what is asked for an open path may break a law by it.

    Raises:
        OperatorError: no such stack file, or its form is wrong.
    """
    path = stack_file(root, stack)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        there = ", ".join(environment_names(root)) or "none"
        problem, remedy = f"cannot be read ({error.strerror or error})", f"use one of the stacks there are ({there})"
        raise OperatorError([Finding(place=path.name, problem=problem, remedy=remedy)]) from None
    except UnicodeDecodeError:
        raise OperatorError([Finding(place=path.name, problem="is not UTF-8", remedy="save it as UTF-8")]) from None
    return parse_environment(text, path.name, stack)


def stack_at(root: Path, stack: str, revision: str) -> Environment:
    """The settings of a stack at a revision, judged in form only: what was there may break laws of today.

    Raises:
        OperatorError: git does not know the revision, the file is not in it, or its form is wrong.
    """
    name = stack_file(root, stack).name
    shown, failure = git(root, "show", "--end-of-options", f"{revision}:./{name}")
    if failure:
        problem = f"git shows no {name} at {revision!r} ({failure})"
        remedy = "write a revision that holds the file, such as origin/main"
        raise OperatorError([Finding(place="--base", problem=problem, remedy=remedy, rule=USAGE)])
    return parse_environment(shown.decode("utf-8-sig"), f"{revision}:{name}", stack)
