"""What the settings already have of each supply, whoever wrote it, and whether the lock file says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from kmetal_network.addresses import Span
from kmetal_network.allocation.lock_file import line_numbers, lock_file, render
from kmetal_network.allocation.model import Entry, Key, Lock, State, Supply, extent, tenant_of
from kmetal_network.allocation.supplies import clear
from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, Severity
from kmetal_network.finding_codes.codes import LOCK


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """One block or address that a tenant has in the settings."""

    supply: Supply
    text: str
    owner: str
    place: str

    @property
    def key(self) -> Key:
        """Its key in the lock file."""
        return self.supply, self.text


def claims(environment: Environment) -> Iterator[Claim]:
    """Every block, egress address and control plane's address of every tenant."""
    for index, tenant in enumerate(environment.settings.tenants):
        if tenant.egress_address is not None:
            place = environment.place(("tenants", index, "egressAddress"))
            yield Claim(supply=Supply.EGRESS, text=str(tenant.egress_address), owner=tenant.name, place=place)
        for position, cluster in enumerate(tenant.clusters):
            place, owner = environment.place(("tenants", index, "clusters", position)), f"{tenant.name}/{cluster.name}"
            yield Claim(supply=Supply.BLOCKS, text=str(cluster.cidr_block), owner=owner, place=place)
            if cluster.control_plane_address is not None:
                text = str(cluster.control_plane_address)
                yield Claim(supply=Supply.CONTROL_PLANES, text=text, owner=owner, place=place)


def recorded(lock: Lock, environment: Environment, offered: Mapping[Supply, tuple[str, ...]], today: date) -> Lock:
    """The lock with whatever the settings have out of a supply and the lock does not yet say."""
    anew: dict[Key, Entry] = {}
    for claim in _out_of_supplies(environment, offered, lock):
        known = anew.get(claim.key) or lock.entries.get(claim.key)
        if known is not None and known.state is State.GIVEN:
            if claim.owner not in known.owners:
                anew[claim.key] = replace(known, owners=tuple(sorted((*known.owners, claim.owner))))
        elif known is None or claim.owner in known.owners or not _kept(known, today):
            anew[claim.key] = Entry(state=State.GIVEN, owners=(claim.owner,), day=today)
    return lock.with_entries(anew)


def _kept(entry: Entry, today: date) -> bool:
    """Whether no one but its owner may have it."""
    return entry.state is State.RESERVED or entry.quarantined(today)


def _out_of_supplies(
    environment: Environment, offered: Mapping[Supply, tuple[str, ...]], lock: Lock
) -> Iterator[Claim]:
    """Claims that share an address with a piece of their supply or with an entry of the lock."""
    found = tuple(claims(environment))
    for supply in Supply:
        known = [extent(text) for text in (*offered.get(supply, ()), *lock.of(supply))]
        elsewhere = set(clear({claim.text for claim in found if claim.supply is supply}, known))
        yield from (claim for claim in found if claim.supply is supply and claim.text not in elsewhere)


def disagreements(
    environment: Environment, lock: Lock, text: str | None, offered: Mapping[Supply, tuple[str, ...]]
) -> Iterator[Finding]:
    """Where settings and lock file do not agree.

    Args:
        environment: the settings.
        lock: what the lock file says.
        text: its text; None where there is no file.
        offered: every piece of each supply.
    """
    stack, path = environment.name, lock_file(environment.name)
    again = f"run `kmetal-network allocate {stack}`"

    numbers = line_numbers(text or "")

    def place(supply: Supply, written: str) -> str:
        line = numbers.get((supply, written))
        return f"{path}:{line}" if line else path

    held = {(claim.supply, claim.text, claim.owner) for claim in claims(environment)}
    agreed = True
    for claim in _out_of_supplies(environment, offered, lock):
        entry = lock.entries.get(claim.key)
        if entry is None or entry.state is not State.GIVEN or claim.owner not in entry.owners:
            agreed = False
            says = f"{entry.state} to {', '.join(entry.owners)}" if entry else "given to no one"
            yield _finding(
                claim.place,
                f"{claim.owner} has {claim.text} out of {claim.supply}, and by {place(*claim.key)} it is {says}",
                f"{again} if {claim.owner} is to keep it, or give it another",
            )
    for (supply, written), entry in lock.entries.items():
        for owner in entry.owners if entry.state is State.GIVEN else ():
            if (supply, written, owner) not in held:
                agreed = False
                yield _finding(
                    place(supply, written),
                    f"{written} of {supply} is given to {owner}, and the settings say otherwise",
                    f"put it back into the settings, or run `kmetal-network offboard {stack} {tenant_of(owner)}`",
                )
    for supply in Supply:
        yield from _overlaps(lock.of(supply), supply, place)
    if agreed and (offered or lock.entries) and text != render(lock, offered):
        problem = "is not what the supplies and the entries make of it" if text is not None else "is not there"
        yield _finding(path, problem, again)
    if Supply.EGRESS in offered:
        yield from _unpinned(environment)


def _overlaps(entries: Mapping[str, Entry], supply: Supply, place: Callable[[Supply, str], str]) -> Iterator[Finding]:
    """Entries of two owners that share addresses, one inside the other."""
    reach: tuple[Span, str] | None = None
    for text, entry in entries.items():
        span = extent(text)
        if entry.state is State.RELEASED:
            continue
        if reach is not None and span.first <= reach[0].last:
            problem = f"{text} of {supply} overlaps {reach[1]}, which {', '.join(entries[reach[1]].owners)} has"
            yield _finding(
                place(supply, text), problem, "give one of the two another in the settings", Severity.WARNING
            )
        if reach is None or span.last > reach[0].last:
            reach = span, text


def _unpinned(environment: Environment) -> Iterator[Finding]:
    for index, tenant in enumerate(environment.settings.tenants):
        if tenant.egress_address is None and tenant.clusters:
            yield _finding(
                environment.place(("tenants", index)),
                f"tenant {tenant.name!r} has no egressAddress, so Kube-OVN may pick one that is given later",
                "pin the address that it has",
                Severity.WARNING,
            )


def _finding(place: str, problem: str, remedy: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(place=place, problem=problem, remedy=remedy, rule=LOCK, severity=severity)


def taken(lock: Lock, environment: Environment, supply: Supply, today: date) -> Iterable[Span]:
    """What cannot be given: entries that still count, and what the settings have without the lock's knowledge."""
    for text, entry in lock.of(supply).items():
        if entry.state is not State.RELEASED or entry.quarantined(today):
            yield extent(text)
    yield from (extent(claim.text) for claim in claims(environment) if claim.supply is supply)
