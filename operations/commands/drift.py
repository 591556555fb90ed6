"""`kmetal-network drift`: how a live cluster differs from the stack file, who changed it, and what to do.

It only reads, one list call for each kind, and needs no state, so it sees an edit at once. Exit code 0: no drift.
1: drift. 2: nothing could be compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from rich.markup import escape

from kmetal_network.adoption.release import read_release
from kmetal_network.config.settings_files import environment_names
from kmetal_network.config.stackfile import Environment, load_stack
from kmetal_network.counting import counted
from kmetal_network.errors import ForbiddenError, OperatorError
from kmetal_network.kinds.registry import names_where
from kmetal_network.live.diff import differing
from kmetal_network.live.drift import Drift, DriftKind
from kmetal_network.live.managed_fields import writer_of
from kmetal_network.live.undeclared import undeclared
from kmetal_network.live.values import Object
from kmetal_network.manifests.chart import chart_values
from kmetal_network.names import RELEASE, RELEASE_NAMESPACE
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.console import Output, out
from operations.progress.watching import watched
from operations.state.helm_release import DEPLOYED
from operations.state.identity import make_sure_of_identity

KINDS: Final = names_where("compared")
"""Traffic of others and controllers' status are left out: no setting describes them."""

_WEBHOOKS: Final = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
_METALLB: Final = "metallb"
_HELM_RELEASE: Final = f"Helm release {RELEASE_NAMESPACE}/{RELEASE}"

_COLOURS: Final = {DriftKind.UNDECLARED: "red", DriftKind.CHANGED: "red", DriftKind.MISSING: "red"}


def drift(root: Path, stack: str, output: Output = Output.TEXT) -> int:
    """Compare and print; 1 if something differs.

    Raises:
        OperatorError: the settings are wrong, the cluster is another one, or it does not answer. Exits 2.
    """
    try:
        environment, _ = load_stack(root, stack)
        with watched(f"comparing {stack}"), LiveCluster.of(root, environment.settings.cluster) as cluster:
            view = ClusterView(cluster)
            make_sure_of_identity(environment, view)
            found = compare(environment, view, environment_names(root))
    except OperatorError as error:
        raise OperatorError(str(error)) from None  # without findings: nothing was compared
    if output is Output.JSON:
        out.print_json(json.dumps([entry.as_data() for entry in found]))
    else:
        _show(stack, found)
    return int(bool(found))


def compare(environment: Environment, view: ClusterView, stacks: Iterable[str]) -> tuple[Drift, ...]:
    """Every difference.

    Args:
        environment: the settings.
        view: what is seen of their cluster.
        stacks: names of all stacks of the project.

    Raises:
        UnreachableError: no answer, or not permitted.
    """
    seen = {kind: view.objects(kind) for kind in KINDS}
    return (
        *differing(environment.settings, environment.name, seen, _tenant_files(environment)),
        *undeclared(environment.settings, environment.name, frozenset(stacks), seen),
        *_release(environment, view),
        *_webhooks(view),
    )


def _tenant_files(environment: Environment) -> dict[str, str]:
    """The files of tenants that have one of their own, by tenant."""
    own = environment.settings.tenants[len(environment.settings.tenants) - len(environment.files) :]
    return {tenant.name: file.name for tenant, file in zip(own, environment.files, strict=True)}


def _release(environment: Environment, view: ClusterView) -> Iterator[Drift]:
    """Version and `network` values of the Helm release, if Pulumi installs it.

    Helm does not record who made a change. Flux's release is compared like any other object.
    """
    settings, stack = environment.settings, environment.name
    records = None
    with suppress(ForbiddenError):  # an identity that may not read it still sees the rest
        records = (view.get(DEPLOYED) or {}).get("items") if settings.chart.install == "release" else None
    if records is None:
        return
    if not records:
        yield Drift(way=DriftKind.MISSING, object=_HELM_RELEASE, remedy=f"kmetal-network up {stack} --refresh")
        return
    try:
        version, live = read_release(records[-1])
    except ValueError:
        return  # written by a version of Helm that we cannot read
    wanted: dict[str, Any] = {
        "network": chart_values(settings.chart, settings.network, settings.metallb)["network"],
        "version": settings.chart.version and settings.chart.version.removeprefix("v"),
    }
    for field, ours, theirs in _values(wanted, {**live, "version": version and version.removeprefix("v")}):
        yield Drift(
            way=DriftKind.CHANGED,
            object=_HELM_RELEASE,
            field=field,
            wanted=ours,
            live=theirs,
            remedy=f"kmetal-network up {stack} --refresh, or write it into Pulumi.{stack}.yaml",
        )


def _values(wanted: Mapping[str, Any], live: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Path, our value and the live value of each difference. Values that we leave to the chart do not count."""
    for key, ours in wanted.items():
        theirs, path = live.get(key), f"{above}{key}"
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            yield from _values(ours, theirs, f"{path}.")
        elif ours is not None and ours != theirs:
            yield path, ours, theirs


def _webhooks(view: ClusterView) -> Iterator[Drift]:
    """MetalLB's webhook, if its configuration exists and admits everything while the webhook is down.

    No record says whether there should be one, so a missing webhook is not drift.
    """
    items: Mapping[str, Object] | None = None
    with suppress(ForbiddenError):  # an identity that may not read it still sees the rest
        items = view.items(_WEBHOOKS)
    for item in (items or {}).values():
        name = str(item["metadata"]["name"])
        for hook in item.get("webhooks") or () if _METALLB in name else ():
            if hook.get("failurePolicy") == "Ignore":
                yield Drift(
                    way=DriftKind.CHANGED,
                    object=f"ValidatingWebhookConfiguration {name}",
                    field=f"webhooks[{hook.get('name')}].failurePolicy",
                    wanted="Fail",
                    live="Ignore",
                    by=writer_of(item, ("webhooks",)),
                    note="overlapping pools pass while the webhook is down",
                    remedy="set it to Fail: the chart's values (metallb.crds.validationFailurePolicy)",
                )


def _show(stack: str, found: tuple[Drift, ...]) -> None:
    if not found:
        out.print(f"{stack}: no drift; the cluster matches the settings")
        return
    for entry in found:  # lines, not a table: no one can copy a wrapped command
        colour = _COLOURS.get(entry.way, "yellow")
        out.print(f"[{colour}]{entry.way.value:11}[/][bold]{escape(entry.object)}[/]", highlight=False, soft_wrap=True)
        for mark, text in (("  ", entry.seen), ("by", entry.who), ("->", entry.remedy)):
            if text and text != entry.way.value:
                out.print(f"      {mark} {escape(text)}", highlight=False, soft_wrap=True)
    out.print(f"{stack}: {counted(len(found), 'difference')}")
