"""The pack in real previews by a real engine: other people's programs, red where they break the law and green else."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from pulumi import automation
from pulumi.automation._stack import StackInitMode
from pulumi.automation.errors import CommandError
from pulumi.automation.events import EngineEvent
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.yaml import ConfigGroup

from operations.engine.inline_program import Inline
from operations.engine.stack import QuietStack, cli
from tests.policies.rendering import external, layer2, manifest, pool, provider_network

pytestmark = pytest.mark.sandbox

PACK = Path(__file__).parents[2] / "policies"
REASON = "the switch filters ARP on this VLAN"

Program = Callable[[], None]


@dataclass
class Outcome:
    """What one run came to."""

    succeeded: bool = False
    text: str = ""
    reported: list[tuple[str, str, str]] = field(default_factory=list)
    """Level, resource and message of each policy event."""
    created: set[str] = field(default_factory=set)

    def see(self, event: EngineEvent) -> None:
        """Note what the pack says and what the engine has done."""
        if (policy := event.policy_event) is not None:
            name = policy.resource_urn.rpartition("::")[2]
            self.reported.append((str(policy.enforcement_level), name, policy.message.strip()))
        if event.res_outputs_event is not None:
            self.created.add(event.res_outputs_event.metadata.urn.rpartition("::")[2])

    def refused(self, law: str) -> set[str]:
        """The resources that a law stopped."""
        return {name for level, name, message in self.reported if level == "mandatory" and f"[{law}]" in message}


class Engine:
    """A real engine with the echoing provider, one directory per stack."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self._directory = directory
        script = directory / "bin" / "pulumi-resource-kubernetes"
        script.parent.mkdir()
        echo = Path(__file__).with_name("echo_provider.py")
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -u "{echo}" "$@"\n', encoding="utf-8")
        script.chmod(0o755)
        self._environment = {
            **environment,
            "PATH": f"{script.parent}{os.pathsep}{environment['PATH']}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_BACKEND_URL": f"file://{directory}",
        }

    def preview(self, program: Program, config: Mapping[str, Any] | None = None) -> Outcome:
        """`pulumi preview --policy-pack policies [--policy-pack-config FILE]`."""
        return self._run("preview", program, config)

    def preview_by_variable(self, program: Program) -> Outcome:
        """`PULUMI_OPTION_POLICY_PACK=policies pulumi preview`, as runners are asked to (kmetal_network.runners)."""
        self._environment["PULUMI_OPTION_POLICY_PACK"] = str(PACK)
        return self._run("preview", program, None, packs=())

    def up(self, program: Program) -> Outcome:
        """`pulumi up --yes --skip-preview --policy-pack policies`: nothing was looked at before."""
        return self._run("up", program, None)

    def _run(
        self, verb: str, program: Program, config: Mapping[str, Any] | None, packs: tuple[str, ...] = (str(PACK),)
    ) -> Outcome:
        settings = automation.ProjectSettings(name="others", runtime="python")
        inline = Inline(program)
        workspace = automation.LocalWorkspace(
            work_dir=str(self._directory),
            project_settings=settings,
            env_vars=self._environment,
            program=inline,
            pulumi_command=cli(),
        )
        stack = QuietStack("test", workspace, StackInitMode.CREATE_OR_SELECT)
        outcome = Outcome()
        arguments: dict[str, Any] = {"policy_packs": list(packs), "on_event": outcome.see}
        if config is not None:
            file = self._directory / "pack.json"
            file.write_text(json.dumps(config), encoding="utf-8")
            arguments["policy_pack_configs"] = [str(file)]
        try:
            outcome.text = getattr(stack, verb)(**arguments).stdout
            outcome.succeeded = True
        except CommandError as error:
            outcome.text = str(error)
        inline.end()
        return outcome


@pytest.fixture
def engine(tmp_path: Path, sandbox_environment: dict[str, str]) -> Engine:
    return Engine(tmp_path, sandbox_environment)


def declare(*objects: Mapping[str, Any], **outputs: Any) -> Program:
    """A program of somebody else, without our components; each object depends on the one before."""

    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig=pulumi.Output.secret("{}"))
        before: list[pulumi.Resource] = []
        for data in objects:
            resource = CustomResource(
                data["metadata"]["name"],
                api_version=data["apiVersion"],
                kind=data["kind"],
                metadata={"name": data["metadata"]["name"]},
                spec=data["spec"],
                opts=pulumi.ResourceOptions(provider=provider, depends_on=before),
            )
            before = [resource]
        for name, value in outputs.items():
            pulumi.export(name, value)

    return program


def test_a_good_program_is_green(engine: Engine) -> None:
    outcome = engine.preview(
        declare(pool("172.21.204.200-172.21.204.250"), external(), provider_network(), layer2("data.204"))
    )
    assert outcome.succeeded, outcome.text
    assert [entry for entry in outcome.reported if entry[0] == "mandatory"] == []


