"""`kubernetes:helm.sh/v3:Release` by the real `helm` on PATH.

Create installs, update upgrades, delete uninstalls; what helm says in case of trouble is passed on. It refuses inputs
that it cannot turn into an option of helm's rather than forget them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any, Final

import yaml
from pulumi.runtime.proto import provider_pb2

from sandbox.provider_call import Call, OperationError, PartialError
from sandbox.provider_values import (
    REPLACING,
    UNKNOWN,
    Object,
    Secret,
    differences,
    has_unknown,
    keep_secret,
    path_text,
    plain,
)

TOKEN: Final = "kubernetes:helm.sh/v3:Release"  # noqa: S105 (a type token)
DEFAULT_TIMEOUT: Final = 300
WITHOUT_MEANING: Final = {"compat", "resourceNames", "status", "allowNullValues", "checksum"}
KNOWN: Final = {
    "chart", "name", "namespace", "version", "values", "timeout", "skipAwait", "createNamespace",
}  # fmt: skip


class HelmError(Exception):
    """What helm said when it failed."""


class Releases:
    """Helm releases on one cluster."""

    def __init__(self, kubeconfig: Path, namespace: str, cancelled: threading.Event, trouble: str = "") -> None:
        self._kubeconfig, self._namespace, self._cancelled, self._trouble = kubeconfig, namespace, cancelled, trouble

    def check(self, _call: Call, olds: Object, news: Object) -> tuple[Object, list[tuple[str, str]]]:
        """Complete the inputs, and find which version of the chart they mean."""
        inputs = {key: value for key, value in news.items() if key not in WITHOUT_MEANING and value is not None}
        if strange := sorted(inputs.keys() - KNOWN):
            return inputs, [(key, "not an input that the stand-in provider can hand to helm") for key in strange]
        inputs["namespace"] = inputs.get("namespace") or self._namespace
        inputs["name"] = inputs.get("name") or olds.get("name") or ""
        if not inputs["name"]:
            return inputs, [("name", "missing, and the stand-in provider makes up no names; write one")]
        if not plain(inputs.get("skipAwait")):
            inputs.setdefault("timeout", DEFAULT_TIMEOUT)
        if has_unknown(inputs):
            return inputs, []
        try:
            shown = self._helm(["show", "chart", *_chart(plain(inputs))])
        except HelmError as error:
            return inputs, [("chart", f"{error}; check the chart name and repository configuration.")]
        inputs["version"] = str(yaml.safe_load(shown)["version"])
        return inputs, []

    def diff(self, call: Call, state: Object, news: Object) -> provider_pb2.DiffResponse:
        """Compare inputs with inputs: what a chart renders is never looked at (pulumi.md 4)."""
        new = plain(news)
        if "version" in call.ignore:
            new["version"] = plain(state).get("version")
        found = differences(plain(state.get("__inputs") or {}), new)
        replaced = {path for path in found if path[0] in {"name", "namespace"}}
        detail = {path_text(p): REPLACING[k] if p in replaced else k for p, k in found.items()}
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=sorted(path_text(path) for path in replaced),
            diffs=sorted({str(path[0]) for path in found}),
            detailedDiff={key: provider_pb2.PropertyDiff(kind=kind) for key, kind in detail.items()},
            hasDetailedDiff=True,
        )

    def create(self, call: Call, news: Object) -> tuple[str, Object]:
        """Install the chart; a release that came up broken stays, marked as such."""
        if call.preview:
            return "", _previewed(news)
        inputs = plain(news)
        return f"{inputs['namespace']}/{inputs['name']}", self._run("install", news, inputs)

    def update(self, call: Call, _state: Object, news: Object) -> Object:
        """Upgrade the release."""
        return _previewed(news) if call.preview else self._run("upgrade", news, plain(news))

    def read(self, _call: Call, resource_id: str, state: Object, inputs: Object) -> tuple[Object, Object] | None:
        """Read the release's status; None when there is none."""
        namespace, _, name = resource_id.rpartition("/")
        try:
            release = self._status(name, namespace)
        except HelmError as error:
            if "not found" in str(error):
                return None
            raise OperationError(str(error)) from None
        inputs = inputs or dict((state.get("__inputs") or Secret({})).value)
        if not inputs:
            meta = release["chart"]["metadata"]
            inputs = {"name": name, "namespace": namespace, "chart": meta["name"], "version": meta["version"]}
            inputs |= {"values": release.get("config") or {}, "timeout": DEFAULT_TIMEOUT}
        return _state(inputs, release), inputs

    def delete(self, _call: Call, _resource_id: str, state: Object) -> None:
        """Uninstall the release and wait until its objects are gone."""
        inputs = plain(state)
        command = ["uninstall", inputs["name"], "--namespace", inputs["namespace"]]
        if not inputs.get("skipAwait"):
            command += ["--wait", "--timeout", f"{inputs.get('timeout') or DEFAULT_TIMEOUT}s"]
        try:
            self._helm(command)
        except HelmError as error:
            raise OperationError(str(error)) from None

    def _run(self, verb: str, news: Object, inputs: Object) -> Object:
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as values:  # readable by its owner only
            json.dump(inputs.get("values") or {}, values)
            values.flush()
            command = [verb, inputs["name"], *_chart(inputs), "--values", values.name, *_options(verb, inputs)]
            try:
                return _state(news, json.loads(self._helm(command)))
            except HelmError as error:
                raise self._failed(news, inputs, error) from None

    def _failed(self, news: Object, inputs: Object, error: HelmError) -> OperationError:
        """Keep a release that exists in the state, so that the next run upgrades it."""
        resource_id = f"{inputs['namespace']}/{inputs['name']}"
        try:
            release = self._status(inputs["name"], inputs["namespace"])
        except HelmError:
            return OperationError(str(error))
        if release["info"]["status"] == "deployed" or "cannot re-use a name" in str(error):
            return OperationError(str(error))
        message = f'Helm release "{resource_id}" failed to initialize completely: {error}'
        return PartialError(message, resource_id, _state(news, release))

    def _status(self, name: str, namespace: str) -> Object:
        release: Object = json.loads(self._helm(["status", name, "--namespace", namespace, "--output", "json"]))
        return release

    def _helm(self, arguments: list[str]) -> str:
        """Run helm to its end, or until the engine cancels."""
        if self._trouble:
            raise HelmError(f"configured Kubernetes cluster is unreachable: {self._trouble}")
        helm = shutil.which("helm")
        if not helm:
            raise HelmError("helm is not on PATH; install Helm 3, or put the sandbox's on PATH")
        command = [helm, *arguments, "--kubeconfig", str(self._kubeconfig)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload] # pipes by name
            while True:
                try:
                    out, err = process.communicate(timeout=0.2)
                    break
                except subprocess.TimeoutExpired:
                    if self._cancelled.is_set():
                        process.terminate()
        if process.returncode:
            raise HelmError((err or out).strip() or f"helm {arguments[0]} ended with {process.returncode}")
        return str(out)


