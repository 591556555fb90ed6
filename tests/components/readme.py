"""The programs that `components/README.md` shows."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.project import ROOT


def shown(language: str) -> str:
    """The only program of a language."""
    text = (ROOT / "components" / "README.md").read_text(encoding="utf-8")
    [program] = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(program)


def python_program() -> Callable[[], None]:
    """The program in Python, as a function."""
    code = compile(shown("python"), "components/README.md", "exec")

    def program() -> None:
        exec(code, {})  # noqa: S102 (the repository's own text)

    return program
