"""Edits of the good network that several files of cases share."""

from __future__ import annotations

from kmetal_network.facts.platform import ClusterFact
from tests.support.network.edits import Edit, known_as

VALUES = "spec.values.network"
UID = "0d1f5b0e-7c2d-4c33-9a51-3f0a2f4f9f11"
OTHER_UID = "5a1e0b0e-7c2d-4c33-9a51-3f0a2f4f9f22"


def named(uid: str) -> Edit:
    """The cluster that the settings name."""
    return known_as(clusters=(ClusterFact(place="cluster", expected_uid=uid),))
