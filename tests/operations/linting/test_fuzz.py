"""No document and no change of a byte makes lint fail, hang, or grow; a million of them run by night (`make fuzz`)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operations.commands.lint import lint
from tests.operations.linting.mutator import fuzz

KINDS = (
    ("metallb.io/v1beta1", "IPAddressPool"),
    ("metallb.io/v1beta1", "L2Advertisement"),
    ("metallb.io/v1beta1", "BGPAdvertisement"),
    ("metallb.io/v1beta2", "BGPPeer"),
    ("kubeovn.io/v1", "ProviderNetwork"),
    ("kubeovn.io/v1", "Vlan"),
    ("kubeovn.io/v1", "Subnet"),
    ("kubeovn.io/v1", "Vpc"),
    ("kubeovn.io/v1", "OvnEip"),
    ("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition"),
    ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
    ("argoproj.io/v1alpha1", "Application"),
    ("helm.cattle.io/v1", "HelmChart"),
    ("kustomize.config.k8s.io/v1beta1", "Kustomization"),
    ("v1", "List"),
    ("v1", "ConfigMap"),
)
WORDS = st.sampled_from(
    (
        *("addresses", "cidrBlock", "gateway", "excludeIps", "vlan", "vpc", "provider", "interfaces", "id", "config"),
        *(
            "values",
            "valuesObject",
            "helm",
            "source",
            "sources",
            "chart",
            "network",
            "metallb",
            "pools",
            "kubeOvn",
            "spec",
        ),
        *("items", "kind", "apiVersion", "metadata", "name", "patches", "patch", "path", "parameters", "valuesContent"),
    )
)
TEXTS = st.sampled_from(
    (
        "",
        "10.0.0.0/24",
        "10.0.0.9-10.0.0.1",
        "::/0",
        "a.b.ovn",
        "data.222",
        "{}",
        "[{",
        "kind: A\napiVersion: v1",
        "kmetal",
    )
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | TEXTS
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.builds(
    lambda kind, rest, spec: {"apiVersion": kind[0], "kind": kind[1], **rest, "spec": spec},
    st.sampled_from(KINDS),
    st.dictionaries(WORDS, TREES, max_size=3),
    st.dictionaries(WORDS, TREES, max_size=6) | TREES,
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(documents=st.lists(OBJECTS | TREES, max_size=5), whole=st.booleans())
def test_every_stream_of_documents_has_a_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], documents: list[object], *, whole: bool
) -> None:
    file = tmp_path / "given.yaml"
    file.write_text(yaml.safe_dump_all(documents, allow_unicode=True), encoding="utf-8", errors="replace")
    code = lint([str(file)], output="json", whole=whole)
    said = json.loads(capsys.readouterr().out)
    assert code in (0, 1, 2)
    assert (code == 0) is all(entry["severity"] == "warning" for entry in said["findings"])  # none at all included
    lint([str(file)], whole=whole)
    assert "\x1b" not in capsys.readouterr().out


def test_some_mutations_end_in_a_verdict() -> None:
    result = fuzz(2_000)
    assert result.failures == []
    assert set(result.codes) == {0, 1, 2}


@pytest.mark.fuzz
def test_twenty_thousand_mutations_end_in_a_verdict() -> None:
    result = fuzz(20_000, processes=2, share=10_000)
    assert result.failures == []
    assert result.executions == 20_000
    assert set(result.codes) == {0, 1, 2}
    assert result.worst_seconds < 2
    assert result.worst_megabytes < 300
