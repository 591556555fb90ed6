"""Kubernetes objects as Pulumi resources, the way the genuine provider 4.32 handles them (pulumi.md 1 to 3).

Create is a POST, update a server-side apply by a manager of our own, difference is computed without the server, and a
Patch resource owns only what it names. What it refuses: an object without a name, a list as a resource, an import, an
annotation of Pulumi's that it does not know.
"""

from __future__ import annotations

import base64
import copy
import secrets
import threading
from http import HTTPStatus
from typing import Any, Final

from pulumi.runtime.proto import provider_pb2

from sandbox.provider_call import Call, OperationError, PartialError, Ways
from sandbox.provider_cluster import Cluster, NoMatch, Refused
from sandbox.provider_ownership import OWN_CREATOR, leave_ignored, take_over
from sandbox.provider_values import (
    DELETE,
    REPLACING,
    Kind,
    Object,
    Path,
    canonical,
    differences,
    has_unknown,
    keep_secret,
    parse_path,
    path_text,
    plain,
    prune,
    within,
)
from sandbox.provider_wait import Unsatisfied, Waiter, annotation, timeout_seconds

CREATE_RETRIES: Final = (1, 2, 4, 8, 16, 32)  # seconds between attempts; 65 s before a missing CRD is an error
SERVER_SET: Final = (
    "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
    "resourceVersion", "uid",
)  # fmt: skip
ANNOTATIONS: Final = {
    f"pulumi.com/{name}" for name in ("patchFieldManager", "patchForce", "skipAwait", "timeoutSeconds", "waitFor")
}
_TEXT: Final = (("data",), ("binaryData",), ("stringData",), ("type",))
REPLACES: Final[dict[tuple[str, str], tuple[Path, ...]]] = {
    ("v1", "ConfigMap"): _TEXT,
    ("v1", "Secret"): _TEXT,
    ("v1", "ResourceQuota"): (("spec", "scopes"),),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"): (("roleRef",),),
}
"""What can't be changed in place: the genuine list, for the kinds that this project has."""


