"""`kmetal-network lint` and `kmetal-network explain` as an operator meets them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from kmetal_network.errors import OperatorError
from kmetal_network.finding_codes.catalogue import CODES
from kmetal_network.laws.registry import LAWS
from operations.commands.explain import explain
from operations.commands.lint import lint

GUIDE = Path(__file__).parents[4] / "shared" / "seed" / "kmetal-networking-configuration.txt"

GOOD = """\
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: external}
spec:
  vpc: ovn-cluster
  vlan: vlan222
  cidrBlock: 77.220.68.96/27
  gateway: 77.220.68.97
  excludeIps: [77.220.68.96, 77.220.68.97, 77.220.68.127]
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: public, namespace: kmetal-metallb}
spec:
  addresses: [172.21.204.200-172.21.204.250]
"""
BAD = GOOD.replace("172.21.204.200-172.21.204.250", "77.220.68.100-77.220.68.101")


def write(directory: Path, text: str, name: str = "network.yaml") -> str:
    (directory / name).write_text(text, encoding="utf-8")
    return str(directory / name)


def findings(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    found = json.loads(capsys.readouterr().out)["findings"]
    assert isinstance(found, list)
    return found


def test_good_manifests_are_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint([write(tmp_path, GOOD)]) == 0
    assert "nothing found" in capsys.readouterr().out


def test_a_breach_is_reported_with_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, BAD)
    assert lint([file], output="json") == 1
    (found,) = findings(capsys)
    assert found["place"] == f"{file}:11 IPAddressPool kmetal-metallb/public"
    assert (found["rule"], found["severity"]) == ("NET-201", "error")


def test_objects_of_several_files_are_judged_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subnet, pool = BAD.split("---\n")
    write(tmp_path, subnet, "a.yaml")
    write(tmp_path, pool, "b.yml")
    assert lint([str(tmp_path)]) == 1
    assert "NET-201" in capsys.readouterr().out


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    assert lint(["-"], output="json") == 1
    assert findings(capsys)[0]["place"].startswith("(stdin):11 ")


def test_a_member_of_a_list_has_a_line_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """\
apiVersion: v1
kind: List
items:
  - apiVersion: metallb.io/v1beta1
    kind: IPAddressPool
    metadata: {name: p}
    spec:
      addresses: 5
"""
    file = write(tmp_path, text)
    assert lint([file], output="json") == 1
    places = {found["rule"]: found["place"] for found in findings(capsys)}
    assert places["SHAPE"] == f"{file}:8 items[0].spec.addresses"
    assert places["NET-201"] == f"{file}:4 IPAddressPool p"


def test_what_a_merge_key_brings_in_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """\
apiVersion: v1
kind: List
items:
  - &block
    apiVersion: kubeovn.io/v1
    kind: Subnet
    metadata: {name: external}
    spec: {vlan: vlan222, cidrBlock: 77.220.68.96/27, gateway: 77.220.68.97}
  - apiVersion: metallb.io/v1beta1
    kind: IPAddressPool
    metadata: {name: p, namespace: kmetal-metallb}
    spec:
      <<: &addresses {addresses: [77.220.68.100/32]}
      autoAssign: false
"""
    assert lint([write(tmp_path, text)], output="json") == 1
    assert [found["rule"] for found in findings(capsys)] == ["NET-201"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "not YAML"),
        ("- a\n- b\n", "a document that is no mapping"),
        ("kind: A\nkind: B\n", "is written twice"),
        ("[" * 3000 + "]" * 3000, "nested deeper than 64 levels"),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, problem: str
) -> None:
    assert lint([write(tmp_path, text)], output="json") == 2
    assert problem in findings(capsys)[0]["problem"]


def test_a_missing_file_and_a_foreign_encoding_end_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9")
    assert lint([str(tmp_path / "none.yaml"), str(tmp_path / "latin.yaml")], output="json") == 2
    assert [found["problem"] for found in findings(capsys)] == [
        "not UTF-8 at byte 6",
        "cannot be read: no such file or directory",
    ]


def test_a_value_with_square_brackets_is_printed_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lint([write(tmp_path, GOOD.replace("[172.21.204.200-172.21.204.250]", '["[bold]"]'))])
    assert "'[bold]'" in capsys.readouterr().out


@pytest.mark.skipif(not GUIDE.exists(), reason="kMetal's guide is next to the checkout on CI only")
def test_the_guide_as_printed_yields_only_what_is_true_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paragraphs = [text.strip("\n") for text in GUIDE.read_text(encoding="utf-8").split("\n\n")]
    yaml = [text for text in paragraphs if text.startswith(("apiVersion:", "network:", "# IPAddressPool"))]
    assert len(yaml) == 10
    lint([write(tmp_path, "\n---\n".join(yaml) + "\n")], output="json")
    errors = [found for found in findings(capsys) if found["severity"] == "error"]
    assert [(found["rule"], found["place"].split()[-1]) for found in errors] == [
        ("NET-202", "kmetal-metallb/tenant-cp-l2")
    ]


def test_a_law_is_explained_with_an_example_of_each_side(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain("net-201") == 0
    reported = capsys.readouterr().out
    for part in ("NET-201  No MetalLB address lies on the provider VLAN", "why:", "never"):
        assert part in reported
    kept, _, broken = reported.partition("breaks it:")
    assert "  - 172.21.204.200-172.21.204.250" in kept.partition("keeps it:")[2]
    assert "  - 77.220.68.100-77.220.68.110" in broken


@pytest.mark.parametrize(
    ("law", "said"),
    [
        ("NET-201", "admission: enforced, as far as one object shows a breach"),
        ("NET-216", "admission: not enforced: no object says which NICs a node has"),
        ("NET-103", "admission: not enforced: no object breaks it by itself"),
    ],
)
def test_an_explanation_says_what_admission_policies_enforce(
    law: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain(law) == 0
    assert said in capsys.readouterr().out


def test_all_laws_are_listed_and_after_them_the_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(output="json") == 0
    assert [entry["id"] for entry in json.loads(capsys.readouterr().out)] == [entry.id for entry in (*LAWS, *CODES)]


def test_an_unknown_law_is_answered_with_the_nearest() -> None:
    with pytest.raises(OperatorError, match=r"law or code 'NET-20' does not exist; did you mean NET-201\?"):
        explain("NET-20")


def test_an_explanation_for_machines_has_both_sides_of_a_law(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain("NET-226", output="json") == 0
    (law,) = json.loads(capsys.readouterr().out)
    assert law["example"]["keeps"].endswith("    - tor-a\n    - tor-b\n")
    assert law["example"]["breaks"].endswith("    - tor-a\n    - tor-a # named twice\n")
