"""`kmetal-network adopt`: a stack takes over a network that was made by hand, without a change to its traffic.

First it only reads. It shows the settings, each field that would change, each field that stays unmanaged, and the
objects that it leaves alone. It stops on anything that would stop the `up`, in the cluster or in any stack file.
Then it asks. Then it labels each object and ends kubectl's field ownership. One `up` imports the objects into the
state, and two previews prove that nothing is left to change.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from kmetal_network.adoption.comparison import Fate, leaves
from kmetal_network.adoption.ownership import other_owners
from kmetal_network.adoption.proposal import Answers, Proposal, judge_against, propose
from kmetal_network.adoption.reading import KINDS
from kmetal_network.adoption.release import read_release
from kmetal_network.config.kubeconfig import context_of, kubeconfig_path, read_context
from kmetal_network.config.settings_files import concerns, read_settings, stack_file
from kmetal_network.config.stackfile import judge_files, load_stack
from kmetal_network.errors import Finding, OperatorError, Severity
from kmetal_network.grouping import grouped
from kmetal_network.laws.registry import errors
from kmetal_network.manifests.inventory import admission_objects, object_key
from kmetal_network.names import RELEASE, RELEASE_NAMESPACE, STACK_LABEL
from kmetal_network.yaml_document import read_document
from operations.cluster.view import ClusterView
from operations.commands.takeover import Takeover
from operations.console import Output, note, out
from operations.preflight.check import Preflight
from operations.preflight.table import obstacles
from operations.progress.watching import watched
from operations.state.helm_release import DEPLOYED
from operations.state.identity import make_sure_of_identity
from operations.writing import write_all

_ROOT: Final = Path()


def adopt(
    stack: Annotated[str, typer.Argument(help="Name of the environment: Pulumi.<stack>.yaml, created if missing.")],
    *,
    context: Annotated[str | None, typer.Option(help="Context of the kubeconfig; by default the stack file's.")] = None,
    kubeconfig: Annotated[str | None, typer.Option(help="Path of the kubeconfig; by default kubectl's.")] = None,
    management_interface: Annotated[str | None, typer.Option(help="NIC of the management VLAN.")] = None,
    values: Annotated[Path | None, typer.Option(help="The chart's values, if Helm's release is unreadable.")] = None,
    output: Annotated[
        Output, typer.Option("--output", help="Format of the proposal; json only prints it. Exits 1 if it is refused.")
    ] = Output.TEXT,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Take over a network made by hand: show the changes, ask, and prove that nothing is left to change."""
    existing = stack_file(_ROOT, stack).exists()
    with _connect(stack, context, kubeconfig, existing=existing) as cluster:
        view = ClusterView(cluster)
        proposal = _proposal(stack, view, kubeconfig, management_interface, values, existing=existing)
        found = tuple(sorted({*proposal.findings, *_laws(proposal), *_obstacles(proposal, view)}))
        wrong = errors(found)
        if output is Output.JSON:
            out.print_json(as_json(proposal, found))
            raise typer.Exit(int(bool(wrong)))
        _show(proposal)
        for group in grouped(finding for finding in found if finding.severity is Severity.WARNING):
            note(str(group))
        if wrong and proposal.text:
            names = f"{stack_file(_ROOT, stack).name}{' and the tenant files' if proposal.tenants else ''}"
            note(f"to fix what the settings can fix: save the above as {names}, edit them, and adopt again")
        if wrong:
            raise OperatorError(wrong)
        _show_takeover(proposal)
        if not yes:
            typer.confirm(f"Hand {len(proposal.adopted)} objects over to stack {stack}?", abort=True)
        if proposal.text:
            write_all(_ROOT, {path: text.encode() for path, text in _files(proposal).items()})
        cluster.take_over(proposal)
        cluster.prove(proposal)


def _connect(stack: str, context: str | None, kubeconfig: str | None, *, existing: bool) -> Takeover:
    if existing:
        environment, _ = load_stack(_ROOT, stack)
        named = environment.settings.cluster.context
        if context not in (None, named):
            problem, remedy = f"names context {named!r}, and --context {context!r}", "leave --context out"
            raise OperatorError(
                [Finding(place=environment.place(("cluster", "context")), problem=problem, remedy=remedy)]
            )
        return Takeover(context_of(_ROOT, environment.settings.cluster), _ROOT)
    if context is None:
        raise OperatorError(
            f"stack {stack} has no file yet, and no context is given; name the cluster's context: --context NAME"
        )
    return Takeover(read_context(kubeconfig_path(_ROOT, kubeconfig), context), _ROOT)


def _proposal(
    stack: str,
    view: ClusterView,
    kubeconfig: str | None,
    management_interface: str | None,
    values: Path | None,
    *,
    existing: bool,
) -> Proposal:
    context = view.cluster.context
    with watched(f"reading the network of {context}"):
        uid, live = view.uid(), view.seen(KINDS)
    if existing:
        environment, _ = load_stack(_ROOT, stack)
        make_sure_of_identity(environment, view)
        return judge_against(live, environment)
    version, known = _chart(view, values)
    section = {"context": context, **({"kubeconfig": kubeconfig} if kubeconfig else {}), "uid": uid}
    return propose(
        live,
        Answers(
            stack=stack,
            cluster=section,
            management_interface=management_interface,
            chart_version=version,
            values=known,
        ),
    )


