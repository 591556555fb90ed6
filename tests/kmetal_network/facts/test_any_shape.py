"""Objects of any shape at all are read and judged without a failure, and no address passes that is none."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kmetal_network.facts.reader import facts_of, read_objects
from kmetal_network.facts.source_objects import SourceObject
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.laws.registry import judge
from tests.kmetal_network.facts.by_hand import EXTERNAL, laws, pool

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just(UNKNOWN)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)
FIELDS = (
    *("addresses", "interfaces", "ipAddressPools", "cidrBlock", "vlan", "id", "staticRoutes", "policyRoutes"),
    *("vpcPeerings", "config", "customInterfaces", "values", "hard", "serviceAllocation", "namespaces", "myASN"),
)
KINDS = (
    *(("metallb.io/v1beta1", kind) for kind in ("IPAddressPool", "L2Advertisement", "BGPAdvertisement", "BGPPeer")),
    *(("kubeovn.io/v1", kind) for kind in ("Subnet", "Vpc", "Vlan", "ProviderNetwork", "OvnSnatRule", "OvnEip")),
    ("v1", "Node"),
    ("v1", "ResourceQuota"),
    ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
    ("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition"),
)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    spec=st.dictionaries(st.sampled_from(FIELDS), ANYTHING) | ANYTHING,
    metadata=ANYTHING,
    patch=st.booleans(),
)
def test_no_object_and_no_patch_of_any_shape_makes_reading_or_judging_fail(
    kind: tuple[str, str], spec: object, metadata: object, *, patch: bool
) -> None:
    body = {"apiVersion": kind[0], "kind": kind[1], "metadata": metadata, "spec": spec, "status": spec}
    seen = read_objects([SourceObject(body, patch=patch)])
    for finding in (*seen.shape, *judge(seen.facts)):
        assert finding.place


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
def test_no_document_of_any_shape_makes_reading_fail(document: object) -> None:
    assert facts_of([document, {"network": document, "metallb": document}]).whole is False


@settings(max_examples=100, deadline=None)
@given(ANYTHING.filter(lambda value: value not in (None, [], {})))
def test_no_address_that_is_not_one_passes(value: object) -> None:
    """Any entry of `addresses` is an address outside the provider's block, or it is refused."""
    seen = read_objects([EXTERNAL, pool(value)])
    is_text_list = isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    assert is_text_list or seen.shape or "NET-201" in laws(seen.facts)
