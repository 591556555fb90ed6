"""A stand-in for the Pulumi provider `kubernetes`, for the sandbox alone; `sandbox.provider_start` runs it.

Where the genuine plugin can be had, it is used and this is not. The stand-in behaves as the genuine 4.32 does in all
that this project relies upon; one contract suite (tests/contract) holds both to it. It serves an API server on
loopback and refuses any other, says once per run what it is, and refuses a setting that it does not know.

What it deliberately does not do: invent names; import, and `get` of what is there; wait for built-in kinds to become
ready (no sandbox runs pods) or by `PULUMI_K8S_AWAIT_ALL`, and go on without waiting for a deletion; hold requests back
to the client settings' rate; client-side apply, a PUT of CRDs, YAML rendering, strict mode and the unreachable-cluster
options; ConfigMaps and Secrets that change in place; annotations other than `provider_objects.ANNOTATIONS`; a Release's
inputs beyond `provider_release.KNOWN`; functions (`helm.template`, `yaml.decode`), the component types (`ConfigGroup`,
`Chart`), schemas; the `x_kubernetes_*` spelling of CRD fields; lists of kinds that need replacement beyond those in
`provider_objects.REPLACES`; normal forms of built-in kinds beyond quantities and a Secret's text; a second try under
another name when the preview of an upsert meets an immutable field. Loopback is taken at its word: a tunnel that ends
here is not seen through.

It speaks plain gRPC: `pulumi.provider.experimental` cannot report an object that exists but did not become ready, and
puts a truth value where the engine expects the kind of change (`DiffConfig`, pulumi 3.250).
"""

# ruff: noqa: N802 (the methods of a gRPC servicer are named by its protocol)
from __future__ import annotations

import argparse
import functools
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import grpc
import urllib3
import yaml
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

from sandbox import provider_release
from sandbox.provider_call import Call, OperationError, PartialError, Ways
from sandbox.provider_cluster import Cluster, NotLoopback, Refused, active_cluster, of_context, read_kubeconfig
from sandbox.provider_objects import Objects
from sandbox.provider_release import Releases
from sandbox.provider_values import UNKNOWN, Object, from_wire, plain, to_wire

VERSION: Final = "4.32.0"  # of the genuine provider whose behaviour this one shows
NOTICE: Final = "stand-in Kubernetes provider of the sandbox (loopback only), not the genuine plugin"
ATTENTION: Final = 1.0
"""Seconds between two looks at whether the engine lives."""

WORKERS: Final = 128  # a wait holds one; the engine asks for as many as its parallelism says
MESSAGE_BYTES: Final = 400 * 1024 * 1024  # what the engine allows itself
PREFIX: Final = "kubernetes:config:"
SWITCHES: Final = {
    "upsertExistingObjects": "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
    "enablePatchForce": "PULUMI_K8S_ENABLE_PATCH_FORCE",
}
WITHOUT_EFFECT: Final = {"kubeClientSettings", "suppressDeprecationWarnings", "suppressHelmHookWarnings"}
ENGINES_OWN: Final = {"version", "pluginDownloadURL", "pluginChecksums", "__internal"}
KNOWN: Final = (
    {"kubeconfig", "context", "cluster", "namespace", "clusterIdentifier", "enableServerSideApply"}
    | SWITCHES.keys()
    | WITHOUT_EFFECT
    | ENGINES_OWN
)
SEVERITY: Final = dict(engine_pb2.LogSeverity.items())

Answer = TypeVar("Answer")


def _answers(method: Callable[[Provider, Any, Any], Answer]) -> Callable[[Provider, Any, Any], Answer]:
    """Turn what goes wrong into the engine's kind of error, without a traceback."""

    @functools.wraps(method)
    def answer(self: Provider, request: Any, context: grpc.ServicerContext) -> Answer:
        try:
            return method(self, request, context)
        except PartialError as partial:
            _abort_partially(context, partial)
        except (OperationError, NotLoopback, Refused, ValueError, OSError) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except urllib3.exceptions.HTTPError as error:
            context.abort(grpc.StatusCode.UNKNOWN, f"the API server does not answer: {error}")
        raise AssertionError("abort raises")

    return answer


