"""Writes several files of the project as one change: either all of them are written, or nothing is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from kmetal_network.errors import OperatorError


@contextmanager
def written(root: Path, texts: Mapping[str, bytes | None]) -> Iterator[None]:
    """Write files before the block, and put them back as they were if anything stops it.

    Each file is written next to its place first and renamed then, so a reader sees the old text or the new one. Empty
    folders go with their last file.

    Args:
        root: the project.
        texts: path below the project to content; None deletes the file.

    Raises:
        OperatorError: a file cannot be written; nothing is.
    """
    before = {path: _content(root / path) for path in texts}
    try:
        _write(root, texts)
        yield
    except BaseException:
        _write(root, before)
        raise


def write_all(root: Path, texts: Mapping[str, bytes | None]) -> None:
    """Write files, all or none; as `written`.

    Raises:
        OperatorError: a file cannot be written; nothing is.
    """
    with written(root, texts):
        pass


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OperatorError(f"{path}: {error.strerror}; make it a file that you may read and write") from None


def _write(root: Path, texts: Mapping[str, bytes | None]) -> None:
    ready: dict[Path, Path] = {}
    try:
        for name, content in texts.items():
            if content is not None:
                ready[root / name] = _beside(root / name, content)
        for path, temporary in ready.items():
            temporary.replace(path)
        for name in (name for name, content in texts.items() if content is None):
            (root / name).unlink(missing_ok=True)
            _prune(root, (root / name).parent)
    except OSError as error:
        raise OperatorError(
            f"{error.filename}: {error.strerror}; nothing was written: make room, or ask for the right"
        ) from None
    finally:
        for temporary in ready.values():
            temporary.unlink(missing_ok=True)


def _beside(path: Path, content: bytes) -> Path:
    """The content in a file of its own in the same folder, on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        except BaseException:
            temporary.unlink()
            raise
    return temporary


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _prune(root: Path, folder: Path) -> None:
    """Delete folders that have become empty."""
    with suppress(OSError):
        while folder != root:
            folder.rmdir()
            folder = folder.parent
