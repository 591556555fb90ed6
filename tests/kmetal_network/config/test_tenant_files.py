"""A tenant in a file of its own is read, judged and named like one in the stack file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kmetal_network.config.settings_files import read_settings, tenant_file
from kmetal_network.config.stackfile import load_environments, load_stack
from kmetal_network.errors import OperatorError
from kmetal_network.yaml_budget import BYTES
from tests.support.stack_project import ROOT

DEV = (ROOT / "Pulumi.dev.yaml").read_text()
ACME = """\
# Acme's own people edit this file.
name: acme
drop: [172.21.204.0/23, 10.16.0.0/16, 10.93.0.0/16, 10.96.0.0/16, 100.64.0.0/16]
clusters:
  - name: main
    cidrBlock: 10.101.0.0/24
quota:
  requests.cpu: "4"
"""


def project(folder: Path, tenants: Mapping[str, str], stack: str = DEV) -> Path:
    """A project of one environment with tenant files."""
    (folder / "Pulumi.dev.yaml").write_text(stack)
    for path, text in tenants.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def findings(folder: Path) -> list[str]:
    return [str(finding) for finding in load_environments(folder)[1]]


def test_its_tenants_follow_those_of_the_stack_file_in_the_order_of_their_names(tmp_path: Path) -> None:
    others = {f"tenants/dev/{name}.yaml": f"name: {name}\n" for name in ("zeta", "beta")}
    environment, _ = load_stack(project(tmp_path, {**others, "tenants/dev/acme.yaml": ACME}), "dev")
    assert [tenant.name for tenant in environment.settings.tenants] == ["alpha", "acme", "beta", "zeta"]
    assert environment.place(("tenants", 1, "clusters", 0)) == "tenants/dev/acme.yaml:5 clusters[0]"
    assert environment.place(("tenants", 0)) == "Pulumi.dev.yaml:59 tenants[0]"


def test_it_says_the_same_as_the_same_lines_in_the_stack_file(tmp_path: Path) -> None:
    inline = DEV.rstrip() + "\n" + "".join(
        f"    {'- ' if number == 0 else '  '}{line}\n" for number, line in enumerate(ACME.splitlines()[1:])
    )  # fmt: skip
    own, _ = load_stack(project(tmp_path, {"tenants/dev/acme.yaml": ACME}), "dev")
    (tmp_path / "other").mkdir()
    listed, _ = load_stack(project(tmp_path / "other", {}, inline), "dev")
    assert own.settings == listed.settings


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("tenants/dev/acme.yaml", "name: acmee\n",
         "tenants/dev/acme.yaml:1 name: tenant 'acmee' is in a file called acme.yaml; write `name: acme`, or call the file acmee.yaml [SHAPE]"),
        ("tenants/dev/acme.yaml", "name: acme\nclusters:\n  - name: main\n    cidr: 10.101.0.0/24\n",
         "tenants/dev/acme.yaml:3 clusters[0].cidrBlock: 'cidrBlock' is missing; write `cidrBlock:`"),
        ("tenants/dev/acme.yaml", "name: acme\nname: acme\n",
         "tenants/dev/acme.yaml:2 name: the key 'name' is written twice, first on line 1; keep one of the two [SHAPE]"),
        ("tenants/dev/acme.yaml", "", "tenants/dev/acme.yaml: is no mapping but empty; write `name: acme` first [SHAPE]"),
        ("tenants/dev/acme.yaml", "- name: acme\n",
         "tenants/dev/acme.yaml:1: is no mapping but a list of 1; write `name: acme` first [SHAPE]"),
        ("tenants/dev/alpha.yaml", "name: alpha\n",
         "Pulumi.dev.yaml:59 tenants[0]: tenant 'alpha' is written in tenants/dev/alpha.yaml:1, too; keep one of the two [SHAPE]"),
        ("tenants/dev/acme.yml", ACME,
         "tenants/dev/acme.yml: is no tenant's file, so no one reads it; name it tenants/<stack>/<tenant>.yaml [SHAPE]"),
        ("tenants/dev/old/acme.yaml", ACME,
         "tenants/dev/old/acme.yaml: is no tenant's file, so no one reads it; name it tenants/<stack>/<tenant>.yaml [SHAPE]"),
        ("tenants/acme.yaml", ACME,
         "tenants/acme.yaml: is no tenant's file, so no one reads it; name it tenants/<stack>/<tenant>.yaml [SHAPE]"),
        ("tenants/qa/acme.yaml", ACME,
         "tenants/qa/acme.yaml: there is no Pulumi.qa.yaml, so no one reads it; write that file, or move this one to the folder of another stack (dev) [SHAPE]"),
        ("tenants/dev/acme.yaml", "name: acme\nclusters:\n  - name: main\n    cidrBlock: 10.101.0.0/24\n    gateway: 10.102.0.1\n",
         "tenants/dev/acme.yaml:3 clusters[0]: "),
        ("tenants/dev/acme.yaml", "# " + "x" * BYTES, "tenants/dev/acme.yaml: "),
    ],
    ids=["another name", "form", "key twice", "empty", "a list", "in both", "another suffix", "too deep", "no folder", "no stack",
         "a law", "budget"],
)  # fmt: skip
def test_what_is_wrong_in_it_is_named_by_its_file_and_line(tmp_path: Path, path: str, text: str, said: str) -> None:
    found = [one for one in findings(project(tmp_path, {path: text})) if one.startswith((path, said))]
    assert any(one.startswith(said) for one in found), findings(tmp_path)
    with pytest.raises(OperatorError):
        load_stack(tmp_path, "dev")


def test_one_that_is_not_utf_8_is_a_finding_and_a_mark_of_byte_order_is_not(tmp_path: Path) -> None:
    project(tmp_path, {"tenants/dev/acme.yaml": ACME})
    path = tmp_path / "tenants" / "dev" / "acme.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + ACME.encode())
    assert [tenant.name for tenant in load_stack(tmp_path, "dev")[0].settings.tenants] == ["alpha", "acme"]
    path.write_bytes(b"name: acm\xe9\n")
    assert [one for one in findings(tmp_path) if one.startswith("tenants/")] == [
        "tenants/dev/acme.yaml: cannot be read (not UTF-8 at byte 9); write UTF-8 text in a file you may read [SHAPE]"
    ]


def test_files_that_are_no_settings_are_left_alone(tmp_path: Path) -> None:
    beside = {"tenants/dev/README.md": "Owners.\n", "tenants/CODEOWNERS": "", "tenants/dev/.acme.yaml": "{"}
    files = read_settings(project(tmp_path, {**beside, tenant_file("dev", "acme"): ACME}))
    assert set(files.texts) == {"Pulumi.dev.yaml", "tenants/dev/acme.yaml"}
    assert files.findings == ()


def test_its_warnings_are_shown_with_its_stack_and_not_with_another(tmp_path: Path) -> None:
    bare = "name: acme\nclusters:\n  - name: main\n    cidrBlock: 10.101.0.0/24\n"
    project(tmp_path, {"tenants/dev/acme.yaml": bare})
    _, warnings = load_stack(tmp_path, "dev")
    assert {finding.rule for finding in warnings if finding.place.startswith("tenants/dev/acme.yaml")} == {
        "NET-215",
        "NET-418",
    }
