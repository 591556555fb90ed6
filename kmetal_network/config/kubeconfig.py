"""Reads one context of a kubeconfig with the files that it names: a secret that other contexts' changes do not touch.

It refuses a context that is not there, and never falls back to the current one.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kmetal_network.config.sections.cluster import Cluster
from kmetal_network.errors import Finding, OperatorError
from kmetal_network.yaml_document import read_document

_FILES = ("certificate-authority", "client-certificate", "client-key")


def kubeconfig_path(root: Path, written: str | None, environment: Mapping[str, str] | None = None) -> Path:
    """The file: as written in the settings (relative to the project), else KUBECONFIG's first, else ~/.kube/config."""
    if written is not None:
        return root / Path(written).expanduser()
    listed = (environment if environment is not None else os.environ).get("KUBECONFIG", "")
    first = next((entry for entry in listed.split(os.pathsep) if entry), "~/.kube/config")
    return Path(first).expanduser()


def read_context(path: Path, context: str) -> dict[str, Any]:
    """A kubeconfig that holds that one context, its files inlined.

    Raises:
        OperatorError: no such file, not a kubeconfig, or no such context, cluster or user in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal(
            path, f"kubeconfig cannot be read ({reason})", "start the cluster, or mend cluster.kubeconfig"
        ) from None
    data = read_document(text, str(path)).data
    entry = _named(data, "contexts", "context", context, path)
    cluster = dict(_named(data, "clusters", "cluster", str(entry.get("cluster")), path))
    user = dict(_named(data, "users", "user", str(entry.get("user")), path))
    for holder in (cluster, user):
        for key in _FILES:
            if isinstance(file := holder.pop(key, None), str):
                holder[f"{key}-data"] = _inlined(path.parent / file, path)
    if isinstance(token := user.pop("tokenFile", None), str):
        user["token"] = base64.b64decode(_inlined(path.parent / token, path)).decode().strip()
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "contexts": [{"name": context, "context": dict(entry)}],
        "clusters": [{"name": entry["cluster"], "cluster": cluster}],
        "users": [{"name": entry["user"], "user": user}],
    }


def context_of(root: Path, cluster: Cluster) -> dict[str, Any]:
    """The kubeconfig of the settings' cluster, one context only.

    Raises:
        OperatorError: as `read_context`.
    """
    return read_context(kubeconfig_path(root, cluster.kubeconfig), cluster.context)


def _refusal(place: Path, problem: str, remedy: str) -> OperatorError:
    return OperatorError([Finding(place=str(place), problem=problem, remedy=remedy)])


def _named(data: Any, plural: str, singular: str, name: str, path: Path) -> Mapping[str, Any]:
    entries = data.get(plural) if isinstance(data, Mapping) else None
    found = {entry.get("name"): entry.get(singular) for entry in entries or () if isinstance(entry, Mapping)}
    value = found.get(name)
    if not isinstance(value, Mapping):
        have = ", ".join(sorted(str(key) for key in found)) or "none"
        raise _refusal(path, f"kubeconfig has no {singular} {name!r}", f"name one that it has ({have})")
    return value


def _inlined(file: Path, path: Path) -> str:
    try:
        return base64.b64encode(file.read_bytes()).decode()
    except OSError as error:
        raise _refusal(
            path, f"kubeconfig names {file}, which cannot be read ({error.strerror})", "mend the path"
        ) from None
