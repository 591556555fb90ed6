"""Settings to manifests to settings: the way back ends where the way began."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmetal_network.adoption.comparison import Fate
from kmetal_network.adoption.proposal import rendered
from kmetal_network.config.settings import Settings
from kmetal_network.config.stackfile import load_environments
from kmetal_network.manifests.objects import Body
from tests.kmetal_network.adoption.by_hand import ROOT, VALUES, live_of, proposed

ENVIRONMENTS, _ = load_environments(ROOT)


def _bodies(given_settings: Settings) -> dict[tuple[str, str], Body]:
    """Manifests by kind and name: in which order a file lists its pools is nowhere in the cluster."""
    bodies = {(manifest.kind, manifest.name): manifest.body for _, manifest, _ in rendered(given_settings, "dev")}
    for (kind, _), body in bodies.items():
        if kind == "BGPAdvertisement" and body["spec"].get("aggregationLength") == 32:
            del body["spec"]["aggregationLength"]  # MetalLB's default, which the API server writes by itself
    return bodies


@pytest.mark.parametrize("name", sorted(ENVIRONMENTS))
def test_what_an_environment_becomes_is_read_back_as_that_environment(name: str) -> None:
    wanted = ENVIRONMENTS[name].settings
    network = live_of(wanted, "dev")

    proposal = proposed(
        network,
        management_interface=wanted.management.interface,
        values={"network": wanted.network.model_dump(mode="json", by_alias=True, exclude_none=True)},
    )

    assert proposal.left == ()
    assert proposal.findings == ()
    assert proposal.fields(*Fate) == []
    assert _bodies(proposal.environment.settings) == _bodies(wanted)
    assert proposal.environment.settings.network == wanted.network


_NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,8}[a-z0-9])?", fullmatch=True)
_BLOCKS = st.builds(lambda third: f"10.200.{third}.0/24", st.integers(0, 255))


@st.composite
def _clusters(draw: st.DrawFn) -> dict[str, Any]:
    block = IPv4Network(draw(_BLOCKS))
    hosts = draw(st.lists(st.integers(2, 250), max_size=4, unique=True))
    cluster: dict[str, Any] = {"name": draw(_NAMES), "cidrBlock": str(block)}
    cluster["excludeIps"] = tuple(f"{block[host]}..{block[host + draw(st.integers(0, 4))]}" for host in hosts)
    if draw(st.booleans()):
        cluster["gateway"] = str(block[254])
    if draw(st.booleans()):
        cluster["mtu"] = draw(st.integers(1280, 9000))
    return cluster


@st.composite
def _tenants(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(_NAMES)
    tenant: dict[str, Any] = {
        "name": name,
        "namespace": draw(st.sampled_from([name, f"t-{name}"])),
        "labels": draw(st.dictionaries(_NAMES, _NAMES, max_size=2)),
        "drop": tuple(draw(st.lists(_BLOCKS, max_size=3, unique=True))),
        "clusters": tuple(draw(st.lists(_clusters(), min_size=1, max_size=3, unique_by=lambda entry: entry["name"]))),
        "quota": draw(
            st.dictionaries(
                st.sampled_from(["pods", "services.loadbalancers", "requests.cpu"]), st.sampled_from(["1", "2", "40"])
            )
        ),
        "roleBindings": tuple(
            {"clusterRole": role, "groups": (f"{role}-group",), "users": tuple(draw(st.lists(_NAMES, max_size=2)))}
            for role in draw(st.lists(_NAMES, max_size=2, unique=True))
        ),
    }
    if draw(st.booleans()):
        tenant["egressAddress"] = f"77.220.68.{draw(st.integers(100, 126))}"
    return tenant


@settings(max_examples=80, deadline=None)
@given(
    tenants=st.lists(_tenants(), max_size=3, unique_by=(lambda entry: entry["name"], lambda entry: entry["namespace"]))
)
def test_any_tenants_are_read_back_and_render_the_same_objects(tenants: list[dict[str, Any]]) -> None:
    wanted = ENVIRONMENTS["dev"].settings.model_dump(by_alias=True) | {
        "network": VALUES["network"],
        "tenants": tuple(sorted(tenants, key=lambda entry: f"{entry['name']}-vpc")),
    }
    expected = Settings.model_validate(wanted)

    proposal = proposed(live_of(expected, "dev"))

    assert proposal.left == ()
    assert proposal.findings == ()
    assert proposal.fields(*Fate) == []
    assert _bodies(proposal.environment.settings) == _bodies(expected)
