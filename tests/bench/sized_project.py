"""A project directory with generated tenants: the guide's network from `Pulumi.dev.yaml`, a wider external block, n tenants.

It is a directory of its own, because all stack files of a project are judged together. The program is the checkout's
own. The chart is left to others (`install: external`): Helm's work does not grow with tenants, and `kubectl apply` has
nothing like it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, Final

import yaml

from kmetal_network.config.settings import PROJECT, Settings
from kmetal_network.config.settings_files import stack_file
from kmetal_network.config.stackfile import load_stack
from kmetal_network.manifests.inventory import owned_manifests
from kmetal_network.manifests.provider import default_vpc_patch, gateway_label
from sandbox.storage import CHECKOUT

STACK: Final = "bench"

_OF_A_CELL: Final = 25
_OF_ONE_STACK: Final = 25

_BLOCKS: Final = IPv4Network("10.100.0.0/14")
"""One block of 256 addresses for each tenant's cluster: room for 1,024 tenants."""


def stack_text(tenants: int, kubeconfig: Path) -> str:
    """The stack file: the `dev` stack with generated tenants of one cluster each."""
    data: dict[str, Any] = yaml.safe_load(stack_file(CHECKOUT, "dev").read_text(encoding="utf-8"))
    config = data["config"]
    config[f"{PROJECT}:cluster"]["kubeconfig"] = str(kubeconfig)
    config[f"{PROJECT}:chart"] = {"install": "external"}
    # Each tenant's router takes an address of the external Subnet, and the guide's /27 has room for some twenty.
    external = {"cidrBlock": "77.220.64.0/21", "gateway": "77.220.64.1", "excludeIps": ["77.220.64.1"]}
    config[f"{PROJECT}:provider"]["external"].update(external)
    # Each tenant's control plane takes one of MetalLB's addresses, and the guide's pool has 51 (NET-503).
    config[f"{PROJECT}:metallb"]["pools"][0]["addresses"] = ["172.21.204.30-172.21.211.250"]
    config[f"{PROJECT}:tenants"] = [
        {"name": f"tenant-{number:03}", "clusters": [{"name": "main", "cidrBlock": str(block)}]}
        for number, block in zip(range(tenants), _BLOCKS.subnets(new_prefix=24), strict=False)
    ]
    return yaml.safe_dump({"config": config}, sort_keys=False)


def cells_for(tenants: int) -> int:
    """As the guide has it: cells of about 25 tenants, and none for an environment of few (docs/guide/cells.md)."""
    return tenants // _OF_A_CELL if tenants > _OF_ONE_STACK else 0


def change_one_tenant(root: Path, attempt: int = 0) -> None:
    """Another drop for the first tenant each time, as one pull request would have it."""
    path = stack_file(root, STACK)
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["config"][f"{PROJECT}:tenants"][0]["drop"] = [f"192.0.{2 + attempt}.0/24"]
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def write_project(root: Path, tenants: int, kubeconfig: Path, cells: int = 0) -> Path:
    """Make the directory with its stack file and an empty place for state; the program in it is a link."""
    (root / "state").mkdir(parents=True)
    shutil.copy(CHECKOUT / "Pulumi.yaml", root)
    (root / "__main__.py").symlink_to(CHECKOUT / "__main__.py")
    (root / "policies").symlink_to(CHECKOUT / "policies")
    text = stack_text(tenants, kubeconfig)
    if cells:
        text = text.replace("config:\n", f"config:\n  {PROJECT}:cells: {cells}\n", 1)
    stack_file(root, STACK).write_text(text, encoding="utf-8")
    return root


def write_manifests(root: Path) -> tuple[Path, int]:
    """The same objects as one file for `kubectl apply`, in the program's order; says how many they are."""
    environment, _ = load_stack(root, STACK)
    bodies = list(_bodies(environment.settings))
    file = root / "manifests.yaml"
    file.write_text(yaml.safe_dump_all(bodies, sort_keys=False), encoding="utf-8")
    return file, len(bodies)


def _bodies(settings: Settings) -> Iterator[dict[str, Any]]:
    """All that the stack applies, its patches of others' objects included: server-side apply knows no difference."""
    for manifest in owned_manifests(settings, STACK):
        yield dict(manifest.body)
        if manifest.kind == "Subnet" and manifest.name == settings.provider.external.name:
            yield dict(default_vpc_patch(settings.provider.external).body)
            yield from (dict(gateway_label(node).body) for node in settings.provider.gateway_nodes)
