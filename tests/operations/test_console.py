"""What a command prints: each finding once, whichever enforcement point reports it, unchanged."""

from __future__ import annotations

import pytest

from kmetal_network.counting import counted
from operations.console import Notes

SETTINGS = "Pulumi.dev.yaml:59 tenants[0]: vpc 'alpha-vpc' lets packets to 10.16.0.0/16 leave; drop them too [NET-418]"
PACK = "Vpc alpha-vpc: vpc 'alpha-vpc' lets packets to 10.16.0.0/16, node 'w1' leave; drop them too [NET-418]"
OTHER_VPC = "Vpc beta-vpc: vpc 'beta-vpc' lets packets to 10.16.0.0/16, vpc 'alpha-vpc' leave; drop them too [NET-418]"
OTHER_LAW = "Vpc alpha-vpc: vpc 'alpha-vpc' has no way out; give it one [NET-400]"


def reported(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.removeprefix("note ") for line in capsys.readouterr().err.splitlines()]


def test_a_law_is_reported_of_an_object_once_by_all_sources_and_runs(capsys: pytest.CaptureFixture[str]) -> None:
    notes = Notes()
    notes.tell([SETTINGS, "node w2 is not there", "node w2 is not there"], [PACK, OTHER_VPC, OTHER_LAW])
    assert reported(capsys) == [SETTINGS, "node w2 is not there", OTHER_VPC, OTHER_LAW]
    notes.tell([SETTINGS, "node w2 is not there", "node w1 is not there"], [PACK, OTHER_VPC])
    assert reported(capsys) == ["node w1 is not there"]
    Notes().tell([PACK])
    assert reported(capsys) == [PACK], "the next command tells it again"


def test_what_is_said_of_many_objects_is_one_note(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [SETTINGS.replace("alpha", f"t{number:03}").replace("[0]", f"[{number}]") for number in range(100)]
    notes = Notes()
    notes.tell([*texts, "node w2 is not there"], [PACK.replace("alpha", f"t{number:03}") for number in range(100)])
    places = ", ".join(f"Pulumi.dev.yaml:59 tenants[{number}]" for number in range(1, 6))
    assert reported(capsys) == [
        f"{texts[0]} (and 99 more alike: {places} and 94 more places)",
        "node w2 is not there",
    ]
    notes.tell(texts[50:])
    assert reported(capsys) == []


def test_one_source_may_say_two_things_of_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    Notes().tell([SETTINGS, PACK])
    assert reported(capsys) == [SETTINGS, PACK]


def test_nothing_in_a_note_is_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    Notes().tell(["[red]a[/] :warning:"])
    assert reported(capsys) == ["[red]a[/] :warning:"]


def test_a_number_has_its_noun() -> None:
    assert [counted(number, "patch", "patches") for number in (0, 1, 2)] == ["0 patches", "1 patch", "2 patches"]
    assert [counted(number, "finding") for number in (1, 2)] == ["1 finding", "2 findings"]
