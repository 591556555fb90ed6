"""What is generated is what is there, and it says what the program accepts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from jsonschema import Draft202012Validator

from tools.generate import generated, reference, stack_schema, stale, tenant_schema

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(stack_schema())


def stack(name: str) -> dict[str, Any]:
    loaded = yaml.safe_load((ROOT / f"Pulumi.{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_no_generated_file_is_stale() -> None:
    assert stale(ROOT) == (), "run `make generate`"


def test_a_file_that_was_edited_by_hand_is_stale(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text((ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    for path, text in generated(tmp_path).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert stale(tmp_path) == ()
    (tmp_path / "docs" / "configuration.md").write_text("by hand\n", encoding="utf-8")
    assert stale(tmp_path) == (Path("docs", "configuration.md"),)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(stack_schema())


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_every_stack_file_keeps_the_schema(name: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(stack(name))] == []


def test_the_schema_of_a_tenant_file_is_that_of_an_entry_of_tenants() -> None:
    validator = Draft202012Validator(tenant_schema())
    Draft202012Validator.check_schema(tenant_schema())
    [alpha] = stack("dev")["config"]["kmetal-network:tenants"]
    assert list(validator.iter_errors(alpha)) == []
    (error,) = validator.iter_errors({**alpha, "egresAddress": "77.220.68.100"})
    assert "'egresAddress' was unexpected" in error.message


def _unknown_section(file: dict[str, Any]) -> None:
    file["config"]["kmetal-network:metalb"] = {}


def _no_tunnel_interface(file: dict[str, Any]) -> None:
    del file["config"]["kmetal-network:network"]["kubeOvn"]["tunnelInterface"]


def _python_spelling(file: dict[str, Any]) -> None:
    file["config"]["kmetal-network:network"]["flannel"]["pod_cidr"] = "10.93.0.0/16"


def _number_as_address(file: dict[str, Any]) -> None:
    file["config"]["kmetal-network:provider"]["external"]["gateway"] = 5


@pytest.mark.parametrize(
    ("breakage", "said"),
    [
        (_unknown_section, "'kmetal-network:metalb' does not match"),
        (_no_tunnel_interface, "'tunnelInterface' is a required property"),
        (_python_spelling, "'pod_cidr' was unexpected"),
        (_number_as_address, "5 is not of type 'string'"),
    ],
)
def test_an_editor_marks_what_the_program_refuses(breakage: Callable[[dict[str, Any]], None], said: str) -> None:
    file = stack("dev")
    breakage(file)
    (error,) = VALIDATOR.iter_errors(file)
    assert said in error.message


def test_the_reference_names_keys_as_files_write_them() -> None:
    page = reference()
    assert "## `network.kubeOvn`" in page
    assert "## `tenants[].clusters[]`" in page
    assert "| `tunnelInterface` | text, such as `data.205` | **required** |" in page
    assert "| `install` | `release` or `flux` or `external` | `release` |" in page
    assert "tunnel_interface" not in page


def test_the_picture_shows_the_guides_network() -> None:
    drawing = ET.fromstring(generated(ROOT)[Path("docs", "network.svg")])  # noqa: S314 (our own text)
    texts = " | ".join(drawing.itertext())
    for part in (
        *("c1", "no provider NIC", "w1, w2", "gateway nodes"),
        *("management data.204", "tunnel data.205", "provider data.222"),
        *("77.220.68.96/27", "10.100.0.0/24", "alpha", "drops packets to"),
    ):
        assert part in texts
