"""The API server as the stand-in provider meets it: one on loopback, and nothing else.

Keeps connections and discovery, and turns a refusal into `Refused` with the server's own sentence. It refuses an
address that is not on this machine, ignores proxies, and follows no redirect.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import os
import ssl
import tempfile
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

import urllib3
import yaml

from sandbox.provider_values import Object

CONNECTIONS: Final = 128
APPLY: Final = "application/apply-patch+yaml"
JSON_PATCH: Final = "application/json-patch+json"
_CLIENT: Final = ("client-certificate", "client-certificate-data", "client-key", "client-key-data")


class Refused(Exception):  # noqa: N818 (the server refused; nothing broke)
    """The API server's answer, when it is not the one that was hoped for."""

    def __init__(self, code: int, reason: str, message: str, causes: list[Object] | None = None) -> None:
        super().__init__(message)
        self.code, self.reason, self.causes = code, reason, causes or []

    @property
    def exists(self) -> bool:
        """The object was there already."""
        return self.reason == "AlreadyExists"

    @property
    def missing(self) -> bool:
        """The object, its namespace or its kind is not there."""
        return self.code == HTTPStatus.NOT_FOUND


class NoMatch(Refused):
    """The server serves no such kind (its CRD is not installed)."""

    def __init__(self, kind: str, version: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, "NoMatch", f'no matches for kind "{kind}" in version "{version}"')


class NotLoopback(Exception):  # noqa: N818 (a refusal)
    """Somebody tried the stand-in on a real cluster."""


@dataclass(frozen=True)
class Resource:
    """How a kind is addressed."""

    prefix: str
    plural: str
    namespaced: bool

    def path(self, namespace: str, name: str = "") -> str:
        """The URL's path of one object, or of the collection."""
        scope = f"/namespaces/{namespace}" if self.namespaced else ""
        return f"{self.prefix}{scope}/{self.plural}" + (f"/{name}" if name else "")


def read_kubeconfig(text_or_path: str) -> Object:
    """Read a kubeconfig given as text, as a path, or (empty) by the usual environment."""
    source = text_or_path or os.environ.get("KUBECONFIG", "").split(os.pathsep)[0] or "~/.kube/config"
    if "\n" not in source and not source.lstrip().startswith("{"):
        source = Path(source).expanduser().read_text(encoding="utf-8")
    document = yaml.safe_load(source)
    if not isinstance(document, dict) or not isinstance(document.get("clusters"), list):
        raise ValueError("not a kubeconfig: it names no clusters")  # noqa: TRY004 (a value of a setting)
    return document


def active_cluster(kubeconfig: Object, context: str, cluster: str) -> Object | None:
    """Return the cluster's entry that a context leads to; None where the kubeconfig leads nowhere."""
    return _entries(kubeconfig, "cluster").get(cluster or of_context(kubeconfig, context, "cluster"))


def _active_user(kubeconfig: Object, context: str) -> Object:
    wanted, users = of_context(kubeconfig, context, "user"), _entries(kubeconfig, "user")
    if wanted and wanted not in users:
        raise ValueError(f"kubeconfig: there is no user {wanted!r}")
    return users.get(wanted) or {}


def of_context(kubeconfig: Object, context: str, key: str) -> str:
    """Return what a context, or else the current one, says: its `cluster`, `user` or `namespace`; empty for nothing."""
    said = _entries(kubeconfig, "context").get(context or kubeconfig.get("current-context", "")) or {}
    return str(said.get(key) or "")


def _entries(kubeconfig: Object, kind: str) -> dict[str, Object]:
    return {entry["name"]: entry[kind] for entry in kubeconfig.get(f"{kind}s") or []}


def _authorization(user: Object) -> dict[str, str]:
    """Say who asks; a client certificate says it elsewhere."""
    if unknown := sorted(user.keys() - {"token", "tokenFile"} - set(_CLIENT)):
        raise ValueError(f"kubeconfig: the sandbox's provider knows tokens and client certificates, not {unknown[0]}")
    token = user.get("token") or (Path(user["tokenFile"]).read_text().strip() if "tokenFile" in user else "")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _tls(entry: Object, user: Object) -> ssl.SSLContext:
    """Trust whom the cluster's entry trusts, and show the user's certificate if there is one."""
    with tempfile.TemporaryDirectory() as folder:  # OpenSSL reads these from files alone
        authority = _file(entry, "certificate-authority", folder)
        tls = ssl.create_default_context(cafile=authority)
        if entry.get("insecure-skip-tls-verify"):
            tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        if certificate := _file(user, "client-certificate", folder):
            tls.load_cert_chain(certificate, _file(user, "client-key", folder))
    return tls


def _file(holder: Object, key: str, folder: str) -> str | None:
    """Find a certificate or a key that is given as a path or in place."""
    data = holder.get(f"{key}-data")
    if not data:
        return holder.get(key)
    path = Path(folder) / key
    path.write_bytes(base64.b64decode(data))
    return str(path)


