"""`kmetal-network offboard`: removes one tenant, and proves that nothing of it is left and no one else was touched.

The settings are the source of truth, so the tenant leaves them first. The command deletes the tenant's file, or cuts
its lines out of the stack file. It puts them back unless the plan contains this tenant alone, cuts no one off, and the
operator confirms it.

Run the command again to finish a run that was killed; for a tenant that is gone already it only proves so. Only the
engine deletes objects: an object that is not in the state is named, with the command that deletes it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import typer

from kmetal_network.allocation.lock_file import lock_file
from kmetal_network.config.settings_files import stack_file, tenant_file
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.config.stackfile_edit import without_tenant
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.finding_codes.codes import OTHERS_TOO
from kmetal_network.live.diff import Seen
from kmetal_network.live.offboarding import GONE_IN_ORDER, TenantObjects, left, of_others, same_version, touched, uses
from kmetal_network.live.values import Object
from kmetal_network.manifests.inventory import object_key
from kmetal_network.manifests.tenant import tenant_manifests
from kmetal_network.names import STACK_LABEL, TENANT_LABEL, TenantNames
from operations.allocations import release, today
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.console import Notes, out
from operations.engine.events import Outcome, Step
from operations.impact.guard import guard
from operations.parts.environment_run import run_environment
from operations.progress.watching import watched
from operations.state.identity import make_sure_of_identity
from operations.state.run_context import RunContext
from operations.state.sync import Verb
from operations.writing import write_all, written

_KINDS: Final = (
    *GONE_IN_ORDER,
    "Pod",
    "Service",
    "ProviderNetwork",
    "Vlan",
    "IPAddressPool",
    "L2Advertisement",
    "BGPAdvertisement",
    "BGPPeer",
)
_OWNERS: Final = {
    "TenantControlPlane": ("kamaji.clastix.io", "tenantcontrolplanes"),
    "Cluster": ("cluster.x-k8s.io", "clusters"),
}
"""Kinds that not every cluster serves and whose version varies, so the cluster is asked."""

_PATIENCE: Final = 60.0
_GRACE: Final = 3.0
"""Controllers delete an object's dependents a moment after the object."""


def offboard(root: Path, stack: str, tenant: str, *, yes: bool, patience: float = _PATIENCE) -> None:
    """Remove a tenant, or prove that it is gone.

    Raises:
        OperatorError: it is in use, the plan changes more than this tenant, or some of it is left. The error lists all.
    """
    environment, _ = load_stack(root, stack)
    with LiveCluster.of(root, environment.settings.cluster) as cluster:
        view = ClusterView(cluster)
        make_sure_of_identity(environment, view)
        with watched(f"looking at {tenant}"):
            seen = _look(view)
        owned = _tenant_objects(environment, tenant, seen)
        _refuse_in_use(owned, seen)
        outcome: Outcome | None = None
        others: Mapping[str, Object] = {}
        if _own_objects(environment, tenant) or any(owned.objects(seen)):
            outcome, others = _take_away(root, environment, cluster, owned, yes=yes)
        else:
            listed = ", ".join(entry.name for entry in environment.settings.tenants) or "none"
            out.print(f"{stack}: no tenant {tenant} in the settings ({listed}), nothing to remove", highlight=False)
            write_all(root, release(root, environment, tenant, today()))
        with watched(f"proving that nothing of {tenant} is left"):
            seen = _settled(cluster, owned, patience)
        _prove(environment, owned, others, seen, outcome)


def _tenant_objects(environment: Environment, tenant: str, seen: Seen) -> TenantObjects:
    wanted = {STACK_LABEL: environment.name, TENANT_LABEL: tenant}.items()
    labelled = (
        key for key, item in seen["Namespace"].items() if wanted <= (item["metadata"].get("labels") or {}).items()
    )
    listed = (entry.namespace_name for entry in environment.settings.tenants if entry.name == tenant)
    namespace = next(listed, None) or next(labelled, "")
    return TenantObjects(environment.name, tenant, namespace, environment.settings.provider.external.name)


def _look(view: ClusterView) -> dict[str, Mapping[str, Object]]:
    seen = {kind: view.objects(kind) for kind in _KINDS}
    for kind, (group, plural) in _OWNERS.items():
        served = view.get(f"/apis/{group}")
        items = view.items(f"/apis/{served['preferredVersion']['groupVersion']}/{plural}") if served else None
        seen[kind] = items or {}
    return seen


def _vpcs(environment: Environment) -> list[str]:
    return [TenantNames(entry.name).vpc for entry in environment.settings.tenants]


def _own_objects(environment: Environment, tenant: str) -> set[tuple[str, str]]:
    """The tenant's objects by the settings; empty if they do not name the tenant."""
    external = environment.settings.provider.external
    return {
        (manifest.kind, object_key(manifest.body))
        for entry in environment.settings.tenants
        if entry.name == tenant
        for manifest in tenant_manifests(entry, external, environment.name)
    }


def _refuse_in_use(owned: TenantObjects, seen: Seen) -> None:
    if findings := list(uses(owned, seen)):
        raise OperatorError(findings)


