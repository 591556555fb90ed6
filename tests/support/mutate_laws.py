"""Breaks each law's check on purpose and asks whether the table of cases notices: `python -m tests.support.mutate_laws [ID...]`.

Two kinds of break, both in this process: a law that never finds anything, and one operator of its module changed at a time
(a comparison turned, `and` for `or`, a `not` left out, a number moved by one). A change that no case notices is printed
with its line; the exit code is 1 if a law can be switched off unnoticed, or if more changes survive than are allowed.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

from rich.console import Console
from rich.table import Table

from kmetal_network.facts.model import Facts
from kmetal_network.laws.addresses import ranges
from kmetal_network.laws.model import Law, no_breaches, no_estate_breaches
from kmetal_network.laws.registry import LAWS, judge, judge_estate
from kmetal_network.laws.tenants.routing import policy_routes
from tests.law_cases.table import CASES, Case
from tests.support.partial_networks import SHOWN_BY_A_PART, decided_later, parts, patched, unknown_variants

ALLOWED: Final = 0.15
"""The share of changed operators that may go unnoticed: guards against values that the reader never gives, mostly."""

TURNED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """A case as laws see it; made once, since cases do not change."""

    case: Case
    facts: Facts
    estate: dict[str, Facts]

    def kept(self, law: Law) -> bool:
        """Whether one law alone finds in it what the table says of that law."""
        try:
            findings = judge_estate(self.estate, (law,)) if self.estate else judge(self.facts, (law,))
        except Exception:  # noqa: BLE001 (a broken law may raise anything, and that is noticed)
            return False
        found = sorted((finding.rule, finding.place) for finding in findings)
        if law.id == self.case.rule and not self.case.severity_is(findings):
            return False
        return found == [entry for entry in self.case.expected if entry[0] == law.id]


def read_cases() -> list[Seen]:
    """Every case, read once."""
    seen = []
    for case in CASES:
        network = case.network()
        facts = network.facts()
        others = {name: other.facts() for name, other in network.others.items()}
        seen.append(Seen(case, facts, {"one": facts, **others} if others else {}))
    return seen


@cache
def quiet_networks() -> tuple[tuple[Facts, ...], tuple[Facts, ...], tuple[Facts, ...]]:
    """Looks in which no law may find anything: values decided later, single objects, and patches of single fields."""
    later = tuple(decided_later(*variant) for variant in unknown_variants())
    return later, tuple(parts().values()), tuple(patched().values())


def speaks_out_of_turn(law: Law) -> bool:
    """Whether a law takes what is not known, or what others may hold, for a breach."""
    later, alone, patches = quiet_networks()
    networks = (*(later if law.unknown == "passes" else ()), *(alone if law.id != SHOWN_BY_A_PART else ()), *patches)
    try:
        return any(judge(facts, (law,)) for facts in networks)
    except Exception:  # noqa: BLE001 (a broken law may raise anything, and that is noticed)
        return True


def noticed(law: Law, seen: Iterable[Seen]) -> bool:
    """Whether any case or quiet look fails with that law; its own cases are asked first."""
    ordered = sorted(seen, key=lambda entry: entry.case.rule != law.id)
    return any(not entry.kept(law) for entry in ordered) or speaks_out_of_turn(law)


def silenced(law: Law) -> Law:
    """The law, never finding anything."""
    return replace(law, judge=no_breaches, judge_estate=no_estate_breaches)


FOLLOWED: Final = (ranges, policy_routes)
"""Modules whose functions are changed, too, for the laws of other modules that call them."""


class _Change(ast.NodeTransformer):
    """Changes the n-th place that can be changed, and counts them all."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.count = 0
        self.line = 0

    def _here(self, node: ast.AST) -> bool:
        self.count += 1
        if self.count - 1 == self.wanted:
            self.line = getattr(node, "lineno", 0)
            return True
        return False

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if type(node.ops[0]) in TURNED and self._here(node):
            node.ops[0] = TURNED[type(node.ops[0])]()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        if self._here(node):
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return node.operand if isinstance(node.op, ast.Not) and self._here(node) else node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if type(node.value) is int and self._here(node):
            node.value += 1
        return node


