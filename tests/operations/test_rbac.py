"""The preview identity may read what the nightly job looks at."""

from __future__ import annotations

import yaml

from operations.drift import KINDS
from operations.guard import CONTROL_PLANES
from operations.live import COLLECTIONS
from operations.planned import OWN_KINDS
from operations.routers import DOMAIN
from tests.project import ROOT


def test_the_preview_identity_may_list_every_kind_that_drift_compares_and_a_plan_is_held_to() -> None:
    documents = yaml.safe_load_all((ROOT / "docs" / "rbac-preview.yaml").read_text())
    [role] = [
        one for one in documents if (one["kind"], one["metadata"]["name"]) == ("ClusterRole", "kmetal-network-preview")
    ]
    allowed = {
        f"{group}/{plural}"
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for plural in rule["resources"]
        if "list" in rule["verbs"]
    }
    asked = set()
    paths = [COLLECTIONS[kind] for kind in (*KINDS, *OWN_KINDS, *DOMAIN, "IP", "Pod", "Service")]
    for path in (*paths, CONTROL_PLANES):
        parts = path.strip("/").split("/")
        asked.add(f"{'' if parts[0] == 'api' else parts[1]}/{parts[-1]}")

    assert asked - allowed == set()
    assert "admissionregistration.k8s.io/validatingwebhookconfigurations" in allowed