def _take_away(
    root: Path, environment: Environment, cluster: LiveCluster, owned: TenantObjects, *, yes: bool
) -> tuple[Outcome, Mapping[str, Object]]:
    """Show, ask, apply. The engine has nothing to do for a tenant that is only in the file or only in the cluster.

    Returns:
        What the engine did, and everybody else's objects as they were just before.
    """
    stack, tenant = environment.name, owned.tenant
    own, notes = _own_objects(environment, tenant), Notes()
    cut = _without(root, environment, tenant)
    with written(root, cut):  # it is restored if anything stops before the first write to the cluster
        after, _ = load_stack(root, stack)
        view = ClusterView(cluster)
        planned = _run(root, stack, "preview", f"previewing {stack} without {tenant}", notes, view)
        planned.stop()
        if unrelated := [step for step in planned.steps if not _is_the_tenants(step, after, tenant, own)]:
            raise OperatorError(
                Finding(
                    place=f"stack {stack}",
                    problem=f"the plan would also {step.operation} {step.name}",
                    remedy=f"run kmetal-network up {stack} first, so that only the tenant is deleted",
                    rule=OTHERS_TOO,
                )
                for step in unrelated
            )
        guard(after, view, planned)
        for step in planned.steps:
            out.print(f"  {step.operation} {step.type.rpartition(':')[2]} {step.object or step.name}", highlight=False)
        if planned.steps and not yes:
            place = next((path for path in cut if path != lock_file(stack)), f"Pulumi.{stack}.yaml")
            typer.confirm(f"Remove tenant {tenant} from {place} and from the cluster?", abort=True)
        seen = _look(view.anew())  # the operator may have taken a while to answer
        _refuse_in_use(owned, seen)
    outcome = _run(root, stack, "up", f"deleting {tenant}", notes) if planned.steps else planned
    return outcome, of_others(owned, _vpcs(environment), seen)


def _without(root: Path, environment: Environment, tenant: str) -> dict[str, bytes | None]:
    """What becomes of the file that names the tenant and of the lock file: a file of its own is deleted."""
    freed = release(root, environment, tenant, today())
    if all(entry.name != tenant for entry in environment.settings.tenants):
        return freed
    own = tenant_file(environment.name, tenant)
    if own in (document.name for document in environment.files):
        return {own: None, **freed}
    path = stack_file(root, environment.name)
    text = path.read_bytes().decode()  # as bytes, to keep the line endings
    return {path.name: without_tenant(text, path.name, tenant).encode(), **freed}


def _is_the_tenants(step: Step, after: Environment, tenant: str, own: set[tuple[str, str]]) -> bool:
    """Whether a step deletes an object of the tenant; an object that no settings name is matched by its name."""
    if step.operation != "delete":
        return False
    if own:
        return step.name == tenant or (step.type.rpartition(":")[2], step.object) in own
    others = tuple(f"{entry.name}-" for entry in after.settings.tenants if len(entry.name) > len(tenant))
    return step.name == tenant or (step.name.startswith(f"{tenant}-") and not step.name.startswith(others))


def _run(root: Path, stack: str, verb: Verb, title: str, notes: Notes, view: ClusterView | None = None) -> Outcome:
    with watched(title) as watch:
        outcome = run_environment(root, stack, verb, watch=watch, run_context=RunContext(view=view))
    notes.tell(outcome.advice, outcome.remarks)
    return outcome


def _settled(cluster: LiveCluster, owned: TenantObjects, patience: float) -> dict[str, Mapping[str, Object]]:
    """The live objects once nothing of the tenant is terminating any more, or after a timeout."""
    begun = time.monotonic()
    while True:
        seen = _look(ClusterView(cluster))
        mine = [item for _, _, item in owned.objects(seen)]
        waited = time.monotonic() - begun
        going = any(item["metadata"].get("deletionTimestamp") for item in mine)
        if not mine or waited > (patience if going else _GRACE):
            return seen
        time.sleep(0.3)


def _prove(
    environment: Environment, owned: TenantObjects, others: Mapping[str, Object], seen: Seen, outcome: Outcome | None
) -> None:
    """Print the proof, or everything that disproves it, beginning with the engine's own errors."""
    now = of_others(owned, _vpcs(environment), seen)
    findings = [*left(owned, seen), *touched(others, now)]
    if outcome is not None and outcome.failed:
        said = list(dict.fromkeys(outcome.violations + outcome.errors))
        again = f"then: kmetal-network offboard {environment.name} {owned.tenant}"
        raise OperatorError("\n".join([*said, *map(str, findings), again]))
    if findings:
        raise OperatorError(findings)
    kinds = ", ".join(GONE_IN_ORDER)
    out.print(f"{environment.name}: nothing of {owned.tenant} is left (checked: {kinds})", highlight=False)
    if outcome is not None:
        exact = same_version(others, now)
        counters = f"; {len(others) - exact} changed in status alone" if exact != len(others) else ""
        out.print(f"{len(others)} objects of others are untouched, {exact} with the same resourceVersion{counters}")
