"""Warnings of the laws: new ones in sight, known ones folded; many of one law share a line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from kmetal_network.comment.markdown import plain
from kmetal_network.comment.names import every
from kmetal_network.errors import Finding
from kmetal_network.laws.registry import BY_ID

_FEW: Final = 5
_NAME: Final = re.compile(r"\w+ '([^']*)'")


def findings(found: Sequence[Finding]) -> str:
    """A line for each; a line for each law that many break, with the names."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for one in found:
        by_rule[one.rule].append(one)
    lines = []
    for rule, members in sorted(by_rule.items()):
        if len(members) <= _FEW:
            lines += [f"- {rule} {plain(one.problem)} ({plain(one.place)}); {plain(one.remedy)}" for one in members]
        else:
            title = BY_ID[rule].title if rule in BY_ID else rule
            names = [match.group(1) if (match := _NAME.search(one.problem)) else one.place for one in members]
            lines.append(f"- {rule} ({len(members)} do not keep it) {plain(title)}: {every(names)}")
    return "\n".join(lines)
