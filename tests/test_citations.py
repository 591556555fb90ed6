"""What a text cites can be opened by whoever reads it: a page of docs/evidence with that section, a file, an address."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ABSENT = re.compile(
    r"\.\.[/]shared|(?<![\w/])reference/(?:kmetal|kube-ovn|peers|pulumi|observed)|(?<![\w/])observed/"
    r"|(?<![/\w-])(?:pulumi|peers)[.]md|(?<!evidence/)(?<!\()\bkube-ovn[.]md"
)
"""Folders and pages of the development machines."""

CITED = re.compile(r"docs/evidence/([\w-]+\.md)(?:#([\w-]+))?")
LINKED = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(?:#([^)]+))?\)")


def files(*suffixes: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.splitlines() if name.endswith(suffixes)]
    return [path for name in names if (path := ROOT / name).is_file() and path != Path(__file__)]


def anchors(text: str) -> set[str]:
    """Headings as GitHub and the site turn them into anchors."""
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def unanswered(text: str) -> list[str]:
    found = []
    for page, anchor in CITED.findall(text):
        path = ROOT / "docs" / "evidence" / page
        if not path.is_file() or (anchor and anchor not in anchors(path.read_text(encoding="utf-8"))):
            found.append(f"{page}#{anchor}")
    return found


def test_nothing_cites_a_folder_that_is_not_in_the_repository() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in files(".py", ".md", ".yaml", ".yml", ".toml")
        for hit in ABSENT.finditer(path.read_text(encoding="utf-8"))
        if not path.is_relative_to(ROOT / "docs" / "evidence")
    }
    assert found == set()


def test_every_cited_section_of_the_evidence_is_there() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {one}"
        for path in files(".py", ".md", ".yaml", ".yml")
        for one in unanswered(path.read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("docs/evidence/kube-ovn.md#vpcs (V7)", []),
        ("docs/evidence/kube-ovn.md#no-such", ["kube-ovn.md#no-such"]),
        ("docs/evidence/none.md", ["none.md#"]),
    ],
)
def test_a_section_that_is_missing_is_noticed(text: str, missing: list[str]) -> None:
    assert unanswered(text) == missing


@pytest.mark.parametrize("text", ["../shared/crds", "(reference/kube-ovn.md 2.1)", "pulumi.md 1.2", "observed/a.yaml"])
def test_a_citation_of_a_folder_outside_is_noticed(text: str) -> None:
    assert ABSENT.search(text)


@pytest.mark.parametrize("page", files(".md"), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    broken = []
    for target, anchor in LINKED.findall(page.read_text(encoding="utf-8")):
        path = (page.parent / target).resolve()
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path.read_text("utf-8"))):
            broken.append(f"{target}#{anchor}" if anchor else target)
    assert broken == []
