"""A tenant is taken out of a stack file by its lines; every other line stays as it was written."""

from __future__ import annotations

import pytest

from kmetal_network.config.stackfile_edit import without_tenant
from kmetal_network.errors import OperatorError
from tests.support.stack_project import ROOT

HEAD = """\
# The network.
config:
  kmetal-network:network: {a: "1"}   # odd,  but theirs
  kmetal-network:tenants:
"""
ALPHA = """\
    # Alpha pays late.
    - name: alpha
      clusters:
        - name: dev
          cidrBlock: 10.100.0.0/24 # beta's too
      # its second cluster comes in May
"""
BETA = """\

    - name: beta
      drop: [10.16.0.0/16,
             10.93.0.0/16]
"""
TAIL = """\
  # Why staging differs.
  kmetal-network:differences:
    announcement: the lab's switches speak no BGP
"""


@pytest.mark.parametrize(
    ("text", "tenant", "left"),
    [
        (HEAD + ALPHA + BETA + TAIL, "alpha", HEAD + BETA + TAIL),
        (HEAD + ALPHA + BETA + TAIL, "beta", HEAD + ALPHA + "\n" + TAIL),
        (HEAD + ALPHA + TAIL, "alpha", HEAD.replace("tenants:", "tenants: []") + TAIL),
        (HEAD + BETA.rstrip(), "beta", HEAD.replace("tenants:", "tenants: []") + "\n"),
        (HEAD.replace("kmetal-network:tenants", "tenants") + ALPHA + BETA, "beta",
         HEAD.replace("kmetal-network:tenants", "tenants") + ALPHA + "\n"),
    ],
    ids=["first", "last", "only", "only, at the end", "key without prefix"],
)  # fmt: skip
def test_its_lines_go_with_its_comments_and_no_other_byte_changes(text: str, tenant: str, left: str) -> None:
    assert without_tenant(text, "Pulumi.dev.yaml", tenant) == left


def test_the_projects_own_files_lose_exactly_that_tenants_lines() -> None:
    text = (ROOT / "Pulumi.staging.yaml").read_text()
    edited = without_tenant(text, "Pulumi.staging.yaml", "globex")
    gone = [line for line in text.splitlines() if line not in edited.splitlines()]
    assert gone == [
        "    - name: globex",
        "      quota:",
        "        - name: main",
        "          cidrBlock: 10.100.0.0/24 # acme's too: other VPC, other world",
    ]
    assert len(text.splitlines()) - len(edited.splitlines()) == 7


@pytest.mark.parametrize(
    ("tenants", "tenant", "said"),
    [
        ("[{name: alpha}, {name: beta}]", "alpha", ("Pulumi.dev.yaml:2 config.kmetal-network:tenants[0]: tenant 'alpha'"
         " cannot be taken out line by line; take it out by hand, then again [SHAPE]")),
        ("\n  - &a\n    name: alpha\n  - {<<: *a, name: beta}", "alpha", "cannot be taken out line by line"),
        ("\n  - name: alpha", "gamma", "Pulumi.dev.yaml: has no tenant 'gamma'; name one that it has [SHAPE]"),
    ],
    ids=["list in brackets", "anchor used elsewhere", "no such tenant"],
)  # fmt: skip
def test_what_cannot_be_cut_by_lines_is_left_to_the_operator(tenants: str, tenant: str, said: str) -> None:
    with pytest.raises(OperatorError) as refused:
        without_tenant(f"config:\n  kmetal-network:tenants: {tenants}\n", "Pulumi.dev.yaml", tenant)
    assert said in str(refused.value)


def test_line_ends_stay_what_they_are_and_a_key_in_quotes_is_left_to_the_operator() -> None:
    text = (HEAD + ALPHA + BETA + TAIL).replace("\n", "\r\n")
    assert without_tenant(text, "Pulumi.dev.yaml", "alpha") == (HEAD + BETA + TAIL).replace("\n", "\r\n")

    quoted = HEAD.replace("kmetal-network:tenants", "'kmetal-network:tenants'") + ALPHA
    with pytest.raises(OperatorError, match="cannot be taken out line by line"):
        without_tenant(quoted, "Pulumi.dev.yaml", "alpha")
