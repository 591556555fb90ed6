"""Whether a server of the control plane does its work."""

from __future__ import annotations

import time
import urllib.request
from typing import TYPE_CHECKING, Final

from sandbox.control_plane.api import ApiError, Object, collection
from sandbox.control_plane.ports import LOOPBACK

if TYPE_CHECKING:
    from sandbox.control_plane.api import Api

_MOMENT_SECONDS: Final = 1.0


def etcd_is_healthy(port: int) -> bool:
    """Whether etcd says so on its port for clients."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{LOOPBACK}:{port}/health", timeout=5) as answer:
            return b'"true"' in answer.read()
    except OSError:
        return False


def controllers_work(api: Api) -> bool:
    """They work if the default service account exists and a foreground deletion finishes."""
    probe = f"{collection('v1', 'ConfigMap', 'kube-system')}/kmetal-sandbox-probe"
    manifest: Object = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "kmetal-sandbox-probe", "namespace": "kube-system"},
    }
    try:
        if api.find(f"{collection('v1', 'ServiceAccount', 'default')}/default") is None:
            return False
        if api.create(manifest) or "deletionTimestamp" not in api.request("GET", probe)["metadata"]:
            api.request("DELETE", f"{probe}?propagationPolicy=Foreground")
        return _goes(api, probe)
    except (ApiError, OSError):
        return False


def _goes(api: Api, path: str) -> bool:
    """Whether an object is deleted within a moment; another attempt would only recreate it."""
    end = time.monotonic() + _MOMENT_SECONDS
    while api.find(path) is not None:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
