"""A report is of a screen, on one line for each cause, and no name can write a line of it."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time

import pytest

from kmetal_network.errors import Finding, Severity, bounded, printable, report
from kmetal_network.grouping import grouped
from operations.cli import main
from operations.commands.lint import lint
from tests.operations.linting.manifests import PROVIDER, pool


def finding(place: str, problem: str, rule: str = "NET-215") -> Finding:
    return Finding(place=place, problem=problem, remedy="write one", rule=rule, severity=Severity.WARNING)


def test_findings_of_one_cause_are_one_with_their_places() -> None:
    repeated = [
        finding(f"Pulumi.dev.yaml:{line} tenants[{line}]", f"namespace 't{line}' of vpc 't{line}-vpc' has no quota")
        for line in range(10, 110)
    ]
    (group,) = grouped(repeated)
    assert str(group) == (
        "Pulumi.dev.yaml:10 tenants[10]: namespace 't10' of vpc 't10-vpc' has no quota; write one [NET-215]"
        " (and 99 more alike: Pulumi.dev.yaml:100 tenants[100], Pulumi.dev.yaml:101 tenants[101],"
        " Pulumi.dev.yaml:102 tenants[102], Pulumi.dev.yaml:103 tenants[103], Pulumi.dev.yaml:104 tenants[104]"
        " and 94 more places)"
    )


def test_three_alike_stand_alone_and_other_words_make_another_group() -> None:
    three = [finding(f"f:{line}", f"pool 'p{line}' is alone") for line in range(3)]
    assert [str(group) for group in grouped(three)] == [str(entry) for entry in three]
    others = [finding(f"g:{line}", f"pool 'p{line}' is not alone") for line in range(4)]
    laws = [finding(f"h:{line}", f"pool 'p{line}' is alone", "NET-210") for line in range(4)]
    assert [len(group.findings) for group in grouped([*three, *others, *laws])] == [1, 1, 1, 4, 4]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日本", "plain é 日本"),
        ("a\r\x1b[2Knothing found\n", "a\\r\\x1b[2Knothing found\\n"),
        ("a\u202eb\u200b\u2028\xa0\ud800\x85", "a\\u202eb\\u200b\\u2028\\xa0\\ud800\\x85"),
    ],
)
def test_what_a_terminal_obeys_or_hides_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert str(finding("f", text)).startswith(f"f: {shown};")
    assert "\n" not in report([finding(text, text)])


def test_a_long_part_loses_its_middle_and_says_how_much() -> None:
    assert bounded("x" * 1_000) == "x" * 1_000
    assert bounded("a" * 600 + "b" * 600, 10) == "aaaaa... (1,190 characters left out) ...bbbbb"
    assert len(str(finding("p" * 99_999, "q" * 99_999))) < 2_500


def test_a_thousand_equal_pools_are_a_screen_in_seconds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pools.yaml"
    file.write_text("---\n".join(pool("172.20.0.9/32", f"p{number}") for number in range(1_000)))
    begin = process_time()
    assert lint([str(file)]) == 1
    assert process_time() - begin < 10
    out = capsys.readouterr().out
    assert out.count("\n") < 25
    assert len(out) < 5_000
    assert lint([str(file)], output="json") == 1
    assert len(capsys.readouterr().out) < 5_000_000


def test_twenty_thousand_excluded_addresses_take_a_second(tmp_path: Path) -> None:
    excluded = ", ".join(f"10.{number // 250}.{number % 250}.7" for number in range(20_000))
    file = tmp_path / "subnet.yaml"
    file.write_text(
        "apiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: external}\n"
        f"spec: {{vlan: v, cidrBlock: 10.0.0.0/8, gateway: 10.0.0.1, excludeIps: [{excluded}]}}\n"
    )
    begin = process_time()
    assert lint([str(file)]) == 0
    assert process_time() - begin < 4


def test_a_name_cannot_forge_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pool.yaml"
    file.write_text(PROVIDER + pool("198.51.100.70/32", '"x\\r\\e[2K\\n9 objects, 99 laws: nothing found"'))
    assert lint([str(file)]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\r" not in out
    assert not any(line.startswith("9 objects") for line in out.splitlines())


def run(words: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["kmetal-network", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_check_outside_a_project_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["check"], monkeypatch) == 2
    assert "no Pulumi.<stack>.yaml here" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [KeyError("x"), RecursionError(), MemoryError(), UnicodeEncodeError("ascii", "é", 0, 1, "no")]
)
def test_whatever_is_unforeseen_is_one_sentence_with_its_place(
    error: Exception, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    file = tmp_path / "pool.yaml"
    file.write_text(pool("10.0.0.1/32"))
    monkeypatch.setattr("operations.commands.lint.judge", fail)
    assert run(["lint", str(file)], monkeypatch) == 2
    reported = capsys.readouterr().err
    assert reported.startswith(
        f"{file}:1 IPAddressPool kmetal-metallb/planes: kmetal-network itself failed ({type(error).__name__}"
    )
    assert reported.count("\n") == 1
    monkeypatch.setattr("operations.cli.lint", fail)
    assert run(["lint", str(file)], monkeypatch) == 2
    assert "kmetal-network itself failed" in capsys.readouterr().err


def test_json_is_json_whatever_a_name_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    attachment = '{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: "\\x85é"}, spec: {config: "{\\"type\\": \\"\\\\ud800\\"}"}}'
    file = tmp_path / "a.yaml"
    file.write_text(attachment)
    lint([str(file)], output="json")
    assert isinstance(json.loads(capsys.readouterr().out.encode("ascii")), dict)
