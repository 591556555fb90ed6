"""Real-life changes as edits of the repository's own stack files, and plans made of them."""

from __future__ import annotations

from dataclasses import replace

from kmetal_network.config.stackfile import Environment, parse_environment
from kmetal_network.errors import Finding
from kmetal_network.plan.model import Plan
from kmetal_network.plan.offline import offline_plan
from tests.support.stack_project import ROOT


def environment(*edits: tuple[str, str], name: str = "prod") -> Environment:
    """A stack file of the repository with texts replaced; each has to be there."""
    text = (ROOT / f"Pulumi.{name}.yaml").read_text()
    for old, new in edits:
        assert old in text, f"{old!r} is not in Pulumi.{name}.yaml"
        text = text.replace(old, new, 1)
    return parse_environment(text, f"Pulumi.{name}.yaml", name)


def planned(*edits: tuple[str, str], name: str = "prod") -> Plan:
    """The change from the file as it is to the edited one."""
    return offline_plan(environment(*edits, name=name), environment(name=name))


def with_risks(plan: Plan, *risks: Finding) -> Plan:
    """The plan as a look at a cluster would have completed it: nothing unseen, and these risks."""
    return replace(plan, source="cluster", cluster="0e9bb2f4-93a6-4a4e-8a4b-6f3f0d6b9c52", unseen=(), risks=risks)


BETA = """    - name: beta
      namespace: tenant-beta
      drop: [172.21.212.0/23, 10.16.0.0/16, 10.93.0.0/16, 10.96.0.0/16, 100.64.0.0/16]
      clusters:
        - name: main
          cidrBlock: 10.100.0.0/22
      quota:
        requests.cpu: "40"
        requests.memory: 80Gi
      roleBindings:
        - clusterRole: kmetal-cluster-manager
          groups: [beta-admins]
  kmetal-network:differences:"""

NEW_TENANT = ("  kmetal-network:differences:", BETA)
OPEN_TENANT = (
    NEW_TENANT[0],
    BETA.replace("drop: [172.21.212.0/23, 10.16.0.0/16, 10.93.0.0/16, 10.96.0.0/16, 100.64.0.0/16]", "drop: []"),
)
"""One that drops the external block alone, as in kMetal's guide."""
OTHER_NIC = ("defaultInterface: bond1.422", "defaultInterface: bond2.422")
SMALLER_POOL = ("172.21.213.0-172.21.213.199", "172.21.213.10-172.21.213.199")
LARGER_POOL = ("172.21.213.0-172.21.213.199", "172.21.213.0-172.21.213.219")
FEWER_DROPS = ("drop: [172.21.212.0/23, 10.16.0.0/16", "drop: [10.16.0.0/16")
MOVED_EGRESS = ("egressAddress: 77.220.70.20", "egressAddress: 77.220.70.21")
MOVED_BLOCK = ("cidrBlock: 10.100.4.0/22", "cidrBlock: 10.100.8.0/22")
OTHER_MTU = ("mtu: 1400", "mtu: 1300")
OTHER_VLAN = ("      id: 0", "      id: 422")
_MAIN = """        - name: main
          cidrBlock: 10.100.0.0/22
"""
SECOND_CLUSTER = (
    _MAIN,
    f"""{_MAIN}        - name: test
          cidrBlock: 10.100.4.0/24
          controlPlaneAddress: 172.21.213.12
""",
)
