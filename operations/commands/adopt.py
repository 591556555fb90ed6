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
from kmetal_network.config.stackfile import load_environments, load_stack, stack_file
from kmetal_network.errors import Finding, OperatorError, Severity
from kmetal_network.laws.registry import errors, judge, judge_estate
from kmetal_network.manifests.inventory import admission_objects, object_key
from kmetal_network.names import RELEASE, RELEASE_NAMESPACE, STACK_LABEL
from kmetal_network.yaml_document import read_document
from operations.cluster.live import snapshot
from operations.cluster.owned_objects import owned_objects
from operations.commands.takeover import Takeover
from operations.console import Output, note, out
from operations.preflight.obstacles import obstacles
from operations.preflight.platform import gateway_labels
from operations.progress.watching import watched
from operations.state.helm_release import DEPLOYED
from operations.state.identity import make_sure_of_identity

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
        proposal = _proposal(stack, cluster, kubeconfig, management_interface, values, existing=existing)
        found = tuple(sorted({*proposal.findings, *_laws(proposal), *_obstacles(proposal, cluster)}))
        wrong = errors(found)
        if output is Output.JSON:
            out.print_json(as_json(proposal, found))
            raise typer.Exit(int(bool(wrong)))
        _show(proposal)
        for finding in found:
            if finding.severity is Severity.WARNING:
                note(str(finding))
        if wrong and proposal.text:
            note(f"to fix what the settings can fix: save the above as Pulumi.{stack}.yaml, edit it, and adopt again")
        if wrong:
            raise OperatorError(wrong)
        _show_takeover(proposal)
        if not yes:
            typer.confirm(f"Hand {len(proposal.adopted)} objects over to stack {stack}?", abort=True)
        if proposal.text:
            stack_file(_ROOT, stack).write_text(proposal.text, encoding="utf-8")
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
    cluster: Takeover,
    kubeconfig: str | None,
    management_interface: str | None,
    values: Path | None,
    *,
    existing: bool,
) -> Proposal:
    with watched(f"reading the network of {cluster.context}"):
        uid = cluster.uid()
        live = snapshot(cluster, KINDS)
    if existing:
        environment, _ = load_stack(_ROOT, stack)
        make_sure_of_identity(environment, cluster)
        return judge_against(live, environment)
    version, known = _chart(cluster, values)
    section = {"context": cluster.context, **({"kubeconfig": kubeconfig} if kubeconfig else {}), "uid": uid}
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


def _chart(cluster: Takeover, values: Path | None) -> tuple[str | None, Mapping[str, Any] | None]:
    """Version and values of the chart: from the file if one is given, else from Helm's release."""
    if values is not None:
        try:
            text = values.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise OperatorError(f"{values}: cannot be read ({error}); name the file of the chart's values") from None
        data = read_document(text, str(values)).data
        return None, data if isinstance(data, Mapping) else {}
    try:
        found = (cluster.get(DEPLOYED) or {}).get("items") or []
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
    environment = proposal.environment
    others, found = load_environments(_ROOT)
    estate = {name: other.facts() for name, other in others.items()} | {environment.name: environment.facts()}
    for finding in {*found, *judge(environment.facts()), *judge_estate(estate)}:
        if finding.severity is Severity.ERROR or finding.place.startswith(environment.document.name):
            yield finding


def _obstacles(proposal: Proposal, cluster: Takeover) -> Iterator[Finding]:
    """What the platform lacks, and others' objects with the names of objects that `up` would create."""
    environment = proposal.environment
    labels = gateway_labels(environment, cluster)
    adopting = {(adopted.manifest.kind, object_key(adopted.live)) for adopted in proposal.adopted}
    yield from obstacles(environment, cluster, labels, owned_objects(environment, cluster), adopting)


def as_json(proposal: Proposal, found: Iterable[Finding]) -> str:
    """For machines: the stack file, what is adopted, each field that differs, and what is left alone."""
    return json.dumps(
        {
            "stack": proposal.environment.name,
            "file": proposal.text or None,
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
        _say(f"Pulumi.{stack}.yaml, to be written:")
        _say(proposal.text, dim=True)
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
