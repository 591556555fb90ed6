"""MetalLB's objects, held to the settings field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from kmetal_network.manifests.metallb import metallb_manifests
from kmetal_network.names import METALLB_NAMESPACE
from operations.cluster.fields import at
from operations.verify.checks import Check, Part, Verification, check


def _metallb(verification: Verification) -> Iterator[Check]:
    environment, seen = verification.environment, verification.seen
    settings = environment.settings
    for manifest in metallb_manifests(settings.metallb, settings.management, environment.name):
        live = seen.get(manifest.kind, {}).get(f"{METALLB_NAMESPACE}/{manifest.name}")
        what = f"{manifest.kind} {manifest.name}"
        remedy = f"kmetal-network up {environment.name}; its managedFields say who changed it"
        if live is None:
            yield check("metallb", what, ["missing"], "", remedy)
            continue
        spec = live.get("spec") or {}
        differing = [key for key, value in manifest.body.get("spec", {}).items() if spec.get(key) != value]
        problems = [f"{key} is {json.dumps(spec.get(key))}" for key in differing]
        assigned = at(live, "status", "assignedIPv4")
        shown = ", ".join(map(str, spec.get("addresses") or spec.get("ipAddressPools") or ()))
        counter = f" ({assigned} assigned, {at(live, 'status', 'availableIPv4')} left)" if assigned is not None else ""
        yield check("metallb", what, problems, f"{shown or 'as written'}{counter}", remedy)


PART: Final = Part(
    lines=_metallb,
    kinds=(
        "IPAddressPool",
        "L2Advertisement",
        "BGPAdvertisement",
        "BFDProfile",
        "Community",
        "BGPPeer",
    ),
)
