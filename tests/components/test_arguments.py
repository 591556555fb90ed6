"""Arguments of components: a wrong value gets the sentence of the settings, and late values wait."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pulumi
import pytest
import yaml

from components.cni_stack import CniStack, CniStackArgs
from components.external_args import ExternalNetworkArgs
from components.metallb import MetalLB, MetalLBArgs
from components.provider_network import ProviderNetwork, ProviderNetworkArgs
from components.tenant_args import TenantClusterArgs, TenantNetworkArgs
from components.tenant_network import TenantNetwork
from kmetal_network.config.stackfile import parse_environment
from kmetal_network.errors import OperatorError
from tests.support.recording_engine import Registered, record
from tests.support.stack_project import ROOT

EXTERNAL = {"cidr_block": "77.220.68.96/27", "gateway": "77.220.68.97"}
TENANT: dict[str, Any] = {
    "name": "alpha",
    "stack": "dev",
    "external": EXTERNAL,
    "clusters": [{"name": "dev", "cidr_block": "10.100.0.0/24"}],
}
PROVIDER: dict[str, Any] = {
    "stack": "dev",
    "network": {"name": "provider", "default_interface": "data.222"},
    "vlan": {"name": "vlan222", "id": 0},
    "external": EXTERNAL,
    "gateway_nodes": ["w1"],
}
POOLS: dict[str, Any] = {
    "stack": "dev",
    "interface": "data.204",
    "pools": [{"name": "public", "addresses": ["172.21.204.200/32"]}],
    "bgp_peers": [{"name": "tor", "my_asn": 64512, "peer_asn": 64513, "peer_address": "172.21.204.1"}],
}
CHART: dict[str, Any] = {
    "stack": "dev",
    "chart": {"version": "1.4.0"},
    "network": {
        "flannel": {"pod_cidr": "10.93.0.0/16"},
        "kube_ovn": {
            "pod_cidr": "10.16.0.0/16",
            "pod_gateway": "10.16.0.1",
            "svc_cidr": "10.96.0.0/16",
            "join_cidr": "100.64.0.0/16",
            "tunnel_interface": "data.205",
        },
    },
}

COMPONENTS: Mapping[str, tuple[Any, Any, str, dict[str, Any]]] = {
    "tenants[0]": (TenantNetwork, TenantNetworkArgs, "TenantNetwork x", TENANT),
    "provider": (ProviderNetwork, ProviderNetworkArgs, "ProviderNetwork x", PROVIDER),
    "metallb": (MetalLB, MetalLBArgs, "MetalLB x", POOLS),
    "chart": (CniStack, CniStackArgs, "CniStack x", CHART),
    "network": (CniStack, CniStackArgs, "CniStack x", CHART),
}
"""By section of the stack file."""

WRONG: tuple[tuple[str, str, Any, str], ...] = (
    (
        "tenants[0]",
        "clusters.0.cidr_block",
        "10.100.0.5/24",
        "clusters[0].cidrBlock: '10.100.0.5/24' has host bits set or an odd spelling; write 10.100.0.0/24",
    ),
    ("tenants[0]", "clusters.0.mtu", 14, "clusters[0].mtu: 'mtu' is 14; it should be greater than or equal to 576"),
    ("tenants[0]", "clusters.0.mtu", 1400.0, "clusters[0].mtu: 'mtu' is 1400.0; it should be a valid integer"),
    ("tenants[0]", "name", "9lives", "name: '9lives' is not a name; write one such as alpha"),
    (
        "tenants[0]",
        "egress_address",
        "77.220.68",
        "egressAddress: '77.220.68' is not an IPv4 address; write four numbers",
    ),
    ("tenants[0]", "role_bindings", [{"cluster_role": "view"}], "roleBindings[0]: the binding of view names no one;"),
    ("tenants[0]", "clusters.0.cidr", "10.0.0.0/8", "clusters[0].cidr: unknown key 'cidr'; "),
    ("tenants[0]", "quota", {"gpu.example": "1"}, "quota 'gpu.example' is no standard resource"),
    ("provider", "vlan.id", 5000, "vlan.id: 'id' is 5000; it should be less than or equal to 4094"),
    ("provider", "external.gateway_type", "both", "external.gatewayType: 'gatewayType' is 'both'; write 'distributed'"),
    ("provider", "gateway_nodes", ["w1", "w1"], "gatewayNodes names a node twice (w1, w1); name each once"),
    ("provider", "network.default_interface", "a-name-of-17-char", "'a-name-of-17-char' has 17 characters,"),
    ("metallb", "pools.0.addresses", [], "pools[0].addresses: 'addresses' is a list of 0; "),
    ("metallb", "pools.0.addresses.0", "172.21.204", "pools[0].addresses[0]: '172.21.204' is not an address range"),
    ("metallb", "bgp_peers.0.my_asn", 0, "bgpPeers[0].myASN: 'myASN' is 0; it should be greater than or equal to 1"),
    ("chart", "chart.version", "latest", "version: 'version' is 'latest'; "),
    ("chart", "chart.version", None, "has no version; write `version:` with the exact version that you run"),
    ("network", "network.kube_ovn.join_cidr", 5, "kubeOvn.joinCidr: 5 is not an IPv4 block; write text such as"),
    ("network", "network.kube_ovn.tunnel_interface", None, "kubeOvn.tunnelInterface: 'tunnelInterface' is missing;"),
)


def put(args: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The arguments with one other value; None takes it out."""
    changed = deepcopy(args)
    *steps, last = path.split(".")
    target: Any = changed
    for step in steps:
        target = target[int(step)] if isinstance(target, list) else target[step]
    if value is None:
        del target[last]
    else:
        target[int(last) if isinstance(target, list) else last] = value
    return changed


