"""Who still uses a tenant's network, what is left of it, and who else was touched; on objects written by hand."""

from __future__ import annotations

import copy
from typing import Any

from kmetal_network.live.offboarding import TenantObjects, left, of_others, same_version, touched, uses

BETA = TenantObjects("dev", "beta", "customer-beta", "external")
LABELS = {"kmetal-network/stack": "dev", "kmetal-network/tenant": "beta"}

Objects = dict[str, dict[str, dict[str, Any]]]


def _item(key: str, spec: dict[str, Any] | None = None, labels: dict[str, str] | None = None) -> dict[str, Any]:
    namespace, _, name = key.rpartition("/")
    metadata: dict[str, Any] = {"name": name, "uid": f"uid of {key}", "resourceVersion": "1", "labels": labels or {}}
    return {"metadata": {**metadata, **({"namespace": namespace} if namespace else {})}, "spec": spec or {}}


def _going(item: dict[str, Any], *finalizers: str) -> dict[str, Any]:
    item["metadata"] |= {"deletionTimestamp": "2026-11-24T20:00:00Z", "finalizers": list(finalizers)}
    return item


def test_everyone_who_uses_the_tenants_network_is_named_and_nobody_else() -> None:
    seen: Objects = {
        "Subnet": {
            "beta-main-subnet": _item("beta-main-subnet", {"vpc": "beta-vpc"}, LABELS),
            "alpha-dev-subnet": _item("alpha-dev-subnet", {"vpc": "alpha-vpc"}),
        },
        "IP": {
            "a": _item("a", {"subnet": "beta-main-subnet", "namespace": "customer-beta", "podName": "vm-1"}),
            "b": _item("b", {"subnet": "alpha-dev-subnet", "namespace": "alpha", "podName": "vm-2"}),
            "c": _item("c", {"subnet": "beta-main-subnet", "podName": ""}),
        },
        "Pod": {
            "customer-beta/vm-1": _item("customer-beta/vm-1"),
            "customer-beta/proxy": _item("customer-beta/proxy"),
            "customer-beta/done": {**_item("customer-beta/done"), "status": {"phase": "Succeeded"}},
            "alpha/vm-2": _item("alpha/vm-2"),
        },
        "Service": {
            "customer-beta/plane": _item("customer-beta/plane", {"type": "LoadBalancer"}),
            "customer-beta/dns": _item("customer-beta/dns", {"type": "ClusterIP"}),
            "alpha/plane": _item("alpha/plane", {"type": "LoadBalancer"}),
        },
        "TenantControlPlane": {"customer-beta/main": _item("customer-beta/main")},
        "Cluster": {"customer-beta/main": _item("customer-beta/main"), "alpha/dev": _item("alpha/dev")},
        "OvnEip": {
            "beta-vpc-external": _item("beta-vpc-external"),
            "lb-1": _item("lb-1"),
            "lb-2": _item("lb-2", labels={"ovn.kubernetes.io/vpc": "beta-vpc"}),
            "lb-3": _item("lb-3", labels={"ovn.kubernetes.io/vpc": "alpha-vpc"}),
        },
        "OvnDnatRule": {"lb-1-443": _item("lb-1-443", {"ovnEip": "lb-1", "vpc": "beta-vpc"})},
        "OvnFip": {"fip": {**_item("fip", {"ovnEip": "lb-2"}), "status": {"vpc": "beta-vpc"}}},
    }

    stop = "stop them, and whatever recreates them [IN-USE]"
    delete = "delete the LoadBalancer Services inside the tenant's clusters [IN-USE]"
    owned = "delete them; what they made goes along [IN-USE]"
    assert [str(finding) for finding in uses(BETA, seen)] == [
        f"tenant beta: is in use by Pod customer-beta/vm-1 (addresses in its Subnets); {stop}",
        f"tenant beta: is in use by Pod customer-beta/proxy (running in its namespace); {stop}",
        "tenant beta: is in use by Service customer-beta/plane (addresses of MetalLB's pools); delete them [IN-USE]",
        f"tenant beta: is in use by TenantControlPlane customer-beta/main (in its namespace); {owned}",
        f"tenant beta: is in use by Cluster customer-beta/main (in its namespace); {owned}",
        f"tenant beta: is in use by OvnFip fip (its clusters' load balancers); {delete}",
        f"tenant beta: is in use by OvnDnatRule lb-1-443 (its clusters' load balancers); {delete}",
        f"tenant beta: is in use by OvnEips lb-1, lb-2 (its clusters' load balancers); {delete}",
    ]


