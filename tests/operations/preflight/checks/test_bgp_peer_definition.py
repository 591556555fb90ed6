"""MetalLB's definition of BGPPeer, which newer API servers do not accept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.operations.preflight.platform import PEER, judged, platform
from tests.support.fake_cluster import FORBIDDEN

INT32 = {"type": "integer", "format": "int32", "maximum": 4294967295}
INT64 = {"type": "integer", "format": "int64", "maximum": 4294967295}
PEERS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/bgppeers.metallb.io"


def definition(number: Mapping[str, Any]) -> dict[str, Any]:
    spec = {"properties": {"myASN": number, "peerASN": number}}
    schema = {"openAPIV3Schema": {"properties": {"spec": spec}}}
    return {"spec": {"versions": [{"name": "v1beta2", "schema": schema}]}}


@pytest.mark.parametrize(
    ("minor", "number", "fits"),
    [("35", INT32, True), ("36", INT32, False), ("37+", INT32, False), ("36", INT64, True)],
)
def test_definitions_of_metallb_that_the_api_server_cannot_work_with_stop_a_run_with_bgp_peers(
    minor: str, number: dict[str, Any], *, fits: bool
) -> None:
    cluster = platform(paths={"/version": {"major": "1", "minor": minor}, PEERS: definition(number)})

    found = judged(cluster, "release", peers=(PEER,))

    assert [finding.rule for finding in found] == ([] if fits else ["CRD"])
    for finding in found:
        assert "refuses every BGPPeer under the definitions of this MetalLB" in finding.problem
        assert "bring MetalLB to 0.16" in finding.remedy
    assert judged(cluster, "release") == [], "without peers it does not matter"


def test_definitions_that_may_not_be_read_stop_nothing() -> None:
    cluster = platform(paths={"/version": {"major": "1", "minor": "37"}, PEERS: FORBIDDEN})

    assert judged(cluster, "release", peers=(PEER,)) == []
