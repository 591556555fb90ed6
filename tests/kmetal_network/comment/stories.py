"""The changes of which the comment is kept as a golden file, as plans that a preview on a cluster would make.

Rewritten by `python -m tests.kmetal_network.comment.stories`, which a developer runs to read what a change of the text does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from kmetal_network.comment.compose import compose
from kmetal_network.comment.overview import Context
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.errors import OperatorError
from kmetal_network.plan.build import unknown
from kmetal_network.plan.model import Plan
from operations.preview.previewing import without_plan
from tests.kmetal_network.plan.as_engine import Cluster, pod, previewed, service
from tests.kmetal_network.plan.cases import (
    FEWER_DROPS,
    LARGER_POOL,
    MOVED_EGRESS,
    NEW_TENANT,
    OPEN_TENANT,
    OTHER_MTU,
    OTHER_NIC,
    SECOND_CLUSTER,
    SMALLER_POOL,
    environment,
    planned,
)
from tests.support.stack_project import ROOT

GOLDEN: Final = Path(__file__).parent / "golden"
CONTEXT: Final = Context(
    head="4c1e9d20f1b7a6c35d8e9f0a1b2c3d4e5f607182",
    base="c7a82ae0f1b7a6c35d8e9f0a1b2c3d4e5f607182",
    run="https://forge.example/runs/118",
)

PODS: Final = [
    *(pod("initech-prod-subnet", "tenant-initech", f"worker-{number}") for number in range(1, 5)),
    *(pod("initech-batch-subnet", "tenant-initech", f"batch-{number}") for number in range(1, 3)),
    *(pod("umbrella-main-subnet", "tenant-umbrella", f"main-{number}") for number in range(1, 4)),
]
AGREED: Final = "agreed with the tenant for Sunday 22:00"
WINDOW: Final = [
    (
        f"          cidrBlock: 10.100.{third}.0/22\n",
        f"          cidrBlock: 10.100.{third}.0/22\n          replaceWhileInUse: {AGREED}\n",
    )
    for third in (0, 4)
]
"""initech's clusters come first in the file."""


def _prod(*edits: tuple[str, str], base: Environment | None = None, quiet: bool = True) -> list[Plan]:
    """Prod changes, on a cluster with pods unless it is quiet; the others do not."""
    stands, head = base or environment(), environment(*edits)
    more = {} if quiet else {"IP": PODS}
    return [previewed(head, stands, Cluster(stands, **more)), *_others()]


def _others() -> list[Plan]:
    return [planned(name="dev"), planned(name="staging")]


def _gone() -> list[Plan]:
    base = environment(NEW_TENANT)
    pods = [pod("beta-main-subnet", "tenant-beta", "main-1")]
    running = [{"metadata": {"name": "main-1", "namespace": "tenant-beta"}, "status": {"phase": "Running"}, "spec": {}}]
    return [previewed(environment(), base, Cluster(base, IP=pods, Pod=running)), *_others()]


def _shrunk() -> list[Plan]:
    stands, head = environment(), environment(SMALLER_POOL)
    plane = {
        "metadata": {"name": "main", "namespace": "tenant-umbrella"},
        "spec": {"networkProfile": {"address": "172.21.213.2"}},
    }
    services = [service("tenant-umbrella/main", "172.21.213.2"), service("tenant-initech/prod", "172.21.213.10")]
    return [previewed(head, stands, Cluster(stands, Service=services, TenantControlPlane=[plane])), *_others()]


def _retagged() -> list[Plan]:
    stands, head = environment(name="staging"), environment(("      id: 322", "      id: 323"), name="staging")
    return [planned(), planned(name="dev"), previewed(head, stands, Cluster(stands))]


def _refused(edit: Callable[[Path], None]) -> list[Plan]:
    """Settings that no preview gets past."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("dev", "staging", "prod"):
            (root / f"Pulumi.{name}.yaml").write_text((ROOT / f"Pulumi.{name}.yaml").read_text())
        edit(root)
        plans = []
        for path in sorted(root.glob("Pulumi.*.yaml")):
            name = path.name.split(".")[1]
            try:
                load_stack(root, name)
            except OperatorError as error:
                plans.append(without_plan(name, error, source="cluster"))
        return plans


def _copied(root: Path) -> None:
    (root / "Pulumi.qa.yaml").write_text((root / "Pulumi.staging.yaml").read_text())


def _mistyped(root: Path) -> None:
    path = root / "Pulumi.prod.yaml"
    path.write_text(path.read_text().replace("egressAddress:", "egresAddress:"))


STORIES: Final[dict[str, Callable[[], list[Plan]]]] = {
    "01-new-tenant": lambda: _prod(NEW_TENANT),
    "02-second-cluster": lambda: _prod(SECOND_CLUSTER),
    "03-tenant-removed": _gone,
    "04-pool-grows": lambda: _prod(LARGER_POOL),
    "05-pool-shrinks-under-an-api-server": _shrunk,
    "06-provider-nic-renamed": lambda: _prod(OTHER_NIC, quiet=False),
    "07-vlan-id-changed": _retagged,
    "08-egress-address-moved": lambda: _prod(MOVED_EGRESS, *WINDOW, quiet=False),
    "09-drop-taken-away": lambda: _prod(FEWER_DROPS),
    "10-mtu-changed": lambda: _prod(OTHER_MTU, quiet=False),
    "11-environment-copied": lambda: _refused(_copied),
    "12-typo": lambda: _refused(_mistyped),
    "13-dead-run": lambda: [unknown("prod", "its run ended without a plan", source="cluster"), *_others()],
    "14-nothing": lambda: [planned(), *_others()],
    "15-new-tenant-without-drops": lambda: _prod(OPEN_TENANT),
}


def text(name: str) -> str:
    """The comment of a story."""
    [comment] = compose(STORIES[name](), CONTEXT)
    return comment


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for story in STORIES:
        (GOLDEN / f"{story}.md").write_text(text(story))
