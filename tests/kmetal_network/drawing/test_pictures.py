"""Topology and address maps: every node, pool and tenant is in the picture, changes are marked, and D2 draws it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kmetal_network.addresses import Span
from kmetal_network.drawing.address_map import Segment, blocks, cluster_blocks, segments
from kmetal_network.drawing.shapes import Mark, quoted
from kmetal_network.drawing.tenants import marks
from kmetal_network.drawing.topology import groups, mermaid, topology
from kmetal_network.errors import OperatorError
from operations.cli import app
from operations.pictures.command import drawings, pictures
from operations.pictures.d2 import Form, draw
from operations.preview.store import save
from operations.verify.checks import Check, Verdict
from operations.verify.report import write_html
from tests.kmetal_network.comment import large
from tests.kmetal_network.plan.cases import MOVED_EGRESS, NEW_TENANT, OTHER_NIC, SMALLER_POOL, environment, planned
from tests.support.stack_project import ROOT

BAD, NEW = "#c53030", "#2f855a"


def words(svg: bytes) -> str:
    """All text of a picture."""
    return " ".join(ET.fromstring(svg).itertext())  # noqa: S314 (our own picture)


def test_every_address_of_a_block_is_in_one_segment_and_the_first_claim_counts() -> None:
    claims = [
        Segment(span=Span.parse("10.0.0.1"), who="gateway"),
        Segment(span=Span.parse("10.0.0.4-10.0.0.6"), who="pool"),
        Segment(span=Span.parse("10.0.0.5"), who="late"),
        Segment(span=Span.parse("10.0.0.14-10.0.0.40"), who="outside in part"),
        Segment(span=Span.parse("192.0.2.1"), who="elsewhere"),
    ]
    found = segments(Span.parse("10.0.0.0/28"), claims)
    assert [(one.who or "free", one.span.canonical()) for one in found] == [
        ("free", "10.0.0.0"),
        ("gateway", "10.0.0.1"),
        ("free", "10.0.0.2-10.0.0.3"),
        ("pool", "10.0.0.4-10.0.0.6"),
        ("free", "10.0.0.7-10.0.0.13"),
        ("outside in part", "10.0.0.14-10.0.0.15"),
    ]
    assert sum(one.span.size for one in found) == 16


def test_the_address_map_says_who_holds_what_and_what_is_free() -> None:
    [egress, management] = blocks(environment().settings)
    assert [(one.who or "free", one.span.size) for one in egress.segments] == [
        ("network", 1),
        ("gateway", 1),
        ("free", 18),
        ("initech", 1),
        ("free", 219),
        ("excluded", 15),
        ("broadcast", 1),
    ]
    assert sum(one.span.size for one in management.segments) == 512
    assert "API initech/prod" in {one.who for one in management.segments}
    assert cluster_blocks(environment().settings) == {
        "10.100.0.0/22": ["initech/prod", "umbrella/main"],
        "10.100.4.0/22": ["initech/batch"],
    }


def test_nodes_with_the_same_nics_are_one_box() -> None:
    assert {what.replace("\n", ", "): names for what, names in groups(environment().settings).items()} == {
        "nodes, management bond0.404, tunnel bond0.405, no provider NIC": ["c1", "c2", "c3"],
        "gateway nodes, management bond0.404, tunnel bond0.405, provider bond1.422": ["w1", "w2"],
        "gateway nodes, management bond0.404, tunnel bond0.405, provider ens6f1.422": ["w3", "w4"],
    }


def test_a_box_of_one_node_says_node() -> None:
    alone = environment().with_gateway_nodes(("w4",)).settings
    assert [what.partition("\n")[0] for what, names in groups(alone).items() if names == ["w4"]] == ["gateway node"]


def test_the_topology_names_everything() -> None:
    text = words(draw(topology(environment().settings, "prod"), Form.SVG))
    for name in ("prod", "77.220.70.1", "vlan422", "w1, w2", "ens6f1.422", "tenant-cp-pool", "tor-b", "geneve"):
        assert name in text
    for name in ("initech", "umbrella", "batch", "10.100.4.0/22", "172.21.213.11", "77.220.70.20"):
        assert name in text


def test_changes_are_marked_and_nothing_else_is() -> None:
    settings = environment().settings
    assert BAD not in topology(settings, "prod")
    assert marks(planned(NEW_TENANT)) == {"beta": Mark.NEW}
    assert marks(planned(MOVED_EGRESS)) == {"initech": Mark.BAD}
    assert marks(planned(OTHER_NIC)) == {}
    nic = topology(environment(OTHER_NIC).settings, "prod", planned(OTHER_NIC))
    assert re.search(rf'provider: "provider network.*?\{{\n  style: \{{fill: "#fde8e8"; stroke: "{BAD}"', nic)
    assert NEW in topology(environment(NEW_TENANT).settings, "prod", planned(NEW_TENANT))
    pool = topology(environment(SMALLER_POOL).settings, "prod", planned(SMALLER_POOL))
    assert re.search(r'management: "management VLAN.*?\{\n  style: \{fill: "#e6f0fb"; stroke: "#2b6cb0"', pool)


def test_30_and_300_tenants_are_all_in_the_picture_by_name() -> None:
    some = words(draw(topology(large.environment(changed=False, count=30).settings, "prod"), Form.SVG))
    assert all(f"customer-{number:03}" in some for number in range(1, 31))
    assert "10.129.0.0/22" in some
    many = words(draw(topology(large.environment(changed=True).settings, "prod", large.plan()), Form.SVG))
    assert "300 tenants (customer-...)" in many
    assert set(re.findall(r"\b\d{3}\b", many)) >= {f"{number:03}" for number in range(1, 301)}
    assert "287 changed in place, 13 recreated, cut off or deleted" in many


def test_mermaid_stays_below_what_a_forge_draws() -> None:
    text = mermaid(large.environment(changed=False).settings, "prod")
    assert len(text) < 2_000, "GitLab draws longer ones on a click only"
    assert "300 tenants, 300 clusters" in text
    assert 't0["initech<br/>prod 10.100.0.0/22' in mermaid(environment().settings, "prod")


def test_a_label_is_never_the_end_of_its_quotes() -> None:
    assert quoted('a "b" \\ $x\nc') == '"a \\"b\\" \\\\ \\$x\\nc"'
    assert words(draw("x: " + quoted('say "b" ${c}'), Form.SVG)).count('say "b" ${c}') == 1


def test_the_same_network_is_the_same_picture() -> None:
    text = topology(environment().settings, "prod")
    assert draw(text, Form.SVG) == draw(text, Form.SVG)


def test_the_command_writes_every_form_and_marks_what_a_plan_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    save(planned(MOVED_EGRESS), tmp_path / "plan.json")
    done = CliRunner().invoke(
        app, ["picture", "prod", "--out", str(tmp_path / "out"), "--plan", str(tmp_path / "plan.json")]
    )
    assert done.exit_code == 0
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert set(files) == {
        "prod-topology.svg",
        "prod-topology.png",
        "prod-topology.mmd",
        "prod-addresses.svg",
        "prod-addresses.png",
        "prod-reach.svg",
        "prod-reach.png",
    }
    assert files["prod-topology.png"].startswith(b"\x89PNG")
    assert BAD.encode() in files["prod-topology.svg"].lower()
    assert BAD.encode() not in pictures(environment())["prod-topology.svg"].lower()


def test_a_plan_that_is_none_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["picture", "prod", "--plan", str(tmp_path / "none.json")])
    assert isinstance(done.exception, OperatorError)
    assert "no plan that was written to its end" in str(done.exception)


def test_what_d2_refuses_is_one_sentence() -> None:
    with pytest.raises(OperatorError, match="d2 refuses the picture"):
        draw("a: {", Form.SVG)


def test_the_report_is_one_page_with_the_result_first_then_pictures_then_every_check(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    found = [
        Check(layer="Vpc", what="Vpc a", verdict=Verdict.PASS, seen="ready", remedy=""),
        Check(layer="Vpc", what="Vpc <b>", verdict=Verdict.FAIL, seen="not ready", remedy="look"),
    ]
    env = environment()
    write_html(path, "prod", found, drawings(env, env.facts()))
    page = path.read_text()
    order = [
        "<h1>prod: network verification</h1>",
        "The network is not as it should be: Vpc &lt;b&gt;.</strong> 1 pass, 1 fail, 0 warn, 0 not checked.",
        "<h2>Topology",
        "physical gateway",
        "<h2>Addresses",
        "<h2>Who can reach whom, by the live objects</h2><figure><svg",
        "<h2>Every check</h2>",
        "not ready",
    ]
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    assert "<?xml" not in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [(Verdict.PASS, "The network is as it should be."), (Verdict.WARN, "The network works, with warnings.")],
)
def test_the_report_says_in_a_sentence_what_came_out(tmp_path: Path, verdict: Verdict, sentence: str) -> None:
    check = Check(layer="Vpc", what="Vpc a", verdict=verdict, seen="ready", remedy="")
    write_html(tmp_path / "report.html", "prod", [check], {})
    assert sentence in (tmp_path / "report.html").read_text()