def _abort_partially(context: grpc.ServicerContext, partial: PartialError) -> NoReturn:
    """Report an object that is there but did not become what it should be; the engine keeps its state."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=partial.resource_id, properties=to_wire(partial.state), reasons=[str(partial)]
    )
    packed = Packed()
    packed.Pack(detail)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(partial), details=[packed])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(partial))
    raise AssertionError("abort raises")


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """What the engine talks to; the handling of resources is in `Objects` and `Releases`."""

    def __init__(self, engine_address: str) -> None:
        channel = grpc.insecure_channel(engine_address, options=_options())
        self._engine = engine_pb2_grpc.EngineStub(channel)
        self._cancelled = threading.Event()
        self._files = tempfile.TemporaryDirectory(prefix="kubernetes-stand-in-")
        self._objects: Objects | None = None
        self._releases: Releases | None = None

    def close(self) -> None:
        """Remove the kubeconfig that was written for helm."""
        self._files.cleanup()

    # ------------------------------------------------------------------------------------------ the provider

    def GetPluginInfo(self, _request: Empty, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Say which version's behaviour this is."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def Cancel(self, _request: Empty, _context: grpc.ServicerContext) -> Empty:
        """End all waits."""
        self._cancelled.set()
        return Empty()

    @_answers
    def CheckConfig(self, request: provider_pb2.CheckRequest, _: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Refuse settings that would otherwise be forgotten silently."""
        news = from_wire(request.news)
        failures = [
            (key, "not a setting that the sandbox's stand-in provider knows; remove it, or use the genuine plugin")
            for key in sorted(news.keys() - KNOWN)
        ]
        if str(plain(news.get("enableServerSideApply", "true"))).lower() == "false":
            failures.append(("enableServerSideApply", "the stand-in provider knows server-side apply only; remove it"))
        return _checked(request.news, failures)

    @_answers
    def DiffConfig(self, request: provider_pb2.DiffRequest, _: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Replace the provider, and so every resource, only when it is another cluster (pulumi.md 3)."""
        olds, news = plain(from_wire(request.olds)), plain(from_wire(request.news))
        changed = sorted(key for key in olds.keys() | news.keys() if olds.get(key) != news.get(key))
        if not changed:
            return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
        old_identifier, identifier = olds.get("clusterIdentifier"), news.get("clusterIdentifier")
        if identifier and identifier == old_identifier:
            replaces = []
        else:
            replaces = ["clusterIdentifier"] if identifier and old_identifier else []
            replaces += [key for key in ("kubeconfig", "context", "cluster") if key in changed and _moved(olds, news)]
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME, diffs=changed, replaces=list(dict.fromkeys(replaces))
        )

    @_answers
    def Configure(
        self, request: provider_pb2.ConfigureRequest, _: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Connect, or remember why not: a preview does without the cluster, nothing else does."""
        self._log(request.urn, "INFO", NOTICE, ephemeral=False)
        settings = {key.removeprefix(PREFIX): value for key, value in request.variables.items()}
        kubeconfig, trouble, cluster = {}, "", None
        try:
            kubeconfig = read_kubeconfig(settings.get("kubeconfig", ""))
            cluster = Cluster(kubeconfig, settings.get("context", ""))
            cluster.request("GET", "/version")
        except (OSError, ValueError, KeyError, yaml.YAMLError, Refused, urllib3.exceptions.HTTPError) as error:
            cluster, trouble = None, f"{type(error).__name__}: {error}"
        namespace = (
            settings.get("namespace") or of_context(kubeconfig, settings.get("context", ""), "namespace") or "default"
        )
        self._objects = Objects(cluster, _ways(settings, namespace), self._cancelled, trouble)
        helm_config = self._write_kubeconfig(kubeconfig, settings.get("context", ""))
        self._releases = Releases(helm_config, namespace, self._cancelled, trouble)
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def _write_kubeconfig(self, kubeconfig: Object, context: str) -> Path:
        path = Path(self._files.name) / "kubeconfig"
        path.touch(mode=0o600)
        chosen = {**kubeconfig, "current-context": context} if context else kubeconfig
        path.write_text(yaml.safe_dump(chosen), encoding="utf-8")
        return path

    # ------------------------------------------------------------------------------------------ the resources

    def _handler(self, call: Call) -> Objects | Releases:
        handler = self._releases if call.token == provider_release.TOKEN else self._objects
        if not handler:
            raise OperationError("the provider is not configured yet")
        return handler

    def _call(self, request: Any) -> Call:
        def log(severity: str, message: str, ephemeral: bool) -> None:  # noqa: FBT001 (see Log)
            self._log(request.urn, severity, message, ephemeral=ephemeral)

        preview, timeout = getattr(request, "preview", False), getattr(request, "timeout", 0.0)
        return Call(request.urn, log, preview, timeout, tuple(getattr(request, "ignoreChanges", ())))

    def _log(self, urn: str, severity: str, message: str, *, ephemeral: bool) -> None:
        line = engine_pb2.LogRequest(severity=SEVERITY[severity], message=message, urn=urn, ephemeral=ephemeral)
        try:
            self._engine.Log(line)
        except grpc.RpcError:
            logging.getLogger(__name__).debug("the engine is gone: %s", message)

    @_answers
    def Check(self, request: provider_pb2.CheckRequest, _: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Complete and judge the inputs."""
        call = self._call(request)
        inputs, failures = self._handler(call).check(call, from_wire(request.olds), from_wire(request.news))
        return _checked(to_wire(inputs), failures)

    @_answers
    def Diff(self, request: provider_pb2.DiffRequest, _: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Say what differs and whether that needs a replacement."""
        call = self._call(request)
        return self._handler(call).diff(call, from_wire(request.olds), from_wire(request.news))

    @_answers
    def Create(self, request: provider_pb2.CreateRequest, _: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Create the resource, or in a preview let the server try."""
        call = self._call(request)
        resource_id, state = self._handler(call).create(call, from_wire(request.properties))
        return provider_pb2.CreateResponse(id=resource_id, properties=to_wire(state))

    @_answers
    def Update(self, request: provider_pb2.UpdateRequest, _: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Change the resource in place."""
        call = self._call(request)
        state = self._handler(call).update(call, from_wire(request.olds), from_wire(request.news))
        return provider_pb2.UpdateResponse(properties=to_wire(state))

    @_answers
    def Read(self, request: provider_pb2.ReadRequest, _: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """Read the resource as it is; an empty answer means that it is gone."""
        call = self._call(request)
        found = self._handler(call).read(call, request.id, from_wire(request.properties), from_wire(request.inputs))
        if not found:
            return provider_pb2.ReadResponse()
        state, inputs = found
        return provider_pb2.ReadResponse(id=request.id, properties=to_wire(state), inputs=to_wire(inputs))

    @_answers
    def Delete(self, request: provider_pb2.DeleteRequest, _: grpc.ServicerContext) -> Empty:
        """Delete the resource and wait until it is gone."""
        call = self._call(request)
        self._handler(call).delete(call, request.id, from_wire(request.properties))
        return Empty()


def _checked(inputs: Any, failures: list[tuple[str, str]]) -> provider_pb2.CheckResponse:
    found = [provider_pb2.CheckFailure(property=key, reason=reason) for key, reason in failures]
    return provider_pb2.CheckResponse(inputs=inputs, failures=found)


def _moved(olds: Object, news: Object) -> bool:
    """Tell whether the settings lead to another cluster: other URL, other certificate authority, or not known yet."""
    if any(news.get(key) is UNKNOWN for key in ("kubeconfig", "context", "cluster")):
        return True
    try:
        before, after = (
            active_cluster(read_kubeconfig(s["kubeconfig"]), s.get("context") or "", s.get("cluster") or "")
            for s in (olds, news)
        )
    except (KeyError, OSError, ValueError):
        return False  # ambient or unreadable: nothing to compare
    return before is not None and after is not None and before != after


def _ways(settings: dict[str, str], namespace: str) -> Ways:
    on = {key for key, env in SWITCHES.items() if settings.get(key, os.environ.get(env)) == "true"}
    return Ways(namespace, upsert="upsertExistingObjects" in on, force="enablePatchForce" in on)


def _options() -> list[tuple[str, int]]:
    limits = ("grpc.max_receive_message_length", "grpc.max_send_message_length")
    return [(limit, MESSAGE_BYTES) for limit in limits]


def main(arguments: list[str]) -> None:
    """Serve the engine at the given address until it goes away."""
    parser = argparse.ArgumentParser(prog="pulumi-resource-kubernetes", description=NOTICE)
    parser.add_argument("engine", help="address of the Pulumi engine")
    parser.add_argument("--tracing", help="ignored")
    known, _ignored = parser.parse_known_args(arguments)
    server = grpc.server(ThreadPoolExecutor(max_workers=WORKERS), options=_options())
    provider = Provider(known.engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    owner = os.getppid()
    try:
        # An engine that was killed says no good-bye; a write that comes after it would meet the next run's.
        while server.wait_for_termination(timeout=ATTENTION) and os.getppid() == owner:
            pass
        server.stop(grace=None)
    except KeyboardInterrupt:
        server.stop(grace=None)
    finally:
        provider.close()
