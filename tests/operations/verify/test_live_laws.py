"""`verify` as enforcement point: laws on all live objects, undeclared ones included, from the table and live dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
import yaml

from kmetal_network.config.stackfile import Environment, parse_environment
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import facts_of
from kmetal_network.kinds.registry import KINDS
from kmetal_network.manifests.inventory import object_key, owned_manifests
from kmetal_network.manifests.provider import default_vpc_patch
from operations.cluster.live import COLLECTIONS
from operations.verify.checks import VERIFIED, Verdict
from operations.verify.live_laws import live_findings
from operations.verify.report import as_json
from operations.verify.verification import checks
from tests.law_cases.table import CASES, Case
from tests.support.admission_cases import unknown_in
from tests.support.network.good import Network, good
from tests.support.network.objects import RELEASE, build
from tests.support.stack_project import stack_config

Seen = dict[str, dict[str, Mapping[str, Any]]]


def stored(network: Network) -> Seen | None:
    """The network's objects as an API server lists them; None where none could hold them."""
    seen: Seen = {}
    for body in network.objects.values():
        kind, key = body["kind"], object_key(body)
        if kind not in VERIFIED or key in seen.get(kind, {}) or unknown_in(body):
            return None
        if KINDS[kind].only and key not in KINDS[kind].only:
            return None
        seen.setdefault(kind, {})[key] = body
    return seen


def written(network: Network) -> Facts:
    """What the settings say of it: the release's values are theirs, and what no object says."""
    return facts_of([network.objects[RELEASE]], whole=False).joined(network.context)


ELSEWHERE = {"NET-216 a NIC that one node has not": "no object of the API server tells a node's NICs"}
"""Cases whose cause `verify` cannot see, and why."""


def rows() -> Iterator[tuple[Case, Network, Seen]]:
    """The rows that `verify` can see: one whole cluster, of objects that it can contain, without unknown values."""
    for case in CASES:
        network = case.network()
        seen = stored(network)
        said = network.objects.get(RELEASE)
        if str(case) in ELSEWHERE:
            continue
        if seen is not None and said is not None and network.whole and not network.others and not unknown_in(said):
            yield case, network, seen


ROWS = list(rows())


@pytest.mark.parametrize(("case", "network", "seen"), ROWS, ids=[str(case) for case, _, _ in ROWS])
def test_a_case_has_its_findings_on_the_live_cluster_and_no_others(case: Case, network: Network, seen: Seen) -> None:
    findings = live_findings(written(network), seen)
    assert tuple(sorted((finding.rule, finding.place) for finding in findings)) == case.expected


def test_most_of_the_table_is_judged_here() -> None:
    whole_objects = [
        case for case in CASES if not any("Patch" in body["kind"] for body in case.network().objects.values())
    ]
    assert len(ROWS) > 0.8 * len(whole_objects)
    assert set(VERIFIED) <= set(COLLECTIONS)


PLATFORM = ("Node c1", "Node w1", "Node w2", "Subnet ovn-default", "Subnet join", "ServiceCIDR kubernetes")
"""The objects of a cluster before the program runs."""


def environment(name: str, change: Callable[[dict[str, Any]], None] = lambda _: None) -> Environment:
    """An environment of the repository, its stack file changed."""
    config = stack_config(name)
    change(config)
    text = yaml.safe_dump({"config": {f"kmetal-network:{key}": value for key, value in config.items()}})
    return parse_environment(text, f"Pulumi.{name}.yaml", name)


def after_up(written_there: Environment) -> Seen:
    """The cluster after `up`, with what the controllers make of it: routers' addresses, labels, their own spelling."""
    objects = [deepcopy(body) for place, body in good().objects.items() if place in PLATFORM]
    objects += [deepcopy(manifest.body) for manifest in owned_manifests(written_there.settings, written_there.name)]
    objects.append(deepcopy(default_vpc_patch(written_there.settings.provider.external).body))
    gateway = written_there.settings.provider.external.gateway
    for number, tenant in enumerate(written_there.settings.tenants, start=1):
        if tenant.egress_address is None:
            address = {"externalSubnet": "external", "type": "lrp", "v4Ip": str(gateway + number), "v6Ip": ""}
            objects.append(build("OvnEip", f"{tenant.name}-vpc-external", address))
    for body in objects:
        if body["kind"] == "Subnet":
            body["spec"].setdefault("provider", "ovn")
            body["spec"].update(default=False, enableLb=True, gatewayNode="", natOutgoing=False, private=False)
        if body["kind"] == "Vpc":
            body["spec"].setdefault("enableExternal", False)
    return {
        kind: {object_key(body): body for body in objects if body["kind"] == kind}
        for kind in {body["kind"] for body in objects} & set(VERIFIED)
    }


def reported(written_there: Environment, seen: Seen) -> list[tuple[str, Verdict, str]]:
    """Law and object, verdict, and what to do, of each line that a law has in the report."""
    lines = [check for check in checks(written_there, seen) if check.layer == "laws" and "NET" in check.what]
    return [(check.what, check.verdict, check.remedy) for check in lines]


DEV_FINDINGS = [("NET-215 Vpc alpha-vpc", Verdict.WARN), ("NET-418 Vpc alpha-vpc", Verdict.WARN)]
"""The findings on the guide's own tenant: no quota, and drops towards the external block alone."""


def test_dev_as_applied_has_only_what_is_true_of_the_page() -> None:
    dev = environment("dev")
    assert [entry[:2] for entry in reported(dev, after_up(dev))] == DEV_FINDINGS


