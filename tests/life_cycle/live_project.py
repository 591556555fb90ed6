"""A copy of the project whose stack file a test may write, and the objects that it leaves on the API server.

The program, the policy pack and the chart are the project's own, by links; only the settings are the test's.
"""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from operations.cluster.live import COLLECTIONS
from operations.engine.events import Outcome, Step
from operations.run import run
from operations.state.sync import Verb
from sandbox.control_plane.api import Api
from sandbox.control_plane.control_plane import ControlPlane
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from sandbox.storage import CHECKOUT
from tests.support.vault import SECRETS

STACK: Final = "dev"
PREFIX: Final = "kmetal-network:"
POD_NETWORKS: Final = "k8s.v1.cni.cncf.io/networks"

BETA: Final[Mapping[str, Any]] = {
    "name": "beta",
    "clusters": [{"name": "main", "cidrBlock": "10.100.0.0/24"}],
}
"""A second tenant; its block is alpha's too, which is legal in another VPC."""

SMALL: Final = {kind: {"cpu": "100m", "memory": "128Mi"} for kind in ("requests", "limits")}
"""What a pod asks for: a namespace with a quota refuses one that asks for nothing."""

OWN_KINDS: Final = (
    "ProviderNetwork",
    "Vlan",
    "Subnet",
    "Vpc",
    "OvnEip",
    "OvnSnatRule",
    "IP",
    "NetworkAttachmentDefinition",
    "IPAddressPool",
    "L2Advertisement",
    "Namespace",
)
"""Where a life cycle could leave something."""