def _chart(view: ClusterView, values: Path | None) -> tuple[str | None, Mapping[str, Any] | None]:
    """Version and values of the chart: from the file if one is given, else from Helm's release."""
    if values is not None:
        try:
            text = values.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise OperatorError(f"{values}: cannot be read ({error}); name the file of the chart's values") from None
        data = read_document(text, str(values)).data
        return None, data if isinstance(data, Mapping) else {}
    try:
        found = (view.get(DEPLOYED) or {}).get("items") or []
        if not found:
            return _unread(f"there is no deployed Helm release {RELEASE_NAMESPACE}/{RELEASE}")
        return read_release(found[-1])
    except OperatorError as error:
        return _unread(str(error))
    except ValueError as error:
        return _unread(f"Secret {object_key(found[-1])} is {error}")


def _unread(why: str) -> tuple[None, None]:
    note(f"{why}; the chart's values come from --values FILE, or are derived from its objects")
    return None, None


def _laws(proposal: Proposal) -> Iterator[Finding]:
    """What the program would refuse: broken laws, alone or with other environments, and errors in another file."""
    _, found = judge_files(read_settings(_ROOT).with_texts(_files(proposal)))
    for finding in found:
        if finding.severity is Severity.ERROR or concerns(finding.place, proposal.environment.name):
            yield finding


def _files(proposal: Proposal) -> dict[str, str]:
    """What would be written, by path below the project: tenants first, since a stack file without them is a whole."""
    own = {stack_file(_ROOT, proposal.environment.name).name: proposal.text} if proposal.text else {}
    return {**proposal.tenants, **own}


def _obstacles(proposal: Proposal, view: ClusterView) -> Iterator[Finding]:
    """What the platform lacks, and others' objects with the names of objects that `up` would create."""
    adopting = frozenset((adopted.manifest.kind, object_key(adopted.live)) for adopted in proposal.adopted)
    yield from obstacles(Preflight(environment=proposal.environment, view=view, adopting=adopting))


def as_json(proposal: Proposal, found: Iterable[Finding]) -> str:
    """For machines: the stack file, what is adopted, each field that differs, and what is left alone."""
    return json.dumps(
        {
            "stack": proposal.environment.name,
            "file": proposal.text or None,
            "tenantFiles": dict(proposal.tenants),
            "adopted": [f"{adopted.manifest.kind} {object_key(adopted.live)}" for adopted in proposal.adopted],
            "fields": [asdict(entry) for entry in proposal.fields(*Fate)],
            "left": [asdict(left) for left in proposal.left],
            "findings": [asdict(finding) for finding in found],
        }
    )


def _say(text: str = "", *, dim: bool = False) -> None:
    """Print a line unchanged: no wrapping, and no markup or emoji in text from a cluster or a file."""
    out.print(text, style="dim" if dim else "", soft_wrap=True, highlight=False, markup=False, emoji=False)


def _listed(title: str, lines: list[str]) -> None:
    if lines:
        _say(title)
        for line in lines:
            _say(f"  {line}")
        _say()


def _show(proposal: Proposal) -> None:
    """Print what was read, and what is left alone."""
    stack = proposal.environment.name
    if proposal.text:
        for path, text in _files(proposal).items():
            _say(f"{path}, to be written:")
            _say(text, dim=True)
    else:
        _say(f"Pulumi.{stack}.yaml exists; the cluster is compared with it")
    _listed("Left alone:", [f"{left.object}: {left.why}" for left in proposal.left])
    for adopted in proposal.adopted:
        if adopted.manifest.kind not in ("Node", "Vpc") and (others := other_owners(adopted.live)):
            name = f"{adopted.manifest.kind} {object_key(adopted.live)}"
            note(f"{name} is also written by {', '.join(others)}; stop that, or a later change conflicts")


def _show_takeover(proposal: Proposal) -> None:
    """Print every field that the takeover changes or leaves unmanaged, and the totals."""
    stack, stays = proposal.environment.name, proposal.fields(Fate.STAYS)
    added, rewritten = proposal.fields(Fate.ADDED), proposal.fields(Fate.REWRITTEN)
    _listed(
        "Stays unchanged and unmanaged, because no setting covers it:",
        [f"{entry.object} {entry.path}: {entry.live}" for entry in stays],
    )
    _listed(
        "The takeover changes:",
        [f"{entry.object} {entry.path}: {entry.ours} is added" for entry in added]
        + [f"{entry.object} {entry.path}: is rewritten, with the same meaning" for entry in rewritten],
    )
    whole = [entry.live for entry in proposal.adopted if entry.manifest.kind != "Node"]
    _say(
        f"{stack}: {len(proposal.adopted)} objects with {sum(map(leaves, whole))} live values: none is lost,"
        f" {len(stays)} stay unmanaged, {len(added) + len(rewritten)} fields change; each object also gets the"
        f" label {STACK_LABEL}={stack} and the annotations that `up` waits for"
    )
    if admission := admission_objects(proposal.environment.settings, stack):
        _say(f"{stack}: `up` also creates {len(admission)} admission objects, which enforce the laws (`admission`)")
