"""Gives, reserves and releases blocks and addresses. What is given never moves, overlaps nothing and is in a supply.

The owner's name decides where a search begins, so two branches seldom take the same piece at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256

from kmetal_network.allocation.claims import taken
from kmetal_network.allocation.model import Entry, Key, Lock, State, Supply, extent, tenant_of
from kmetal_network.allocation.supplies import clear
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import SUPPLY

Offered = Mapping[Supply, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one tenant gets."""

    lock: Lock
    """The lock with it."""

    egress: str | None = None
    """Its egress address; None where there is no such supply or the tenant was there before."""

    blocks: Mapping[str, str]
    """Block of each new cluster, by name."""

    control_planes: Mapping[str, str]
    """Control plane's address of each new cluster; empty where there is no such supply."""


def grant(
    environment: Environment,
    lock: Lock,
    offered: Offered,
    *,
    tenant: str,
    clusters: tuple[str, ...],
    today: date,
    state: State = State.GIVEN,
) -> Grant:
    """Give a tenant what it needs for its new clusters, and an egress address where it is new itself.

    Args:
        environment: the settings before.
        lock: who has what.
        offered: every piece of each supply.
        tenant: name of the tenant.
        clusters: names of its new clusters.
        today: the day that the lock notes.
        state: given, or reserved for later.

    Raises:
        OperatorError: a supply has nothing left; nothing is given.
    """
    is_new = all(entry.name != tenant for entry in environment.settings.tenants)
    per_cluster = tuple(f"{tenant}/{cluster}" for cluster in clusters)
    owners: dict[Supply, tuple[str, ...]] = {
        Supply.BLOCKS: per_cluster,
        Supply.CONTROL_PLANES: per_cluster,
        Supply.EGRESS: (tenant,) if is_new else (),
    }
    found: dict[Supply, dict[str, str]] = {supply: {} for supply in Supply}
    findings: list[Finding] = []
    for supply, owner in [(one, owner) for one in offered for owner in owners[one]]:
        piece = _kept_for(lock, supply, owner, today) or _search(environment, lock, offered, supply, owner, today)
        if piece is None:
            findings.append(_spent(environment, lock, offered, supply, owner, today))
        else:
            found[supply][owner.rpartition("/")[2]] = piece
            lock = _with(lock, supply, piece, Entry(state=state, owners=(owner,), day=today))
    if findings:
        raise OperatorError(findings)
    return Grant(
        lock=lock,
        egress=found[Supply.EGRESS].get(tenant),
        blocks=found[Supply.BLOCKS],
        control_planes=found[Supply.CONTROL_PLANES],
    )


def free(environment: Environment, lock: Lock, offered: Offered, supply: Supply, today: date) -> tuple[str, ...]:
    """What of a supply can be given on a day, by address."""
    return clear(offered.get(supply, ()), taken(lock, environment, supply, today))


def _kept_for(lock: Lock, supply: Supply, owner: str, today: date) -> str | None:
    """What an owner has, reserved, or had until lately: it gets the same again."""
    for state in State:
        held = lock.held_by(supply, owner, state)
        if held is not None and (state is not State.RELEASED or lock.entries[supply, held].quarantined(today)):
            return held
    return None


def _with(lock: Lock, supply: Supply, piece: str, entry: Entry) -> Lock:
    """The lock with a piece's new entry, without old releases of the same addresses; what is given stays as it is."""
    known = lock.entries.get((supply, piece))
    if known is not None and (known.state is State.GIVEN or known.state is entry.state):
        return lock
    span = extent(piece)
    old = {
        (supply, text)
        for text, other in lock.of(supply).items()
        if other.state is State.RELEASED and extent(text).overlaps(span)
    }
    kept = {key: other for key, other in lock.entries.items() if key not in old}
    return Lock(entries={**kept, (supply, piece): entry})


def _search(
    environment: Environment, lock: Lock, offered: Offered, supply: Supply, owner: str, today: date
) -> str | None:
    """The first free piece from the place on that the owner's name gives, and then from the first on."""
    whole, candidates = offered[supply], free(environment, lock, offered, supply, today)
    if not candidates:
        return None
    number = int.from_bytes(sha256(f"{supply} {owner}".encode()).digest()[:8], "big")
    start = extent(whole[number % len(whole)]).first
    return next((text for text in candidates if extent(text).first >= start), candidates[0])


def _spent(environment: Environment, lock: Lock, offered: Offered, supply: Supply, owner: str, today: date) -> Finding:
    waiting = [entry.until for entry in lock.of(supply).values() if entry.quarantined(today) and entry.until]
    later = f", {len(waiting)} come back, the first on {min(waiting)}" if waiting else ""
    return Finding(
        place=environment.place(("supplies",)),
        problem=f"{supply} has nothing left for {owner} (all {len(offered[supply])} are taken{later})".replace(
            ";", ","
        ),
        remedy="enlarge the supply, or offboard a tenant",
        rule=SUPPLY,
    )


def released(lock: Lock, tenant: str, today: date, quarantine: int) -> Lock:
    """The lock without a tenant: what it was given is kept from others for a while, what was reserved is free.

    Args:
        lock: who has what.
        tenant: name of the tenant.
        today: the day on which it goes.
        quarantine: days for which no one else gets it.
    """
    entries: dict[Key, Entry] = {}
    for key, entry in lock.entries.items():
        stay = tuple(owner for owner in entry.owners if tenant_of(owner) != tenant)
        if stay == entry.owners or entry.state is State.RELEASED:
            entries[key] = entry
        elif stay:
            entries[key] = replace(entry, owners=stay)
        elif entry.state is State.GIVEN:
            until = today + timedelta(days=quarantine)
            entries[key] = Entry(state=State.RELEASED, owners=entry.owners, day=today, until=until)
    return Lock(entries=entries)
