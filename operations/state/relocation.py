"""Moves tenants from one exported state to another, as data.

The engine's own `pulumi state move` does not rename the URNs in `replaceWith`, and then refuses the state that it made
(seen with pulumi 3.250: "snapshot integrity error"). So the resources are moved here: a tenant's component with all
under it, each URN with the name of its new stack, and no dependency on anything that stays behind.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, TypeAlias

from kmetal_network.errors import OperatorError
from operations.state.stack_state import CLUSTER_UID, PROVIDER, STACK, TENANT

Deployment: TypeAlias = dict[str, Any]
"""A state as `pulumi stack export` has it, under `deployment`."""

Resource: TypeAlias = dict[str, Any]

_TENANTS: Final = "tenants"
"""Stack output: name of each tenant to what its clusters need to know (docs/guide/add-a-tenant.md)."""

_BEFORE_TENANTS: Final = "kmetal:network:ProviderNetwork$"
"""In the URN of what a tenant's component depends on where the platform is in the same stack, so that it goes first."""

_DATA: Final = frozenset({"inputs", "outputs", "id"})
"""Fields of a resource in which nothing is a URN of the engine's."""


def tenants_in(deployment: Mapping[str, Any]) -> dict[str, int]:
    """Name of each tenant of a state to the number of its objects."""
    resources = [one for one in resources_of(deployment) if not one.get("delete")]
    components = {str(one["urn"]): _name(one) for one in resources if one["type"] == TENANT}
    found = dict.fromkeys(components.values(), 0)
    for one in resources:
        if name := components.get(str(one.get("parent"))):
            found[name] += 1
    return found


def resources_of(deployment: Mapping[str, Any]) -> list[Resource]:
    """Resources of a state, in their order; none of an empty one."""
    return list(deployment.get("resources") or ())


def relocated(source: Deployment, target: Deployment, tenants: Collection[str], *, stack: str) -> Deployment:
    """The target with those tenants of the source added; one that it has already stays as it is there.

    Args:
        source: the state that holds them.
        target: the other state; one without them gets the source's stack and provider.
        tenants: their names.
        stack: name of the target.

    Raises:
        OperatorError: neither has a provider, so that the engine would take the kubeconfig of the environment's.
    """
    held = resources_of(target)
    roots = {str(one["urn"]): _root(str(one["urn"]), stack) for one in resources_of(source) if one["type"] == STACK}
    if begun := [str(one["urn"]) for one in held if one["type"] == STACK]:
        roots = dict.fromkeys(roots, begun[0])
    there = {_name(one) for one in held if one["type"] == TENANT}
    moving = [*_of(source, set(tenants) - there)]
    # A first `up` that was refused, or killed in its first second, leaves a state with the stack and no provider.
    lacking = {STACK, PROVIDER} - {str(one["type"]) for one in held}
    held = [*held, *(_begun(one, stack, roots) for one in resources_of(source) if one["type"] in lacking)]
    provider = next((f"{one['urn']}::{one['id']}" for one in held if one["type"] == PROVIDER), "")
    if moving and not provider:
        raise OperatorError(
            f"stack {stack}: no state has a provider for {moving[0]['urn']}, so one of them is damaged; import a whole"
            " one (`pulumi stack import`), then run this again"
        )
    known = {str(one["urn"]) for one in held} | {renamed(str(one["urn"]), stack) for one in moving}
    first = [str(one["urn"]) for one in held if _BEFORE_TENANTS in str(one["urn"])]
    moved = [_moved(one, stack, provider, known, roots) for one in moving]
    for one in moved:
        if one["type"] == TENANT:
            one["dependencies"] = list(dict.fromkeys([*(one.get("dependencies") or ()), *first]))
    told = {name: text for name, text in _exported(source).items() if name in tenants}
    return {
        **target,
        "manifest": source["manifest"],
        "resources": [*(_telling(one, {**told, **_exported(target)}) for one in held), *moved],
    }


def without(source: Deployment, tenants: Collection[str]) -> Deployment:
    """A state without those tenants, and without dependencies on anything of theirs."""
    gone = {str(one["urn"]) for one in _of(source, tenants)}
    told = {name: text for name, text in _exported(source).items() if name not in tenants}
    kept = [_telling(one, told) for one in resources_of(source) if str(one["urn"]) not in gone]
    return {**source, "resources": kept}


def _exported(deployment: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the stack's output says of each tenant, by name."""
    outputs = next((one.get("outputs") or {} for one in resources_of(deployment) if one["type"] == STACK), {})
    return dict(outputs.get(_TENANTS) or {})


def _telling(resource: Resource, tenants: Mapping[str, Any]) -> Resource:
    """The stack with that output; any other resource as it is."""
    if resource["type"] != STACK or not (tenants or (resource.get("outputs") or {}).get(_TENANTS)):
        return resource
    return {**resource, "outputs": {**(resource.get("outputs") or {}), _TENANTS: dict(sorted(tenants.items()))}}


def renamed(urn: str, stack: str) -> str:
    """A URN of another stack: `urn:pulumi:<stack>::...`."""
    head, _, rest = urn.partition("::")
    return f"{head.rpartition(':')[0]}:{stack}::{rest}"


def _of(deployment: Mapping[str, Any], tenants: Collection[str]) -> Iterator[Resource]:
    """The components of those tenants, and everything under them."""
    taken: set[str] = set()
    for one in resources_of(deployment):
        urn = str(one["urn"])
        if (one["type"] == TENANT and _name(one) in tenants) or str(one.get("parent")) in taken:
            taken.add(urn)
            yield one


def _root(urn: str, stack: str) -> str:
    """The URN of a stack itself, at the top of its resources: named `<project>-<stack>`, as the SDK names it."""
    head, project, kind, _ = urn.split("::")
    return f"{head.rpartition(':')[0]}:{stack}::{project}::{kind}::{project}-{stack}"


def _begun(resource: Resource, stack: str, roots: Mapping[str, str]) -> Resource:
    """The stack itself, or its provider, in a state that begins."""
    made = copy.deepcopy(resource)
    urn = str(made["urn"])
    made["urn"] = roots.get(urn) or renamed(urn, stack)
    if made.get("parent"):
        made["parent"] = roots[str(made["parent"])]
    if made["type"] == STACK:
        uid = (made.get("outputs") or {}).get(CLUSTER_UID)
        made["outputs"] = {CLUSTER_UID: uid} if uid else {}
    return made


def _moved(resource: Resource, stack: str, provider: str, known: Collection[str], roots: Mapping[str, str]) -> Resource:
    made = {
        key: copy.deepcopy(value) if key in _DATA else _renamed(value, stack, known) for key, value in resource.items()
    }
    if made.get("provider"):
        made["provider"] = provider
    if root := roots.get(str(resource.get("parent"))):
        made["parent"] = root
    return made


def _renamed(value: Any, stack: str, known: Collection[str]) -> Any:
    """The same with every URN renamed; one of what stays behind is left out of its list."""
    if isinstance(value, str):
        return renamed(value, stack) if value.startswith("urn:pulumi:") else value
    if isinstance(value, Mapping):
        return {key: _renamed(one, stack, known) for key, one in value.items()}
    if isinstance(value, list):
        renames = (_renamed(one, stack, known) for one in value)
        return [one for one in renames if not str(one).startswith("urn:pulumi:") or one in known]
    return value


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource["urn"]).rpartition("::")[2]
