"""The programs that `components/README.md` shows."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.support.stack_project import ROOT


def shown(language: str) -> str:
    """The only program of a language."""
    text = (ROOT / "components" / "README.md").read_text(encoding="utf-8")
    [program] = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(program)


def python_program(**replaced: str) -> Callable[[], None]:
    """The program in Python, as a function.

    Args:
        replaced: By keyword argument in the text: the replacement of its text there.
    """
    text = shown("python")
    for name, value in replaced.items():
        text, count = re.subn(rf'\b{name}="[^"]*"', f'{name}="{value}"', text)
        assert count == 1, name
    code = compile(text, "components/README.md", "exec")

    def program() -> None:
        exec(code, {})  # noqa: S102 (the repository's own text)

    return program
