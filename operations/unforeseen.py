"""The last resort: turns any bug in the program into one sentence that says where it is."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from kmetal_network.errors import OperatorError, bounded, printable
from kmetal_network.facts.source_objects import SourceObject, default_place

_LONGEST: Final = 300
_MOST_ASKED: Final = 200
"""Objects that are tried one by one for the one at which the program fails."""

T = TypeVar("T")


class UnforeseenError(OperatorError):
    """The program failed; that says nothing about the network."""

    @property
    def exit_code(self) -> int:
        """2: whether there are findings is not known."""
        return 2


def unforeseen(error: BaseException, place: str = "") -> UnforeseenError:
    """One sentence: what was being judged, what went wrong, and in which line of the program."""
    frames = traceback.extract_tb(error.__traceback__)
    where = ""
    if frames:
        frame = next((entry for entry in reversed(frames) if "site-packages" not in entry.filename), frames[-1])
        where = f" at {Path(frame.filename).name}:{frame.lineno}"
    said = bounded(" ".join(str(error).split()), _LONGEST)
    what = f"{type(error).__name__}{where}{f', {said}' if said else ''}"
    begin = f"{place}: " if place else ""
    return UnforeseenError(
        printable(
            f"{begin}kmetal-network itself failed ({what}); nothing is judged, report it with the input [UNFORESEEN]"
        )
    )


def judged_or_named(manifests: Sequence[SourceObject], judge: Callable[[Sequence[SourceObject]], T]) -> T:
    """What a function says of objects.

    Raises:
        UnforeseenError: it failed; names the object at which it fails alone, where there is one.
    """
    try:
        return judge(manifests)
    except OperatorError:
        raise
    except Exception as error:  # noqa: BLE001 (the last resort)
        place = next((_place(one) for one in manifests[:_MOST_ASKED] if _fails(judge, one)), "")
        raise unforeseen(error, place) from None


def _place(manifest: SourceObject) -> str:
    return bounded(manifest.place or default_place(manifest.data), _LONGEST)


def _fails(judge: Callable[[Sequence[SourceObject]], object], manifest: SourceObject) -> bool:
    try:
        judge([manifest])
    except OperatorError:
        return False
    except Exception:  # noqa: BLE001 (as above)
        return True
    return False
