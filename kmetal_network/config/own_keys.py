"""A stack file belongs to the Pulumi CLI; the settings are the keys under `config:` that are the project's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kmetal_network.config.form import shown
from kmetal_network.config.settings import PROJECT
from kmetal_network.errors import Finding
from kmetal_network.yaml_document import Document, Path

_ENGINE_KEYS: Final = ("config", "encryptionsalt", "encryptedkey", "secretsprovider", "environment")
"""Keys that the Pulumi CLI itself keeps in a stack file."""


def own_keys(document: Document, findings: list[Finding]) -> dict[str, Any]:
    """The project's own keys, without their prefix; every other key is a finding."""

    def refuse(path: Path, problem: str, remedy: str) -> None:
        findings.append(Finding(place=document.place(path), problem=problem, remedy=remedy))

    if not isinstance(document.data, Mapping):
        refuse((), f"is no mapping but {shown(document.data)}", "write `config:` and the sections under it")
        return {}
    for key in document.data:
        if key not in _ENGINE_KEYS:
            refuse((key,), f"unknown key {key!r}", f"keys here: {', '.join(_ENGINE_KEYS)}")
    config = document.data.get("config")
    if not isinstance(config, Mapping):
        refuse(
            ("config",), f"`config` is no mapping but {shown(config)}", f"write the sections `{PROJECT}:...` under it"
        )
        return {}
    own: dict[str, Any] = {}
    for key, value in config.items():
        prefix, _, name = key.rpartition(":")
        if prefix in ("", PROJECT):
            if isinstance(value, Mapping) and set(value) == {"secure"}:
                refuse(("config", key), f"{name!r} is encrypted", "write it in plain text; no setting is a secret")
            own[name] = value
        elif prefix != "pulumi":
            refuse(
                ("config", key),
                f"unknown key {key!r}",
                f"write `{PROJECT}:...`; the default Kubernetes provider is off, so nothing else reads it",
            )
    return own


def place_of(document: Document, loc: Path) -> str:
    """The position in its file of the setting at a path of the model."""
    path: Path = ("config", f"{PROJECT}:{loc[0]}", *loc[1:]) if loc else ("config",)
    if path not in document.lines and loc and ("config", loc[0]) in document.lines:
        path = ("config", *loc)  # a key may be written without the project's prefix
    return document.place(path).replace(f"config.{PROJECT}:", "").replace("config.", "")
