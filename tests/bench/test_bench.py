"""The benchmark's own parts: its stack file keeps the laws, its figures are distinct, its verdict can fail."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
import yaml

from kmetal_network.config.stackfile import load_stack
from kmetal_network.errors import OperatorError
from tests.bench.bench_preview import Share
from tests.bench.measure import Measure, Part, measure, part_of
from tests.bench.preview_objects import rendered
from tests.bench.report import Report
from tests.bench.size import Run, Size
from tests.bench.sized_project import STACK, write_manifests, write_project


def _size(tenants: int, seconds: float) -> Size:
    stack = {run: Measure(seconds, 1.0, {Part.ENGINE: 2048}) for run in Run}
    return Size(tenants, 3, stack=stack, plain={run: Measure(1.0) for run in Run})


def _report(*sizes: Size) -> Report:
    return Report(sizes, "4.25.0", "kubectl", {}, load=0.5, processors=2)


def test_fifty_generated_tenants_break_no_law(tmp_path: Path) -> None:
    environment, _ = load_stack(write_project(tmp_path / "project", 50, tmp_path / "kubeconfig"), STACK)

    assert len(environment.settings.tenants) == 50


def test_the_plain_apply_gets_namespaces_before_what_lies_in_them_and_the_patches_too(tmp_path: Path) -> None:
    file, objects = write_manifests(write_project(tmp_path / "project", 2, tmp_path / "kubeconfig"))

    bodies = list(yaml.safe_load_all(file.read_text()))
    names = [(body["kind"], body["metadata"]["name"]) for body in bodies]
    assert len(names) == objects
    assert names.index(("Namespace", "tenant-001")) < names.index(
        ("NetworkAttachmentDefinition", "tenant-001-main-net")
    )
    assert names.index(("Subnet", "external")) < names.index(("Vpc", "ovn-cluster")) < names.index(("Node", "w1"))


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["/opt/bin/pulumi", "up"], Part.ENGINE),
        (["/home/plugins/resource-kubernetes-v4/pulumi-resource-kubernetes", "127.0.0.1:1"], Part.PROVIDER),
        (["python", "-u", "-m", "pulumi.policy", "127.0.0.1:1", "."], Part.POLICIES),
        ([], Part.OTHER),
    ],
)
def test_a_process_is_known_by_its_command_line(words: list[str], part: Part) -> None:
    assert part_of(words, eldest=False) is part


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux keeps peaks in /proc")
def test_memory_of_a_process_is_its_peak_even_after_it_gave_it_back(tmp_path: Path) -> None:
    program = "import time; held = bytearray(64 * 2**20); del held; time.sleep(0.5)"

    found = measure([sys.executable, "-c", program], os.environ, tmp_path)

    assert found.peaks[Part.PROGRAM] > 64 * 1024
    assert found.seconds >= 0.5


def test_a_command_that_fails_ends_the_benchmark_with_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no such law"):
        measure([sys.executable, "-c", "raise SystemExit('no such law')"], os.environ, tmp_path)


def test_growth_under_the_limit_passes() -> None:
    report = _report(_size(10, 10.0), _size(50, 59.0))

    assert report.passed()
    assert "first up 5.9" in report.verdict()


def test_growth_at_the_limit_fails() -> None:
    report = _report(_size(10, 10.0), _size(50, 60.0))

    assert not report.passed()
    assert "NOT under the limit of 6" in report.verdict()


def test_without_both_sizes_growth_is_not_judged() -> None:
    assert "not judged" in _report(_size(1, 1.0), _size(10, 99.0)).verdict()


def test_the_document_for_machines_says_what_the_table_says() -> None:
    document = json.loads(_report(_size(10, 10.0)).as_json())

    (size,) = document["sizes"]
    assert size["runs"]["second up"]["ratio"] == 10.0
    assert size["runs"]["preview"]["peakKiB"] == {"engine": 2048}


def test_the_packs_share_is_a_part_of_the_judged_preview() -> None:
    share = Share(500, alone=Measure(6.0, 3.0), judged=Measure(8.0, 4.0))
    report = Report([], "4.25.0", "kubectl", {}, load=0.5, processors=2, policies=share)

    assert json.loads(report.as_json())["policyPack"] == {"objects": 500, "ofTime": 0.25, "ofProcessorTime": 0.25}
    assert str(share).endswith("its share is 25% of the time, 25% of the processor time")


def test_five_hundred_rendered_objects_are_of_every_layer() -> None:
    manifests = rendered(500)

    assert len(manifests) == 500
    assert {"ValidatingAdmissionPolicy", "IPAddressPool", "Subnet", "Vpc", "OvnSnatRule"} <= {
        manifest.kind for manifest in manifests
    }
