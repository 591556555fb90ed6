"""An environment's lock file, read and changed: what `allocate` gives and `offboard` releases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from kmetal_network.allocation.giving import released
from kmetal_network.allocation.lock_file import lock_file, parse, render
from kmetal_network.allocation.model import Lock
from kmetal_network.allocation.supplies import pieces
from kmetal_network.config.sections.supplies import QUARANTINE_DAYS
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import LOCK


def today() -> date:
    """The day that the lock file notes, in UTC."""
    return datetime.now(UTC).date()


def read_lock(root: Path, stack: str) -> tuple[Lock, str | None]:
    """The lock and the text of its file; empty and None where there is none.

    Raises:
        OperatorError: the file cannot be read, or is no lock file.
    """
    path = lock_file(stack)
    try:
        text = (root / path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return Lock(), None
    except (OSError, UnicodeDecodeError) as error:
        remedy = "take the file of the main branch"
        problem = f"cannot be read ({error})"
        raise OperatorError([Finding(place=path, problem=problem, remedy=remedy, rule=LOCK)]) from None
    return parse(text, path), text


def release(root: Path, environment: Environment, tenant: str, day: date) -> dict[str, bytes | None]:
    """What becomes of the lock file where a tenant goes; nothing where it does not name the tenant.

    Raises:
        OperatorError: the file cannot be read, or is no lock file.
    """
    lock, text = read_lock(root, environment.name)
    supplies = environment.settings.supplies
    after = released(lock, tenant, day, supplies.quarantine_days if supplies else QUARANTINE_DAYS)
    if text is None or after == lock:
        return {}
    return {lock_file(environment.name): render(after, pieces(environment.settings)).encode()}
