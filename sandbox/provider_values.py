"""What the stand-in provider knows of values: their form on the wire, their secrets, and how two of them differ.

Pure functions over plain Python values. `Secret` and `UNKNOWN` mark what the engine sent as secret or not yet known.
A difference is always between new inputs and the live object as the state recorded it, cut down to the shape of the
old inputs: what a controller added is never a change (pulumi.md 1.3). It asks no server.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from google.protobuf.struct_pb2 import Struct, Value
from pulumi.runtime.proto import provider_pb2

UNKNOWN_TOKEN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # noqa: S105 (Pulumi's mark for "not yet known")
SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (Pulumi's mark for "is a secret")

Object = dict[str, Any]
Kind: TypeAlias = "provider_pb2.PropertyDiff.Kind.ValueType"
ADD, DELETE, UPDATE = provider_pb2.PropertyDiff.ADD, provider_pb2.PropertyDiff.DELETE, provider_pb2.PropertyDiff.UPDATE
REPLACING: Final = {
    ADD: provider_pb2.PropertyDiff.ADD_REPLACE,
    DELETE: provider_pb2.PropertyDiff.DELETE_REPLACE,
    UPDATE: provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


class _Unknown:
    """A value that will only be known once something else exists."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that must stay encrypted in the state."""

    value: Any


# ------------------------------------------------------------------------------------------------ the wire


def from_wire(struct: Struct) -> Object:
    """Read the engine's properties; whole numbers come back as `int`, as the API server wants them."""
    return {key: _read(value) for key, value in struct.fields.items()}


