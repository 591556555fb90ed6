"""`verify`: the live network held to the settings, and to what is recorded of the other environments."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from kmetal_network.config.stackfile import load_stack
from operations.cluster.live import LiveCluster
from operations.cluster.view import ClusterView
from operations.commands.reach import facts_in
from operations.console import Output, out
from operations.pictures.command import drawings
from operations.snapshots.other_nodes import other_nodes
from operations.state.identity import make_sure_of_identity
from operations.verify.checks import Verdict
from operations.verify.report import as_json, make_sure_of_page, show, write_html
from operations.verify.verification import verify


def verify_stack(root: Path, stack: str, output: Output, html: Path | None, *, strict: bool) -> int:
    """Check and print; 1 if a check fails, or warns and that counts.

    Args:
        root: the project.
        stack: name of the environment.
        output: for people, or for machines.
        html: where a page is wanted, too.
        strict: whether a warning counts.

    Raises:
        OperatorError: the settings or a snapshot are wrong, the cluster is another one, or it does not answer.
    """
    environment, _ = load_stack(root, stack)
    others = other_nodes(root, stack, datetime.now(UTC))
    if html is not None:
        make_sure_of_page(html)
    with LiveCluster.of(root, environment.settings.cluster) as cluster:
        view = ClusterView(cluster)
        make_sure_of_identity(environment, view)
        found = verify(environment, view, others)
        drawn = {} if html is None else drawings(environment, facts_in(environment, view))
    if output is Output.JSON:
        sys.stdout.write(as_json(found) + "\n")
    else:
        show(out, stack, found)
    if html is not None:
        write_html(html, stack, found, drawn)
    failing = {Verdict.FAIL, Verdict.WARN} if strict else {Verdict.FAIL}
    return int(any(entry.verdict in failing for entry in found))