def camel(value: Any) -> Any:
    """The same values as a stack file has them."""
    if isinstance(value, dict):
        keys = {"my_asn": "myASN", "peer_asn": "peerASN"}
        return {
            keys.get(key, re.sub("_(.)", lambda found: found[1].upper(), key)): camel(entry)
            for key, entry in value.items()
        }
    return [camel(entry) for entry in value] if isinstance(value, list) else value


def said_of_settings(section: str, args: dict[str, Any]) -> list[str]:
    """What the reader of stack files says of the same values, without the places' beginnings."""
    config = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    own = args[section] if section in ("chart", "network") else args
    own = camel({key: value for key, value in own.items() if key not in ("stack", "interface")})
    if section == "tenants[0]":
        own.pop("external")
        config["kmetal-network:tenants"] = [own]
    else:
        config[f"kmetal-network:{section}"] = own
    with pytest.raises(OperatorError) as error:
        parse_environment(yaml.safe_dump({"config": config}), "Pulumi.dev.yaml", "dev")
    return [re.sub(r"^Pulumi\.dev\.yaml:\d+ ", "", line) for line in str(error.value).splitlines()]


def register(section: str, args: Any) -> dict[str, Registered]:
    component = COMPONENTS[section][0]
    return record(lambda: component("x", args))


@pytest.mark.parametrize(("section", "path", "value", "sentence"), WRONG)
def test_a_wrong_argument_gets_the_sentence_of_the_same_wrong_setting(
    section: str, path: str, value: Any, sentence: str
) -> None:
    _, args, place, good = COMPONENTS[section]
    wrong = put(good, path, value)
    with pytest.raises(pulumi.RunError) as error:
        register(section, args(**{name: wrong.get(name) for name in good | wrong}))
    said = str(error.value)
    assert sentence in said
    assert said.endswith(" [SHAPE]")
    under = "" if section in ("chart", "network") else section
    reported = [re.sub(rf"^{re.escape(under)}\.?", f"{place} ", line) for line in said_of_settings(section, wrong)]
    assert [said] == [line.replace(f"{place} :", f"{place}:") for line in reported]


@pytest.mark.parametrize("section", COMPONENTS)
def test_the_good_arguments_of_that_table_are_accepted_in_both_forms(section: str) -> None:
    _, args, _, good = COMPONENTS[section]
    given, sent = register(section, args(**good)), register(section, good)
    assert {name: entry.inputs for name, entry in given.items()} == {name: entry.inputs for name, entry in sent.items()}
    assert len(given) > 1


