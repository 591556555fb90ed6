"""Our own definitions say nothing that upstream's do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from underlay.crds import DEFINITIONS, Definition, custom_resource_definitions
from underlay.inventory import owned_manifests
from underlay.stackfile import load_environments

ROOT = Path(__file__).parents[2]
UPSTREAM = ROOT.parent / "shared" / "crds"


def upstream(definition: Definition) -> dict[str, Any]:
    """The version that upstream serves, and what it says of the kind."""
    folders = ("kube-ovn-v1.15.24", "metallb", "multus", "flux")
    for folder in folders:
        for file in (UPSTREAM / folder).glob("*.yaml"):
            for document in yaml.load_all(file.read_text(), yaml.CSafeLoader):
                spec = (document or {}).get("spec", {})
                if spec.get("group") == definition.group and spec["names"]["kind"] == definition.kind:
                    found: dict[str, Any] = spec
                    return found
    raise AssertionError(definition.kind)


@pytest.mark.skipif(not UPSTREAM.is_dir(), reason="upstream's definitions are not beside the checkout")
@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.kind)
def test_each_kind_and_field_is_upstreams(definition: Definition) -> None:
    spec = upstream(definition)
    version = next(entry for entry in spec["versions"] if entry["name"] == definition.version)
    fields = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    assert spec["names"]["plural"] == definition.plural
    assert (spec["scope"] == "Namespaced") is definition.namespaced
    assert ("status" in version.get("subresources", {})) is definition.status
    assert {name: schema["type"] for name, schema in definition.fields.items()} == {
        name: fields[name]["type"] for name in definition.fields
    }


def test_every_kind_that_is_written_has_a_definition() -> None:
    environments, _ = load_environments(ROOT)
    written = {
        (manifest.body["apiVersion"], manifest.kind)
        for environment in environments.values()
        for manifest in owned_manifests(environment.settings, environment.name)
        if "." in manifest.body["apiVersion"].partition("/")[0]
        and not manifest.body["apiVersion"].startswith(("rbac.authorization.k8s.io/", "admissionregistration.k8s.io/"))
    }
    defined = {(f"{definition.group}/{definition.version}", definition.kind) for definition in DEFINITIONS}
    assert written <= defined


def test_every_field_that_is_written_is_typed() -> None:
    environments, _ = load_environments(ROOT)
    defined = {definition.kind: set(definition.fields) for definition in DEFINITIONS}
    flux = {"OCIRepository", "HelmRelease"}
    for environment in environments.values():
        for manifest in owned_manifests(environment.settings, environment.name):
            if manifest.kind in defined and manifest.kind not in flux:
                assert set(manifest.body["spec"]) <= defined[manifest.kind], manifest.name


def test_they_are_ready_to_be_applied() -> None:
    names = [definition["metadata"]["name"] for definition in custom_resource_definitions()]
    assert len(set(names)) == len(names) == len(DEFINITIONS)
    assert "ovn-snat-rules.kubeovn.io" in names