class Objects:
    """Any kind that the API server serves."""

    def __init__(self, cluster: Cluster | None, ways: Ways, cancelled: threading.Event, trouble: str = "") -> None:
        self._reached, self._ways, self._cancelled, self._trouble = cluster, ways, cancelled, trouble

    @property
    def _cluster(self) -> Cluster:
        if not self._reached:
            raise OperationError(f"configured Kubernetes cluster is unreachable: {self._trouble}")
        return self._reached

    @property
    def _waiter(self) -> Waiter:
        return Waiter(self._cluster, self._cancelled)

    # ---------------------------------------------------------------------------------------- check and diff

    def check(self, call: Call, _olds: Object, news: Object) -> tuple[Object, list[tuple[str, str]]]:
        """Complete the inputs by a namespace; nothing is asked about the object itself."""
        inputs = keep_secret(_normalise(news), {})
        meta = inputs.get("metadata")
        meta = {} if meta is None else meta
        if not isinstance(meta, dict) or has_unknown(meta.get("name")):
            return inputs, []
        if call.type_name == "List" or (str(inputs.get("kind")).endswith("List") and "items" in inputs):
            return inputs, [("kind", "a list is no resource; declare each of its objects")]
        if meta.get("generateName"):
            return inputs, [("metadata.generateName", "not supported with server-side apply; write metadata.name")]
        if not meta.get("name"):
            return inputs, [("metadata.name", "missing, and the stand-in provider makes up no names; write one")]
        notes = meta.get("annotations")
        notes = {key for key in notes if key.startswith("pulumi.com/")} if isinstance(notes, dict) else set()
        if strange := sorted(notes - ANNOTATIONS):
            places = [path_text(("metadata", "annotations", key)) for key in strange]
            return inputs, [(place, "not known to the stand-in provider; leave it out") for place in places]
        if self._reached and not meta.get("namespace") and self._reached.namespaced(inputs):
            inputs["metadata"] = {**meta, "namespace": self._ways.namespace}
        return inputs, []

    def diff(self, call: Call, state: Object, news: Object) -> provider_pb2.DiffResponse:
        """Compare the new inputs with the recorded live object, within the shape of the old inputs."""
        old_inputs, live = _parse(state)
        new = _normalise(plain(news))
        old = prune(live, _normalise(old_inputs))
        self._align(old, new, live)
        ignored = [parse_path(text) for text in call.ignore]
        found = {
            path: kind
            for path, kind in differences(canonical(old), canonical(new)).items()
            if not any(within(path, parent) for parent in ignored)
        }
        forcing: tuple[Path, ...] = (("metadata", "name"), ("metadata", "namespace"))
        if not call.patches(new):
            forcing += REPLACES.get((str(new.get("apiVersion")), str(new.get("kind"))), ())
        replaced = [p for p, k in found.items() if any(within(p, f) for f in forcing) or (p, k) == _NO_METADATA]
        detail = {path_text(p): REPLACING[k] if p in replaced else k for p, k in found.items()}
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=[path_text(path) for path in replaced],
            deleteBeforeReplace=bool(replaced) and _identity(new) == _identity(live),
            detailedDiff={key: provider_pb2.PropertyDiff(kind=kind) for key, kind in detail.items()},
            hasDetailedDiff=True,
        )

    def _align(self, old: Object, new: Object, live: Object) -> None:
        """Say nothing of a namespace that is only written differently, or not at all."""
        namespaced = self._reached.namespaced(live) if self._reached else "namespace" in live["metadata"]
        for obj in (old, new):
            meta = obj.get("metadata")
            if isinstance(meta, dict):
                if namespaced:
                    meta["namespace"] = meta.get("namespace") or "default"
                else:
                    meta.pop("namespace", None)
        if isinstance(new.get("metadata"), dict) and new["metadata"].get("name"):
            old.setdefault("metadata", {})["name"] = live["metadata"]["name"]

    # ------------------------------------------------------------------------------------- create and update

    def create(self, call: Call, news: Object) -> tuple[str, Object]:
        """Create the object and wait as its annotations say."""
        obj = plain(news)
        if call.preview and (has_unknown(obj) or call.patches(obj) or not self._serves(obj)):
            return "", news
        manager = _manager(obj, {})
        try:
            live = self._create_patiently(call, obj, manager)
        except Refused as refused:
            if call.preview and _preview_forgives(refused, obj):
                return "", news
            raise OperationError(_creation_failed(call, obj, refused)) from None
        if call.preview:
            live.pop("status", None)
            return "", _checkpoint(news, live, manager)
        try:
            live = self._waiter.until_ready(obj, live, timeout_seconds(call.timeout, obj), call.status)
        except Unsatisfied as unsatisfied:
            message = (
                f'resource "{call.urn}" was successfully created, but the Kubernetes API server reported that it '
                f"failed to fully initialize or become live: {unsatisfied}"
            )
            raise PartialError(message, _id(live), _checkpoint(news, unsatisfied.last, manager)) from None
        return _id(live), _checkpoint(news, live, manager)

    def _serves(self, obj: Object) -> bool:
        return self._reached is not None and self._reached.serves(obj)

    def _create_patiently(self, call: Call, obj: Object, manager: str) -> Object:
        """Try again while the kind or the namespace is not there yet: it may be in the making (pulumi.md 2)."""
        for attempt, pause in enumerate((*CREATE_RETRIES, 0)):
            try:
                live = self._create_once(call, obj, manager)
            except Refused as refused:
                if not (call.preview and _preview_forgives(refused, obj)) or refused.exists:
                    call.status(f"Retry #{attempt}; creation failed: {refused}")
                if not refused.missing or not pause or (call.preview and _preview_forgives(refused, obj)):
                    raise
                if self._cancelled.wait(pause):
                    raise OperationError("cancelled") from None
            else:
                if attempt:
                    call.status("")
                return live
        raise AssertionError("the last attempt returns or raises")

    def _create_once(self, call: Call, obj: Object, manager: str) -> Object:
        if not self._ways.upsert and not call.patches(obj):
            return self._cluster.create(obj, dry_run=call.preview)
        force = self._forces(obj, None, preview=call.preview)
        try:
            return self._cluster.apply(obj, manager, force=force, dry_run=call.preview, fieldValidation="Warn")
        except Refused as refused:
            raise _explain_conflict(refused, manager) from None

    def _forces(self, obj: Object, live: Object | None, *, preview: bool) -> bool:
        """Tell whether other managers' fields are taken (pulumi.md 1.1): asked for, or a preview that would mislead."""
        if annotation(obj, "patchForce") == "true" or self._ways.force:
            return True
        managers = ((live or {}).get("metadata") or {}).get("managedFields") or []
        if live is not None and not managers:
            return True
        ours = any(m["operation"] == "Update" and m["manager"] == OWN_CREATOR for m in managers)
        return preview and (live is None or ours)

    def update(self, call: Call, state: Object, news: Object) -> Object:
        """Apply the new inputs server-side, with the manager that the state remembers."""
        obj = _normalise(plain(news))
        if call.preview and (has_unknown(obj) or not self._serves(obj)):
            return news
        old_inputs, recorded = _parse(state)
        previous = _manager(old_inputs, state)
        manager = annotation(obj, "patchFieldManager") or previous
        try:
            live = self._update_in_place(call, obj, recorded, manager)
        except (Refused, Unsatisfied) as trouble:
            if call.preview and isinstance(trouble, Refused) and trouble.code == HTTPStatus.FORBIDDEN:
                return news
            raise self._update_failed(call, news, recorded, manager, trouble) from None
        if not call.preview and previous != manager:
            self._relinquish(live, previous)
        return _checkpoint(news, live, manager)

    def _update_in_place(self, call: Call, obj: Object, recorded: Object, manager: str) -> Object:
        live = self._apply(call, obj, self._cluster.get(_named(obj, recorded)), manager)
        if call.preview:
            return live
        return self._waiter.until_ready(obj, live, timeout_seconds(call.timeout, obj), call.status)

    def _apply(self, call: Call, obj: Object, live: Object, manager: str) -> Object:
        if not call.preview and not call.patches(obj):
            entries = take_over(live["metadata"].get("managedFields") or [], manager)
            if entries:
                live = self._cluster.rewrite_managers(live, entries)
        leave_ignored(obj, live, manager, [parse_path(text) for text in call.ignore])
        force = self._forces(obj, live, preview=call.preview)
        try:
            return self._cluster.apply(obj, manager, force=force, dry_run=call.preview)
        except Refused as refused:
            raise _explain_conflict(refused, manager) from None

    def _update_failed(
        self, call: Call, news: Object, recorded: Object, manager: str, why: Exception
    ) -> OperationError:
        if isinstance(why, NoMatch):
            return OperationError(f'update of resource "{call.urn}" failed: {why}; install its CRD')
        try:
            live = self._cluster.get(recorded)
        except Refused as refused:
            return OperationError(
                f'update of resource "{call.urn}" failed: {why}\nunable to get cluster state: {refused}'
            )
        message = (
            f'the Kubernetes API server reported that "{_id(live)}" failed to fully initialize or become live: {why}'
        )
        return PartialError(message, _id(live), _checkpoint(news, live, manager))

    # -------------------------------------------------------------------------------------- read and delete

    def read(self, call: Call, resource_id: str, state: Object, inputs: Object) -> tuple[Object, Object] | None:
        """Read the live object; None when it, or its kind, is gone."""
        namespace, _, name = resource_id.rpartition("/")
        if not inputs.get("kind"):
            raise OperationError(f'"{call.urn}": the stand-in provider does not import what is there; declare it')
        old = plain(inputs)
        try:
            live = self._cluster.get(_named(old, {"metadata": {"name": name, "namespace": namespace or None}}))
        except Refused as refused:
            if refused.missing:
                return None
            raise OperationError(str(refused)) from None
        shaped = keep_secret(prune(live, _normalise(old)), inputs)
        return _checkpoint(shaped, live, _manager(old, state)), shaped

    def delete(self, call: Call, resource_id: str, state: Object) -> None:
        """Delete and wait until it is gone; a Patch only lets go of its fields."""
        inputs, live = _parse(state)
        try:
            if call.patches(live):
                self._relinquish(live, _manager(inputs, state))
                return
            self._cluster.delete(live)
            self._waiter.until_gone(live, timeout_seconds(call.timeout, inputs))
        except Refused as refused:
            if not refused.missing:
                raise OperationError(_deletion_failed(call, live, refused)) from None
        except Unsatisfied as unsatisfied:
            finalizers = ", ".join(unsatisfied.last["metadata"].get("finalizers") or [])
            call.log("WARNING", f"finalizers might be preventing deletion ({finalizers})", False)  # noqa: FBT003 (see status)
            last = _checkpoint(state.get("__inputs") or {}, unsatisfied.last, str(state.get("__fieldManager")))
            raise PartialError(str(unsatisfied), resource_id, last) from None

    def _relinquish(self, live: Object, manager: str) -> None:
        identity = {
            "apiVersion": live["apiVersion"],
            "kind": live["kind"],
            "metadata": {"name": live["metadata"]["name"]},
        }
        if live["metadata"].get("namespace"):
            identity["metadata"]["namespace"] = live["metadata"]["namespace"]
        self._cluster.apply(identity, manager, force=False)


