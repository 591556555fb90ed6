"""What a program loads that uses a component: nothing of the laws, the admission policies or the comparison."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.stack_project import ROOT

FORBIDDEN = (
    "kmetal_network.laws",
    "kmetal_network.admission",
    "kmetal_network.manifests.admission",
    "kmetal_network.live.diff",
    "kmetal_network.facts.model",
    "operations",
)


@pytest.mark.parametrize("module", ["cni_stack", "metallb", "provider_network", "tenant_network", "provider_host"])
def test_importing_a_component_loads_no_law_no_cel_and_no_drift(module: str) -> None:
    program = f"import sys, components.{module}; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = answer.stdout.split()
    assert f"components.{module}" in loaded
    assert [name for name in loaded if name.startswith(FORBIDDEN)] == []
