"""Creating: who wins over an object that is there already, what is validated, and what a preview sees of it."""

from __future__ import annotations

import re

import pulumi
import pulumi_kubernetes as k8s
import pytest

from tests.contract.conftest import Api
from tests.contract.real_engine import Declare, Engine, custom, with_provider

pytestmark = pytest.mark.sandbox
RANGE = ["172.21.204.200-172.21.204.250"]


def test_an_object_is_created_by_server_side_apply_and_a_second_up_changes_nothing(
    engine: Engine, api: Api, name: str
) -> None:
    """Up to 4.28 create is an apply under a random manager; from 4.29 a POST as `pulumi-kubernetes` (its CHANGELOG)."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, {"addresses": RANGE})

    assert engine.up(declare).ok
    live = api.need("IPAddressPool", name)
    assert live["spec"] == {"addresses": RANGE, "autoAssign": True, "avoidBuggyIPs": False}
    [manager] = api.managers(live)
    assert re.fullmatch(r"pulumi-kubernetes-[0-9a-f]{8}:Apply", manager)
    assert engine.up(declare).changes() == {}
    assert engine.preview(declare, refresh=True).changes() == {}


def test_a_preview_creates_nothing_and_shows_the_servers_answer(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#diff: preview outputs are those of the server's dry run."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, {"addresses": RANGE})

    assert engine.preview(declare).changes() == {"cluster": "create", name: "create"}
    assert api.get("IPAddressPool", name) is None


def test_an_object_of_others_is_taken_over_unless_a_field_conflicts(engine: Engine, api: Api, name: str) -> None:
    """Hence the check of ownership before every run: the provider itself asks no one whose an object is."""
    theirs = ["172.21.204.7/32"]
    api.apply("somebody", api.obj("IPAddressPool", name, spec={"addresses": theirs}))

    def declare(addresses: list[str]) -> Declare:
        return lambda provider: custom(provider, "IPAddressPool", name, {"addresses": addresses}) and None

    assert engine.preview(declare(RANGE)).ok
    refused = engine.up(declare(RANGE))
    assert 'conflict with "somebody": .spec.addresses' in refused.text
    assert api.need("IPAddressPool", name)["spec"]["addresses"] == theirs
    assert engine.up(declare(theirs)).ok
    assert len(api.managers(api.need("IPAddressPool", name))) == 2


def test_what_a_killed_run_made_is_taken_over(engine: Engine, api: Api, name: str) -> None:
    """The next `up` takes over what a killed one left."""
    api.apply("pulumi-kubernetes", api.obj("IPAddressPool", name, spec={"addresses": RANGE}))

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, {"addresses": RANGE})

    assert engine.up(declare).ok
    managers = api.managers(api.need("IPAddressPool", name))
    assert any(m.startswith("pulumi-kubernetes-") and m.endswith(":Apply") for m in managers)
    assert engine.preview(declare).changes() == {}


def test_a_wrongly_typed_spec_is_refused_by_the_preview(engine: Engine, name: str) -> None:
    """docs/evidence/provider.md#previews: the dry run validates what the CRD says."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, {"addresses": "172.21.204.200/32"})

    preview = engine.preview(declare)
    assert not preview.ok
    assert "spec.addresses" in preview.text


def test_an_unknown_field_is_refused_by_the_preview_and_by_up(engine: Engine, api: Api, name: str) -> None:
    """A server-side apply refuses what the schema does not declare; a create by POST (from 4.29) prunes it silently."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, {"addresses": RANGE, "autoAsign": False})

    for refused in (engine.preview(declare), engine.up(declare)):
        assert not refused.ok
        assert "field not declared in schema" in refused.text
    assert api.get("IPAddressPool", name) is None


def test_a_kind_that_is_not_installed_is_green_in_preview(engine: Engine, name: str) -> None:
    """docs/evidence/provider.md#previews: no validation without the CRD."""

    def declare(provider: k8s.Provider) -> None:
        k8s.apiextensions.CustomResource(
            name,
            api_version="nowhere.example/v1",
            kind="Ghost",
            metadata={"name": name},
            spec={"a": 1},
            opts=with_provider(provider),
        )

    assert engine.preview(declare).changes() == {"cluster": "create", name: "create"}


def test_an_object_in_a_namespace_of_the_same_program_can_be_previewed(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#previews: the namespace that is not there yet does not fail the preview."""

    def declare(provider: k8s.Provider) -> None:
        namespace = k8s.core.v1.Namespace(name, metadata={"name": name}, opts=with_provider(provider))
        k8s.core.v1.ConfigMap(
            f"{name}-inside",
            metadata={"name": name, "namespace": namespace.metadata["name"]},
            data={"a": "1"},
            opts=with_provider(provider),
        )

    assert engine.preview(declare).ok
    assert engine.up(declare).ok
    assert engine.destroy().ok
    assert api.get("Namespace", name) is None


def test_secrets_stay_encrypted_in_the_state(engine: Engine, api: Api, name: str) -> None:
    """docs/evidence/provider.md#deletion: what is secret in the inputs is secret in the outputs, and so is a Secret's data."""

    def declare(provider: k8s.Provider) -> None:
        custom(provider, "IPAddressPool", name, {"addresses": pulumi.Output.secret(RANGE)})
        k8s.core.v1.Secret(
            f"{name}-secret",
            metadata={"name": name, "namespace": "default"},
            string_data={"password": "open-sesame"},
            opts=with_provider(provider),
        )

    assert engine.up(declare).ok
    written = engine.written()
    assert name in written
    assert "172.21.204.250" not in written
    assert "open-sesame" not in written
    assert "b3Blbi1zZXNhbWU=" not in written
    assert api.need("IPAddressPool", name)["spec"]["addresses"] == RANGE
    again = engine.preview(declare, refresh=True)
    assert again.changes() == {}, again.differences