def test_the_pack_that_a_variable_names_judges_as_well(engine: Engine) -> None:
    outcome = engine.preview_by_variable(declare(pool("77.220.68.100/32"), external(), provider_network()))

    assert not outcome.succeeded
    assert outcome.refused("NET-201") == {"external"}  # which is created after the pool


def test_pools_on_the_provider_vlan_are_red_in_every_spelling(engine: Engine) -> None:
    spellings = {
        "single": "77.220.68.100",
        "cidr": "77.220.68.104/30",
        "wider": "77.220.64.0/20",
        "range": "77.220.68.110-77.220.68.112",
        "partly": "77.220.68.126-77.220.68.140",
        "mapped": "::ffff:77.220.68.101",
    }
    pools = [pool(address, name=name) for name, address in spellings.items()]
    outcome = engine.preview(declare(external(), *pools, pool("172.21.204.200/32", name="good")))
    assert not outcome.succeeded
    assert outcome.refused("NET-201") == set(spellings)
    assert "pool 'partly' holds 77.220.68.126-77.220.68.140, of which 77.220.68.126-77.220.68.127 is in" in outcome.text


def test_advertisements_on_the_provider_nic_are_red(engine: Engine) -> None:
    ways = {"none": (), "nic": ("data.222",), "bridge": ("br-provider",), "both": ("data.204", "data.222")}
    named = [{**layer2(*nics), "metadata": {"name": name}} for name, nics in ways.items()]
    good = {**layer2("data.204"), "metadata": {"name": "good"}}
    outcome = engine.preview(declare(provider_network(), pool("172.21.204.200/32"), *named, good))
    assert not outcome.succeeded
    assert outcome.refused("NET-202") == set(ways)


def test_a_bgp_advertisement_of_a_provider_address_is_red(engine: Engine) -> None:
    bgp = manifest("BGPAdvertisement", "bgp", {"ipAddressPools": ["public"]})
    outcome = engine.preview(declare(external(), pool("77.220.68.100"), bgp))
    assert not outcome.succeeded
    assert outcome.refused("NET-203") == {"bgp"}


def test_a_value_that_another_resource_decides_is_red(engine: Engine) -> None:
    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig=pulumi.Output.secret("{}"))
        options = pulumi.ResourceOptions(provider=provider)
        first = CustomResource("first", api_version="example.org/v1", kind="Thing", opts=options)
        for name, spec in (
            ("member", {"addresses": ["172.21.204.200/32", first.id]}),
            ("whole", first.id.apply(lambda text: {"addresses": [text]})),
        ):
            CustomResource(name, api_version="metallb.io/v1beta1", kind="IPAddressPool", spec=spec, opts=options)

    outcome = engine.preview(program)
    assert not outcome.succeeded
    assert outcome.refused("NET-201") == {"member", "whole"}


def test_a_pool_declared_through_yaml_is_red(engine: Engine) -> None:
    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig=pulumi.Output.secret("{}"))
        documents = [json.dumps(external()), json.dumps(pool("77.220.68.100", name="from-yaml"))]
        ConfigGroup("network", yaml=documents, opts=pulumi.ResourceOptions(providers={"kubernetes": provider}))

    outcome = engine.preview(program)
    assert not outcome.succeeded
    assert outcome.refused("NET-201") & {"from-yaml", "external"}


def test_a_relaxed_law_is_reported_with_its_reason_and_lets_the_preview_pass(engine: Engine) -> None:
    program = declare(provider_network(), pool("172.21.204.200/32"), layer2(), relaxed={"NET-202": REASON})
    outcome = engine.preview(program)
    assert outcome.succeeded, outcome.text
    assert f"relaxed for this stack: {REASON} [NET-202]" in outcome.text


def test_a_configuration_that_disables_everything_disables_nothing(engine: Engine) -> None:
    outcome = engine.preview(declare(external(), pool("77.220.68.100")), {"all": "disabled"})
    assert not outcome.succeeded
    assert outcome.refused("NET-201") == {"public"}


def test_a_provider_network_of_another_stack_is_declared_by_configuration(engine: Engine) -> None:
    outcome = engine.preview(declare(pool("77.220.68.100")), {"laws": {"providerCidrs": ["77.220.68.96/27"]}})
    assert not outcome.succeeded
    assert outcome.refused("NET-201") == {"public"}


def test_a_reason_of_too_few_characters_is_refused_in_the_configuration(engine: Engine) -> None:
    outcome = engine.preview(declare(pool("172.21.204.200/32")), {"laws": {"relaxed": {"NET-202": "no"}}})
    assert not outcome.succeeded
    assert "relaxed" in outcome.text


def test_up_without_a_preview_creates_the_first_of_two_that_clash_and_not_the_second(engine: Engine) -> None:
    outcome = engine.up(declare(external(), pool("77.220.68.100")))
    assert not outcome.succeeded
    assert "external" in outcome.created
    assert "public" not in outcome.created