def _chart(inputs: Object) -> list[str]:
    options = [inputs.get("chart") or ""]
    if inputs.get("version"):
        options += ["--version", str(inputs["version"])]
    return options


def _options(verb: str, inputs: Object) -> list[str]:
    options = ["--namespace", inputs["namespace"], "--output", "json"]
    if not inputs.get("skipAwait"):
        options.append("--wait")
    options += ["--timeout", f"{inputs.get('timeout') or DEFAULT_TIMEOUT}s"]
    if verb == "upgrade":
        return [*options, "--history-max", "0"]
    return [*options, "--create-namespace"] if inputs.get("createNamespace") else options


def _previewed(news: Object) -> Object:
    return {**news, "__inputs": Secret(news), "resourceNames": UNKNOWN, "status": UNKNOWN}


def _state(inputs: Object, release: Object) -> Object:
    """Write the state from what helm reports; the inputs are kept as one secret, as the genuine provider does."""
    meta = (release.get("chart") or {}).get("metadata") or {}
    status = {
        "name": release["name"],
        "namespace": release["namespace"],
        "revision": release.get("version"),
        "status": release["info"]["status"],
        "chart": meta.get("name"),
        "version": meta.get("version"),
        "appVersion": meta.get("appVersion"),
    }
    outputs = {**plain(inputs), "status": status, "resourceNames": _names(release.get("manifest") or "")}
    return {**keep_secret(outputs, inputs), "__inputs": Secret(plain(inputs))}


def _names(manifest: str) -> dict[str, list[str]]:
    """Group what the release made by kind and version."""
    names: dict[str, set[str]] = {}
    for obj in yaml.safe_load_all(manifest):
        if isinstance(obj, dict) and obj.get("kind"):
            names.setdefault(_group_kind(obj), set()).add(_place(obj))
    return {key: sorted(values) for key, values in sorted(names.items())}


def _group_kind(obj: dict[str, Any]) -> str:
    group = obj["apiVersion"].rpartition("/")[0]
    return f"{obj['kind']}{'.' + group if group else ''}/{obj['apiVersion']}"


def _place(obj: dict[str, Any]) -> str:
    namespace, name = obj["metadata"].get("namespace"), obj["metadata"]["name"]
    return f"{namespace}/{name}" if namespace else str(name)
