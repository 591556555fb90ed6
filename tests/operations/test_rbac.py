"""The preview identity may read what commands read, and gets no write that an admission policy cannot restrict."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from kmetal_network.kinds.registry import KINDS
from operations.cluster.live import COLLECTIONS
from operations.commands import drift
from operations.impact.guard import BEHIND, HOLDERS
from operations.impact.plan import OWN_KINDS
from operations.impact.routers import DOMAIN
from operations.preflight.table import CHECKS
from operations.verify.checks import VERIFIED
from tests.support.stack_project import ROOT

NOT_COVERED = {"admissionregistration.k8s.io", "authentication.k8s.io", "authorization.k8s.io"}
"""Groups with kinds on which the API server evaluates no admission policy."""


def _rules(name: str) -> list[dict[str, Any]]:
    documents = yaml.safe_load_all((ROOT / "docs" / "rbac-preview.yaml").read_text())
    [role] = [one for one in documents if (one["kind"], one["metadata"]["name"]) == ("ClusterRole", name)]
    rules: list[dict[str, Any]] = role["rules"]
    return rules


def _allowed(name: str, verb: str) -> set[str]:
    """Resources of which a role grants a verb on all objects."""
    return {
        f"{group}/{plural}"
        for rule in _rules(name)
        if verb in rule["verbs"] and "resourceNames" not in rule
        for group in rule["apiGroups"]
        for plural in rule["resources"]
    }


PLAN = (*OWN_KINDS, *DOMAIN, *BEHIND, *HOLDERS)
"""What a plan is held to."""

PREFLIGHT = tuple(kind for check in CHECKS for kind in check.kinds)


def _asked(kinds: tuple[str, ...]) -> set[str]:
    found = set()
    for path in (COLLECTIONS[kind] for kind in kinds if not KINDS[kind].only):
        parts = path.strip("/").split("/")
        found.add(f"{'' if parts[0] == 'api' else parts[1]}/{parts[-1]}")
    return found


@pytest.mark.parametrize(
    "kinds",
    [drift.KINDS, VERIFIED, PLAN, PREFLIGHT],
    ids=["drift", "verify", "preview", "preflight"],
)
def test_the_preview_identity_may_list_every_kind_that_is_looked_at(kinds: tuple[str, ...]) -> None:
    allowed = _allowed("kmetal-network-preview", "list")
    assert _asked(kinds) - allowed == set()
    assert allowed == _allowed("kmetal-network-preview", "get")
    assert "admissionregistration.k8s.io/validatingwebhookconfigurations" in allowed


def test_of_what_is_read_by_its_name_the_preview_identity_reads_those_objects_alone() -> None:
    named = {KINDS[kind].plural: {key.partition("/")[2] for key in KINDS[kind].only} for kind in VERIFIED}
    granted = [rule for rule in _rules("kmetal-network-preview") if "resourceNames" in rule]
    assert [(rule["resources"], rule["verbs"]) for rule in granted] == [(["configmaps"], ["get"])]
    assert set(granted[0]["resourceNames"]) == named["configmaps"] == {"kubevip", "metallb-excludel2"}


def test_no_write_is_granted_where_no_admission_policy_is_evaluated() -> None:
    for rule in _rules("kmetal-network-dry-run"):
        assert set(rule["verbs"]) <= {"create", "patch", "update"}
        assert not NOT_COVERED & set(rule["apiGroups"]), rule
        assert "*" not in (*rule["apiGroups"], *rule["resources"])
    assert {verb for rule in _rules("kmetal-network-preview") for verb in rule["verbs"]} == {"get", "list"}
