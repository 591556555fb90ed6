"""What a cluster holds at one moment, and how it comes to hold just that again, in milliseconds.

Some hundred tests need a cluster on its first day, or one with the guide's network on it. To take away through the API
server what the last test left takes a second, and to apply the network takes five; so what differs is put back where it
lies, in etcd. To the API server, to controllers and to watches these are changes like any other.
"""

from __future__ import annotations

import json
import time
import urllib.request
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from sandbox.control_plane.api import Api, ApiError
from sandbox.control_plane.control_plane import ETCD, ControlPlane
from sandbox.control_plane.metallb import CONFIGURATION

BEGIN, END = "/registry/", "/registry0"
AT_ONCE = 128
"""What etcd takes in one transaction."""

ALIVE = ("/registry/leases/", "/registry/peerserverleases/")
"""Where servers say every few seconds that they live."""

ADMISSION_POLICIES = "/registry/validatingadmissionpolic"
ADMISSION = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic"
PROBE = "kmetal-restore-probe"

WEBHOOKS = f"/registry/validatingwebhookconfigurations/{CONFIGURATION}"
"""MetalLB's webhooks: the address at which the API server calls them."""

PATIENCE = 20.0
"""Seconds."""


class EtcdSnapshot:
    """All data in the etcd of one control plane."""

    def __init__(self, plane: ControlPlane) -> None:
        self.plane = plane
        self._kept = self._seen()
        self._ports = self._listening()

    def restore(self) -> None:
        """Have the cluster hold what it held then, and enforce no other admission policies.

        It looks again until nothing differs: a controller may still be at what the last test left.
        """
        if (ports := self._listening()) != self._ports:
            # A restart found one of the old ports taken: MetalLB listens elsewhere now, and has said so.
            self._ports, self._kept[WEBHOOKS] = ports, self._seen()[WEBHOOKS]
        end, touched = time.monotonic() + PATIENCE, set[str]()
        while differing := self._differing():
            assert time.monotonic() < end, f"somebody writes without end: {sorted(differing)}"
            touched |= differing.keys()
            steps = [self._step(key, value) for key, value in sorted(differing.items())]
            for begin in range(0, len(steps), AT_ONCE):
                self._ask("txn", {"success": steps[begin : begin + AT_ONCE]})
        if any(key.startswith(ADMISSION_POLICIES) for key in touched):
            self._await_enforcement()

    def _listening(self) -> list[int | None]:
        return [server.port for server in self.plane.status()]

    def _await_enforcement(self) -> None:
        """Wait until the API server enforces the policies of now.

        It reads all of them at once, about once a second, so one more that refuses a ConfigMap tells when that was.
        """
        api = self.plane.api
        for resource, body in _probe():
            api.request("POST", f"{ADMISSION}{resource}", body)
        path = f"/api/v1/namespaces/default/configmaps?dryRun=All&fieldManager={PROBE}"
        config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": PROBE, "namespace": "default"}}
        end = time.monotonic() + PATIENCE
        while not _refused(api, path, config_map):
            assert time.monotonic() < end, "the API server does not take the admission policies up"
            time.sleep(0.05)
        for resource, body in _probe():
            api.request("DELETE", f"{ADMISSION}{resource}/{body['metadata']['name']}")

    def _differing(self) -> dict[str, str]:
        """Key to the value that it had then; empty for what was not there."""
        seen = self._seen()
        return {
            key: self._kept.get(key, "")
            for key in seen.keys() | self._kept.keys()
            if seen.get(key) != self._kept.get(key)
        }

    @staticmethod
    def _step(key: str, value: str) -> dict[str, Any]:
        if value:
            return {"requestPut": {"key": _coded(key), "value": value}}
        return {"requestDeleteRange": {"key": _coded(key)}}

    def _seen(self) -> dict[str, str]:
        """Key to value, as etcd's gateway writes it, of all that no lease will delete."""
        found = self._ask("range", {"key": _coded(BEGIN), "range_end": _coded(END)})["kvs"]
        named = ((b64decode(one["key"]).decode(), one) for one in found)
        return {key: one["value"] for key, one in named if "lease" not in one and not key.startswith(ALIVE)}

    def _ask(self, what: str, body: Mapping[str, Any]) -> Any:
        [port] = [server.port for server in self.plane.status() if server.name == ETCD]
        address = f"http://127.0.0.1:{port}/v3/kv/{what}"
        request = urllib.request.Request(address, json.dumps(body).encode())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return json.load(answer)


def _probe() -> list[tuple[str, dict[str, Any]]]:
    """A policy that refuses one ConfigMap, and its binding, by what follows `ADMISSION` in their paths."""
    version = "admissionregistration.k8s.io/v1"
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}
    policy = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [{**rule, "resourceNames": [PROBE]}]},
        "validations": [{"expression": "false", "message": PROBE}],
    }
    binding = {"policyName": PROBE, "validationActions": ["Deny"]}
    head = {"apiVersion": version, "metadata": {"name": PROBE}}
    return [
        ("ies", {**head, "kind": "ValidatingAdmissionPolicy", "spec": policy}),
        ("ybindings", {**head, "kind": "ValidatingAdmissionPolicyBinding", "spec": binding}),
    ]


def _refused(api: Api, path: str, body: dict[str, Any]) -> bool:
    try:
        api.request("POST", path, body)
    except ApiError as error:
        return PROBE in str(error)
    return False


def _coded(key: str) -> str:
    return b64encode(key.encode()).decode()


def until_at_rest(plane: ControlPlane) -> None:
    """Wait until each namespace has what Kubernetes' controllers put into it."""
    end, wanted = time.monotonic() + PATIENCE, ("serviceaccounts/default", "configmaps/kube-root-ca.crt")
    names = [item["metadata"]["name"] for item in plane.api.request("GET", "/api/v1/namespaces")["items"]]
    while not all(plane.api.find(f"/api/v1/namespaces/{name}/{one}") for name in names for one in wanted):
        assert time.monotonic() < end, "the controllers do not come to rest"
        time.sleep(0.1)
