"""The comment as a Markdown reader sees it: every table is one, every row has all its cells, what is folded is whole."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from kmetal_network.comment.compose import compose
from tests.kmetal_network.comment import large
from tests.kmetal_network.comment.stories import CONTEXT, STORIES, text
from tests.kmetal_network.plan.cases import planned

READER = MarkdownIt("commonmark").enable("table")


def looked_at(body: str) -> None:
    page = READER.render(body)
    outside = re.sub(r"^(`{3,}).*?^\1$", "", body, flags=re.DOTALL | re.MULTILINE)
    separators = re.findall(r"^\| ---(?: \| ---)* \|$", outside, flags=re.MULTILINE)
    tables = re.findall(r"<table>.*?</table>", page, flags=re.DOTALL)
    assert len(tables) == len(separators)
    for table in tables:
        rows = re.findall(r"<tr>(.*?)</tr>", table, flags=re.DOTALL)
        cells = [len(re.findall(r"<t[hd][ >]", row)) for row in rows]
        assert len(set(cells)) == 1, table
    paragraphs = re.findall(r"<p>(.*?)</p>", page, flags=re.DOTALL)
    assert not [one for one in paragraphs if one.startswith("|")], "a row fell out of its table"
    assert page.count("<details>") == page.count("</details>")
    assert body.count("```mermaid") == page.count('class="language-mermaid"')


@pytest.mark.parametrize("story", STORIES)
def test_every_golden_comment_reads_as_it_is_meant(story: str) -> None:
    looked_at(text(story))


def test_the_comment_of_300_tenants_reads_as_it_is_meant() -> None:
    [body] = compose([large.plan(), planned(name="dev")], CONTEXT)
    looked_at(body)
