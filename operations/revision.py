"""A stack file as it is, or as another git revision has it; the working tree is left alone."""

from __future__ import annotations

from pathlib import Path

from kmetal_network.config.settings_files import concerns, read_settings, stack_file
from kmetal_network.config.stackfile import Environment, parse_environment
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import USAGE
from operations.past_settings import settings_at


def stack_now(root: Path, stack: str) -> Environment:
    """The settings of a stack, judged in form only: what is asked for an open path may break a law by it.

    Raises:
        OperatorError: no such stack file, or its form is wrong.
    """
    files = read_settings(root)
    name = stack_file(root, stack).name
    if own := [finding for finding in files.findings if concerns(finding.place, stack)]:
        raise OperatorError(own)
    if name not in files.texts:
        there = ", ".join(files.environments()) or "none"
        problem, remedy = "cannot be read (No such file or directory)", f"use one of the stacks there are ({there})"
        raise OperatorError([Finding(place=name, problem=problem, remedy=remedy)])
    return parse_environment(files.texts[name], name, stack, tenants=files.tenants(stack))


def stack_at(root: Path, stack: str, revision: str) -> Environment:
    """The settings of a stack at a revision, judged in form only: what was there may break laws of today.

    Raises:
        OperatorError: git does not know the revision, the file is not in it, or its form is wrong.
    """
    name = stack_file(root, stack).name
    files, failure = settings_at(root, revision)
    if failure or name not in files.texts:
        problem = f"git shows no {name} at {revision!r} ({failure or 'there is none'})"
        remedy = "write a revision that holds the file, such as origin/main"
        raise OperatorError([Finding(place="--base", problem=problem, remedy=remedy, rule=USAGE)])
    tenants = {f"{revision}:{path}": text for path, text in files.tenants(stack).items()}
    return parse_environment(files.texts[name], f"{revision}:{name}", stack, tenants=tenants)
