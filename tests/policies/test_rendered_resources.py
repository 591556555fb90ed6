"""The SDK's proxies come out as plain data, and an unknown is lost to its own field only."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY, deserialize_properties
from pulumi_policy.proxy import UNKNOWN_ARRAY_VALUE, UNKNOWN_NUMBER_VALUE, UnknownValueError, unknown_checking_proxy

from kmetal_network.facts.unknown import UNKNOWN
from policies.rendered_resources import manifest_of, plain, rendered
from tests.policies.rendering import LATER, external, manifest, pool


def resource(resource_type: str, props: dict[str, Any], urn: str = "urn:x") -> Any:
    return SimpleNamespace(resource_type=resource_type, props=unknown_checking_proxy(props), urn=urn)


def test_the_sdk_raises_where_an_unknown_is_touched_and_the_reader_does_not() -> None:
    proxy = unknown_checking_proxy({"a": LATER, "b": {"c": [1.0, UNKNOWN_NUMBER_VALUE]}, "d": UNKNOWN_ARRAY_VALUE})
    with pytest.raises(UnknownValueError):
        dict(proxy)
    assert plain(proxy) == {"a": UNKNOWN, "b": {"c": [1, UNKNOWN]}, "d": UNKNOWN}


def test_proxies_become_dicts_and_lists() -> None:
    read = plain(unknown_checking_proxy({"a": [{"b": "c"}]}))
    assert isinstance(read, dict)
    assert isinstance(read["a"], list)
    assert isinstance(read["a"][0], dict)


def test_whole_floats_become_integers_and_nothing_else_does() -> None:
    read = plain(unknown_checking_proxy({"id": 222.0, "ratio": 0.5, "on": True, "text": "222.0"}))
    assert read == {"id": 222, "ratio": 0.5, "on": True, "text": "222.0"}
    assert isinstance(read, dict)
    assert [type(value) for value in read.values()] == [int, float, bool, str]


def test_a_secret_address_is_read_like_any_other() -> None:
    secret = {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": "77.220.68.100"}
    data = deserialize_properties({**pool(), "spec": {"addresses": [secret]}})
    seen = rendered([resource("kubernetes:metallb.io/v1beta1:IPAddressPool", data)])
    assert seen.result.facts.pools[0].addresses == ("77.220.68.100",)


def test_a_resource_that_is_no_object_is_passed_over() -> None:
    for resource_type in ("kubernetes:yaml:ConfigGroup", "pulumi:providers:kubernetes", "kmetal:network:MetalLB"):
        assert manifest_of(resource(resource_type, {"version": "4"})) is None


def test_an_object_of_any_providers_package_is_an_object() -> None:
    assert rendered([resource("kubeovn:kubeovn.io/v1:Subnet", external())]).result.facts.subnets


@pytest.mark.parametrize("field", ["apiVersion", "kind"])
def test_the_token_tells_what_an_object_is_where_its_fields_are_unknown(field: str) -> None:
    data = {**pool("10.0.0.1"), field: LATER}
    assert rendered([resource("kubernetes:metallb.io/v1beta1:IPAddressPool", data)]).result.facts.pools


def test_a_patch_is_known_by_its_token() -> None:
    data = {**external(), "kind": "Vpc", "spec": {"extraExternalSubnets": ["external"]}}
    whole = manifest_of(resource("kubernetes:kubeovn.io/v1:Vpc", data))
    patch = manifest_of(resource("kubernetes:kubeovn.io/v1:VpcPatch", data))
    assert whole is not None
    assert patch is not None
    assert (whole.patch, patch.patch) == (False, True)


def release(**props: Any) -> Any:
    return resource("kubernetes:helm.sh/v3:Release", {"name": "kmetal", "namespace": "kmetal-flux", **props})


def test_a_releases_values_are_read() -> None:
    values = {"metallb": {"pools": [{"name": "v", "addresses": ["77.220.68.100", LATER]}]}}
    (read,) = rendered([release(chart="oci://ghcr.io/clastix/oci/kmetal", values=values)]).result.facts.pools
    assert (read.owner, read.place, read.addresses) == (
        "values",
        "Release kmetal-flux/kmetal",
        ("77.220.68.100", UNKNOWN),
    )


def test_values_files_whose_text_came_along_are_read_and_others_are_unknown() -> None:
    text = "metallb: {pools: [{name: f, addresses: [77.220.68.100]}]}"
    chart = "oci://ghcr.io/clastix/oci/kmetal"
    (inline,) = rendered([release(chart=chart, valueYamlFiles=[pulumi.StringAsset(text)])]).result.facts.pools
    (remote,) = rendered([release(chart=chart, valueYamlFiles=[pulumi.FileAsset("/none")])]).result.facts.pools
    assert inline.addresses == ("77.220.68.100",)
    assert remote.addresses is UNKNOWN


NAMES = {
    "ConfigMap/v1": ["kmetal-flux/told"],
    "IPAddressPool.metallb.io/metallb.io/v1beta1": ["kmetal-metallb/hidden", "kmetal-metallb/told"],
    "L2Advertisement.metallb.io/metallb.io/v1beta1": ["kmetal-metallb/announce"],
    "IPAddressPool.example.org/example.org/v1": ["other"],
}


def test_what_a_release_made_is_there_by_name_and_unknown_unless_its_values_tell() -> None:
    values = {"metallb": {"pools": [{"name": "told", "addresses": ["172.21.204.200/32"]}]}}
    facts = rendered([release(chart="umbrella", values=values, resourceNames=NAMES)]).result.facts
    assert [(pool.place, pool.name, pool.addresses) for pool in facts.pools] == [
        ("Release kmetal-flux/kmetal", "told", ("172.21.204.200/32",)),
        ("IPAddressPool kmetal-metallb/hidden of Release kmetal-flux/kmetal", "hidden", UNKNOWN),
    ]
    assert [(entry.name, entry.interfaces) for entry in facts.advertisements] == [("announce", UNKNOWN)]


@pytest.mark.parametrize("names", [LATER, None, [], {"IPAddressPool.metallb.io/metallb.io/v1beta1": LATER}])
def test_names_that_are_not_known_are_none(names: object) -> None:
    assert rendered([release(chart="umbrella", values={}, resourceNames=names)]).result.facts.pools == ()


def test_values_from_where_no_preview_looks_are_unknown_for_a_chart_that_may_be_ours() -> None:
    def flux(chart: str, **spec: Any) -> Any:
        data = manifest("HelmRelease", "kmetal", {"chart": {"spec": {"chart": chart}}, **spec})
        data["apiVersion"] = "helm.toolkit.fluxcd.io/v2"
        return resource("kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease", data)

    source = {"valuesFrom": [{"kind": "ConfigMap", "name": "pools"}]}
    (pool,) = rendered([flux("kmetal", **source)]).result.facts.pools
    assert pool.addresses is UNKNOWN
    assert rendered([flux("kmetal")]).result.facts.pools == ()
    assert rendered([flux("ingress-nginx", **source)]).result.facts.pools == ()


def test_the_stacks_export_is_found_and_may_be_unknown() -> None:
    stack = "pulumi:pulumi:Stack"
    assert rendered([resource(stack, {"relaxed": {"NET-202": "a reason"}})]).relaxed == {"NET-202": "a reason"}
    assert rendered([resource(stack, {"relaxed": LATER, "other": LATER})]).relaxed is UNKNOWN
    assert rendered([resource(stack, {"other": LATER})]).relaxed is None


def test_two_objects_whose_names_are_not_known_yet_have_places_of_their_own() -> None:
    nameless = {**pool(LATER), "metadata": LATER}
    both = [resource("kubernetes:metallb.io/v1beta1:IPAddressPool", nameless, f"urn:a::{name}") for name in ("x", "y")]
    assert [entry.place for entry in rendered(both).result.facts.pools] == [
        "IPAddressPool of resource 'x'",
        "IPAddressPool of resource 'y'",
    ]
