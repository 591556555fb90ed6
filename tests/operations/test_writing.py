"""Several files are written as one change."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmetal_network.errors import OperatorError
from operations.writing import write_all, written


def everything(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_all_of_them_are_written_and_nothing_else_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "c").write_text("old")
    (tmp_path / "a").write_text("old")
    write_all(tmp_path, {"a": b"new", "b/b": b"new", "gone/c": None})
    assert everything(tmp_path) == {"a": "new", "b/b": "new"}
    assert not (tmp_path / "gone").exists()


def test_a_file_that_cannot_be_written_leaves_all_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "taken").write_text("no folder")
    with pytest.raises(OperatorError, match="taken"):
        write_all(tmp_path, {"a": b"new", "c": b"new", "taken/b": b"new"})
    assert everything(tmp_path) == {"a": "old", "taken": "no folder"}


def test_what_stops_in_between_puts_them_back(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")

    def stop() -> None:
        with written(tmp_path, {"a": None, "folder/b": b"new"}):
            assert everything(tmp_path) == {"folder/b": "new"}
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop()
    assert everything(tmp_path) == {"a": "old"}
    assert not (tmp_path / "folder").exists()


def test_the_rights_of_a_file_stay_what_they_were(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o640)
    write_all(tmp_path, {"a": b"new"})
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640
