"""What the benchmark says: one table for people, one document for machines, one verdict on growth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.table import Table

from tests.bench.bench_preview import Share
from tests.bench.measure import Part
from tests.bench.size import Run, Size

SIZES: Final = (1, 10, 50, 150, 450)
"""Tenants of the environments that are measured."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How much longer some runs may take for more tenants."""

    small: int
    large: int
    most: float
    runs: frozenset[Run]


LIMITS: Final = (
    Limit(10, 50, 6.0, frozenset(Run)),  # linear work grows by less than 5, quadratic by up to 25
    Limit(50, 450, 10.0, frozenset({Run.SECOND, Run.PREVIEW})),  # 9 times the work; a first `up` is quadratic (ADR 14)
)

_PARTS: Final = (Part.ENGINE, Part.PROGRAM, Part.PROVIDER, Part.POLICIES)


@dataclass(frozen=True)
class Report:
    """All figures of one benchmark."""

    sizes: Sequence[Size]
    provider: str
    plain: str
    """What the plain apply was done with."""

    engine: Mapping[str, str]
    """Settings of the engine that differ from those of `kmetal-network`."""

    load: float
    """Processes that wanted a processor before the first measurement (the machine's load average of one minute)."""

    processors: int
    policies: Share | None = None
    """What the policy pack adds to a preview."""

    def busy(self) -> bool:
        """Whether others used the machine so much that seconds mean little."""
        return self.load > self.processors

    def growth(self, limit: Limit) -> dict[Run, float]:
        """How much longer each run takes with more tenants; empty where either size was not measured."""
        by_tenants = {size.tenants: size for size in self.sizes}
        if not {limit.small, limit.large} <= by_tenants.keys():
            return {}
        small, large = by_tenants[limit.small].stack, by_tenants[limit.large].stack
        return {run: large[run].seconds / small[run].seconds for run in Run}

    def passed(self) -> bool:
        """Whether growth stays under each limit, as far as it was measured."""
        return all(self._keeps(limit) for limit in LIMITS)

    def _keeps(self, limit: Limit) -> bool:
        return all(factor < limit.most for run, factor in self.growth(limit).items() if run in limit.runs)

    def verdict(self) -> str:
        """Growth, one sentence for each limit."""
        return "\n".join(map(self._sentence, LIMITS))

    def _sentence(self, limit: Limit) -> str:
        if not (growth := self.growth(limit)):
            return f"growth: not judged; measure {limit.small} and {limit.large} tenants"
        factors = ", ".join(f"{run} {factor:.1f}" for run, factor in growth.items())
        judged = "under" if self._keeps(limit) else "NOT under"
        whose = "" if limit.runs == set(Run) else f" of {' and '.join(run for run in Run if run in limit.runs)}"
        return f"growth from {limit.small} to {limit.large} tenants: {factors}; {judged} the limit of {limit.most:.0f}{whose}"

    def table(self) -> Table:
        """Seconds of the stack, its ratio to the plain apply, and peak memory in MiB."""
        caption = f"provider: {self.provider}; x: times the plain apply ({self.plain}); memory: peak MiB"
        caption += f"; load before: {self.load:.1f} on {self.processors} processors"
        if self.busy():
            caption += " (busy: ratios hold roughly, seconds do not)"
        if self.engine:
            caption += "; " + " ".join(f"{name}={value}" for name, value in self.engine.items())
        table = Table(caption=caption, caption_justify="left")
        for heading in ("tenants", "objects", *Run, *_PARTS):
            table.add_column(heading, justify="right")
        for size in self.sizes:
            runs = (f"{size.stack[run].seconds:.1f} s ({size.ratio(run):.1f}x)" for run in Run)
            table.add_row(
                str(size.tenants), str(size.objects), *runs, *(_mebibytes(size.peak(part)) for part in _PARTS)
            )
        return table

    def as_json(self) -> str:
        """Everything, for machines."""
        document: dict[str, Any] = {
            "provider": self.provider,
            "plain": self.plain,
            "engine": dict(self.engine),
            "load": self.load,
            "processors": self.processors,
            "sizes": [_document(size) for size in self.sizes],
            "growth": [
                {"from": limit.small, "to": limit.large, "limit": limit.most, "factors": self.growth(limit)}
                for limit in LIMITS
            ],
            "passed": self.passed(),
        }
        if self.policies is not None:
            share = {"ofTime": self.policies.of_time, "ofProcessorTime": self.policies.of_processor}
            document["policyPack"] = {"objects": self.policies.objects, **share}
        return json.dumps(document, indent=2)


def _mebibytes(kibibytes: int | None) -> str:
    return "-" if kibibytes is None else f"{kibibytes / 1024:.0f}"


def _document(size: Size) -> dict[str, Any]:
    runs = {
        run: {
            "seconds": size.stack[run].seconds,
            "processorSeconds": size.stack[run].processor,
            "plainSeconds": size.plain[run].seconds,
            "plainProcessorSeconds": size.plain[run].processor,
            "ratio": size.ratio(run),
            "peakKiB": dict(size.stack[run].peaks),
        }
        for run in Run
    }
    return {"tenants": size.tenants, "objects": size.objects, "runs": runs}
