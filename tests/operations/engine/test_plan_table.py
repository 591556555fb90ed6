"""How a plan is shown: objects by the names that the cluster knows, the admission policies in a line, reasons where there are any."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from operations.engine.events import Outcome, Step
from operations.engine.plan_table import plan_table

ADMISSION = "kubernetes:admissionregistration.k8s.io/v1"


def step(operation: str, kind: str, name: str, *fields: str, about: str = "") -> Step:
    return Step(operation, f"urn:pulumi:dev::kmetal-network::{kind}::{name}", fields, "", about)


def policy(operation: str, plural: str, *fields: str) -> Step:
    kind, name = "ValidatingAdmissionPolicy", f"kmetal-{plural}"
    return step(operation, f"{ADMISSION}:{kind}", f"admission-policy-{name}", *fields, about=f"{kind} {name}")


def shown(*steps: Step, width: int = 160) -> list[str]:
    screen = StringIO()
    Console(width=width, file=screen).print(plan_table(Outcome(steps=list(steps)), "dev"))
    lines = screen.getvalue().splitlines()
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]
    return [" | ".join(filter(None, row)) for row in cells]


def test_an_object_is_named_as_the_cluster_knows_it_and_what_has_no_name_there_by_its_resource() -> None:
    assert shown(
        step("create", "kubernetes:kubeovn.io/v1:Vpc", "alpha-vpc", about="Vpc alpha-vpc"),
        step("create", "kubernetes:helm.sh/v3:Release", "cni-release", about="Release "),
        step("update", "kubernetes:k8s.cni.cncf.io/v1:X", "alpha-attachment-dev", 'a["b.c"]', about="X alpha/net"),
    ) == ["create | Vpc alpha-vpc", "create | Release cni-release", 'update | X alpha/net | a["b.c"]']


def test_admission_policies_share_a_line_where_the_same_happens_and_nothing_else_does() -> None:
    assert shown(
        policy("create", "vpcs"),
        step("create", "kubernetes:kubeovn.io/v1:Vpc", "a", about="Vpc a"),
        step("create", "kubernetes:kubeovn.io/v1:Vpc", "b", about="Vpc b"),
        policy("create", "subnets"),
        policy("update", "vlans", "spec.validations[0].expression"),
        policy("update", "ips", "spec.validations[1].expression"),
    ) == [
        "create | ValidatingAdmissionPolicy kmetal-subnets, kmetal-vpcs",
        "create | Vpc a",
        "create | Vpc b",
        "update | ValidatingAdmissionPolicy kmetal-vlans | spec.validations[0].expression",
        "update | ValidatingAdmissionPolicy kmetal-ips | spec.validations[1].expression",
    ]


def test_a_component_is_not_taken_for_the_object_of_the_same_kind() -> None:
    assert shown(
        step("create", "kmetal:network:ProviderNetwork", "provider-network", about="ProviderNetwork "),
        step("create", "kubernetes:kubeovn.io/v1:ProviderNetwork", "nic", about="ProviderNetwork provider"),
    ) == ["create | component ProviderNetwork provider-network", "create | ProviderNetwork provider"]


def test_a_replacement_is_one_line_with_its_reason() -> None:
    subnet = ("kubernetes:kubeovn.io/v1:Subnet", "alpha-subnet-dev")
    about = "Subnet alpha-dev-subnet"
    [reported] = shown(
        step("delete-replaced", *subnet, about=about),
        step("replace", *subnet, "spec.cidrBlock", about=about),
        step("create-replacement", *subnet, about=about),
    )
    assert reported.startswith(
        "replace | Subnet alpha-dev-subnet | spec.cidrBlock | cidrBlock: Kube-OVN does not follow"
    )


def test_a_first_up_fits_a_narrow_window() -> None:
    policies = [
        policy("create", plural) for plural in ("bgppeers", "ipaddresspools", "ovn-eips", "subnets", "vpcs", "ips")
    ]
    lines = shown(
        *policies, step("create", "kubernetes:kubeovn.io/v1:Vpc", "alpha-vpc", about="Vpc alpha-vpc"), width=80
    )
    assert len(lines) <= 4
    assert lines[-1] == "create | Vpc alpha-vpc"


def test_what_a_replacement_that_died_has_left_is_shown() -> None:
    left = step("delete-replaced", "kubernetes:kubeovn.io/v1:Subnet", "a", about="Subnet a")
    anew = step("create", "kubernetes:kubeovn.io/v1:Subnet", "a", about="Subnet a")
    assert shown(left, anew) == ["delete-replaced | Subnet a", "create | Subnet a"]