_NO_METADATA: Final[tuple[Path, Kind]] = (("metadata",), DELETE)


def _id(obj: Object) -> str:
    namespace, name = obj["metadata"].get("namespace"), str(obj["metadata"]["name"])
    return f"{namespace}/{name}" if namespace else name


def _identity(obj: Object) -> tuple[Any, Any]:
    meta = obj.get("metadata") or {}
    return meta.get("name"), meta.get("namespace") or None


def _named(obj: Object, recorded: Object) -> Object:
    meta = recorded["metadata"]
    return {**obj, "metadata": {"name": meta["name"], "namespace": meta.get("namespace")}}


def _normalise(inputs: Object) -> Object:
    """Drop what only the server sets, and write a Secret's text as the server will keep it."""
    obj = dict(inputs)
    if isinstance(obj.get("metadata"), dict):
        obj["metadata"] = {key: value for key, value in obj["metadata"].items() if key not in SERVER_SET}
    text = plain(obj.get("stringData"))
    if obj.get("kind") == "Secret" and isinstance(text, dict) and not has_unknown(text):
        encoded = {key: base64.b64encode(str(value).encode()).decode() for key, value in text.items()}
        obj["data"] = {**(plain(obj.get("data")) or {}), **encoded}
        del obj["stringData"]
    return obj


