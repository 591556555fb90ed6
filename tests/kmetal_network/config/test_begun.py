"""What a run began is rendered again exactly as it was, whatever the settings say now."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from kmetal_network.config.begun import as_begun, only, record_of
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.plan.rendering import rendered
from tests.support.stack_project import ROOT

DEV, _ = load_stack(ROOT, "dev")


def _split(name: str, cells: int = 1) -> Environment:
    whole, _ = load_stack(ROOT, name)
    return replace(whole, settings=whole.settings.model_copy(update={"cells": cells})).of_stack(1)


def _stored(environment: Environment) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(json.dumps(record_of(environment.settings)))
    return stored


def _bodies(environment: Environment) -> list[Any]:
    return [(one.state_name, one.body) for one in rendered(environment.settings, environment.name, platform=False)]


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_tenants_come_back_as_they_were(name: str) -> None:
    then = _split(name)
    now = replace(then, settings=then.settings.model_copy(update={"tenants": ()}))
    assert _bodies(then)
    assert _bodies(as_begun(now, _stored(then))) == _bodies(then)


def test_the_provider_network_is_that_of_the_run_too() -> None:
    then = _split("dev")
    provider = then.settings.provider
    moved = provider.external.model_copy(update={"gateway": provider.external.gateway + 1})
    update = {"provider": provider.model_copy(update={"external": moved})}
    now = replace(then, settings=then.settings.model_copy(update=update))
    assert _bodies(now) != _bodies(then)
    assert _bodies(as_begun(now, _stored(then))) == _bodies(then)


def test_the_record_says_nothing_but_tenants_and_their_way_out() -> None:
    assert record_of(DEV.settings).keys() == {"provider", "tenants"}
    [alpha] = record_of(DEV.settings)["tenants"]
    assert alpha["clusters"][0]["cidrBlock"] == "10.100.0.0/24"


def test_only_some_of_them_may_be_wanted() -> None:
    record = record_of(DEV.settings)
    assert only(record, ())["tenants"] == []
    assert only(record, ("alpha", "of-no-file")) == record


def test_a_tenant_that_the_settings_no_longer_name_has_a_place_all_the_same() -> None:
    then = _split("dev")
    nobody = then.settings.model_copy(update={"tenants": ()})
    assert then.whole is not None
    now = replace(then, settings=nobody, whole=replace(then.whole, settings=nobody))
    begun = as_begun(now, _stored(then))
    assert begun.place(("tenants", 0, "name")).startswith("Pulumi.dev.yaml:")
    assert begun.part == then.part
