"""Builds side by side: where the cores allow, never two of one module, and one line that shows both."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Self

import pytest

from sandbox import progress
from sandbox.progress import working
from sandbox.tools.go.building import fetch_modules, side_by_side
from sandbox.tools.go.compiler import Go

WAIT_SECONDS = 20.0


def test_from_four_cores_on_builds_of_two_modules_overlap() -> None:
    both = threading.Barrier(2, timeout=WAIT_SECONDS)  # breaks unless both are under way at once

    side_by_side({"etcd": ("etcd",), "pulumi": ("pulumi",)}, lambda _: both.wait(), cores=4)

    assert not both.broken


def test_on_two_cores_one_build_follows_the_other_in_the_calling_thread() -> None:
    built: list[tuple[str, threading.Thread]] = []

    side_by_side(
        {"etcd": ("etcd",), "kubernetes": ("kube-apiserver", "kube-controller-manager")},
        lambda name: built.append((name, threading.current_thread())),
        cores=2,
    )

    main = threading.current_thread()
    assert built == [("etcd", main), ("kube-apiserver", main), ("kube-controller-manager", main)]


def test_two_programs_of_one_module_wait_for_each_other_on_any_number_of_cores() -> None:
    second_began = threading.Event()
    overlapped: list[bool] = []

    def build(name: str) -> None:
        if name == "kube-apiserver":
            overlapped.append(second_began.wait(0.2))
        if name == "kube-controller-manager":
            second_began.set()

    side_by_side({"kubernetes": ("kube-apiserver", "kube-controller-manager"), "etcd": ("etcd",)}, build, cores=64)

    assert overlapped == [False]
    assert second_began.is_set()


def test_a_build_that_fails_is_raised_after_the_other_has_ended() -> None:
    ended: list[str] = []

    def build(name: str) -> None:
        if name == "etcd":
            raise RuntimeError(name)
        ended.append(name)

    with pytest.raises(RuntimeError, match="etcd"):
        side_by_side({"etcd": ("etcd",), "pulumi": ("pulumi",)}, build, cores=4)

    assert ended == ["pulumi"]


def test_the_modules_of_the_next_build_are_fetched_by_listing_what_its_package_imports(tmp_path: Path) -> None:
    executable = tmp_path / "go"
    executable.write_text('#!/bin/sh\necho "$PWD $*" >> "$0.asked"\nexit 1\n')
    executable.chmod(0o755)
    (tmp_path / "etcd").mkdir()

    fetch_modules([(Go(executable, "go1.99.0", "linux/amd64"), tmp_path / "etcd", "go.etcd.io/etcd")]).join(
        WAIT_SECONDS
    )

    assert (tmp_path / "go.asked").read_text() == f"{tmp_path / 'etcd'} list -deps -f  go.etcd.io/etcd\n"


def test_pieces_of_work_that_run_side_by_side_share_the_one_line_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    shown = threading.Event()

    class Status:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def update(self, line: str) -> None:
            lines.append(line)
            if "one" in line and "two" in line:
                shown.set()

    class Terminal:
        is_terminal = True

        def status(self, _: str) -> Status:
            return Status()

        def print(self, *_: object, **__: object) -> None: ...

    monkeypatch.setattr(progress, "_console", Terminal())
    monkeypatch.setattr(progress, "_REDRAW_SECONDS", 0.01)

    with working("one"), working("two"):
        assert shown.wait(WAIT_SECONDS), lines
