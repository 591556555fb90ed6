"""The admission policies: whether the API server refuses from others what the laws refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmetal_network.admission.checks import HELD
from kmetal_network.manifests.inventory import admission_objects
from operations.verify.checks import Check, Part, Verdict, Verification, check


def _admission(verification: Verification) -> Iterator[Check]:
    environment, seen = verification.environment, verification.seen
    reason = environment.settings.admission.left_out
    what = "admission policies"
    if reason is not None:
        yield Check("laws", what, Verdict.UNSEEN, f"left out of this stack: {reason}")
        return
    wanted = admission_objects(environment.settings, environment.name)
    live = {(kind, name): item for kind, items in seen.items() for name, item in items.items()}
    missing = [manifest for manifest in wanted if (manifest.kind, manifest.name) not in live]
    differing = [
        manifest
        for manifest in wanted
        if manifest not in missing and not _holds(manifest.body["spec"], live[manifest.kind, manifest.name].get("spec"))
    ]
    problems = [f"{manifest.kind} {manifest.name} is missing" for manifest in missing]
    problems += [f"{manifest.kind} {manifest.name} differs" for manifest in differing]
    seen_there = f"{len(wanted)} objects; the API server enforces {len(HELD)} laws"
    yield check("laws", what, problems, seen_there, f"kmetal-network up {environment.name} --refresh puts them back")


def _holds(wanted: Any, live: Any) -> bool:
    """Whether a value is as we wrote it; what the API server adds does not count."""
    if isinstance(wanted, Mapping):
        return isinstance(live, Mapping) and all(_holds(value, live.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(live, list) and len(wanted) == len(live)
        return same and all(map(_holds, wanted, live))
    return bool(wanted == live)


PART: Final = Part(lines=_admission, kinds=("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"))
