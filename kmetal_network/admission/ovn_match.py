"""OVN's match expressions in CEL, as far as `kmetal_network.laws.tenants.routing.ovn_match` reads them.

One pattern for the whole language would cost too much: the API server counts its length for every match, and refuses an
object for which it counts too far. So the comparisons are read one by one, and what joins them is read as a word over
few letters: `!(ip4.dst == 10.0.0.0/8 || tcp) && ip4` becomes `!(x||p)&&p`. The letter says what may be negated: a
port's number or an address either way (`x`), a flag and `==` of a field without order never (`p`), its `!=` always
(`n`).
"""

from __future__ import annotations

from typing import Final

from kmetal_network.admission.cel import masked, once, text, texts
from kmetal_network.laws.tenants.routing.ovn_grammar import ALONE

_DEPTH: Final = 3
"""Parentheses in parentheses that are read; deeper ones are left to the law, since CEL cannot recurse."""

_SIGNS: Final = ("(", ")", "&&", "||", "!")
_PIECES: Final = r'[()]|&&|[|][|]|!|(?:[^()&|!"]|!=|"[^"\\]*")+'
"""Signs that join, and what is between them."""

_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_VALUE4: Final = rf"{_OCTET}(?:\.{_OCTET}){{3}}(?:/(?:3[0-2]|[12]?[0-9]))?"
_VALUE6: Final = r"[0-9a-fA-F]*:[0-9a-fA-F:]*(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?"
_SET: Final = r"\$[A-Za-z_.][A-Za-z0-9_.]*"
_NUMBER: Final = r"[0-9]{1,5}"
_BITS6: Final = r"(?:6[0-3]|[1-5]?[0-9])"
_BITS16: Final = r"(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}|0)"
_TEXT: Final = r'"[^"\\]*"'
_BLOCKS: Final = r"[0-9a-fA-F]*[:.][0-9a-fA-F:.]*/[0-9]+"

_ELSEWHERE: Final = r"/0[0-9]|[fF]{4}|0[0-9]{4}"
"""In what the law reads and these patterns do not: zeros in front, the mapped form. The law judges it."""
_WORD: Final = "^[xpn!&|()]*$"


def _value(one: str) -> str:
    """One of them, or a set in braces, in which OVN takes commas and blanks alike."""
    return rf"(?:{one}|\{{\s*{one}(?:(?:\s*,\s*|\s+){one})*\s*\}})"


def _comparison() -> str:
    """A pattern (RE2) of what is between signs."""
    forms = (
        rf"ip4\.(?:src|dst)\s*[=!]=\s*{_value(rf'(?:{_VALUE4}|{_SET})')}",
        rf"ip6\.(?:src|dst)\s*[=!]=\s*{_value(rf'(?:{_VALUE6}|{_SET})')}",
        rf"{_PORT}\s*(?:[=!]=\s*{_value(_BITS16)}|(?:[<>]=|[<>])\s*{_BITS16})",
    )
    return rf"^\s*(?:{'|'.join(forms)})\s*$"


def _nominal(relation: str, *more: str) -> str:
    """A pattern of comparisons by one relation of what OVN tests for equality alone."""
    forms = (
        rf"(?:ip\.(?:proto|ttl)|icmp[46]\.(?:type|code))\s*{relation}\s*{_value(_OCTET)}",
        rf"ip\.dscp\s*{relation}\s*{_value(_BITS6)}",
        rf"(?:inport|outport)\s*{relation}\s*{_value(_TEXT)}",
        *more,
    )
    return rf"^\s*(?:{'|'.join(forms)})\s*$"


_QUAD: Final = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9.]{1,15})?"
"""An IPv4 address, a block, or an address with a mask; `isIP` and `isCIDR` look at the numbers."""

_BITS: Final = "[1, 2, 4, 8, 16, 32, 64, 128]"
_MAC: Final = r"(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}"
_WHOLE: Final = r"(?:0[xX][0-9a-fA-F]+|[0-9]{1,20})(?:/(?:0[xX][0-9a-fA-F]+|[0-9]{1,20}))?"
_RELATION: Final = r"(?:[=!<>]=|[<>])"
_PORT: Final = r"(?:tcp|udp|sctp)\.(?:src|dst)"
_FLAG: Final = r"(?:ip[46]?|icmp[46]?|tcp|udp|sctp|arp)"
_COUNTED: Final = rf"(?:ip\.(?:proto|ttl|dscp)|{_PORT}|icmp[46]\.(?:type|code))"
_FIELDS: Final = (
    r"(?:eth\.type|vlan\.(?:tci|vid|pcp)|ip\.(?:ecn|frag)|ip6\.label|arp\.op|tcp\.flags|ct_(?:mark|state|label)"
    r"|x{0,2}reg[0-9]|pkt\.mark)(?:\[[0-9]+(?:\.\.[0-9]+)?\])?"
)


