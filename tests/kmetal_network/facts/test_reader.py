"""Objects become facts by group and kind; what has the wrong type is said, and never passes in silence."""

from __future__ import annotations

import json

import pytest

from kmetal_network.facts.platform import RangeKind
from kmetal_network.facts.reader import facts_of, read_objects
from kmetal_network.facts.source_objects import SourceObject
from kmetal_network.facts.unknown import UNKNOWN
from tests.kmetal_network.facts.by_hand import EXTERNAL, POOL, laws, pool


def test_a_pool_is_read_with_its_place_and_addresses() -> None:
    (read,) = facts_of([POOL]).pools
    assert read.place == "IPAddressPool kmetal-metallb/public"
    assert read.addresses == ("172.21.204.200-172.21.204.250",)
    assert read.auto_assign is False
    assert read.owner == "object"


def test_every_version_of_a_group_is_the_same_kind() -> None:
    assert facts_of([{**POOL, "apiVersion": "metallb.io/v2"}]).pools


def test_the_same_kind_of_another_group_is_passed_over() -> None:
    assert facts_of([{**EXTERNAL, "apiVersion": "vpcresources.example.org/v1"}]).subnets == ()


@pytest.mark.parametrize("version", [None, 5, UNKNOWN, ["metallb.io/v1beta1"]])
def test_a_pool_whose_version_cannot_be_read_is_still_a_pool(version: object) -> None:
    seen = read_objects([{**POOL, "apiVersion": version}])
    assert len(seen.facts.pools) == 1
    assert len(seen.shape) == 1


def test_a_list_holds_objects_and_a_typed_list_gives_its_members_their_kind() -> None:
    bare = {key: value for key, value in POOL.items() if key not in ("apiVersion", "kind")}
    typed = {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPoolList", "items": [bare]}
    nested = {"apiVersion": "v1", "kind": "List", "items": [POOL, {"kind": "List", "items": [EXTERNAL, typed]}]}
    facts = facts_of([nested])
    assert [entry.name for entry in facts.pools] == ["public", "public"]
    assert [entry.name for entry in facts.subnets] == ["external"]


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        (5, ("5",)),
        ("77.220.68.100", ("77.220.68.100",)),
        ([5, True, None], ("5", "true", "null")),
        ([["77.220.68.100"]], ('["77.220.68.100"]',)),
        ({"first": "77.220.68.100"}, ('{"first": "77.220.68.100"}',)),
    ],
)
def test_addresses_of_a_wrong_type_are_kept_as_text_and_refused(addresses: object, expected: tuple[str, ...]) -> None:
    seen = read_objects([EXTERNAL, pool(addresses)])
    assert seen.facts.pools[0].addresses == expected
    assert seen.shape
    assert "NET-201" in laws(seen.facts)


def test_a_wrong_type_is_named_with_its_place_and_value() -> None:
    (finding,) = read_objects([pool(5)]).shape
    assert str(finding) == (
        "IPAddressPool kmetal-metallb/public spec.addresses: '5' is not a list;"
        " write one entry to a line, each after a dash [SHAPE]"
    )


@pytest.mark.parametrize("spec", [UNKNOWN, "text", 5, []])
def test_a_spec_that_is_no_mapping_leaves_addresses_unknown_and_not_absent(spec: object) -> None:
    facts = facts_of([{**POOL, "spec": spec}])
    assert facts.pools[0].addresses is UNKNOWN
    assert "NET-201" in laws(facts)


def test_unknown_stays_at_its_own_member() -> None:
    facts = facts_of([pool(["10.0.0.1", UNKNOWN])])
    assert facts.pools[0].addresses == ("10.0.0.1", UNKNOWN)


def test_numbers_and_flags_of_a_wrong_type_are_unknown() -> None:
    vlan = {"apiVersion": "kubeovn.io/v1", "kind": "Vlan", "metadata": {"name": "v"}, "spec": {"id": "0"}}
    seen = read_objects([vlan, {**POOL, "spec": {"autoAssign": "no"}}])
    assert seen.facts.vlans[0].id is UNKNOWN
    assert seen.facts.pools[0].auto_assign is UNKNOWN
    assert [finding.place.rpartition(" ")[2] for finding in seen.shape] == ["spec.autoAssign", "spec.id"]


def test_a_whole_float_is_a_number() -> None:
    vlan = {"apiVersion": "kubeovn.io/v1", "kind": "Vlan", "metadata": {"name": "v"}, "spec": {"id": 222.0}}
    assert facts_of([vlan]).vlans[0].id == 222


def test_an_advertisement_without_interfaces_answers_everywhere_but_a_patch_leaves_them_to_others() -> None:
    layer2 = {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "L2Advertisement",
        "metadata": {"name": "a"},
        "spec": {"ipAddressPools": ["public"]},
    }
    assert laws(facts_of([layer2])) == {"NET-202"}
    assert laws(facts_of([SourceObject(layer2, patch=True)])) == set()
    assert laws(facts_of([{**layer2, "kind": "L2AdvertisementPatch"}])) == set()


def test_a_patch_of_labels_alone_says_nothing_unless_it_labels_a_node() -> None:
    metadata = {"name": "w1", "labels": {"ovn.kubernetes.io/external-gw": "true"}}
    facts = facts_of(
        [
            SourceObject({**POOL, "spec": None, "metadata": metadata}, patch=True),
            SourceObject({"apiVersion": "v1", "kind": "Node", "metadata": metadata}, patch=True),
        ]
    )
    assert facts.pools == ()
    assert [(node.name, node.external_gateway) for node in facts.nodes] == [("w1", "true")]


