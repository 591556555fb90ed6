"""Writes the examples that `kmetal-network explain` prints: `python -m tests.law_cases.examples`, from the table of cases.

For each law the first row on either side, as the objects that make the difference to the good network.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import yaml

from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws.registry import LAWS
from operations.commands.explain import EXAMPLES
from tests.law_cases.table import CASES, Case
from tests.support.network import good

_SHOWN: Final = 2
"""So many objects say it; laws that count have hundreds."""


def example(case: Case) -> str:
    """One row as YAML, its title above."""
    before, network = good().objects, case.network()
    changed = [body for place, body in network.objects.items() if body != before.get(place)]
    lines = [f"# {case.title}"]
    lines += [f"# without {place}" for place in before if place not in network.objects][:_SHOWN]
    if len(changed) > _SHOWN:
        lines.append(f"# {len(changed)} objects, such as:")
    text = yaml.safe_dump_all(map(_spoken, changed[:_SHOWN]), sort_keys=False) if changed else ""
    return "\n".join(lines) + "\n" + text


def _spoken(value: Any) -> Any:
    """With words for what is decided later."""
    if isinstance(value, dict):
        return {key: _spoken(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_spoken(entry) for entry in value]
    return "(not known yet)" if value is UNKNOWN else value


def examples() -> str:
    """The whole file."""
    sides = {
        rule.id: {
            side: example(next(case for case in CASES if case.rule == rule.id and bool(case.expected) is broken))
            for side, broken in (("keeps", False), ("breaks", True))
        }
        for rule in LAWS
    }
    return json.dumps(sides, indent=1) + "\n"


def main(target: Path = EXAMPLES) -> int:
    """Write."""
    target.write_text(examples(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
