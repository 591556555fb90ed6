"""One preview of rendered objects: `python -m tests.bench.measured.preview_objects HOME COUNT alone|judged`.

A program of no one's components: the objects of generated tenants, as they are applied, each a resource of its own. A
process of its own, because the Automation API runs the program inside the caller.
"""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import yaml
from pulumi import automation

from components.kubernetes_object import KubernetesObject
from kmetal_network.config.stackfile import parse_environment
from kmetal_network.manifests.inventory import owned_manifests
from kmetal_network.manifests.objects import Manifest
from sandbox.storage import CHECKOUT
from tests.bench.sized_project import STACK, stack_text

_PER_TENANT = 5
_TENANTS_FIT = 200
"""What the generated blocks have room for."""


def rendered(count: int) -> list[Manifest]:
    """So many objects of one environment."""
    tenants = min(count // _PER_TENANT + 1, _TENANTS_FIT)
    loaded = parse_environment(stack_text(tenants, Path("kubeconfig")), f"Pulumi.{STACK}.yaml", STACK)
    return list(islice(owned_manifests(loaded.settings, STACK), count))


def main(home: Path, count: int, way: str) -> str | None:
    """Preview; the answer is what went wrong."""
    manifests = rendered(count)

    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig=pulumi.Output.secret(yaml.safe_dump({})))
        options = pulumi.ResourceOptions(provider=provider)
        for manifest in manifests:
            namespace = manifest.body["metadata"].get("namespace", "")
            KubernetesObject(f"{manifest.kind}-{namespace}-{manifest.name}", manifest, options)

    settings = automation.ProjectSettings(name="objects", runtime="python")
    workspace = automation.LocalWorkspaceOptions(work_dir=str(home), project_settings=settings)
    stack = automation.create_or_select_stack("bench", "objects", program, opts=workspace)
    packs: dict[str, Any] = {"policy_packs": [str(CHECKOUT / "policies")]} if way == "judged" else {}
    seen = stack.preview(**packs).change_summary.get(automation.OpType.CREATE, 0)
    wanted = count + 2  # the provider and the stack itself
    return None if seen == wanted else f"{seen} resources in the preview; {wanted} expected"


if __name__ == "__main__":
    _home, _count, _way = sys.argv[1:]
    sys.exit(main(Path(_home), int(_count), _way))
