"""A plugin whose type is no text is of no type; found by the mutator (seed 1010, execution 838)."""

from __future__ import annotations

import json

import pytest

from kmetal_network.facts.cni_plugins import on_host_network, served_by_kube_ovn
from kmetal_network.facts.reader import facts_of
from kmetal_network.laws.registry import judge


@pytest.mark.parametrize("kind", [{}, {"a": 1}, [], ["macvlan"], None, 7, True])
def test_a_type_that_is_no_text_is_none_that_a_law_knows(kind: object) -> None:
    body = {
        "apiVersion": "k8s.cni.cncf.io/v1",
        "kind": "NetworkAttachmentDefinition",
        "metadata": {"name": "plc", "namespace": "plant"},
        "spec": {"config": json.dumps({"cniVersion": "0.3.1", "type": kind, "master": "eth1"})},
    }
    facts = facts_of([body])
    (attachment,) = facts.attachments
    assert (on_host_network(attachment), served_by_kube_ovn(attachment)) == (False, False)
    judge(facts)