def test_dev_with_drops_and_a_quota_has_nothing() -> None:
    blocks = ["10.93.0.0/16", "10.16.0.0/16", "10.96.0.0/16", "100.64.0.0/16", "172.21.204.0/24"]
    more = {"drop": blocks, "quota": {"services.loadbalancers": "1"}}
    corrected = environment("dev", lambda config: config["tenants"][0].update(more))
    assert reported(corrected, after_up(corrected)) == []


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_the_other_environments_as_applied_break_no_law(name: str) -> None:
    there = environment(name)
    assert [entry for entry in reported(there, after_up(there)) if entry[1] is Verdict.FAIL] == []


def test_a_pool_that_somebody_made_by_hand_on_the_provider_vlan_is_found() -> None:
    dev = environment("dev")
    seen = after_up(dev)
    rogue = build("IPAddressPool", "rogue", {"addresses": ["77.220.68.100-77.220.68.101"]}, namespace="kmetal-metallb")
    seen["IPAddressPool"]["kmetal-metallb/rogue"] = rogue
    remedy = "write a range of the management VLAN; addresses of the provider VLAN belong to Kube-OVN's EIPs"
    found = reported(dev, seen)
    assert ("NET-201 IPAddressPool kmetal-metallb/rogue", Verdict.FAIL, remedy) in found
    (line,) = [check for check in checks(dev, seen) if check.what.startswith("NET-201")]
    assert line.seen == (
        "pool 'rogue' holds 77.220.68.100-77.220.68.101, of which 77.220.68.100-77.220.68.101 is in provider subnet"
        " 'external' (77.220.68.96/27)"
    )
    assert '"what": "NET-201 IPAddressPool kmetal-metallb/rogue"' in as_json(checks(dev, seen))


def test_a_pool_where_metallb_does_not_look_is_found() -> None:
    dev = environment("dev")
    seen = after_up(dev)
    stray = build("IPAddressPool", "stray", {"addresses": ["172.21.204.100/32"]}, namespace="default")
    seen["IPAddressPool"]["default/stray"] = stray
    assert "NET-209 IPAddressPool default/stray" in {what for what, _, _ in reported(dev, seen)}


def test_a_relaxed_law_warns_with_its_reason_and_fails_nothing() -> None:
    dev = environment("dev")
    reason = "the provider switch filters ARP"
    relaxing = environment("dev", lambda config: config.update(relaxed={"NET-202": reason}))
    seen = after_up(relaxing)
    del seen["L2Advertisement"]["kmetal-metallb/tenant-cp-l2"]["spec"]["interfaces"]
    lines = reported(relaxing, seen)
    at = "NET-202 L2Advertisement kmetal-metallb/tenant-cp-l2"
    assert (at, Verdict.WARN, f"relaxed for this stack: {reason}") in lines
    assert [verdict for what, verdict, _ in reported(dev, seen) if what == at] == [Verdict.FAIL]


def test_another_service_range_than_the_api_servers_is_found() -> None:
    dev = environment("dev")
    seen = after_up(dev)
    seen["ServiceCIDR"]["kubernetes"] = build("ServiceCIDR", "kubernetes", {"cidrs": ["10.32.0.0/16"]})
    assert [what.partition(" ")[0] for what, _, _ in reported(dev, seen)] == ["NET-705", "NET-215", "NET-418"]


def test_a_release_of_others_with_words_of_ours_is_no_finding() -> None:
    dev = environment("dev")
    seen = after_up(dev)
    release = build("HelmRelease", "ingress", {"values": {"network": "host", "metallb": 3}}, namespace="ingress")
    seen["HelmRelease"] = {"ingress/ingress": release}
    assert [entry[:2] for entry in reported(dev, seen)] == DEV_FINDINGS


def test_where_no_law_is_broken_the_report_says_how_much_was_judged() -> None:
    dev = environment("dev")
    last = list(checks(dev, after_up(dev)))[-1]
    assert (last.layer, last.verdict) == ("laws", Verdict.PASS)
    assert last.seen.endswith(" live objects of all owners: no error")


def admission_check(written_there: Environment, seen: Seen) -> tuple[Verdict, str]:
    """The line on the admission policies."""
    (line,) = [check for check in checks(written_there, seen) if check.what == "admission policies"]
    return line.verdict, line.seen


def test_an_admission_policy_that_is_missing_or_weaker_fails_the_verification() -> None:
    dev = environment("dev")
    seen = after_up(dev)
    whole = admission_check(dev, seen)
    del seen["ValidatingAdmissionPolicyBinding"]["kmetal-vpcs"]
    seen["ValidatingAdmissionPolicy"]["kmetal-ipaddresspools"]["spec"]["failurePolicy"] = "Ignore"
    seen["ValidatingAdmissionPolicyBinding"]["kmetal-vlans"]["spec"]["matchResources"] = {"matchPolicy": "Equivalent"}
    assert whole == (Verdict.PASS, "24 objects; the API server enforces 55 laws")
    verdict, said = admission_check(dev, seen)
    assert verdict is Verdict.FAIL
    assert said.split("; ") == [
        "ValidatingAdmissionPolicyBinding kmetal-vpcs is missing",
        "ValidatingAdmissionPolicy kmetal-ipaddresspools differs",
    ]


def test_admission_that_is_left_out_is_reported_with_its_reason() -> None:
    without = environment("dev", lambda config: config.update(admission={"leftOut": "an API server of 1.30"}))
    assert admission_check(without, after_up(without)) == (
        Verdict.UNSEEN,
        "left out of this stack: an API server of 1.30",
    )
