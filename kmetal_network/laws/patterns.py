"""Regular expressions in other programs' configuration, read as those programs read them."""

from __future__ import annotations

from functools import lru_cache

import re2

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False


@lru_cache(maxsize=1 << 12)
def matches(pattern: str, name: str) -> bool:
    """Whether an expression of MetalLB or Cilium matches a name; one that cannot be read matches nothing.

    Both are written in Go, whose expressions are RE2's (pkg.go.dev/regexp/syntax). Their time is linear: Python's own
    `re` needs minutes for a hostile one.
    """
    try:
        return re2.search(pattern, name, _OPTIONS) is not None
    except (re2.error, UnicodeEncodeError):
        return False
