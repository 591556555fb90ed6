"""Names our field managers: who holds this network's fields in `managedFields`.

By default the provider invents a name for each object and keeps it in the state (pulumi-kubernetes 4.25,
`provider.go`, `fieldManagerName`). Fields that a killed run wrote then belong to a name that no one knows, and every
later change conflicts with it. So the name comes from the stack, and runs of one stack never conflict.

Where Kube-OVN does not follow a field in place (`kmetal_network.manifests.replacement`), the value is part of the name.
The API server then refuses an update in place as a conflict. A replacement deletes the old object first and conflicts
with no one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from kmetal_network.manifests.replacement import FIXED
from kmetal_network.names import MANAGER_PREFIX

MANAGER: Final = "pulumi.com/patchFieldManager"
"""The provider takes its field manager from this annotation before it looks into the state; it stays on the object."""

MADE_UP: Final = re.compile(r"pulumi-kubernetes-[0-9a-f]+")
"""Names that the provider invents where nothing names it."""


def stack_manager(stack: str) -> str:
    """The name for fields that may change in place."""
    return f"{MANAGER_PREFIX}{stack}"


def manager_of(body: Mapping[str, Any], stack: str) -> str:
    """The name under which an object of the stack's own is written."""
    fixed = {path: _at(body, path) for path in FIXED.get(str(body["kind"]), ())}
    if not fixed:
        return stack_manager(stack)
    return f"{stack_manager(stack)}-{sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()[:8]}"


def is_ours(manager: str) -> bool:
    """Whether a field manager is one of this program's, of this version or of an earlier one."""
    return manager.startswith(MANAGER_PREFIX) or MADE_UP.fullmatch(manager) is not None


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
