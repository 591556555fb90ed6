"""`kmetal-network adopt`: a network made by hand becomes a stack's, without a change to its traffic.

First it only reads: it shows the settings, each field that would change, each that stays unmanaged, and all that is
left alone. What would refuse the `up` after it, in the cluster or in any stack file, refuses here. Then it asks. Then
each object gets the stack's label and kubectl lets go of it, one `up` takes it into the state, and two previews prove
that nothing is left to change.
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
from operations.console import Output, note, out, watched
from operations.preflight.obstacles import obstacles
from operations.preflight.platform import gateway_labels
from operations.state.helm_release import DEPLOYED
from operations.state.identity import make_sure_of_identity

_ROOT: Final = Path()


def adopt(
    stack: Annotated[str, typer.Argument(help="Name of the environment: Pulumi.<stack>.yaml, written if not there.")],
    *,
    context: Annotated[
        str | None, typer.Option(help="Context of the kubeconfig; named by the stack file if any.")
    ] = None,
    kubeconfig: Annotated[str | None, typer.Option(help="Path of the kubeconfig, if not the usual one.")] = None,
    management_interface: Annotated[str | None, typer.Option(help="NIC of the management VLAN.")] = None,
    values: Annotated[Path | None, typer.Option(help="The chart's values, where Helm's release is unreadable.")] = None,
    output: Annotated[
        Output, typer.Option("--output", help="Form of the proposal; json shows it and ends, 1 if it is refused.")
    ] = Output.TEXT,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take over a network made by hand: shows what that would be, asks, and proves that nothing is left to change."""
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
            note(f"what the settings can mend: save the above as Pulumi.{stack}.yaml, mend it there, and adopt again")
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
            f"stack {stack} has no file yet, and no context is given; name the cluster's: --context NAME"
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
    """Version and values of the chart: from a file where one is given, else from Helm's own record."""
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
    note(f"{why}; the chart's values come from --values FILE, or from what its objects tell")
    return None, None


def _laws(proposal: Proposal) -> Iterator[Finding]:
    """What the program would refuse: a law that is broken, alone or beside the other environments, or another file."""
    environment = proposal.environment
    others, found = load_environments(_ROOT)
    estate = {name: other.facts() for name, other in others.items()} | {environment.name: environment.facts()}
    for finding in {*found, *judge(environment.facts()), *judge_estate(estate)}:
        if finding.severity is Severity.ERROR or finding.place.startswith(environment.document.name):
            yield finding


def _obstacles(proposal: Proposal, cluster: Takeover) -> Iterator[Finding]:
    """What the platform lacks, and objects of others where the `up` would make its own."""
    environment = proposal.environment
    labels = gateway_labels(environment, cluster)
    adopting = {(adopted.manifest.kind, object_key(adopted.live)) for adopted in proposal.adopted}
    yield from obstacles(environment, cluster, labels, owned_objects(environment, cluster), adopting)


def as_json(proposal: Proposal, found: Iterable[Finding]) -> str:
    """For machines: the stack file, what is adopted, each field that does not agree, and what is left alone."""
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
    """A line as it is: no wrapping, and no markup or emoji in what a cluster or a file holds."""
    out.print(text, style="dim" if dim else "", soft_wrap=True, highlight=False, markup=False, emoji=False)


def _listed(title: str, lines: list[str]) -> None:
    if lines:
        _say(title)
        for line in lines:
            _say(f"  {line}")
        _say()


def _show(proposal: Proposal) -> None:
    """What was read, and what is left alone."""
    stack = proposal.environment.name
    if proposal.text:
        _say(f"Pulumi.{stack}.yaml, to be written:")
        _say(proposal.text, dim=True)
    else:
        _say(f"Pulumi.{stack}.yaml is there; the cluster is held to it")
    _listed("Left alone, as it is:", [f"{left.object}: {left.why}" for left in proposal.left])
    for adopted in proposal.adopted:
        if adopted.manifest.kind not in ("Node", "Vpc") and (others := other_owners(adopted.live)):
            name = f"{adopted.manifest.kind} {object_key(adopted.live)}"
            note(f"{name} is also written by {', '.join(others)}; end that, or a later change conflicts")


def _show_takeover(proposal: Proposal) -> None:
    """Every field that the hand-over touches or leaves without an owner, and the sum of all."""
    stack, stays = proposal.environment.name, proposal.fields(Fate.STAYS)
    added, rewritten = proposal.fields(Fate.ADDED), proposal.fields(Fate.REWRITTEN)
    _listed(
        "Stays on its object as it is, and nobody manages it, since the settings have no word for it:",
        [f"{entry.object} {entry.path}: {entry.live}" for entry in stays],
    )
    _listed(
        "What the hand-over changes:",
        [f"{entry.object} {entry.path}: {entry.ours} is added" for entry in added]
        + [f"{entry.object} {entry.path}: is spelled anew, with the same meaning" for entry in rewritten],
    )
    whole = [entry.live for entry in proposal.adopted if entry.manifest.kind != "Node"]
    _say(
        f"{stack}: {len(proposal.adopted)} objects with {sum(map(leaves, whole))} live values: none is lost,"
        f" {len(stays)} stay unmanaged, {len(added) + len(rewritten)} fields change; beside these each object gets the"
        f" label {STACK_LABEL}={stack} and the annotations that `up` waits by"
    )
    if admission := admission_objects(proposal.environment.settings, stack):
        _say(
            f"{stack}: `up` also makes {len(admission)} admission objects, which hold kubectl to the laws (`admission`)"
        )
