"""Runs a command to its end and says how long it took and how much memory each of its processes held at most.

Linux keeps every process's peak itself (VmHWM in /proc/<pid>/status, proc(5)), so a look now and then misses only the
growth after the last look. Elsewhere the time is measured and the memory is not.
"""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from kmetal_network.errors import OperatorError

_LOOK_SECONDS: Final = 0.1
_PROC: Final = Path("/proc")


class Part(StrEnum):
    """Who holds the memory."""

    ENGINE = "engine"
    PROGRAM = "program"
    PROVIDER = "provider"
    POLICIES = "policies"
    OTHER = "other"


@dataclass(frozen=True)
class Measure:
    """What one command cost."""

    seconds: float
    processor: float = 0.0
    """Seconds of processor time of all its processes: hardly moved by what else the machine does."""

    peaks: Mapping[Part, int] = field(default_factory=dict)
    """Peak resident memory in KiB, of the largest process of each part."""

    def __str__(self) -> str:
        """For a line of progress."""
        return f"{self.seconds:.1f} s ({self.processor:.1f} s of processor)"


def measure(command: Sequence[str | Path], environment: Mapping[str, str], directory: Path) -> Measure:
    """Run it.

    Raises:
        OperatorError: the command failed; its own words are in it.
    """
    peaks: dict[Part, int] = {}
    log = directory / "command.log"
    begun, used = time.perf_counter(), _processor()
    with log.open("wb") as sink:
        process = subprocess.Popen(command, env=environment, stdout=sink, stderr=subprocess.STDOUT)
        while _runs(process):
            for pid in _family(process.pid):
                _look(pid, pid == process.pid, peaks)
        seconds, processor = time.perf_counter() - begun, _processor() - used
    if process.returncode:
        words = " ".join(map(str, command))
        said = log.read_text(errors="replace")[-2000:]
        raise OperatorError(f"bench: `{words}` failed (exit {process.returncode}); mend the cause it names:\n{said}")
    return Measure(seconds, processor, peaks)


def part_of(command_line: Sequence[str], *, eldest: bool) -> Part:
    """Which part a process plays; the eldest is the one that was started, and runs the program inline."""
    if eldest:
        return Part.PROGRAM
    if not command_line:
        return Part.OTHER
    names = {Path(word).name for word in command_line[:8]}
    if "operations.parts.worker" in names:
        return Part.PROGRAM
    if "pulumi-resource-kubernetes" in names:
        return Part.PROVIDER
    if names & {"pulumi.policy", "pulumi-analyzer-policy-python", "pulumi-language-python-exec"}:
        return Part.POLICIES
    return Part.ENGINE if Path(command_line[0]).name == "pulumi" else Part.OTHER


def _processor() -> float:
    """What children that have ended, and theirs, have used; servers that still run do not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _runs(process: subprocess.Popen[bytes]) -> bool:
    """Wait for a moment; False once the process has ended."""
    try:
        process.wait(_LOOK_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _look(pid: int, eldest: bool, peaks: dict[Part, int]) -> None:  # noqa: FBT001 (passed on by its name)
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
        status = (_PROC / str(pid) / "status").read_text()
    except OSError:  # it has ended meanwhile
        return
    part = part_of([word for word in words if word], eldest=eldest)
    peak = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)
    peaks[part] = max(peaks.get(part, 0), peak)


def _family(eldest: int) -> set[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    family, new = {eldest}, [eldest]
    while new:
        new = [child for pid in new for child in children.get(pid, ()) if child not in family]
        family.update(new)
    return family


def _parents() -> Iterator[tuple[int, int]]:
    for stat in _PROC.glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        # proc(5): the name in parentheses may hold anything; behind it come state and parent.
        yield int(stat.parent.name), int(text[text.rindex(")") + 1 :].split()[1])
