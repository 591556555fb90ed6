"""One run of a stack as `kmetal-network` does it: `python -m tests.bench.measured.run_stack ROOT ENVIRONMENT VERB some|none`.

A process of its own, because the Automation API runs the program inside the caller, whose memory would be mixed with
the benchmark's. It fails when something changes that should not, or nothing that should: a run that did nothing is quick.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final, cast

from kmetal_network.errors import OperatorError
from operations.commands.apply import up
from operations.engine.inline_program import collect_rarely
from operations.parts.environment_run import run_environment
from operations.state.sync import Verb

_ALL: Final = " --all"
_COMMAND: Final = "command"
"""The whole of `kmetal-network up`: what a change of one tenant costs is a preview, the guard, and an `up`."""


def main(root: Path, stack: str, verb: str, changes: str) -> str | None:
    """Run; the answer is what went wrong."""
    collect_rarely()  # as the command does
    if verb == _COMMAND:
        with redirect_stdout(io.StringIO()) as said:
            up(root, stack, yes=True, refresh=False)
        return None if "1 updated" in said.getvalue() else f"one update expected: {said.getvalue()}"
    skip = () if verb.endswith(_ALL) else None
    outcome = run_environment(root, stack, cast("Verb", verb.removesuffix(_ALL)), skip=skip)
    try:
        outcome.stop()
    except OperatorError as error:
        return str(error)
    if bool(outcome.changes) is not (changes == "some"):
        return f"{verb} of {stack} changed {outcome.changes or 'nothing'}; {changes} expected"
    return None


if __name__ == "__main__":
    _root, _stack, _verb, _changes = sys.argv[1:]
    sys.exit(main(Path(_root), _stack, _verb, _changes))
