"""A client that may write to the cluster, for the few writes that are not the engine's.

Adoption ends kubectl's field ownership. A run ends the field ownership of earlier runs of its stack, deletes Helm's
record of a killed run, and requests the addresses of new routers (`operations.parts.addresses`). The engine does
everything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from operations.cluster.live import LiveCluster

_JSON_PATCH: Final = "application/json-patch+json"
_CHANGED: Final = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
"""What the API server answers where the resourceVersion that a patch names is not that of the object."""


class WritableCluster(LiveCluster):
    """A cluster, with three verbs more."""

    def patch(self, path: str, operations: Sequence[Mapping[str, Any]], manager: str) -> bool:
        """Apply a JSON patch; False where one of its tests failed, or somebody was faster.

        Raises:
            UnreachableError: no answer, or not permitted.
        """
        where = f"{path}?fieldManager={manager}"
        self.writes += 1
        status, _ = self._send("PATCH", where, list(operations), _JSON_PATCH, spared=_CHANGED)
        return status not in _CHANGED

    def create(self, path: str, body: Mapping[str, Any], manager: str) -> None:
        """Create an object in a collection, where it may be already; nothing where the kind is not served.

        Raises:
            UnreachableError: no answer, or not permitted.
        """
        self.writes += 1
        self._send("POST", f"{path}?fieldManager={manager}", body, spared=(HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND))

    def delete(self, path: str) -> None:
        """Delete an object, which may be gone already.

        Raises:
            UnreachableError: no answer, or not permitted.
        """
        self.writes += 1
        self._send("DELETE", path, spared=(HTTPStatus.NOT_FOUND,))
