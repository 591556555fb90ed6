"""What is taken from Helm's own record of a release, and what never is."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from kmetal_network.adoption.release import read_release


def _secret(release: dict[str, Any]) -> dict[str, Any]:
    packed = base64.b64encode(gzip.compress(json.dumps(release).encode()))
    return {"data": {"release": base64.b64encode(packed).decode()}}


def test_version_and_network_values_are_read_the_operators_over_the_charts_and_nothing_else() -> None:
    release = {
        "chart": {"metadata": {"version": "1.4.0"}, "values": {"network": {"kubeOvn": {"tunnelType": "geneve"}}}},
        "config": {"network": {"kubeOvn": {"tunnelInterface": "data.205"}}, "registry": {"password": "hidden"}},
    }

    assert read_release(_secret(release)) == (
        "1.4.0",
        {"network": {"kubeOvn": {"tunnelType": "geneve", "tunnelInterface": "data.205"}}},
    )


@pytest.mark.parametrize(
    "secret", [{}, {"data": {}}, {"data": {"release": "!"}}, _secret({}), {"data": {"release": "YQ=="}}]
)
def test_what_is_no_release_is_said_so(secret: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a release of Helm 3"):
        read_release(secret)
