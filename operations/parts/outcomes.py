"""What the runs of several stacks did, as one run of their environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kmetal_network.errors import OperatorError
from operations.engine.events import Outcome
from operations.parts.workers import Result


def merged(outcomes: Mapping[str, Outcome]) -> Outcome:
    """What several stacks did, as one run; what is said twice is said once."""
    whole = Outcome()
    for stack, one in outcomes.items():
        whole.steps += one.steps
        whole.unchanged += one.unchanged
        whole.policies[:] = dict.fromkeys((*whole.policies, *one.policies))
        for said, more in (
            (whole.violations, one.violations),
            (whole.remarks, one.remarks),
            (whole.advice, one.advice),
            (whole.errors, one.errors),
        ):
            said[:] = dict.fromkeys((*said, *more))
        whole.failed_objects |= one.failed_objects
        for urn, text in one.errors_by_urn.items():
            whole.errors_by_urn[urn or stack] = text
        for operation, count in one.counts.items():
            whole.counts[operation] = whole.counts.get(operation, 0) + count
        whole.objects |= one.objects
        whole.outdated |= one.outdated
        whole.failed |= one.failed
        whole.interrupted |= one.interrupted
        whole.state = max(whole.state, one.state)
        if not (one.steps or one.outdated or one.failed):
            whole.idle = (*whole.idle, stack)
    whole.outputs = _outputs(outcomes)
    return whole


def _outputs(outcomes: Mapping[str, Outcome]) -> Mapping[str, Any]:
    outputs: dict[str, Any] = {}
    for one in outcomes.values():
        for key, value in one.outputs.items():
            known = outputs.get(key)
            outputs[key] = {**known, **value} if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return outputs


def outcomes_of(results: Mapping[str, Result]) -> Mapping[str, Outcome]:
    """What became of each run; one that was refused counts as failed if others ran.

    Raises:
        OperatorError: none ran; one error for all of them.
    """
    refused = [result for result in results.values() if isinstance(result, OperatorError)]
    if refused and len(refused) == len(results):
        raise _joined(refused)
    return {
        stack: Outcome(failed=True, errors=[str(result)]) if isinstance(result, OperatorError) else result
        for stack, result in results.items()
    }


def _joined(errors: Sequence[OperatorError]) -> OperatorError:
    """One error that says all that several do, each thing once."""
    kinds = {type(error) for error in errors}
    kind = kinds.pop() if len(kinds) == 1 else OperatorError
    if all(error.findings for error in errors):
        return kind({finding for error in errors for finding in error.findings})
    return kind("\n".join(dict.fromkeys(map(str, errors))))
