"""A real Pulumi engine with one inline program, and what it said and did.

Plain assertions run on the `Outcome` afterwards; nothing is asserted while the program runs.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from pulumi import automation
from pulumi.automation._stack import StackInitMode
from pulumi.automation.errors import CommandError
from pulumi.automation.events import EngineEvent
from pulumi_kubernetes.apiextensions import CustomResource, CustomResourcePatch

from operations.engine.inline_program import Inline
from operations.engine.stack import QuietStack, cli
from tests.support.vault import SECRETS_PROVIDER

Declare = Callable[[k8s.Provider], None]
PROJECT, STACK = "contract", "test"


@dataclasses.dataclass
class Outcome:
    """What one run of the engine did and said."""

    ok: bool = True
    error: str = ""
    steps: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    finished: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    said: list[str] = dataclasses.field(default_factory=list)
    passing: list[str] = dataclasses.field(default_factory=list)
    differences: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)

    @property
    def text(self) -> str:
        """All that stays on the operator's screen."""
        return "\n".join([*self.said, self.error])

    def changes(self) -> dict[str, str]:
        """The resources that are not merely the same, with the engine's word for what happens to them."""
        return {name: op for op, name in self.steps if op not in {"same", "refresh", "read"}}

    def see(self, event: EngineEvent) -> None:
        """Note an event."""
        if event.resource_pre_event:
            step = event.resource_pre_event.metadata
            name = step.urn.rsplit("::", 1)[-1]
            if name != f"{PROJECT}-{STACK}":
                self.steps.append((step.op.value, name))
                if step.detailed_diff:
                    self.differences[name] = {k: str(v.diff_kind.value) for k, v in step.detailed_diff.items()}
        if event.res_outputs_event:
            step = event.res_outputs_event.metadata
            self.finished.append((step.op.value, step.urn.rsplit("::", 1)[-1]))
        if event.diagnostic_event:
            diagnostic = event.diagnostic_event
            (self.passing if diagnostic.ephemeral else self.said).append(diagnostic.message)


class _Found(automation.LocalWorkspace):
    """One whose stack was made before."""

    def select_stack(self, stack_name: str) -> None:
        """It is the only one."""


def make_stack(directory: Path, environment: dict[str, str]) -> None:
    """A project with a stack that no one has used, in a directory that is not there yet; engines work on copies."""
    (directory / "state").mkdir(parents=True)
    settings = automation.StackSettings(config={"pulumi:disable-default-providers": ["kubernetes"]})
    automation.LocalWorkspace(
        work_dir=str(directory),
        env_vars=_in(directory, environment),
        project_settings=automation.ProjectSettings(name=PROJECT, runtime="python"),
        stack_settings={STACK: settings},
        secrets_provider=SECRETS_PROVIDER,
        pulumi_command=cli(),
    ).create_stack(STACK)


def _in(directory: Path, environment: dict[str, str]) -> dict[str, str]:
    return {**environment, "PULUMI_BACKEND_URL": f"file://{directory / 'state'}"}


class Engine:
    """One stack in a directory of its own, applied with the real engine."""

    def __init__(self, made: Path, directory: Path, kubeconfig: str, environment: dict[str, str]) -> None:
        self._kubeconfig, self._directory = kubeconfig, shutil.copytree(made, directory)
        variables = _in(directory, environment)
        workspace = _Found(work_dir=str(directory), env_vars=variables, pulumi_command=cli())
        self._stack = QuietStack(STACK, workspace, StackInitMode.SELECT)

    def up(self, declare: Declare, *, refresh: bool = False, **settings: Any) -> Outcome:
        """Apply what `declare` declares; what is not declared any more goes."""
        return self._run(self._stack.up, declare, settings, refresh=refresh)

    def preview(self, declare: Declare, *, refresh: bool = False, **settings: Any) -> Outcome:
        """Ask what `up` would do."""
        return self._run(self._stack.preview, declare, settings, refresh=refresh)

    def destroy(self) -> Outcome:
        """Take everything away."""
        return self._run(self._stack.destroy, lambda _: None, {})

    def refresh(self) -> Outcome:
        """Refresh: read everything again."""
        return self._run(self._stack.refresh, lambda _: None, {})

    def state(self) -> dict[str, Any]:
        """The resources in the state by name."""
        deployment = self._stack.export_stack().deployment or {}
        return {r["urn"].rsplit("::", 1)[-1]: r for r in deployment.get("resources", [])}

    def written(self) -> str:
        """The state as it lies on the disk; the Automation API exports it with its secrets in plain text."""
        return (self._directory / "state/.pulumi/stacks" / PROJECT / f"{STACK}.json").read_text(encoding="utf-8")

    def _run(
        self, operation: Callable[..., Any], declare: Declare, settings: dict[str, Any], **options: Any
    ) -> Outcome:
        def program() -> None:
            arguments = {
                "kubeconfig": self._kubeconfig,
                "cluster_identifier": "sandbox",
                "kube_client_settings": k8s.KubeClientSettingsArgs(qps=1000, burst=1000),
                **settings,
            }
            arguments["kubeconfig"] = pulumi.Output.secret(arguments["kubeconfig"])
            declare(k8s.Provider("cluster", **arguments))

        outcome = Outcome()
        inline = Inline(program)
        self._stack.workspace.program = inline
        try:
            operation(on_event=outcome.see, **options)
        except CommandError as error:
            outcome.ok, outcome.error = False, str(error)
        inline.end()
        return outcome


def with_provider(provider: k8s.Provider, **options: Any) -> pulumi.ResourceOptions:
    """Write a resource's options."""
    return pulumi.ResourceOptions(provider=provider, **options)


def custom(
    provider: k8s.Provider,
    kind: str,
    name: str,
    spec: dict[str, Any],
    *,
    key: str = "",
    annotations: dict[str, str] | None = None,
    labels: dict[str, str] | None = None,
    **options: Any,
) -> CustomResource:
    """Declare a custom resource under a given name; `key` is its name in the state."""
    metadata: dict[str, Any] = {"name": name}
    if namespace := NAMESPACES.get(kind):
        metadata["namespace"] = namespace
    if annotations:
        metadata["annotations"] = {f"pulumi.com/{k}": v for k, v in annotations.items()}
    if labels:
        metadata["labels"] = labels
    return CustomResource(
        key or name,
        api_version=API_VERSIONS[kind],
        kind=kind,
        metadata=metadata,
        spec=spec,
        opts=with_provider(provider, **options),
    )


def patch(provider: k8s.Provider, kind: str, name: str, spec: dict[str, Any], **options: Any) -> CustomResourcePatch:
    """Declare a patch of somebody's custom resource."""
    return CustomResourcePatch(
        f"{name}-patch",
        api_version=API_VERSIONS[kind],
        kind=kind,
        metadata={"name": name},
        spec=spec,
        opts=with_provider(provider, **options),
    )


NAMESPACES = {"IPAddressPool": "kmetal-metallb", "L2Advertisement": "kmetal-metallb"}
"""MetalLB's webhooks refuse its objects in any other namespace."""

API_VERSIONS = {
    "IPAddressPool": "metallb.io/v1beta1",
    "L2Advertisement": "metallb.io/v1beta1",
    "Vpc": "kubeovn.io/v1",
    "Subnet": "kubeovn.io/v1",
    "Vlan": "kubeovn.io/v1",
    "OvnSnatRule": "kubeovn.io/v1",
}
