"""One run of a stack as `kmetal-network` does it: `python -m tests.bench.measured.run_stack ROOT STACK VERB some|none`.

A process of its own, because the Automation API runs the program inside the caller, whose memory would be mixed with
the benchmark's. It fails when something changes that should not, or nothing that should: a run that did nothing is quick.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

from kmetal_network.errors import OperatorError
from operations.run import run
from operations.state.sync import Verb
from sandbox.storage import CHECKOUT


def main(root: Path, stack: str, verb: Verb, changes: str) -> str | None:
    """Run; the answer is what went wrong."""
    outcome = run(root, stack, verb, policies=CHECKOUT / "policies")
    try:
        outcome.stop()
    except OperatorError as error:
        return str(error)
    if bool(outcome.changes) is not (changes == "some"):
        return f"{verb} of {stack} changed {outcome.changes or 'nothing'}; {changes} expected"
    return None


if __name__ == "__main__":
    _root, _stack, _verb, _changes = sys.argv[1:]
    sys.exit(main(Path(_root), _stack, cast("Verb", _verb), _changes))