def _read(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        members = value.struct_value.fields
        if SIGNATURE_KEY in members:
            return _read_special(members)
        return {key: _read(member) for key, member in members.items()}
    if kind == "list_value":
        return [_read(member) for member in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "string_value":
        return UNKNOWN if value.string_value == UNKNOWN_TOKEN else value.string_value
    return value.bool_value if kind == "bool_value" else None


def _read_special(members: Any) -> Secret:
    if members[SIGNATURE_KEY].string_value != SECRET_SIGNATURE:
        raise ValueError("an asset, archive or resource reference is no part of a Kubernetes object; pass its text")
    return Secret(_read(members["value"]))


def to_wire(values: Object) -> Struct:
    """Write properties for the engine."""
    struct = Struct()
    struct.update(_write(values))
    return struct


def _write(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _write(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_write(member) for member in value]
    if isinstance(value, Secret):
        return {SIGNATURE_KEY: SECRET_SIGNATURE, "value": _write(value.value)}
    return UNKNOWN_TOKEN if value is UNKNOWN else value


def plain(value: Any) -> Any:
    """Return a deep copy without the secret marks: what the API server gets."""
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    return plain(value.value) if isinstance(value, Secret) else value


def contains(value: Any, what: type) -> bool:
    """Tell whether a secret (`Secret`) or an unknown (`type(UNKNOWN)`) is anywhere inside."""
    if isinstance(value, what):
        return True
    if isinstance(value, dict):
        return any(contains(member, what) for member in value.values())
    if isinstance(value, list):
        return any(contains(member, what) for member in value)
    return isinstance(value, Secret) and contains(value.value, what)


def has_unknown(value: Any) -> bool:
    """Tell whether something inside is not yet known."""
    return contains(value, _Unknown)


def keep_secret(outputs: Object, inputs: Object) -> Object:
    """Mark in `outputs` what is secret in `inputs`; a Secret's data is secret whoever says nothing."""
    if outputs.get("kind") == "Secret":
        hidden = {"data", "stringData"}
        return {k: Secret(v) if k in hidden and not isinstance(v, Secret) else v for k, v in outputs.items()}
    marked = dict(outputs)
    for key, given in inputs.items():
        if key not in marked:
            continue
        if isinstance(marked[key], dict) and isinstance(given, dict):
            marked[key] = keep_secret(marked[key], given)
        elif contains(given, Secret):
            marked[key] = Secret(marked[key])
    return marked


# ------------------------------------------------------------------------------------------------ differences


def prune(live: Object, shape: Object) -> Object:
    """Cut `live` down to the keys of `shape`; of a list only as many elements as `shape` has (pulumi.md 1.3)."""
    return {key: _prune(value, shape[key]) for key, value in live.items() if key in shape}


def _prune(live: Any, shape: Any) -> Any:
    if isinstance(live, dict) and isinstance(shape, dict):
        return prune(live, shape)
    if isinstance(live, list) and isinstance(shape, list):
        return [_prune(a, b) for a, b in zip(live, shape, strict=False)]
    return live


Path = tuple[str | int, ...]
_MISSING: Final = object()


def differences(old: Any, new: Any, path: Path = ()) -> dict[Path, Kind]:
    """List what has to be done to `old` to become `new`, leaf by leaf, in the engine's terms."""
    if new is _MISSING or (new is None and old is not None):
        return {path: DELETE}
    if old is _MISSING:
        return {path: ADD}
    if isinstance(old, dict) and isinstance(new, dict):
        keys = sorted(old.keys() | new.keys())
        return _merge(differences(old.get(k, _MISSING), new.get(k, _MISSING), (*path, k)) for k in keys)
    if isinstance(old, list) and isinstance(new, list):
        length = max(len(old), len(new))
        return _merge(differences(_at(old, i), _at(new, i), (*path, i)) for i in range(length))
    return {} if _same(old, new) else {path: UPDATE}


def _merge(parts: Any) -> dict[Path, Kind]:
    return {path: kind for part in parts for path, kind in part.items()}


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else _MISSING


def _same(old: Any, new: Any) -> bool:
    return (type(old) is type(new) and old == new) or (_number(old) and _number(new) and old == new)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def path_text(path: Path) -> str:
    """Write a path as the engine reads it: `spec.rules[0]["a.b"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif re.search(r'[."\[\]]', step):
            text += '["{}"]'.format(step.replace('"', '\\"'))
        else:
            text += f".{step}" if text else step
    return text


_STEP: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.\[\]]+)')


def parse_path(text: str) -> Path:
    """Read a property path such as an entry of `ignore_changes`."""
    return tuple(
        name.replace('\\"', '"') if name else (int(index) if index.isdigit() else index) if index else word
        for name, index, word in _STEP.findall(text)
    )


def within(path: Path, parent: Path) -> bool:
    """Tell whether `path` is `parent` or lies below it."""
    return len(path) >= len(parent) and all(b in (a, "*") for a, b in zip(path, parent, strict=False))


def canonical(value: Any) -> Any:
    """Write quantities as numbers below the keys that hold them, so that `1000m` and `1` are no change."""
    if isinstance(value, list):
        return [canonical(member) for member in value]
    if not isinstance(value, dict):
        return value
    return {k: _quantities(v) if k in _QUANTITY_KEYS else canonical(v) for k, v in value.items()}


# ResourceQuota and LimitRange; the API server answers with the canonical spelling.
_QUANTITY_KEYS: Final = {
    "hard", "max", "min", "default", "defaultRequest", "maxLimitRequestRatio", "limits", "requests",
}  # fmt: skip


def _quantities(value: Any) -> Any:
    if not isinstance(value, dict):
        return canonical(value)
    return {key: _quantity(amount) for key, amount in value.items()}


def _quantity(amount: Any) -> Any:
    # Here, because the client takes a quarter of the provider's start, and only quotas and limits have quantities.
    from kubernetes.utils.quantity import parse_quantity  # noqa: PLC0415

    with suppress(ValueError):
        if isinstance(amount, str | int | float) and not isinstance(amount, bool):
            return f"{parse_quantity(amount).normalize():f}"  # type: ignore[no-untyped-call] # the client ships no types
    return canonical(amount)
