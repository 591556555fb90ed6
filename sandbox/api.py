"""The API server as the sandbox itself sees it: a few calls over HTTPS with a token, standard library only.

It must work before anything else does (readiness, certificates, first CRDs), so it needs no discovery. Objects are
plain dictionaries. It refuses nothing by itself: what the server refuses is an `ApiError` with the server's own words.
"""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

Object = dict[str, Any]

FIELD_MANAGER: Final = "kmetal-sandbox"

_TIMEOUT_SECONDS: Final = 30.0
_CORE: Final = "v1"


class ApiError(Exception):
    """An answer other than success."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(f"{status}: {message}")


def collection(api_version: str, kind: str, namespace: str | None = None) -> str:
    """The path of all objects of a kind; good for every kind that the sandbox handles, whose plurals are regular."""
    root = f"/api/{api_version}" if api_version == _CORE else f"/apis/{api_version}"
    scope = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{scope}/{kind.lower()}s"


def collection_of(manifest: Mapping[str, Any]) -> str:
    """The path of the collection that an object belongs to."""
    return collection(manifest["apiVersion"], manifest["kind"], manifest["metadata"].get("namespace"))


@dataclass(frozen=True)
class Api:
    """An API server, and who asks."""

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
        """What a path that is not an object says, `/readyz` for one."""
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
        """Server-side apply, conflicts won."""
        path = f"{collection_of(manifest)}/{manifest['metadata']['name']}?fieldManager={manager}&force=true"
        return self.request("PATCH", path, manifest, "application/apply-patch+yaml")

    def create(self, manifest: Object, manager: str = FIELD_MANAGER) -> bool:
        """Create an object with its status unless it is there already; True when it was created."""
        path = collection_of(manifest)
        try:
            made = self.request("POST", f"{path}?fieldManager={manager}", manifest)
        except ApiError as error:
            if error.status == HTTPStatus.CONFLICT:
                return False
            raise
        if "status" in manifest:
            made["status"] = manifest["status"]
            self.request("PUT", f"{path}/{made['metadata']['name']}/status?fieldManager={manager}", made)
        return True

    def ready(self) -> bool:
        """Whether the server is up and says so."""
        try:
            return self.text("/readyz") == "ok"
        except (ApiError, OSError):
            return False

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        context = ssl.create_default_context(cafile=str(self.certificate))
        # No proxy: it is on loopback, whatever the environment says.
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )

    def _raw(self, method: str, path: str, body: bytes | None, content_type: str) -> bytes:
        request = urllib.request.Request(  # noqa: S310  # https on loopback, by construction
            f"{self.address}{path}",
            data=body,
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": content_type},
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise ApiError(error.code, _message(error.read())) from None
        except http.client.HTTPException as error:
            raise ConnectionError(f"{self.address}: half an answer ({error!r})") from None


def _message(body: bytes) -> str:
    """What the server says is wrong."""
    try:
        status = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
    return str(status.get("message", status)) if isinstance(status, dict) else str(status)