class Project:
    """One test's project directory, bound to the session's control plane and to the controllers at work on it."""

    def __init__(
        self,
        root: Path,
        plane: ControlPlane,
        environment: Mapping[str, str],
        simulator: KubeOvnSimulator,
        stack: str = STACK,
    ) -> None:
        self.root, self.plane, self._environment, self._simulator = root, plane, environment, simulator
        self.stack = stack
        (root / "state").mkdir()
        (root / "sandbox").mkdir()
        for name in ("__main__.py", "Pulumi.yaml", "policies"):
            (root / name).symlink_to(CHECKOUT / name)
        written: dict[str, Any] = yaml.safe_load((CHECKOUT / f"Pulumi.{self.stack}.yaml").read_text())
        self.document = {**SECRETS, "config": written["config"]}
        self.section("chart")["reference"] = str(CHECKOUT / "sandbox" / "chart")
        self.section("cluster")["kubeconfig"] = str(plane.kubeconfig)
        self.save()

    def environment(self) -> dict[str, str]:
        """The variables under which the engine works here; state is the test's own."""
        return {**self._environment, "PULUMI_BACKEND_URL": f"file://{self.root / 'state'}"}

    def section(self, name: str) -> Any:
        """One section of the stack file, to be changed in place; `save` writes it."""
        return self.document["config"][f"{PREFIX}{name}"]

    @property
    def tenants(self) -> list[dict[str, Any]]:
        """The tenants of the stack file."""
        return self.section("tenants")  # type: ignore[no-any-return]  # YAML

    def add_beta(self) -> None:
        """A second tenant."""
        self.tenants.append(copy.deepcopy(dict(BETA)))
        self.save()

    def leave_admission_out(self, reason: str) -> None:
        """No admission policies."""
        self.document["config"][f"{PREFIX}admission"] = {"leftOut": reason}
        self.save()

    def save(self) -> None:
        """Write the stack file."""
        (self.root / f"Pulumi.{self.stack}.yaml").write_text(yaml.safe_dump(self.document, sort_keys=False))

    def run(self, verb: Verb, *, refresh: bool = False) -> Outcome:
        """One run, whatever comes of it."""
        return run(self.root, self.stack, verb, refresh=refresh)

    def must(self, verb: Verb, *, refresh: bool = False) -> Outcome:
        """One run that has to succeed."""
        outcome = self.run(verb, refresh=refresh)
        outcome.stop()
        return outcome

    def command(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """The `kmetal-network` command in a process group of its own, so that it can be killed with its engine."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "operations.cli", *words],
            cwd=self.root,
            env={**os.environ, **self.environment(), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @property
    def api(self) -> Api:
        """The API server."""
        return self.plane.api

    def objects(self, *kinds: str) -> dict[str, dict[str, Any]]:
        """`Kind namespace/name` to object."""
        found: dict[str, dict[str, Any]] = {}
        for kind in kinds or OWN_KINDS:
            for item in self.api.request("GET", COLLECTIONS[kind])["items"]:
                metadata = item["metadata"]
                key = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
                found[f"{kind} {key}"] = item
        return found

    def versions(self) -> dict[str, str]:
        """`Kind namespace/name` to UID and resourceVersion: two snapshots are equal when nothing was touched.

        Taken when the controllers have come to rest, who write for a while after whoever made an object has it. Without
        the two Subnets that Kube-OVN creates for itself: it may recount their addresses at any time.
        """
        assert self._simulator.settle(), "the controllers have not come to rest"
        return {
            key: f"{item['metadata']['uid']} {item['metadata']['resourceVersion']}"
            for key, item in self.objects().items()
            if key not in ("Subnet ovn-default", "Subnet join")
        }

    def look(self, kind: str, name: str) -> dict[str, Any]:
        """One object of a cluster-scoped kind."""
        return self.api.request("GET", f"{COLLECTIONS[kind]}/{name}")

    def merge(self, kind: str, name: str, body: Mapping[str, Any]) -> None:
        """Change a cluster-scoped object as somebody with kubectl would."""
        path = f"{COLLECTIONS[kind]}/{name}"
        self.api.request("PATCH", path, dict(body), "application/merge-patch+json")

    def run_controller(self, image: str, *arguments: str) -> None:
        """Have the Deployment say that another Kube-OVN runs; the first day's comes back with the next test."""
        path = "/apis/apps/v1/namespaces/kube-system/deployments/kube-ovn-controller"
        container = {"name": "kube-ovn-controller", "image": image, "args": list(arguments)}
        body = {"spec": {"template": {"spec": {"containers": [container]}}}}
        self.api.request("PATCH", path, body, "application/strategic-merge-patch+json")

    def start_pod(self, name: str, namespace: str = "alpha", attachment: str = "alpha-dev-net") -> str:
        """A worker VM's pod on a tenant's network; returns the name of its IP object once it has an address that counts."""
        self.api.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": name,
                    "namespace": namespace,
                    "annotations": {POD_NETWORKS: f"{namespace}/{attachment}"},
                },
                "spec": {"nodeName": "w1", "containers": [{"name": "vm", "image": "vm", "resources": SMALL}]},
            }
        )
        ip = f"{name}.{namespace}.{attachment}.{namespace}.ovn"
        wait_until(lambda: f"IP {ip}" in self.objects("IP"), f"pod {name} to get an address")
        self._await_count(self.objects("IP")[f"IP {ip}"]["spec"]["subnet"])
        return ip

    def end_pod(self, name: str, namespace: str = "alpha") -> None:
        """The pod goes, and its address with it."""
        subnets = {item["spec"]["subnet"] for item in self.objects("IP").values() if item["spec"]["podName"] == name}
        self.api.request("DELETE", f"/api/v1/namespaces/{namespace}/pods/{name}?gracePeriodSeconds=0")
        wait_until(
            lambda: not any(item["spec"]["podName"] == name for item in self.objects("IP").values()),
            f"the address of pod {name} to be free",
        )
        for subnet in subnets:
            self._await_count(subnet)

    def _await_count(self, subnet: str) -> None:
        """Wait until a Subnet says how many addresses are taken, which Kube-OVN writes a moment after the address."""

        def counted() -> bool:
            taken = sum(item["spec"]["subnet"] == subnet for item in self.objects("IP").values())
            return bool(self.look("Subnet", subnet)["status"]["v4usingIPs"] == taken)

        wait_until(counted, f"Subnet {subnet} to count its addresses")


def wait_until(fact: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait for something that controllers do by themselves."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)


def said(steps: list[Step]) -> set[tuple[str, str]]:
    """Steps as (operation, name), order aside."""
    return {(step.operation, step.name) for step in steps}
