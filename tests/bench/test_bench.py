"""The benchmark's own parts: its stack file keeps the laws, its figures are distinct, its verdict can fail."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest
import yaml

from kmetal_network.config.stackfile import load_stack
from kmetal_network.errors import OperatorError
from tests.bench.bench_preview import Share
from tests.bench.figures.page import BEGIN, END, write_page
from tests.bench.figures.picture import growth_picture
from tests.bench.figures.report import Report
from tests.bench.measure import Measure, Part, measure, part_of
from tests.bench.measured.preview_objects import rendered
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
    report = _report(_size(10, 10.0), _size(50, 59.0), _size(450, 584.1))

    assert report.passed()
    few, many = report.verdict().splitlines()
    assert few == "growth from 10 to 50 tenants: first up 5.9, second up 5.9, preview 5.9; under the limit of 6"
    assert many.endswith("preview 9.9; under the limit of 10 of second up and preview")


@pytest.mark.parametrize(("sizes", "limit"), [(((10, 10.0), (50, 60.0)), 6), (((50, 10.0), (450, 100.0)), 10)])
def test_growth_at_a_limit_fails(sizes: tuple[tuple[int, float], ...], limit: int) -> None:
    report = _report(*(_size(*size) for size in sizes))

    assert not report.passed()
    assert f"NOT under the limit of {limit}" in report.verdict()


def test_a_first_up_that_grows_with_the_square_to_many_tenants_is_reported_and_not_judged() -> None:
    small, large = _size(50, 10.0), _size(450, 90.0)
    slow = {**large.stack, Run.FIRST: Measure(810.0)}
    report = _report(small, Size(450, 3, stack=slow, plain=large.plain))

    assert report.passed()
    assert "first up 81.0" in report.verdict()


def test_without_both_sizes_growth_is_not_judged() -> None:
    assert _report(_size(1, 1.0), _size(10, 99.0)).verdict().count("not judged") == 2


def test_figures_stand_between_the_marks_with_the_picture_beside_them_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Benchmarks\n\n{BEGIN}\nold\n{END}\n\nmore\n")

    write_page(tmp_path, _report(_size(1, 2.0), _size(10, 10.0)))

    text = page.read_text()
    assert text.startswith(f"# Benchmarks\n\n{BEGIN}\n\nMeasured on ")
    assert text.endswith(f"{END}\n\nmore\n")
    assert "old" not in text
    assert "| 10, 3 | 10.0 s, 10.0 times | 10.0 s, 10.0 times | 10.0 s, 10.0 times | 10.0 times | 2 |" in text
    assert "<svg" in (tmp_path / "benchmarks.svg").read_text()


def test_a_page_without_marks_is_not_touched(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n")

    with pytest.raises(OperatorError, match="no place for the figures"):
        write_page(tmp_path, _report(_size(1, 2.0)))
    assert page.read_text() == "# Benchmarks\n"


def test_the_picture_loads_nothing_and_is_the_same_for_the_same_figures() -> None:
    sizes = [_size(1, 2.0), _size(450, 90.0)]

    picture = growth_picture(sizes)

    assert picture == growth_picture(sizes)
    assert "<script" not in picture.replace('<script type="text/javascript">window.pygal', "")
    assert 'href="http' not in picture
    assert {">1<", ">450<", ">first up<", ">plain apply<"} <= set(re.findall(r">[^<>]+<", picture))


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
