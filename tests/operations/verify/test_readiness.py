"""What is said of a step that failed: that its object is ready by now only where the engine had waited for it."""

from __future__ import annotations

from kmetal_network.config.stackfile import load_stack
from kmetal_network.manifests.metallb import metallb_manifests
from operations.engine.events import Outcome
from operations.verify.readiness import explain_failure
from tests.support.fake_cluster import SILENT, FakeCluster
from tests.support.stack_project import ROOT

DEV = load_stack(ROOT, "dev")[0]
POOL = "IPAddressPool kmetal-metallb/tenant-cp-pool"
WAITED = "failed to fully initialize or become live: timed out waiting for the condition"
ONE = (
    'server-side apply field conflict detected\nThe resource managed by field manager "kmetal-network-dev" had an apply'
    ' conflict: Apply failed with 1 conflict: conflict with "kube-ovn-controller" using kubeovn.io/v1 at'
    " 2026-11-24T20:00:00Z: .spec.excludeIps"
)
TWO = (
    'Apply failed with 3 conflicts: conflicts with "helm" using metallb.io/v1beta1 at 2026-11-24T20:00:00Z:\n'
    '- .spec.addresses\n- .spec.autoAssign\nconflicts with "kustomize-controller":\n- .metadata.labels.a/b'
)


def stands(*, answers: bool = True) -> FakeCluster:
    """A cluster in which the pool exists as written, or that does not answer."""
    manifests = metallb_manifests(DEV.settings.metallb, DEV.settings.management, "dev")
    pools = [one.body for one in manifests if one.kind == "IPAddressPool"]
    return FakeCluster(IPAddressPool=pools) if answers else FakeCluster(default=SILENT)


def explained(name: str, text: str, *, answers: bool = True) -> list[str]:
    outcome = Outcome(failed=True, failed_objects={name: "urn"}, errors_by_urn={"urn": text})
    view = stands(answers=answers).view
    return [str(finding) for finding in explain_failure(DEV, view, outcome)]


def test_an_object_that_was_waited_for_in_vain_may_be_ready_by_now() -> None:
    assert explained(POOL, WAITED) == [
        (
            "IPAddressPool tenant-cp-pool: it is ready by now (172.21.204.200-172.21.204.250); run `kmetal-network up dev` again"
            " [NOT-READY]"
        )
    ]


def test_an_object_that_is_not_as_it_should_be_is_reported_whatever_the_engine_said() -> None:
    [said] = explained("L2Advertisement kmetal-metallb/tenant-cp-l2", ONE)[1:]
    assert said.startswith("L2Advertisement tenant-cp-l2: missing; ")


def test_a_conflict_names_who_holds_which_field_and_promises_nothing_of_another_up() -> None:
    seen = "`kmetal-network drift dev` says who wrote what, when, and what to do [CONFLICT]"
    refused = f"{POOL}: the API server refused the write: "
    assert explained(POOL, ONE) == [f"{refused}spec.excludeIps is held by kube-ovn-controller; {seen}"]
    assert explained(POOL, TWO) == [
        f"{refused}spec.addresses, spec.autoAssign is held by helm; {seen}",
        f"{refused}metadata.labels.a/b is held by kustomize-controller; {seen}",
    ]
    assert explained("ResourceQuota alpha/alpha-quota", ONE, answers=False) == [
        (
            f"ResourceQuota alpha/alpha-quota: {refused.partition(': ')[2]}spec.excludeIps is held by kube-ovn-controller;"
            f" {seen}"
        )
    ]


def test_what_failed_for_any_other_reason_is_left_to_the_engines_words() -> None:
    assert explained(POOL, "admission webhook denied the request: pools overlap") == []


def test_a_conflict_with_a_dead_run_of_ours_says_how_to_come_past_it() -> None:
    [said] = explained(
        "Subnet alpha-dev-subnet", 'conflict with "kmetal-network-dev-0a1b2c3d": .spec.cidrBlock', answers=False
    )
    assert "spec.cidrBlock is held by kmetal-network-dev-0a1b2c3d; a run that died made it with another value" in said
    assert "run `kmetal-network up dev`, then change it [CONFLICT]" in said