def test_a_patch_of_a_subnets_block_may_stand_on_a_physical_vlan() -> None:
    patch = SourceObject({**EXTERNAL, "spec": {"cidrBlock": "77.220.68.96/27"}}, patch=True)
    facts = facts_of([patch, pool(["77.220.68.100"])])
    assert facts.subnets[0].on_provider_network
    assert "NET-201" in laws(facts)


def test_the_default_vpcs_patch_sees_only_its_field() -> None:
    patch = {"apiVersion": "kubeovn.io/v1", "kind": "Vpc", "metadata": {"name": "ovn-cluster"}}
    (vpc,) = facts_of([SourceObject({**patch, "spec": {"extraExternalSubnets": ["external"]}}, patch=True)]).vpcs
    assert vpc.extra_external == ("external",)
    assert vpc.enable_external is UNKNOWN


def test_a_vpc_is_read_to_its_routes_and_policies() -> None:
    vpc = {
        "apiVersion": "kubeovn.io/v1",
        "kind": "Vpc",
        "metadata": {"name": "alpha-vpc"},
        "spec": {
            "namespaces": ["alpha"],
            "enableExternal": True,
            "staticRoutes": [{"cidr": "0.0.0.0/0", "nextHopIP": "77.220.68.97", "policy": "policyDst"}],
            "policyRoutes": [{"priority": 1500, "match": "ip4.dst == 77.220.68.96/27", "action": "drop"}],
            "vpcPeerings": [{"remoteVpc": "beta-vpc", "localConnectIP": "169.254.0.1/30"}],
        },
    }
    (read,) = facts_of([vpc]).vpcs
    assert read.enable_external is True
    assert read.routes is not UNKNOWN
    assert read.routes[0].next_hop == "77.220.68.97"
    assert read.policies is not UNKNOWN
    assert (read.policies[0].priority, read.policies[0].action) == (1500, "drop")
    assert read.peerings == (("beta-vpc", "169.254.0.1/30"),)


def test_an_attachments_config_is_parsed_and_what_is_not_json_is_none() -> None:
    nad = {"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition", "metadata": {"name": "n"}}
    config = json.dumps({"type": "kube-ovn", "provider": "n.alpha.ovn"})
    read = facts_of([{**nad, "spec": {"config": text}} for text in (config, "{", "[]", UNKNOWN)]).attachments
    assert [entry.config for entry in read] == [{"type": "kube-ovn", "provider": "n.alpha.ovn"}, None, None, UNKNOWN]


def test_values_are_read_from_a_file_a_flux_release_and_a_helm_release_alike() -> None:
    values = {
        "network": {"kubeOvn": {"podCidr": "10.16.0.0/16", "tunnelInterface": "data.205"}},
        "metallb": {
            "pools": [{"name": "v", "addresses": ["77.220.68.100/32"]}],
            "l2Advertisements": [{"name": "l", "ipAddressPools": ["v"]}],
        },
    }
    flux = {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "spec": {"values": values}}
    helm = {"apiVersion": "helm.sh/v3", "kind": "Release", "spec": {"chart": "any", "values": values}}
    for source in (values, flux, helm):
        facts = facts_of([source])
        assert [(entry.name, entry.owner) for entry in facts.pools] == [("v", "values")]
        assert [entry.tunnel_interface for entry in facts.cni] == ["data.205"]
        assert [(entry.name, entry.kind) for entry in facts.ranges] == [("network.kubeOvn.podCidr", RangeKind.POD)]
        assert facts.advertisements[0].interfaces is None


def test_unknown_values_count_only_against_a_chart_that_may_be_ours() -> None:
    def release(chart: object) -> dict[str, object]:
        return {"apiVersion": "helm.sh/v3", "kind": "Release", "spec": {"chart": chart, "values": UNKNOWN}}

    for chart in ("ingress-nginx", "metallb"):  # MetalLB's chart has had no pools in its values since 0.13
        assert facts_of([release(chart)]).pools == ()
    for chart in ("oci://ghcr.io/clastix/oci/kmetal", UNKNOWN):
        assert facts_of([release(chart)]).pools[0].addresses is UNKNOWN


def test_a_fragment_of_values_does_not_unset_what_another_may_set() -> None:
    (cni,) = facts_of([{"network": {"multus": {"enabled": True}}}]).cni
    assert cni.tunnel_interface is UNKNOWN
    assert cni.multus is True


def test_nodes_quotas_and_the_cluster_are_read() -> None:
    facts = facts_of(
        [
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": "w1"},
                "status": {
                    "addresses": [
                        {"type": "InternalIP", "address": "172.21.204.11"},
                        {"type": "Hostname", "address": "w1"},
                    ]
                },
            },
            {
                "apiVersion": "v1",
                "kind": "ResourceQuota",
                "metadata": {"name": "q", "namespace": "alpha"},
                "spec": {"hard": {"services.loadbalancers": "0"}},
            },
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": "u"}},
            {"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR", "spec": {"cidrs": ["10.96.0.0/16"]}},
        ],
        whole=True,
    )
    assert facts.whole
    assert facts.nodes[0].addresses == ("172.21.204.11",)
    assert facts.quotas is not None
    assert facts.quotas[0].hard == {"services.loadbalancers": "0"}
    assert [(entry.uid, entry.service_cidrs) for entry in facts.clusters] == [("u", ()), (None, ("10.96.0.0/16",))]


def test_a_place_may_be_given_for_plain_objects() -> None:
    assert facts_of([POOL], place=lambda data: f"live {data['kind']}").pools[0].place == "live IPAddressPool"
