"""Changes bytes of our own cases at random, and hands them to lint in processes of their own.

One execution is one stream: read, looked at, judged, and its report written. What is an exception, takes longer than
two seconds or more than 300 MB is a failure, and is kept with its seed. In the nightly job: `python -m tests.operations.linting.mutator
1000000`.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import random
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from unittest.mock import patch

from operations.commands.lint import lint
from tests.operations.linting.cases import CARRIERS, KUSTOMIZE, WORDS
from tests.operations.linting.corpus import corpus

MOST_SECONDS: Final = 2.0
MOST_MEGABYTES: Final = 300
_LONGEST: Final = 1 << 16

_WORD: Final = re.compile(rb"[^\s,:{}\[\]'\"]+")
"""A word for a word leaves most documents YAML."""

_PIECES: Final = tuple(
    piece.encode()
    for piece in (
        "&a ", "*a", "<<: *a", "<<: ", "[", "]", "{", "}", "- ", "? ", ": ", "\n", "\t", "---\n", "...\n", "|\n", ">-\n", "!!int ",
        "!!binary ", "!!python/object:os.system ", "%YAML 1.1\n", "0x", "0o7", "1e999", ".nan", "-.inf", "~", "null", "yes", "08",
        "9" * 70, "-0", "''", '"\\ud800"', '"\\u0000"', "{{ .Values.x }}", "$patch: delete\n", "_replaced_", "kind: List\n",
        "items: ", "apiVersion: ", "kind: ", "spec: ", "values: ", "metadata: ", "config: ", "77.220.68.96/27", "::/0", "0.0.0.0/0",
        "10.0.0.1-10.0.0.0", "::ffff:1.2.3.4", "1.2.3.4/99", "fe80::1%eth0", "\x00", "\x1b[2J", "\ufeff", "\u202e", "é", "\x85",
        "x" * 300, "[" * 70, "- " * 70, "a: &a [*a]\n", "op: replace\n", "kmetal-network:x: ", "data.222", "br-provider",
    )
)  # fmt: skip
"""What a mutation may put in: YAML's own signs, and values at the edges of what the laws read."""


def seeds() -> tuple[bytes, ...]:
    """Our own cases and the corpus, as bytes."""
    given = ("\n---\n".join(case.files.values()) for case in (*CARRIERS, *KUSTOMIZE, *WORDS))
    return tuple(text.encode() for text in (*given, *(text for _, text in corpus())))


def mutated(choice: random.Random, texts: tuple[bytes, ...]) -> bytes:
    """One of the texts, changed in a few places."""
    text = bytearray(choice.choice(texts))
    for _ in range(choice.choice((1, 1, 2, 3, 5, 8))):
        _change(choice, text, texts)
    return bytes(text[:_LONGEST])


def _change(choice: random.Random, text: bytearray, texts: tuple[bytes, ...]) -> None:
    start = choice.randrange(len(text) + 1)
    end = min(len(text), start + choice.choice((0, 1, 1, 2, 8, 40)))
    match choice.randrange(12):
        case 0:
            text[start:end] = b""
        case 1:
            text[start:end] = choice.choice(_PIECES)
        case 2 if text:
            text[start % len(text)] ^= 1 << choice.randrange(8)
        case 3:
            text[start:start] = text[start:end] * choice.choice((2, 10, 100))
        case 4:
            other = choice.choice(texts)
            cut = choice.randrange(len(other) + 1)
            text[start:end] = other[cut : cut + 200]
        case 5 | 6 | 7 | 8 | 9:
            words = list(_WORD.finditer(text))
            place = choice.choice(words).span() if words else (0, 0)
            others = _WORD.findall(choice.choice(texts)) + [choice.choice(_PIECES)] * 3
            text[slice(*place)] = choice.choice(others)
        case 10:
            lines = bytes(text).split(b"\n")
            lines.insert(choice.randrange(len(lines) + 1), choice.choice(lines))
            text[:] = b"\n".join(lines)
        case _:
            text[start:end] = bytes(choice.randrange(256) for _ in range(choice.randrange(1, 6)))


@dataclass
class Result:
    """What many executions came to."""

    executions: int = 0
    worst_seconds: float = 0.0
    worst_megabytes: int = 0
    """Peak of the whole process."""
    codes: dict[int, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, other: Result) -> None:
        """Both as one."""
        self.executions += other.executions
        self.worst_seconds = max(self.worst_seconds, other.worst_seconds)
        self.worst_megabytes = max(self.worst_megabytes, other.worst_megabytes)
        for code, number in other.codes.items():
            self.codes[code] = self.codes.get(code, 0) + number
        self.failures += other.failures


def execute(data: bytes, options: dict[str, bool]) -> int:
    """Lint a stream as standard input; the exit code."""
    source = io.TextIOWrapper(io.BytesIO(data))
    with patch.object(sys, "stdin", source), redirect_stdout(io.StringIO()):
        return lint(["-"], **options)  # type: ignore[arg-type]  # flags alone


def many(seed: int, number: int) -> Result:
    """So many executions from one seed; seed and index repeat each one."""
    texts, result = seeds(), Result()
    for index in range(number):
        choice = random.Random(f"{seed}/{index}")  # noqa: S311 (no secret)
        data = mutated(choice, texts)
        options = {"whole": choice.random() < 0.3, "strict": choice.random() < 0.1}
        begin = time.process_time()
        try:
            code = execute(data, options)
        except BaseException as error:  # noqa: BLE001 (what is looked for)
            result.failures.append(f"{seed}/{index}: {type(error).__name__} {error}")
            code = -1
        seconds = time.process_time() - begin
        if seconds > MOST_SECONDS:
            result.failures.append(f"{seed}/{index}: {seconds:.1f} s")
        result.executions += 1
        result.codes[code] = result.codes.get(code, 0) + 1
        result.worst_seconds = max(result.worst_seconds, seconds)
    result.worst_megabytes = _peak_kilobytes() // 1024
    if result.worst_megabytes > MOST_MEGABYTES:
        result.failures.append(f"{seed}: {result.worst_megabytes} MB")
    return result


def _peak_kilobytes() -> int:
    """The most memory that this process has held.

    `ru_maxrss` survives an exec on Linux: in a spawned process it begins with what its parent held.
    """
    with suppress(OSError, ValueError, IndexError):  # no /proc on macOS
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _jobs(executions: int, share: int, seed: int) -> Iterator[tuple[int, int]]:
    for index, start in enumerate(range(0, executions, share)):
        yield seed + index, min(share, executions - start)


def fuzz(executions: int, *, processes: int = 1, seed: int = 0, share: int = 5_000) -> Result:
    """So many executions in processes of their own; one that ends by a signal is a failure, too."""
    total = Result()
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, maxtasksperchild=4) as pool:
        pending = [(job, pool.apply_async(many, job)) for job in _jobs(executions, share, seed)]
        for job, one in pending:
            try:
                total.add(one.get(timeout=60 + job[1] * MOST_SECONDS / 10 * len(pending)))
            except multiprocessing.TimeoutError:
                total.failures.append(f"{job[0]}: no end, or ended by a signal")
                break
    return total


def main() -> int:
    """The nightly run; prints the figures, and each failure by its seed."""
    executions = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    begin = time.monotonic()
    result = fuzz(executions, processes=1, seed=int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    figures = {
        "executions": result.executions,
        "seconds": round(time.monotonic() - begin),
        "worstSeconds": round(result.worst_seconds, 2),
        "worstMegabytes": result.worst_megabytes,
        "codes": result.codes,
        "failures": result.failures[:50],
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return bool(result.failures)


if __name__ == "__main__":
    sys.exit(main())
