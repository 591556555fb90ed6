"""What costs more than anything written for Kubernetes is refused on the parser's events, with its line."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from kmetal_network.errors import OperatorError
from kmetal_network.yaml_budget import ADDED, ALIASES, BYTES, DIGITS, NODES
from kmetal_network.yaml_document import read_documents

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]\n" for n in range(1, 12)
)
DEEP = "nested deeper than 64 levels, or inside itself"
MULTIPLIED = "its aliases and merge keys add more than 100,000 values"


def problem(text: str) -> str:
    with pytest.raises(OperatorError) as caught:
        list(read_documents(text, "f.yaml"))
    (finding,) = caught.value.findings
    return f"{finding.place}: {finding.problem}"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: 1\nb: " + "[" * 30_000 + "]" * 30_000, f"f.yaml:2: {DEEP}"),
        ("a:\n" + "".join(f"{' ' * n}- \n" for n in range(100)), "f.yaml:"),
        ("{a: " * 30_000, f"f.yaml:1: {DEEP}"),
        ("".join(f"{' ' * n}? \n" for n in range(200)), "f.yaml:"),
        (LAUGHS, f"f.yaml:6: {MULTIPLIED}"),
        ("a: &a [*a]", f"f.yaml:1: {DEEP}"),
        ("a: &a\n  b: [{c: *a}]", f"f.yaml:2: {DEEP}"),
        ("".join(f"a{n}: &a{n} {{<<: *a{n - 1}, k{n}: 1}}\n" for n in range(1, 600)).replace("*a0", "{}"), "f.yaml:"),
        ("x: 0x" + "f" * 4_000, "f.yaml:1: a number of 4,002 digits, 0xffffffffff..."),
        ("x: " + "9" * 5_000, "f.yaml:1: a number of 5,000 digits, 999999999999..."),
        ("x: 0o" + "7" * 65, "f.yaml:1: a number of 67 digits, 0o7777777777..."),
        ("x: 1." + "0" * 90, "f.yaml:1: a number of 91 digits, 1.0000000000..."),
        ('x: !!int "0b' + "1" * 65 + '"', "f.yaml:1: a number of 67 digits, 0b1111111111..."),
        ("x: -" + "1" * 64, "f.yaml:1: a number of 64 digits, -11111111111..."),
        ('a: "\\ud800"', "f.yaml:1: not YAML: found invalid Unicode character escape code"),
        ("a: \x1b[2K", "f.yaml: not YAML: unacceptable character #x001b: control characters are not allowed"),
        ("a: \ud800", "f.yaml: not YAML: "),
    ],
    ids=lambda text: ascii(text[:30]) if isinstance(text, str) else None,
)
def test_what_never_ends_is_refused_at_once(text: str, wanted: str) -> None:
    tracemalloc.start()
    begin = time.process_time()
    assert problem(text).startswith(wanted)
    assert time.process_time() - begin < 2
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * 1024 * 1024


def test_the_budget_has_an_edge_on_which_everything_passes() -> None:
    assert DIGITS == 64
    (document,) = read_documents("x: " + "1" * 64 + "\ny: '" + "1" * 5_000 + "'\nz: " + "a1" * 500, "f.yaml")
    assert document.data["x"] == int("1" * 64)
    assert document.data["y"] == "1" * 5_000
    (document,) = read_documents("[" * 64 + "]" * 64, "f.yaml")
    (document,) = read_documents("a: &a [" + "1, " * 1_000 + "]\nb: [" + "*a, " * 99 + "]", "f.yaml")
    assert len(document.data["b"]) == 99


def test_more_than_a_stream_may_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (BYTES, NODES, ALIASES, ADDED) == (32 * 1024 * 1024, 500_000, 10_000, 100_000)
    assert problem("a: &a 1\nb: [" + "*a, " * 10_001 + "]") == "f.yaml:2: more than 10,000 aliases"
    monkeypatch.setattr("kmetal_network.yaml_budget.NODES", 100)
    monkeypatch.setattr("kmetal_network.yaml_budget.BYTES", 1024 * 1024)
    assert problem("- 1\n" * 101) == "f.yaml:100: more than 100 values"
    assert problem("- é\n" * 300_000) == "f.yaml: longer than 1 MiB"


def test_an_anchor_that_is_redefined_is_refused_as_by_every_reader_of_its_library() -> None:
    assert problem("a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x\n") == "f.yaml:3: not YAML: second occurrence"
