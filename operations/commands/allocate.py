"""`kmetal-network allocate`: gives a tenant its blocks and addresses out of the supplies that the settings declare.

It writes the tenant's file and the lock file `tenants/<stack>/allocations.lock`, both or none, after the laws have
judged the result. It needs no cluster. Commit both files: the lock file keeps two branches from giving the same twice.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import TypeAdapter, ValidationError

from kmetal_network.allocation.claims import disagreements, recorded
from kmetal_network.allocation.forecast import forecasts
from kmetal_network.allocation.giving import Grant, grant
from kmetal_network.allocation.lock_file import lock_file, render
from kmetal_network.allocation.model import Lock, State
from kmetal_network.allocation.supplies import pieces
from kmetal_network.allocation.tenant_text import new_tenant, with_clusters
from kmetal_network.config.settings_files import concerns, read_settings, tenant_file
from kmetal_network.config.stackfile import Environment, judge_files, load_environments, load_stack
from kmetal_network.config.types import DnsLabel
from kmetal_network.counting import counted
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.laws.registry import errors
from operations.allocations import read_lock, today
from operations.console import note, out
from operations.linting.report import show_groups
from operations.writing import write_all

_ROOT: Final = Path()
_DEFAULT_CLUSTER: Final = "main"
_NAME: Final = TypeAdapter(DnsLabel)


def allocate(
    stack: Annotated[str, typer.Argument(help="Name of the environment; with --check all without it.")] = "",
    tenant: Annotated[
        str, typer.Argument(help="Name of the tenant; without it the lock file is brought up to date.")
    ] = "",
    *,
    cluster: Annotated[
        list[str] | None, typer.Option(help="Name of a cluster, as often as needed; `main` for a new tenant.")
    ] = None,
    reserve: Annotated[bool, typer.Option("--reserve", help="Only keep it in the lock file, for later.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 where settings and lock file do not agree.")
    ] = False,
) -> None:
    """Give a tenant its blocks and addresses out of the supplies, and note in the lock file who has what."""
    if check:
        if tenant or cluster or reserve:
            raise typer.BadParameter("--check takes at most a stack; leave the rest out")
        raise typer.Exit(check_locks(_ROOT, stack, today()))
    if not stack:
        raise typer.BadParameter("name the stack, then the tenant")
    if not tenant and (cluster or reserve):
        raise typer.BadParameter("--cluster and --reserve are for a tenant; name it after the stack")
    give(_ROOT, stack, tenant, tuple(dict.fromkeys(cluster or ())), today(), reserve=reserve)


def give(root: Path, stack: str, tenant: str, clusters: tuple[str, ...], day: date, *, reserve: bool = False) -> None:
    """Give, judge, write, and say what was given.

    Raises:
        OperatorError: a name is none, a supply has nothing left, or a law or the lock file stands against the result.
    """
    environment, _ = load_stack(root, stack)
    if environment.settings.supplies is None:
        problem, remedy = "there is no section `supplies`", "declare what tenants get their blocks out of"
        raise OperatorError([Finding(place=f"Pulumi.{stack}.yaml", problem=problem, remedy=remedy)])
    lock, text = read_lock(root, stack)
    offered = pieces(environment.settings)
    lock = recorded(lock, environment, offered, day)
    texts: dict[str, str] = {}
    granted: Grant | None = None
    if tenant:
        wanted = _wanted(environment, tenant, clusters)
        state = State.RESERVED if reserve else State.GIVEN
        granted = grant(environment, lock, offered, tenant=tenant, clusters=wanted, today=day, state=state)
        lock = granted.lock
        if not reserve and wanted:
            texts = _tenant_text(root, environment, tenant, granted)
    after, warnings = _judged(root, environment, texts)
    rendered = render(lock, offered)
    found = tuple(disagreements(after, lock, rendered, offered))
    if wrong := errors(found):
        raise OperatorError(wrong)
    changed = {**texts, **({lock_file(stack): rendered} if rendered != text else {})}
    write_all(root, {path: content.encode() for path, content in changed.items()})
    for finding in (*warnings, *found):
        if finding.place.startswith(tuple(texts)):
            note(str(finding))
    _tell(stack, tenant, granted, tuple(changed), reserve=reserve)
    _forecast(after, lock, day)


def _wanted(environment: Environment, tenant: str, clusters: tuple[str, ...]) -> tuple[str, ...]:
    """The clusters of a tenant that are not there yet.

    Raises:
        OperatorError: a name that is none.
    """
    for name in (tenant, *clusters):
        try:
            _NAME.validate_python(name)
        except ValidationError as error:
            raise OperatorError(f"allocate: {error.errors()[0]['ctx']['error']}") from None
    known = next((entry for entry in environment.settings.tenants if entry.name == tenant), None)
    if known is None:
        return clusters or (_DEFAULT_CLUSTER,)
    return tuple(name for name in clusters if name not in {entry.name for entry in known.clusters})


def _tenant_text(root: Path, environment: Environment, tenant: str, granted: Grant) -> dict[str, str]:
    """The tenant's file as it is to be, by its path.

    Raises:
        OperatorError: the tenant is in the stack file, which is no one's alone.
    """
    path = tenant_file(environment.name, tenant)
    names = [entry.name for entry in environment.settings.tenants]
    if tenant not in names:
        return {path: new_tenant(tenant, granted)}
    if path not in (document.name for document in environment.files):
        place = environment.place(("tenants", names.index(tenant)))
        problem = f"tenant {tenant!r} stands in the stack file, and a cluster is only added to a file of its own"
        raise OperatorError([Finding(place=place, problem=problem, remedy=f"move it to {path}")])
    return {path: with_clusters((root / path).read_bytes().decode(), path, granted)}


def _judged(root: Path, environment: Environment, texts: dict[str, str]) -> tuple[Environment, tuple[Finding, ...]]:
    """The settings with the tenant's file, and what the laws warn of there.

    Raises:
        OperatorError: a law is broken.
    """
    environments, findings = judge_files(read_settings(root).with_texts(texts))
    if wrong := errors(findings):
        raise OperatorError(wrong)
    return environments[environment.name], tuple(one for one in findings if concerns(one.place, environment.name))


def check_locks(root: Path, stack: str, day: date) -> int:
    """Whether settings and lock file agree, for one environment or for all; the exit code.

    Raises:
        OperatorError: the settings are wrong, a lock file cannot be read, or there is none to judge.
    """
    if stack:
        environments = [load_stack(root, stack)[0]]
    else:
        loaded, findings = load_environments(root)
        if wrong := errors(findings):
            raise OperatorError(wrong)
        environments = list(loaded.values())
    found: list[Finding] = []
    judged: list[tuple[Environment, Lock]] = []
    for environment in environments:
        try:
            lock, text = read_lock(root, environment.name)
            offered = pieces(environment.settings)
        except OperatorError as error:
            found.extend(error.findings)
            continue
        if offered or text is not None:
            judged.append((environment, lock))
            found.extend(disagreements(environment, lock, text, offered))
    if not (judged or found):
        raise OperatorError(
            "allocate: no environment declares `supplies`, so there is no lock file to check; write them"
        )
    show_groups(out, sorted(found))
    for environment, lock in judged:
        _forecast(environment, lock, day)
    wrong = errors(tuple(found))
    count = f"{counted(len(wrong), 'error')}, {counted(len(found) - len(wrong), 'warning')}" if found else "agreed"
    out.print(
        f"{', '.join(environment.name for environment, _ in judged) or 'nothing read'}: {count}",
        highlight=False,
        soft_wrap=True,
    )
    return int(bool(wrong))


def _tell(stack: str, tenant: str, granted: Grant | None, changed: tuple[str, ...], *, reserve: bool) -> None:
    """What was given, and what to do next."""
    if granted is not None:
        verb = "reserved" if reserve else "given"
        if granted.egress:
            out.print(f"{tenant}: {verb} egress address {granted.egress}", highlight=False, soft_wrap=True)
        for name, block in granted.blocks.items():
            plane = granted.control_planes.get(name)
            beside = f" and control plane's address {plane}" if plane else ""
            out.print(f"{tenant}/{name}: {verb} block {block}{beside}", highlight=False, soft_wrap=True)
        if not granted.blocks:
            out.print(f"{tenant}: has all of these clusters; nothing is given", highlight=False, soft_wrap=True)
    out.print(
        f"wrote {', '.join(changed)}; commit them" if changed else f"{stack}: nothing to write",
        highlight=False,
        soft_wrap=True,
    )


def _forecast(environment: Environment, lock: Lock, day: date) -> None:
    offered = pieces(environment.settings)
    for one in forecasts(environment, lock, offered, day):
        out.print(f"{environment.name} {one}", style="dim", highlight=False, soft_wrap=True)
