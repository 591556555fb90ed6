"""The names by which an interface carries the provider VLAN, as a pattern for CEL; `facts.nics` has them in Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from kmetal_network.addresses import sub_interface
from kmetal_network.facts.nics import BRIDGE

_NAMED = "(?:[vV][lL][aA][nN]|[vV][lL]|[vV])"
_JOINT = rf"(?:[._:-]{_NAMED}?|{_NAMED}[._-]?)"


def carrying(interfaces: Mapping[str, Sequence[str]], vlan_ids: Mapping[str, int]) -> str:
    """A pattern (RE2) of every such name, without anchors; one that matches nothing where there is no provider network.

    Args:
        interfaces: NICs by provider network.
        vlan_ids: VLAN id by provider network, where OVN tags.
    """
    forms = [form for name, nics in interfaces.items() for form in _forms(name, nics, vlan_ids.get(name, 0))]
    return f"(?:{'|'.join(dict.fromkeys(forms))})" if forms else "[^\\s\\S]"


def _forms(name: str, nics: Sequence[str], number: int) -> Iterable[str]:
    tags = [parts[1] for nic in nics if (parts := sub_interface(nic))]
    for below, tagged in [*((nic, sub_interface(nic) is not None) for nic in nics), (f"{BRIDGE}{name}", bool(tags))]:
        yield written(below)
        if tagged:
            yield rf"{written(below)}{_JOINT}[0-9]{{1,4}}(?:[.].+)?"
        elif number:
            yield rf"{written(below)}{_JOINT}0*{number}(?:[.].+)?"
    if number:
        yield rf"kv{number}-[0-9a-z]+"
    for each in (*([number] if number else []), *tags):
        yield rf"{_NAMED}[._-]?0*{each}"


def written(nic: str) -> str:
    """A NIC's name, its VLAN id with or without zeros in front."""
    parts = sub_interface(nic)
    return _escaped(nic) if parts is None else rf"{written(parts[0])}[.]0*{parts[1]}"


def _escaped(text: str) -> str:
    """For RE2: letters, digits and `_` as they are, anything else in a class or behind a backslash."""
    return "".join(char if re.fullmatch(r"\w", char, re.ASCII) else rf"\{char}" for char in text)
