"""The API server as the sandbox itself sees it: a few calls over HTTPS with a token.

It must work before anything else does (readiness, certificates, first CRDs), so it needs no discovery. Objects are
plain dictionaries. It refuses nothing by itself: when the server refuses, it raises an `ApiError` with the server's
message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import urllib3

Object = dict[str, Any]

FIELD_MANAGER: Final = "kmetal-sandbox"

_TIMEOUT_SECONDS: Final = 30.0
_CORE: Final = "v1"
_SUCCESS: Final = range(200, 300)


class ApiError(Exception):
    """An answer other than success."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(f"{status}: {message}")


def collection(api_version: str, kind: str, namespace: str | None = None) -> str:
    """The path of all objects of a kind; every kind that the sandbox handles has a regular plural."""
    root = f"/api/{api_version}" if api_version == _CORE else f"/apis/{api_version}"
    scope = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{scope}/{kind.lower()}s"


def collection_of(manifest: Mapping[str, Any]) -> str:
    """The path of the collection that an object belongs to."""
    return collection(manifest["apiVersion"], manifest["kind"], manifest["metadata"].get("namespace"))


@dataclass(frozen=True)
class Api:
    """An API server and the credentials for it."""

    address: str
    certificate: Path
    """The server's self-signed certificate with its authority."""

    token: str

    def request(
        self, method: str, path: str, body: Object | None = None, content_type: str = "application/json"
    ) -> Object:
        """One call; the answer's object."""
        text = self._raw(method, path, None if body is None else json.dumps(body).encode(), content_type)
        answer: Object = json.loads(text)
        return answer

    def text(self, path: str) -> str:
        """The answer of a path that is not an object, such as `/readyz`."""
        return self._raw("GET", path, None, "application/json").decode()

    def find(self, path: str) -> Object | None:
        """An object, or None where there is none."""
        try:
            return self.request("GET", path)
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def apply(self, manifest: Object, manager: str = FIELD_MANAGER) -> Object:
        """Server-side apply with force."""
        path = f"{collection_of(manifest)}/{manifest['metadata']['name']}?fieldManager={manager}&force=true"
        return self.request("PATCH", path, manifest, "application/apply-patch+yaml")

    def create(self, manifest: Object, manager: str = FIELD_MANAGER) -> bool:
        """Create an object with its status unless it exists; True when it was created."""
        path = collection_of(manifest)
        try:
            self.request("POST", f"{path}?fieldManager={manager}", manifest)
        except ApiError as error:
            if error.status == HTTPStatus.CONFLICT:
                return False
            raise
        if "status" in manifest:
            # A patch, which needs no resourceVersion: a controller may have written to the object since.
            status = f"{path}/{manifest['metadata']['name']}/status?fieldManager={manager}"
            self.request("PATCH", status, {"status": manifest["status"]}, "application/merge-patch+json")
        return True

    def ready(self) -> bool:
        """Whether the server is up and says so."""
        try:
            return self.text("/readyz") == "ok"
        except (ApiError, OSError):
            return False

    @cached_property
    def _connections(self) -> urllib3.PoolManager:
        """Kept between calls: a new TLS handshake is two thirds of a call."""
        # It is on loopback, so never use the environment's proxy.
        return urllib3.PoolManager(ca_certs=str(self.certificate), retries=False, timeout=_TIMEOUT_SECONDS)

    def _raw(self, method: str, path: str, body: bytes | None, content_type: str) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type}
        try:
            answer = self._connections.request(method, f"{self.address}{path}", body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise ConnectionError(f"{self.address}: no answer ({str(error).rpartition(': ')[2]})") from None
        if answer.status not in _SUCCESS:
            raise ApiError(answer.status, _message(answer.data))
        return answer.data


def _message(body: bytes) -> str:
    """The server's error message."""
    try:
        status = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
    return str(status.get("message", status)) if isinstance(status, dict) else str(status)
