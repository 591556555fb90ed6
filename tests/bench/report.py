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

SMALL: Final = 10
LARGE: Final = 50
MOST_GROWTH: Final = 6.0
"""From ten tenants to fifty, work that is linear grows by less than five; what is quadratic grows by up to 25."""

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

    def growth(self) -> dict[Run, float]:
        """How much longer each run takes with fifty tenants than with ten; empty where either was not measured."""
        by_tenants = {size.tenants: size for size in self.sizes}
        if not {SMALL, LARGE} <= by_tenants.keys():
            return {}
        small, large = by_tenants[SMALL].stack, by_tenants[LARGE].stack
        return {run: large[run].seconds / small[run].seconds for run in Run}

    def passed(self) -> bool:
        """Whether growth stays under the limit, as far as it was measured."""
        return all(factor < MOST_GROWTH for factor in self.growth().values())

    def verdict(self) -> str:
        """Growth in one sentence."""
        if not (growth := self.growth()):
            return f"growth: not judged; measure {SMALL} and {LARGE} tenants"
        factors = ", ".join(f"{run} {factor:.1f}" for run, factor in growth.items())
        judged = "under" if self.passed() else "NOT under"
        return f"growth from {SMALL} to {LARGE} tenants: {factors}; {judged} the limit of {MOST_GROWTH:.0f}"

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
            "growth": self.growth(),
            "limit": MOST_GROWTH,
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