def _checkpoint(inputs: Object, live: Object, manager: str) -> Object:
    """Write the state: the live object, and beside it what is needed the next time."""
    state = keep_secret(live, inputs)
    state["__inputs"] = inputs
    state["__initialApiVersion"] = live.get("apiVersion")
    state["__fieldManager"] = manager
    return state


def _parse(state: Object) -> tuple[Object, Object]:
    values = copy.copy(plain(state))
    inputs = values.pop("__inputs", None) or {}
    return inputs, {key: value for key, value in values.items() if not key.startswith("__")}


def _manager(inputs: Object, state: Object) -> str:
    """Who applies: whom the inputs name, whom the state remembers, or somebody new."""
    named = annotation(inputs, "patchFieldManager")
    return named or str(state.get("__fieldManager") or f"{OWN_CREATOR}-{secrets.token_hex(4)}")


# ------------------------------------------------------------------------------------------------------ sentences


def _preview_forgives(refused: Refused, obj: Object) -> bool:
    """Tell whether a preview stays green: there already, forbidden, or in a namespace that will come (pulumi.md 3)."""
    namespace = (obj.get("metadata") or {}).get("namespace")
    waits_for_namespace = refused.missing and f'namespaces "{namespace}" not found' in str(refused)
    return refused.exists or refused.code == HTTPStatus.FORBIDDEN or waits_for_namespace


def _explain_conflict(refused: Refused, manager: str) -> Refused:
    if refused.code != HTTPStatus.CONFLICT:
        return refused
    message = (
        "server-side apply field conflict detected\n"
        f'The resource managed by field manager "{manager}" had an apply conflict: {refused}'
    )
    return Refused(refused.code, refused.reason, message, refused.causes)


def _creation_failed(call: Call, obj: Object, refused: Refused) -> str:
    if isinstance(refused, NoMatch):
        kind = f"{obj['apiVersion']}/{obj['kind']}"
        return f'creation of resource "{call.urn}" with kind {kind} failed: {refused}; install its CRD first'
    hint = ""
    if refused.exists:
        hint = "; adopt it (import, or upsertExistingObjects on the provider), or alias the resource if it was renamed"
    return f'resource "{call.urn}" was not successfully created by the Kubernetes API server: {refused}{hint}'


def _deletion_failed(call: Call, live: Object, refused: Refused) -> str:
    required = [c["field"] for c in refused.causes if c.get("reason") == "FieldValueRequired"]
    if call.patches(live) and required:
        return (
            f"this Patch resource is currently managing a required field ({', '.join(required)}), so it can't be "
            "deleted directly; set the `retainOnDelete` resource option, or give the field another owner first"
        )
    return str(refused)