def test_numbers_that_the_provider_host_sends_as_floats_are_whole_again() -> None:
    sent = put(put(TENANT, "clusters.0.mtu", 1400.0), "limits", {"max": {"cpu": "2"}})
    assert register("tenants[0]", sent)["x-subnet-dev"].inputs["spec"]["mtu"] == 1400
    assert register("provider", put(PROVIDER, "vlan.id", 222.0))["x-vlan"].inputs["spec"]["id"] == 222


def late(cidr: str = EXTERNAL["cidr_block"], gateway: str = EXTERNAL["gateway"]) -> Callable[[], TenantNetwork]:
    def program() -> TenantNetwork:
        external = ExternalNetworkArgs(
            cidr_block=pulumi.Output.from_input(cidr), gateway=pulumi.Output.from_input(gateway)
        )
        return TenantNetwork("x", TenantNetworkArgs(**{**TENANT, "external": external}))

    return program


def test_a_tenant_whose_way_out_comes_late_is_the_tenant_whose_way_out_is_known() -> None:
    known, awaited = register("tenants[0]", TenantNetworkArgs(**TENANT)), record(late())
    assert awaited == known
    routes = awaited["x-vpc"].inputs["spec"]["staticRoutes"]
    assert [route["nextHopIP"] for route in routes] == ["77.220.68.97"]


def test_a_late_value_that_is_wrong_ends_the_program_with_its_sentence() -> None:
    with pytest.raises(
        pulumi.RunError, match=r"^TenantNetwork x external\.gateway: '77\.220' is not an IPv4 address; "
    ):
        record(late(gateway="77.220"))


def test_an_output_where_a_plain_value_is_needed_is_named_as_one() -> None:
    def program() -> None:
        block: Any = pulumi.Output.from_input("10.0.0.0/24")
        cluster = TenantClusterArgs(name="dev", cidr_block=block)
        TenantNetwork("x", TenantNetworkArgs(**{**TENANT, "clusters": [cluster]}))

    with pytest.raises(pulumi.RunError) as error:
        record(program)
    assert str(error.value) == (
        "TenantNetwork x clusters[0].cidrBlock: an Output (known too late) is not an IPv4 block;"
        " write text such as 10.100.0.0/24 [SHAPE]"
    )


@pytest.mark.parametrize("external", [None, "external", {}])
def test_a_tenant_without_a_way_out_is_reported_what_is_missing(external: Any) -> None:
    with pytest.raises(pulumi.RunError) as error:
        register("tenants[0]", TenantNetworkArgs(**{**TENANT, "external": external}))
    assert [line.partition(";")[0] for line in str(error.value).splitlines()] == [
        "TenantNetwork x external.cidrBlock: 'cidrBlock' is missing",
        "TenantNetwork x external.gateway: 'gateway' is missing",
    ]


def test_a_component_without_a_stack_says_so() -> None:
    with pytest.raises(pulumi.RunError) as error:
        register("tenants[0]", put(TENANT, "stack", ""))
    assert str(error.value) == "TenantNetwork x stack: 'stack' is ''; write the stack's name, such as dev [SHAPE]"


def test_the_provider_networks_output_feeds_a_tenant_which_then_waits_for_the_gateway_labels() -> None:
    def program() -> None:
        network = ProviderNetwork("net", ProviderNetworkArgs(**PROVIDER))
        TenantNetwork("x", TenantNetworkArgs(**{**TENANT, "external": network.external}))

    router = record(program)["x-vpc"]
    assert router.inputs["spec"]["policyRoutes"] == [
        {"priority": 1500, "match": "ip4.dst == 77.220.68.96/27", "action": "drop"}
    ]
    assert router.depends_on == {"x-namespace", "net-gateway-w1"}


def test_a_pinned_address_waits_for_the_gateway_labels_too() -> None:
    def program() -> None:
        network = ProviderNetwork("net", ProviderNetworkArgs(**PROVIDER))
        pinned = {**TENANT, "external": network.external, "egress_address": "77.220.68.110"}
        TenantNetwork("x", TenantNetworkArgs(**pinned))

    assert record(program)["x-egress"].depends_on == {"x-namespace", "net-gateway-w1"}
