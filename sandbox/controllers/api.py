"""The API server as the simulated controllers use it: raw objects over HTTP, one field manager per call.

Objects stay plain dictionaries, because the simulation must match their content byte by byte. It refuses to
guess: an answer other than success is an `ApiException` of the official client, with the server's own words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kubernetes import config
from kubernetes.client.exceptions import ApiException

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from urllib3 import BaseHTTPResponse

    from sandbox.controllers.faults import Faults

Object = dict[str, Any]
"""One object of the API server, as parsed from its JSON."""

KUBE_OVN: Final = "kube-ovn-controller"
KUBE_OVN_CNI: Final = "kube-ovn-daemon"

CONFLICT: Final = 409
NOT_FOUND: Final = 404
GONE: Final = 410
SUCCESS: Final = range(200, 300)
WATCH_SECONDS: Final = 240


@dataclass(frozen=True)
class Kind:
    """API version, plural and scope of one kind."""

    api: str
    plural: str
    namespaced: bool = False

    @property
    def collection(self) -> str:
        """The path that lists all objects of this kind."""
        return f"/{'api' if self.api == 'v1' else 'apis'}/{self.api}/{self.plural}"

    def path(self, key: str) -> str:
        """The path of one object; `key` is `name`, or `namespace/name` where the kind has namespaces."""
        if not self.namespaced:
            return f"{self.collection}/{key}"
        namespace, name = key.split("/")
        return f"{self.collection.removesuffix(self.plural)}namespaces/{namespace}/{self.plural}/{name}"


KINDS: Final[Mapping[str, Kind]] = {
    "Namespace": Kind("v1", "namespaces"),
    "Node": Kind("v1", "nodes"),
    "Pod": Kind("v1", "pods", namespaced=True),
    "Service": Kind("v1", "services", namespaced=True),
    "ConfigMap": Kind("v1", "configmaps", namespaced=True),
    "ProviderNetwork": Kind("kubeovn.io/v1", "provider-networks"),
    "Vlan": Kind("kubeovn.io/v1", "vlans"),
    "Subnet": Kind("kubeovn.io/v1", "subnets"),
    "Vpc": Kind("kubeovn.io/v1", "vpcs"),
    "OvnEip": Kind("kubeovn.io/v1", "ovn-eips"),
    "OvnSnatRule": Kind("kubeovn.io/v1", "ovn-snat-rules"),
    "IP": Kind("kubeovn.io/v1", "ips"),
}


def key_of(obj: Object) -> str:
    """`name`, or `namespace/name` where there is a namespace."""
    meta = obj["metadata"]
    return f"{meta['namespace']}/{meta['name']}" if meta.get("namespace") else str(meta["name"])


def deleting(obj: Object) -> bool:
    """Whether the object is terminating."""
    return bool(obj["metadata"].get("deletionTimestamp"))


def spec_of(obj: Object) -> Object:
    """The spec; an empty mapping where there are none."""
    return obj.get("spec") or {}


def status_of(obj: Object) -> Object:
    """The status; an empty mapping where there are none."""
    return obj.get("status") or {}


def labels_of(obj: Object) -> dict[str, str]:
    """The labels; an empty mapping where there are none."""
    return obj["metadata"].get("labels") or {}


def annotations_of(obj: Object) -> dict[str, str]:
    """The annotations; an empty mapping where there are none."""
    return obj["metadata"].get("annotations") or {}


class Client:
    """Verbs on objects; thread-safe, as its connection pool is."""

    def __init__(self, kubeconfig: Path, faults: Faults) -> None:
        self._api = config.new_client_from_config(str(kubeconfig))  # type: ignore[no-untyped-call]  # client ships no types
        self._http = self._api.rest_client.pool_manager
        self._http.connection_pool_kw["maxsize"] = 40
        self._host = self._api.configuration.host
        self._faults = faults
        self._headers = {"Accept": "application/json"}
        self._api.update_params_for_auth(self._headers, [], ["BearerToken"], "", "", None)
        self.written: dict[str, dict[str, Object]] = {kind: {} for kind in KINDS}
        """The last answer to a write of each object, by kind and key: newer than a cache until its event arrives."""

    def close(self) -> None:
        """Close the connections."""
        self._http.clear()
        self._api.close()

    def list(self, kind: str) -> tuple[list[Object], str]:
        """All objects of a kind and the version of that list."""
        answer = self._call("GET", KINDS[kind].collection)
        return answer.get("items") or [], answer["metadata"]["resourceVersion"]

    def watch(self, kind: str, version: str) -> tuple[BaseHTTPResponse, Iterator[Object]]:
        """Events after `version`; it returns the response, too, so that another thread can close it."""
        query = f"watch=1&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds={WATCH_SECONDS}"
        response = self._send("GET", f"{KINDS[kind].collection}?{query}", preload=False)
        return response, _lines(response)

    def get(self, kind: str, key: str) -> Object:
        """One object."""
        return self._call("GET", KINDS[kind].path(key))

    def create(self, kind: str, obj: Object, manager: str = KUBE_OVN) -> Object:
        """Create; the object carries its own name."""
        named = KINDS[kind]
        path = f"{named.collection}?fieldManager={manager}"
        return self._wrote(kind, self._call("POST", path, {**_typed(kind), **obj}))

    def put(self, kind: str, obj: Object, *, sub: str = "", manager: str = KUBE_OVN) -> Object:
        """Write the whole object, as Go's typed `Update` does; this changes who owns its fields."""
        path = f"{KINDS[kind].path(key_of(obj))}{sub}?fieldManager={manager}"
        return self._wrote(kind, self._call("PUT", path, self._faults.spoil({**_typed(kind), **obj})))

    def patch(self, kind: str, key: str, patch: Object, *, sub: str = "", manager: str = KUBE_OVN) -> Object:
        """Merge-patch an object or, with `sub="/status"`, its status."""
        path = f"{KINDS[kind].path(key)}{sub}?fieldManager={manager}"
        return self._wrote(kind, self._call("PATCH", path, patch, "application/merge-patch+json"))

    def patch_status(self, kind: str, key: str, status: Object) -> Object:
        """Merge-patch the status."""
        return self.patch(kind, key, {"status": status}, sub="/status")

    def delete(self, kind: str, key: str) -> None:
        """Delete the object; it is no error if it does not exist."""
        try:
            self._call("DELETE", KINDS[kind].path(key))
        except ApiException as error:
            if error.status != NOT_FOUND:
                raise

    def _wrote(self, kind: str, answer: Object) -> Object:
        self.written[kind][key_of(answer)] = answer
        return answer

    def _call(self, verb: str, path: str, body: Object | None = None, content: str = "application/json") -> Object:
        response = self._send(verb, path, body, content)
        answer: Object = json.loads(response.data)
        return answer

    def _send(
        self,
        verb: str,
        path: str,
        body: Object | None = None,
        content: str = "application/json",
        *,
        preload: bool = True,
    ) -> BaseHTTPResponse:
        headers = {**self._headers, "Content-Type": content}
        data = None if body is None else json.dumps(body)
        response: BaseHTTPResponse = self._http.request(
            verb, self._host + path, body=data, headers=headers, preload_content=preload, retries=False
        )
        if response.status not in SUCCESS:
            raise _refusal(response)
        return response


def _typed(kind: str) -> Object:
    return {"apiVersion": KINDS[kind].api, "kind": kind}


def _refusal(response: BaseHTTPResponse) -> ApiException:
    words = response.data.decode()
    response.release_conn()
    error = ApiException(status=response.status, reason=words)
    error.body = words
    return error


def _lines(response: BaseHTTPResponse) -> Iterator[Object]:
    rest = b""
    for chunk in response.stream(amt=None):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (json.loads(line) for line in lines if line)