def require_loopback(server: str) -> None:
    """Refuse an API server that may be anybody's; `localhost` is the only name believed."""
    host = urlsplit(server).hostname or ""
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise NotLoopback(
            f"kubeconfig: server {server} is not on loopback, and this Kubernetes provider is the sandbox's stand-in; "
            "install the genuine plugin (pulumi plugin install resource kubernetes 4.32.0) for a real cluster"
        )


class Cluster:
    """One API server on loopback."""

    def __init__(self, kubeconfig: Object, context: str) -> None:
        entry, user = active_cluster(kubeconfig, context, ""), _active_user(kubeconfig, context)
        if not entry or not entry.get("server"):
            raise ValueError(f"kubeconfig: context {context or kubeconfig.get('current-context')!r} leads to no server")
        self._base = str(entry["server"]).rstrip("/")
        require_loopback(self._base)
        self._authorization = _authorization(user)
        # A pool of its own asks no proxy, which would make loopback somebody else's.
        self._pool = urllib3.PoolManager(maxsize=CONNECTIONS, ssl_context=_tls(entry, user))
        self._kinds: dict[tuple[str, str], Resource] = {}
        self._retries = urllib3.Retry(connect=2, read=False, redirect=False, status=False)

    def request(
        self, method: str, path: str, body: object = None, content_type: str = "application/json", **query: str
    ) -> Object:
        """Send one request and return the object in the answer; `Refused` when it is an error."""
        headers = {"Accept": "application/json", "Content-Type": content_type, **self._authorization}
        url = self._base + path + ("?" + urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        answer = self._pool.request(method, url, body=data, headers=headers, retries=self._retries)
        content = _decode(answer.data)
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            details = content.get("details") or {}
            message = content.get("message") or f"{method} {path}: status {answer.status}"
            raise Refused(answer.status, content.get("reason") or "", message, details.get("causes"))
        return content

    def resource(self, api_version: str, kind: str) -> Resource:
        """Find how a kind is addressed; asks again for what was not there the last time."""
        found = self._kinds.get((api_version, kind))
        if not found:
            self._discover(api_version, kind)
            found = self._kinds.get((api_version, kind))
        if not found:
            raise NoMatch(kind, api_version)
        return found

    def _discover(self, api_version: str, kind: str) -> None:
        prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        try:
            listed = self.request("GET", prefix)
        except Refused as refused:
            if refused.missing:
                raise NoMatch(kind, api_version) from None
            raise
        for entry in listed.get("resources", []):
            if "/" not in entry["name"]:
                resource = Resource(prefix, entry["name"], entry["namespaced"])
                self._kinds[api_version, entry["kind"]] = resource

    def serves(self, obj: Object) -> bool:
        """Tell whether the server knows the object's kind."""
        try:
            self.resource(obj["apiVersion"], obj["kind"])
        except Refused:
            return False
        return True

    def namespaced(self, obj: Object) -> bool:
        """Tell whether the object lives in a namespace; a kind not (yet) served is taken for one that does."""
        try:
            return self.resource(obj["apiVersion"], obj["kind"]).namespaced
        except NoMatch:
            return True

    def _path(self, obj: Object, *, collection: bool = False) -> str:
        resource = self.resource(obj["apiVersion"], obj["kind"])
        meta = obj["metadata"]
        return resource.path(meta.get("namespace") or "default", "" if collection else meta["name"])

    def get(self, obj: Object) -> Object:
        """Read the object that `obj` names."""
        return self.request("GET", self._path(obj))

    def create(self, obj: Object, *, dry_run: bool) -> Object:
        """Create by POST, the way the genuine provider does since 4.29 (pulumi.md 1.1)."""
        path = self._path(obj, collection=True)
        return self.request("POST", path, obj, fieldManager="pulumi-kubernetes", **_dry(dry_run=dry_run))

    def apply(self, obj: Object, manager: str, *, force: bool, dry_run: bool = False, **query: str) -> Object:
        """Apply server-side; field conflicts are the server's to find."""
        options = {"fieldManager": manager, "force": json.dumps(force), **_dry(dry_run=dry_run), **query}
        return self.request("PATCH", self._path(obj), obj, APPLY, **options)

    def rewrite_managers(self, obj: Object, entries: list[Object]) -> Object:
        """Change who owns which field of a live object."""
        patch = [{"op": "replace", "path": "/metadata/managedFields", "value": entries}]
        return self.request("PATCH", self._path(obj), patch, JSON_PATCH)

    def delete(self, obj: Object) -> None:
        """Ask for the object's deletion, in the foreground; it may take its time."""
        self.request("DELETE", self._path(obj), {"propagationPolicy": "Foreground"})


def _dry(*, dry_run: bool) -> dict[str, str]:
    return {"dryRun": "All"} if dry_run else {}


def _decode(data: bytes) -> Object:
    try:
        content = json.loads(data)
    except ValueError:
        return {"message": data.decode(errors="replace").strip()}
    return content if isinstance(content, dict) else {}