def _other() -> str:
    """A pattern of comparisons that OVN reads and the law does not: it says so, and they pass."""
    forms = (
        rf"eth\.(?:src|dst)\s*[=!]=\s*{_MAC}(?:/{_MAC})?",
        rf"{_FIELDS}\s*{_RELATION}\s*{_value(_WHOLE)}",
        rf"{_NUMBER}\s*{_RELATION}\s*{_COUNTED}(?:\s*{_RELATION}\s*{_NUMBER})?",
        rf"{_WHOLE}\s*{_RELATION}\s*{_FIELDS}(?:\s*{_RELATION}\s*{_WHOLE})?",
        rf"(?:{ALONE})",
    )
    return rf"^\s*(?:{'|'.join(forms)})\s*$"


def _with_masks() -> str:
    """A pattern of IPv4 addresses, some with a mask: OVN reads them, the law does not."""
    field = r"(?:ip4\.(?:src|dst)|arp\.[st]pa)"
    return rf"^\s*(?:{field}\s*[=!]=\s*{_value(_QUAD)}|{_value(_QUAD)}\s*[=!]=\s*{field})\s*$"


def _masks_kept() -> str:
    """Whether the addresses of such a piece are some, and have no bit set outside of their mask, which OVN refuses."""
    bits = f"{_BITS}.all(b, o[i] / b % 2 == 0 || o[i + 4] / b % 2 == 1)"
    octets = f"[0, 1, 2, 3].all(i, o[i] == 0 || o[i + 4] == 255 || {bits})"
    masked_address = once("o", "a.findAll('[0-9]+').map(n, int(n))", f"size(o) == 8 && {octets}")
    each = f"a.split('/').all(h, isIP(h)) && (!a.contains('/') || {masked_address})"
    return f"q.findAll({text(_QUAD)}).all(a, isCIDR(a) ? {masked('a')} : ({each}))"


def _reversed() -> str:
    """A pattern of blocks on the left; their host bits are looked at."""
    return rf"^\s*(?:{_VALUE4}\s*[=!]=\s*ip4|{_VALUE6}\s*[=!]=\s*ip6)\.(?:src|dst)\s*$"


def _joined() -> str:
    """A pattern of words in which `&&` and `||` are never mixed."""
    term = "!?[xpn]"
    for _ in range(_DEPTH):
        term = rf"!?(?:[xpn]|\({_chain(term)}\))"
    return f"^{_chain(term)}$"


def _negated() -> str:
    """A pattern of words that test what has no order for equality alone, with every `!` around it counted."""
    straight, negated = "(?:!?x|p|!n|&|[|])*", "(?:!?x|n|!p|&|[|])*"
    for _ in range(_DEPTH):
        straight, negated = (
            rf"(?:!?x|p|!n|&|[|]|\({straight}\)|!\({negated}\))*",
            rf"(?:!?x|n|!p|&|[|]|\({negated}\)|!\({straight}\))*",
        )
    return f"^{straight}$"


def _chain(term: str) -> str:
    return rf"{term}(?:(?:&&{term})*|(?:[|][|]{term})*)"


def ovn_readable(match: str) -> str:
    """Whether OVN can read a match: its pieces, how they are joined, and every block in it without host bits."""
    masked_blocks = f"q.contains('\"') || q.findAll({text(_BLOCKS)}).all(b, isCIDR(b) && {masked('b')})"
    read_by_law = f"(q.matches({text(_comparison())}) || q.matches({text(_reversed())})) && ({masked_blocks})"
    either_way = f"q.matches({text(_ELSEWHERE)}) || ({read_by_law})"
    nominal = f"q.matches({text(_nominal('==', _FLAG))}) ? 'p' : q.matches({text(_nominal('!='))}) ? 'n'"
    with_masks = f"q.matches({text(_with_masks())}) && {_masks_kept()}"
    letter = f"({either_way}) || ({with_masks}) ? 'x' : {nominal} : q.matches({text(_other())}) ? 'x' : q"
    word = f"s.map(q, q in {texts(_SIGNS)} ? q : q.trim() == '' ? '' : {letter}).join('')"
    opened, closed = "w.split('(').size()", "w.split(')').size()"
    deep = f"w.matches({text(_WORD)}) && {opened} > {_DEPTH + 1} && {opened} == {closed}"
    read = f"(w.matches({text(_joined())}) && w.matches({text(_negated())})) || ({deep})"
    pieces = f"s.join('') == {match} && ({once('w', word, read)})"
    return f"({once('s', f'{match}.findAll({text(_PIECES)})', pieces)})"
