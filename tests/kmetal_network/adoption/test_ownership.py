"""How kubectl lets go of an object, entry by entry."""

from __future__ import annotations

from typing import Any

from kmetal_network.adoption.ownership import other_owners, takeover_patch

STACK = "kmetal-network/stack"
GATEWAY = "ovn.kubernetes.io/external-gw"


def _entry(manager: str, fields: dict[str, Any], subresource: str = "") -> dict[str, Any]:
    entry = {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    return {**entry, "subresource": subresource} if subresource else entry


def _live(kind: str, entries: list[dict[str, Any]], **metadata: Any) -> dict[str, Any]:
    head = {"name": "x", "resourceVersion": "7", "managedFields": entries, **metadata}
    return {"apiVersion": "v1", "kind": kind, "metadata": head}


SPEC = {"f:spec": {"f:cidrBlock": {}}}
CONTROLLER = _entry("kube-ovn-controller", {"f:spec": {"f:private": {}}})
STATUS = _entry("kube-ovn-controller", {"f:status": {"f:ready": {}}}, "status")


def test_kubectl_lets_go_controllers_keep_theirs_and_the_label_is_written() -> None:
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "mine": "yes"}
    by_hand = [_entry("kubectl-client-side-apply", SPEC), _entry("kubectl", SPEC), _entry("kubectl-edit", SPEC)]

    patch = takeover_patch(_live("Subnet", [*by_hand, CONTROLLER, STATUS], annotations=annotations), "dev")

    assert patch == [
        {"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
        {"op": "remove", "path": "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"},
        {"op": "add", "path": "/metadata/labels", "value": {}},
        {"op": "add", "path": "/metadata/labels/kmetal-network~1stack", "value": "dev"},
        {"op": "replace", "path": "/metadata/managedFields", "value": [CONTROLLER, STATUS]},
    ]


def test_an_object_that_only_kubectl_had_keeps_one_entry_for_the_label() -> None:
    patch = takeover_patch(_live("Vlan", [_entry("kubectl", SPEC), STATUS], labels={"a": "b"}), "dev")

    own = _entry("underlay-adopt", {"f:metadata": {"f:labels": {f"f:{STACK}": {}}}})
    assert patch[-1] == {"op": "replace", "path": "/metadata/managedFields", "value": [STATUS, own]}
    assert {"op": "add", "path": "/metadata/labels", "value": {}} not in patch


def test_what_is_handed_over_already_is_not_touched_again() -> None:
    own = _entry("underlay-adopt", {"f:metadata": {"f:labels": {f"f:{STACK}": {}}}})

    assert takeover_patch(_live("Vlan", [STATUS, own], labels={STACK: "dev"}), "dev") == []


def test_of_a_node_kubectl_lets_go_of_the_gateway_label_and_of_nothing_else() -> None:
    labels = {"f:metadata": {"f:labels": {f"f:{GATEWAY}": {}, "f:rack": {}}}}
    only = {"f:metadata": {"f:labels": {f"f:{GATEWAY}": {}}}}
    kubelet = _entry("kubelet", {"f:metadata": {"f:labels": {".": {}, "f:kubernetes.io/os": {}}}})
    live = _live(
        "Node", [_entry("kubectl-label", labels), _entry("kubectl-edit", only), kubelet], labels={GATEWAY: "true"}
    )

    assert takeover_patch(live, "dev") == [
        {"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
        {
            "op": "replace",
            "path": "/metadata/managedFields",
            "value": [_entry("kubectl-label", {"f:metadata": {"f:labels": {"f:rack": {}}}}), kubelet],
        },
    ]


def test_another_tool_that_writes_the_spec_is_named() -> None:
    entries = [
        _entry("kustomize-controller", SPEC),
        _entry("kubectl", SPEC),
        CONTROLLER,
        _entry("pulumi-kubernetes-0a", SPEC),
    ]

    assert other_owners(_live("Subnet", entries)) == ["kustomize-controller"]