def test_what_hangs_is_named_in_the_order_in_which_it_has_to_go_each_with_its_cure() -> None:
    finalizer = "kubeovn.io/kube-ovn-controller"
    namespace = _going(_item("customer-beta", {"finalizers": ["kubernetes"]}, LABELS))
    words = {
        "type": "NamespaceFinalizersRemaining",
        "status": "True",
        "message": "vm.kubevirt.io in 1 resource instances",
    }
    namespace["status"] = {"conditions": [words]}
    seen: Objects = {
        "OvnSnatRule": {"beta-snat-main": _going(_item("beta-snat-main", {"ovnEip": "beta-vpc-external"}), finalizer)},
        "OvnEip": {"beta-vpc-external": _going(_item("beta-vpc-external"), finalizer)},
        "Subnet": {"beta-main-subnet": _going(_item("beta-main-subnet", {"vpc": "beta-vpc"}, LABELS), finalizer)},
        "IP": {"vm-1.beta": _item("vm-1.beta", {"subnet": "beta-main-subnet"})},
        "NetworkAttachmentDefinition": {"customer-beta/n": _item("customer-beta/n", labels=LABELS)},
        "Namespace": {"customer-beta": namespace, "beta": _item("beta")},
        "Vpc": {},
    }
    again = (
        "its router is gone before it: make Vpc beta-vpc again (kubectl create, an empty spec), wait until this is gone,"
        " then delete that Vpc [LEFT]"
    )
    since = "hangs since 2026-11-24T20:00:00Z, held by"

    assert [str(finding) for finding in left(BETA, seen)] == [
        f"OvnSnatRule beta-snat-main: {since} {finalizer}; {again}",
        "IP vm-1.beta: is there and no one deletes it; no state knows it: kubectl delete IP vm-1.beta [LEFT]",
        (
            f"Subnet beta-main-subnet: {since} {finalizer}; IP vm-1.beta still in use: end the pods; without one, kubectl"
            " delete IP vm-1.beta [LEFT]"
        ),
        (
            "NetworkAttachmentDefinition customer-beta/n: is there and no one deletes it; no state knows it: kubectl delete"
            " NetworkAttachmentDefinition -n customer-beta n [LEFT]"
        ),
        f"OvnEip beta-vpc-external: {since} {finalizer}; {again}",
        (
            f"Namespace customer-beta: {since} kubernetes (vm.kubevirt.io in 1 resource instances); look at its events and"
            " conditions; whoever set the finalizer has to take it off [LEFT]"
        ),
    ]


def test_what_another_stack_claims_is_not_this_tenants() -> None:
    other = {**LABELS, "kmetal-network/stack": "staging"}
    seen: Objects = {"Vpc": {"beta-vpc": _item("beta-vpc", labels=other)}, "Namespace": {"b": _item("b", labels=other)}}
    assert list(left(BETA, seen)) == []


def test_others_are_held_to_uid_and_substance_and_a_controllers_count_is_no_touch() -> None:
    ours = {"kmetal-network/stack": "dev", "kmetal-network/tenant": "alpha"}
    seen: Objects = {
        "Vpc": {name: _item(name, labels=ours) for name in ("alpha-vpc", "gamma-vpc", "delta-vpc")},
        "Subnet": {"external": _item("external", {"cidrBlock": "x"}, {"kmetal-network/stack": "dev"})},
        "OvnEip": {name: _item(name) for name in ("alpha-vpc-external", "lb-9")},
        "Namespace": {"customer-beta": _item("customer-beta", labels=LABELS), "strange": _item("strange")},
    }
    before = of_others(BETA, ["alpha-vpc"], seen)
    assert sorted(before) == [
        "OvnEip alpha-vpc-external",
        "Subnet external",
        "Vpc alpha-vpc",
        "Vpc delta-vpc",
        "Vpc gamma-vpc",
    ]

    after = copy.deepcopy(seen)
    after["Subnet"]["external"] |= {"status": {"v4usingIPs": 1}}
    after["Subnet"]["external"]["metadata"]["resourceVersion"] = "2"
    assert list(touched(before, of_others(BETA, ["alpha-vpc"], after))) == []
    assert same_version(before, of_others(BETA, ["alpha-vpc"], after)) == 4

    del after["Vpc"]["alpha-vpc"]
    after["Vpc"]["gamma-vpc"]["metadata"]["uid"] = "another"
    after["Vpc"]["delta-vpc"]["spec"] = {"enableExternal": False}
    assert [(one.place, one.problem) for one in touched(before, of_others(BETA, ["alpha-vpc"], after))] == [
        ("Vpc alpha-vpc", "is gone"),
        ("Vpc delta-vpc", "has changed meanwhile"),
        ("Vpc gamma-vpc", "is another object than before"),
    ]
