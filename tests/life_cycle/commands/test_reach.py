"""`reach --live` on a real API server, against verdicts by hand; `--trace` with a local OVN behind `kubectl exec`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from operations.cluster.live import COLLECTIONS
from sandbox.control_plane.api import ApiError
from tests.life_cycle.live_project import STACK, Project, wait_until
from tests.oracle.local_ovn.debian import MissingError, programs
from tests.oracle.local_ovn.northbound import Pod
from tests.oracle.local_ovn.ovn import Ovn
from tests.oracle.translate import rows
from tests.support.network.objects import build

pytestmark = pytest.mark.sandbox

LEAVES = "leaves towards the physical gateway"
DROP = "Vpc alpha-vpc spec.policyRoutes[0]"
ROUTE = "Vpc alpha-vpc spec.staticRoutes[0]"
NETWORK = ("Vlan", "Subnet", "Vpc", "OvnEip", "OvnSnatRule")
LEADER = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "ovn-central-0", "namespace": "kube-system", "labels": {"ovn-sb-leader": "true"}},
    "spec": {"nodeName": "c1", "containers": [{"name": "ovn-central", "image": "kube-ovn"}]},
}

KUBECTL = """#!/bin/sh
# In place of kubectl: notes what it is asked for, and runs the local OVN's program.
echo "$*" >> {log}
while [ "$1" != "--" ]; do shift; done
program=$2
shift 2
LD_LIBRARY_PATH={libraries} exec {folder}/$program --db=unix:{socket} "$@"
"""


def asked(project: Project, *words: str, **environment: str) -> tuple[int, Any]:
    """What `reach` prints as JSON, and how it ends."""
    running = project.command("reach", STACK, "--live", *words, "--output", "json", **environment)
    said, _ = running.communicate("", timeout=300)
    return running.returncode, json.loads(said)


def verdicts(printed: Any, source: str) -> dict[str, list[tuple[str, str]]]:
    """Of one source: class to each verdict with the object and the field that decide it."""
    [row] = [row for row in printed if row["from"] == source]
    return {
        name: [(one["verdict"], f"{one['object']} {one['field']}".strip()) for one in found]
        for name, found in row["to"].items()
    }


@pytest.mark.network_applied
def test_a_live_network_has_the_verdicts_that_were_worked_out_by_hand(project: Project) -> None:
    before = project.versions()
    eip = project.look("OvnEip", "alpha-vpc-external")["spec"]["v4Ip"]

    code, printed = asked(project)

    assert code == 0
    assert verdicts(printed, "alpha-dev-subnet") == {
        "own cluster": [("open", "Subnet alpha-dev-subnet spec.cidrBlock")],
        "external block": [("dropped", DROP)],
        "physical gateway": [("dropped", DROP)],
        "Flannel pods": [(LEAVES, ROUTE)],
        "Kube-OVN pods": [(LEAVES, ROUTE)],
        "join range": [(LEAVES, ROUTE)],
        "service range": [(LEAVES, ROUTE)],
        "control-plane addresses": [(LEAVES, ROUTE)],
        "nodes": [(LEAVES, ROUTE)],
        "internet": [(LEAVES, ROUTE)],
    }
    [alpha] = [row for row in printed if row["from"] == "alpha-dev-subnet"]
    assert [one["sourceAs"] for one in alpha["to"]["internet"]] == [eip], "the address that the controller gave"
    assert verdicts(printed, "internet") == {
        "other tenants' pods": [("no route", "no object")],
        "other tenants' external addresses": [("ends at a router", "Vpc alpha-vpc spec.enableExternal")],
    }
    assert project.versions() == before, "it writes nothing"


def opened(project: Project) -> bool:
    """Whether the API server takes a Vpc without its drop."""
    try:
        project.merge("Vpc", "alpha-vpc", {"spec": {"policyRoutes": []}})
    except ApiError:
        return False
    return True


@pytest.mark.network_applied
def test_what_somebody_changes_by_kubectl_is_in_the_verdicts_of_the_live_network(project: Project) -> None:
    project.api.request("DELETE", "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings")
    public = {"externalSubnet": "external", "type": "nat", "v4Ip": "77.220.68.120"}
    pod = {"ovnEip": "public", "vpc": "alpha-vpc", "v4Ip": "10.100.0.9"}
    for kind, spec in (("OvnEip", public), ("OvnFip", pod)):
        project.api.request("POST", COLLECTIONS[kind], build(kind, "public", spec))
    wait_until(lambda: opened(project), "the API server to forget the admission policies")

    _, printed = asked(project)

    assert verdicts(printed, "alpha-dev-subnet")["physical gateway"] == [(LEAVES, "Vpc alpha-vpc spec.enableExternal")]
    assert ("open", "OvnFip public spec.ovnEip") in verdicts(printed, "internet")["other tenants' external addresses"]


@pytest.mark.network_applied
def test_a_trace_asks_ovn_where_it_runs_and_finds_what_the_objects_do_not_say(project: Project, tmp_path: Path) -> None:
    port = project.start_pod("worker-1")
    project.api.create(LEADER)
    found = project.objects(*NETWORK, "IP")
    pod = found[f"IP {port}"]["spec"]
    bodies = [{**body, "kind": key.partition(" ")[0]} for key, body in found.items() if not key.startswith("IP ")]
    pods = [Pod(pod["subnet"], port, (pod["v4IpAddress"],))]
    try:
        ovn = Ovn()
    except MissingError as error:
        pytest.skip(str(error))
    with ovn:
        path = kubectl(ovn, tmp_path)
        with ovn.network(rows(bodies, pods)):
            code, compared = asked(project, "--trace", PATH=path)
            assert (code, [one for one in compared if not one["agrees"]]) == (0, [])
            assert {one["class"]: one["ovn"] for one in compared if one["from"] == port} == {
                "external block": "dropped",
                "physical gateway": "dropped",
                **dict.fromkeys(
                    (
                        "nodes",
                        "Flannel pods",
                        "Kube-OVN pods",
                        "join range",
                        "service range",
                        "control-plane addresses",
                        "internet",
                    ),
                    LEAVES,
                ),
            }
        open_router = [
            {**body, "spec": {**body["spec"], "policyRoutes": []}} if body["kind"] == "Vpc" else body for body in bodies
        ]
        with ovn.network(rows(open_router, pods)):
            code, compared = asked(project, "--trace", PATH=path)
    assert code == 1
    assert {(one["class"], one["model"], one["ovn"]) for one in compared if not one["agrees"]} == {
        ("external block", "dropped", LEAVES),
        ("physical gateway", "dropped", LEAVES),
    }
    [asked_for] = {line.partition(" -- ")[0].partition("--namespace")[2] for line in log(tmp_path)}
    assert asked_for.split()[0] == "kube-system"
    assert asked_for.split()[-4:] == ["exec", "ovn-central-0", "--container", "ovn-central"]
    assert {line.partition(" -- ")[2].split()[0] for line in log(tmp_path)} == {"ovn-nbctl", "ovn-trace"}


def kubectl(ovn: Ovn, folder: Path) -> str:
    """PATH with a `kubectl` in front that runs the local OVN's programs."""
    script = folder / "bin" / "kubectl"
    script.parent.mkdir()
    there = programs()
    [home] = {path.parent for name, path in there.paths.items() if name in ("ovn-trace", "ovn-nbctl")}
    libraries = there.environment.get("LD_LIBRARY_PATH", "")
    script.write_text(KUBECTL.format(log=folder / "kubectl.log", libraries=libraries, folder=home, socket=ovn.socket))
    script.chmod(0o755)
    return f"{script.parent}{os.pathsep}{os.environ['PATH']}"


def log(folder: Path) -> list[str]:
    return (folder / "kubectl.log").read_text().splitlines()
