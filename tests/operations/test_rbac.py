"""The preview identity may read what the nightly job looks at."""

from __future__ import annotations

import yaml

from operations.drift import KINDS
from operations.live import COLLECTIONS
from tests.project import ROOT


def test_the_preview_identity_may_list_every_kind_that_drift_compares() -> None:
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
    for kind in KINDS:
        parts = COLLECTIONS[kind].strip("/").split("/")
        asked.add(f"{'' if parts[0] == 'api' else parts[1]}/{parts[-1]}")

    assert asked - allowed == set()
    assert "admissionregistration.k8s.io/validatingwebhookconfigurations" in allowed
