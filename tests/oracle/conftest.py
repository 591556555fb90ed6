"""One OVN for a module; its tests are skipped, with one line, where OVN is not available."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.oracle.local_ovn.debian import MissingError
from tests.oracle.local_ovn.ovn import Ovn


@pytest.fixture(scope="module")
def ovn() -> Iterator[Ovn]:
    try:
        started = Ovn()
    except MissingError as error:
        pytest.skip(str(error))
    with started:
        yield started