def functions(module: ModuleType) -> dict[str, ast.FunctionDef]:
    """A module's functions by name, and those of the followed modules that it imports."""
    found = {}
    for one in (*(other for other in FOLLOWED if _imports(module, other)), module):
        tree = ast.parse(Path(str(one.__file__)).read_text(encoding="utf-8"))
        found |= {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    return found


def _imports(module: ModuleType, other: ModuleType) -> bool:
    return any(getattr(value, "__module__", None) == other.__name__ for value in vars(module).values())


def reached(name: str, available: dict[str, ast.FunctionDef]) -> list[str]:
    """A check and the functions that it calls, of its own module and of those that are followed."""
    found, waiting = [], [name]
    while waiting:
        current = waiting.pop()
        if current in available and current not in found:
            found.append(current)
            waiting += [node.id for node in ast.walk(available[current]) if isinstance(node, ast.Name)]
    return found


def changes(law: Law) -> Iterator[tuple[str, Law]]:
    """Each law that differs from this one in one operator, with the place of the change."""
    check = law.judge if law.judge is not no_breaches else law.judge_estate
    module = sys.modules[check.__module__]
    available = functions(module)
    if check.__name__ not in available:
        return
    for name in reached(check.__name__, available):
        for wanted in range(_places(available[name])):
            change = _Change(wanted)
            node = ast.fix_missing_locations(change.visit(deepcopy(available[name])))
            followed = [vars(other) for other in FOLLOWED if _imports(module, other)]
            space = {key: value for names in (*followed, vars(module)) for key, value in names.items()}
            others = [available[other] for other in reached(check.__name__, available) if other != name]
            code = ast.Module([*others, node], [])
            exec(compile(code, str(module.__file__), "exec"), space)  # noqa: S102 (our own source, one operator changed)
            broken = space[check.__name__]
            field = "judge" if law.judge is not no_breaches else "judge_estate"
            yield f"{Path(str(module.__file__)).name}:{change.line}", replace(law, **{field: broken})


def _places(function: ast.FunctionDef) -> int:
    counter = _Change(-1)
    counter.visit(deepcopy(function))
    return counter.count


def main(wanted: list[str]) -> int:
    """Print the table; 1 where a law can be broken unnoticed."""
    console = Console()
    seen = read_cases()
    laws = [law for law in LAWS if not wanted or law.id in wanted]
    wrong = [str(entry.case) for entry in seen for law in laws if entry.case.rule == law.id and not entry.kept(law)]
    if wrong:
        console.print(f"the table fails before anything is broken: {', '.join(wrong)}")
        return 1
    table = Table("law", "switched off", "changed operators", "unnoticed", title="Broken laws and who notices")
    unnoticed: dict[str, list[str]] = defaultdict(list)
    off, total = [], 0
    for law in laws:
        own = [entry for entry in seen if entry.case.rule == law.id]
        off += [] if noticed(silenced(law), own) else [law.id]
        count = 0
        for place, broken in changes(law):
            count += 1
            if not noticed(broken, seen):
                unnoticed[law.id].append(place)
        total += count
        lines = ", ".join(dict.fromkeys(place.partition(":")[2] for place in unnoticed[law.id]))
        verdict = "[red]UNNOTICED" if law.id in off else "noticed"
        table.add_row(law.id, verdict, str(count), f"{len(unnoticed[law.id])} {f'(lines {lines})' if lines else ''}")
    console.print(table)
    survived = sum(map(len, unnoticed.values()))
    share = survived / total if total else 0.0
    console.print(
        f"{len(laws)} laws: {len(laws) - len(off)} noticed when switched off; {total} changed operators, {survived}"
        f" unnoticed ({share:.0%}, allowed {ALLOWED:.0%})"
    )
    return 1 if off or share > ALLOWED else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
