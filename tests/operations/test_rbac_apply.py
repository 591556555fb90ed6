"""The identity that applies may write each kind that the program declares, and nothing else."""

from __future__ import annotations

from typing import Any, Final

import pytest
import yaml

from kmetal_network.config.stackfile import load_stack
from kmetal_network.plan.rendering import rendered
from operations.cluster.live import COLLECTIONS
from tests.support.stack_project import ROOT

WHOLE: Final = {"create", "delete", "get", "list", "patch", "update", "watch"}


def documents() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((ROOT / "docs" / "rbac-apply.yaml").read_text()))


def granted() -> dict[str, set[str]]:
    """`group/plural` to verbs."""
    found: dict[str, set[str]] = {}
    for document in documents():
        for rule in document.get("rules") or ():
            for group in rule["apiGroups"]:
                for plural in rule["resources"]:
                    found.setdefault(f"{group}/{plural}", set()).update(rule["verbs"])
    return found


def resource(kind: str) -> str:
    parts = COLLECTIONS[kind].strip("/").split("/")
    return f"{'' if parts[0] == 'api' else parts[1]}/{parts[-1]}"


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_each_kind_that_an_environment_declares_may_be_made_changed_and_taken_away(stack: str) -> None:
    settings = load_stack(ROOT, stack)[0].settings
    kinds = {(one.kind, one.patch) for one in rendered(settings, stack) if one.kind != "Release"}
    for kind, patch in kinds:
        wanted = {"get", "patch"} if patch else WHOLE
        assert wanted <= granted()[resource(kind)], kind


def test_nothing_is_granted_that_the_program_does_not_write() -> None:
    declared = {resource(kind) for kind in COLLECTIONS} | {"rbac.authorization.k8s.io/clusterroles"}
    assert set(granted()) <= declared
    assert granted()["rbac.authorization.k8s.io/clusterroles"] == {"bind"}
    assert "delete" not in granted()["/nodes"]
    for never in ("/secrets", "/pods", "/services", "*/*"):
        assert never not in granted()
    assert "*" not in {verb for verbs in granted().values() for verb in verbs}


def test_it_reads_what_a_preview_reads() -> None:
    bound = {one["roleRef"]["name"] for one in documents() if one["kind"] == "ClusterRoleBinding"}
    assert bound == {"kmetal-network-preview", "kmetal-network-apply"}
