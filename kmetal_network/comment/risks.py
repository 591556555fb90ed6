"""What a reviewer decides on: every risk of every environment, every name, grouped by reason, with the ways out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kmetal_network.comment.markdown import code, plain, table
from kmetal_network.comment.names import every
from kmetal_network.comment.paths import RISK_HEAD, opening, risk_row
from kmetal_network.counting import counted
from kmetal_network.errors import Finding, Severity
from kmetal_network.finding_codes.codes import CUT_OFF, FAILED, LOST_ADDRESS, OPENS
from kmetal_network.plan.model import Plan

_HOLDER: Final = re.compile(r"(?P<who>.+) \((?P<address>[^()]+)\)")

_ACCEPTED: Final = "accepted in the settings"
"""How the guard begins where a `replaceWhileInUse` gives the reason (`operations.impact.losses`)."""

_TITLES: Final = {
    CUT_OFF: "pods lose their network",
    LOST_ADDRESS: "addresses are given up while somebody has them",
    OPENS: "paths open",
    "ORPHAN": "objects of a killed run are in the way",
    "HALF-MADE": "objects of a killed run have another value",
    "SHAPE": "the settings do not have the required form",
    FAILED: "the preview failed",
}


@dataclass(frozen=True, kw_only=True)
class Group:
    """Risks of one reason."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    ways: tuple[str, ...]
    """Ways out, or the accepted reasons; each once."""

    def full(self, first: int) -> str:
        """As a table, a line for each risk, numbered."""
        rows = [(str(number), *row) for number, row in enumerate(self.rows, first)]
        text = f"**{self.title}** ({len(self.rows)})\n\n{table(('#', *self.head), rows)}"
        return f"{text}\n\n{self._ways()}" if self.ways else text

    def lines(self, first: int) -> list[str]:
        """Without columns: as short as it can be said without a name less."""
        head = f"**{self.title}** ({len(self.rows)}): {', '.join(self.head)}"
        rows = [f"{number}. {'; '.join(filter(None, row))}" for number, row in enumerate(self.rows, first)]
        return [head, *rows, *([self._ways()] if self.ways else [])]

    def _ways(self) -> str:
        if all(way.startswith(_ACCEPTED) for way in self.ways):
            return "\n".join(f"{way[0].upper()}{way[1:]}" for way in self.ways)
        if len(self.ways) == 1:
            return f"Way out: {self.ways[0]}"
        return "Ways out:\n" + "\n".join(f"- {way}" for way in self.ways)


def groups(plan: Plan, *, named: bool) -> Iterator[Group]:
    """One environment's risks by reason: what is refused first.

    Args:
        plan: of the environment.
        named: whether its name has to be said, since there are others with risks.
    """
    where = f"{plan.environment}: " if named else ""
    opened = {path.problem: path for path in plan.opened}
    found: dict[tuple[bool, str, str], list[Finding]] = {}
    for risk in plan.risks:
        subject = risk.subject if risk.rule == LOST_ADDRESS else risk.subject.partition(" ")[0]
        if risk.rule == OPENS and risk.problem in opened:
            subject = opened[risk.problem].direction
        found.setdefault((risk.severity is not Severity.ERROR, risk.rule, subject), []).append(risk)
    for (accepted, rule, subject), risks in sorted(found.items()):
        mark = "🟠" if accepted else "🔴"
        agreed = ", which the settings accept" if accepted and rule == CUT_OFF else ""
        title = f"{mark} {where}{rule}: {_TITLES.get(rule, 'a law is broken')}{agreed}"
        if rule == OPENS and all(risk.problem in opened for risk in risks):
            rows = tuple(risk_row(opened[risk.problem], risk.place, plan.tenants) for risk in risks)
            ways = tuple(dict.fromkeys(plain(risk.remedy) for risk in risks))
            yield Group(title=f"{title} {subject}", head=RISK_HEAD, rows=rows, ways=ways)
        else:
            yield _group(rule, title, subject, risks)


def _group(rule: str, title: str, subject: str, risks: Sequence[Finding]) -> Group:
    ways = tuple(dict.fromkeys(plain(risk.remedy) for risk in risks))
    rows: tuple[tuple[str, ...], ...]
    if rule == CUT_OFF:
        rows = tuple(
            (every(risk.tenants), code(risk.subject), every(risk.names) or plain(risk.problem), plain(risk.place))
            for risk in risks
        )
        return Group(title=title, head=("tenants", "object", "pods", "written at"), rows=rows, ways=ways)
    if rule == LOST_ADDRESS:
        rows = tuple((code(address), code(who), plain(risk.place)) for risk in risks for who, address in _holders(risk))
        return Group(
            title=f"{title}, {plain(subject)}", head=("address", "who has it", "written at"), rows=rows, ways=ways
        )
    rows = tuple((plain(risk.place), plain(risk.problem), plain(risk.remedy)) for risk in risks)
    return Group(title=title, head=("where", "what", "what to do"), rows=rows, ways=())


def _holders(risk: Finding) -> Iterator[tuple[str, str]]:
    for name in sorted(risk.names):
        match = _HOLDER.fullmatch(name)
        yield (match["who"], match["address"]) if match else (name, "")


def lost_addresses(plan: Plan) -> set[str]:
    """Addresses that are lost; a Service and its control plane hold one and the same."""
    return addresses_of(plan.lost)


def addresses_of(holders: Iterable[str]) -> set[str]:
    """Addresses out of a risk's names, each `Kind namespace/name (address)`."""
    return {match["address"] if (match := _HOLDER.fullmatch(name)) else name for name in holders}


def headline(plan: Plan) -> str:
    """What is refused or at risk in one environment, in a few words."""
    parts = []
    if plan.cut_off:
        tenants = sorted({tenant for risk in plan.risks if risk.rule == CUT_OFF for tenant in risk.tenants})
        whose = f" of {counted(len(tenants), 'tenant')}" if tenants else ""
        parts.append(f"{counted(len(plan.cut_off), 'pod')}{whose} cut off")
    if plan.lost:
        number = len(lost_addresses(plan))
        parts.append(f"{number} {'address is' if number == 1 else 'addresses are'} lost")
    if text := opening(plan):
        parts.append(text)
    rest = [risk for risk in plan.risks if risk.rule not in (CUT_OFF, LOST_ADDRESS, OPENS)]
    laws = sum(risk.rule.startswith("NET-") or risk.rule == "SHAPE" for risk in rest)
    if laws:
        parts.append(f"{counted(laws, 'law')} broken")
    if others := sorted({risk.rule for risk in rest if not risk.rule.startswith("NET-") and risk.rule != "SHAPE"}):
        parts.append(", ".join(_TITLES.get(rule, rule) for rule in others))
    external = [risk for risk in plan.risks if risk.rule == CUT_OFF and not risk.names]
    if external and not plan.cut_off:
        parts.append("tenants are cut off")
    return ", ".join(parts)
