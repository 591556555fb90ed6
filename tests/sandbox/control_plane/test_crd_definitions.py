"""Our own definitions say nothing that upstream's do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kmetal_network.config.stackfile import load_environments
from kmetal_network.manifests.inventory import owned_manifests
from sandbox.control_plane.definitions.catalogue import DEFINITIONS, custom_resource_definitions
from sandbox.control_plane.definitions.definition import Definition

ROOT = Path(__file__).parents[3]
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


LEFT_OUT = {"description", "x-kubernetes-validations", "min", "max"}
"""Prose, rules in CEL, and two words that OpenAPI does not have."""

OPEN = {"OCIRepository", "HelmRelease"}
"""Flux's: only a part of their specs is here, and no field is refused."""


def said(schema: dict[str, Any]) -> dict[str, Any]:
    """What of upstream's schema ours says as well."""
    kept = {key: value for key, value in schema.items() if key not in LEFT_OUT and key != "anyOf"}
    if "properties" in kept:
        kept["properties"] = {name: said(field) for name, field in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = said(kept["items"])
    return kept


@pytest.mark.skipif(not UPSTREAM.is_dir(), reason="upstream's definitions are not next to the checkout")
@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.kind)
def test_each_kind_is_upstreams_with_every_field_bound_and_default(definition: Definition) -> None:
    spec = upstream(definition)
    version = next(entry for entry in spec["versions"] if entry["name"] == definition.version)
    theirs = said(version["schema"]["openAPIV3Schema"])
    ours = next(
        crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
        for crd in custom_resource_definitions()
        if crd["spec"]["names"]["kind"] == definition.kind
    )
    assert spec["names"]["plural"] == definition.plural
    assert (spec["scope"] == "Namespaced") is definition.namespaced
    assert ("status" in version.get("subresources", {})) is definition.status
    assert ours.get("required") == theirs.get("required")
    assert ours["properties"].get("metadata", {"type": "object"}) == theirs["properties"].get(
        "metadata", {"type": "object"}
    )
    mine, upstreams = ours["properties"]["spec"], theirs["properties"]["spec"]
    if definition.kind in OPEN:
        assert {name: field["type"] for name, field in mine["properties"].items()} == {
            name: upstreams["properties"][name]["type"] for name in mine["properties"]
        }
        assert mine["required"] == upstreams["required"]
    else:
        assert mine == upstreams


def test_only_flux_and_what_controllers_report_is_open() -> None:
    assert {definition.kind for definition in DEFINITIONS if not definition.closed} == OPEN
    for crd in custom_resource_definitions():
        parts = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
        closed = "x-kubernetes-preserve-unknown-fields" not in str(parts["spec"])
        assert closed is (crd["spec"]["names"]["kind"] not in OPEN)


def test_a_pool_gets_metallbs_defaults() -> None:
    [pool] = [definition for definition in DEFINITIONS if definition.kind == "IPAddressPool"]
    assert {name: field["default"] for name, field in pool.fields.items() if "default" in field} == {
        "autoAssign": True,
        "avoidBuggyIPs": False,
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
    for environment in environments.values():
        for manifest in owned_manifests(environment.settings, environment.name):
            if manifest.kind in defined and manifest.kind not in OPEN:
                assert set(manifest.body["spec"]) <= defined[manifest.kind], manifest.name


def test_they_are_ready_to_be_applied() -> None:
    names = [definition["metadata"]["name"] for definition in custom_resource_definitions()]
    assert len(set(names)) == len(names) == len(DEFINITIONS)
    assert "ovn-snat-rules.kubeovn.io" in names
