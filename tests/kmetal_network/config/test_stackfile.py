"""What a wrong stack file gets: every finding at once, each with its place, its value and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmetal_network.config.stackfile import load_environments, load_stack, parse_environment
from kmetal_network.errors import OperatorError

ROOT = Path(__file__).parents[3]
DEV = (ROOT / "Pulumi.dev.yaml").read_text()


def findings(text: str, tmp_path: Path) -> list[str]:
    """What `kmetal-network check` says of the dev file with this text."""
    (tmp_path / "Pulumi.dev.yaml").write_text(text)
    _, found = load_environments(tmp_path)
    return [
        str(finding).removeprefix("Pulumi.dev.yaml:").partition(" ")[2]
        for finding in found
        if finding.severity == "error"
    ]


WRONG = {
    "an unknown key": (
        'tunnelType: "geneve"',
        'tunnelType: "geneve"\n      tunnelMtuu: 9000',
        [
            (
                "network.kubeOvn.tunnelMtuu: unknown key 'tunnelMtuu'; did you mean 'tunnelMtu'? Keys here: enabled, joinCidr,"
                " podCidr, podGateway, svcCidr, tunnelInterface, tunnelMtu, tunnelType [SHAPE]"
            )
        ],
    ),
    "a key twice": (
        'tunnelType: "geneve"',
        'tunnelType: "geneve"\n      tunnelType: "vxlan"',
        [
            (
                "config.kmetal-network:network.kubeOvn.tunnelType: the key 'tunnelType' is written twice, first on line 23; keep one"
                " of the two [SHAPE]"
            )
        ],
    ),
    "a number as text": (
        "id: 0",
        'id: "0"',
        [
            (
                "provider.vlan.id: 'id' is '0'; it should be a valid integer (0 on a kernel VLAN sub-interface (`data.222`),"
                " where the host tags already; else the real VLAN id) [SHAPE]"
            )
        ],
    ),
    "host bits": (
        "10.100.0.0/24",
        "10.100.0.5/24",
        [
            (
                "tenants[0].clusters[0].cidrBlock: '10.100.0.5/24' has host bits set or an odd spelling; write 10.100.0.0/24"
                " [SHAPE]"
            )
        ],
    ),
    "no tunnel NIC": (
        '      tunnelInterface: "data.205"\n',
        "",
        [
            (
                "network.kubeOvn.tunnelInterface: 'tunnelInterface' is missing; write `tunnelInterface:`, such as data.205 (NIC"
                " that carries tenants' traffic between nodes, by the same name on every node) [SHAPE]"
            )
        ],
    ),
    "Multus off": (
        "    multus:\n      enabled: true",
        "    multus:\n      enabled: false",
        [
            (
                "network: network.multus.enabled is false, and Kube-OVN as the secondary CNI is reached through Multus alone;"
                " write true [NET-701]"
            )
        ],
    ),
    "a range that ends before it starts": (
        "172.21.204.200-172.21.204.250",
        "172.21.204.250-172.21.204.200",
        [
            (
                "metallb.pools[0].addresses[0]: '172.21.204.250-172.21.204.200' is not an address range"
                " ('172.21.204.250-172.21.204.200' ends before it starts); write FIRST-LAST, ADDRESS/LENGTH or ADDRESS [SHAPE]"
            )
        ],
    ),
    "a VLAN id on a sub-interface": (
        "id: 0",
        "id: 222",
        [
            (
                "provider.vlan: vlan 'vlan222' has id 222 and its NIC 'data.222' is a kernel sub-interface that tags 222 already,"
                " so frames are tagged twice and dropped in silence; write id 0 [NET-301]"
            )
        ],
    ),
    "a pool on the provider VLAN": (
        "172.21.204.200-172.21.204.250",
        "77.220.68.100/32",
        [
            (
                "metallb.pools[0]: pool 'tenant-cp-pool' holds 77.220.68.100/32, of which 77.220.68.100 is in provider subnet"
                " 'external' (77.220.68.96/27); write a range of the management VLAN; addresses of the provider VLAN belong to"
                " Kube-OVN's EIPs [NET-201]"
            )
        ],
    ),
    "a provider Subnet of another name": (
        "name: external",
        "name: outside",
        ["provider.external.name: 'name' is 'outside'; write 'external' [SHAPE]"],
    ),
    "a gateway node without the NIC": (
        "- w2",
        "- c1",
        [
            (
                "provider: gateway node 'c1' is in network.excludeNodes, so it has no provider NIC to anchor routers on; take it"
                " from one of the two lists [SHAPE]"
            )
        ],
    ),
    "a pool in the chart's values": (
        "  kmetal-network:network:",
        "    values:\n      metallb:\n        pools: [{name: p}]\n  kmetal-network:network:",
        [
            (
                "chart: values.metallb.pools declares what this program applies as objects, so two owners would fight over it;"
                " move it to the section kmetal-network:metallb [SHAPE]"
            )
        ],
    ),
    "a number that is none": (
        "      id: 0",
        "      id: 08",
        [
            (
                "config.kmetal-network:provider.vlan.id: '08' can't be read as int; write a number without leading zeros, or text"
                " in quotes; leave tags (`!!...`) out [SHAPE]"
            )
        ],
    ),
    "two ranges of the platform that share addresses": (
        'joinCidr: "100.64.0.0/16"',
        'joinCidr: "10.16.128.0/17"',
        [
            (
                "network.kubeOvn.podCidr: network.kubeOvn.podCidr 10.16.0.0/16 and network.kubeOvn.joinCidr 10.16.128.0/17 share"
                " 10.16.128.0-10.16.255.255; give one of the two a block of its own [NET-101]"
            )
        ],
    ),
}


@pytest.mark.parametrize(("before", "after", "expected"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_gets_exactly_this_finding(before: str, after: str, expected: list[str], tmp_path: Path) -> None:
    assert DEV.count(before) == 1
    assert findings(DEV.replace(before, after), tmp_path) == expected


def test_all_findings_come_at_once(tmp_path: Path) -> None:
    text = DEV.replace("id: 0", 'id: "0"').replace("10.100.0.0/24", "10.100.0.5/24").replace("host-gw", "ipip")
    assert len(findings(text, tmp_path)) == 3


def test_a_finding_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  kmetal-network:clusterr: {}\n")
    with pytest.raises(OperatorError) as caught:
        load_stack(tmp_path, "dev")
    assert "Pulumi.dev.yaml:2 clusterr: unknown key 'clusterr'; did you mean 'cluster'?" in str(caught.value)


def test_a_stack_without_a_file_is_answered_with_which_there_are() -> None:
    with pytest.raises(
        OperatorError, match=r"stack 'lab' has no such file; use one of the stacks there are \(dev, prod"
    ):
        load_stack(ROOT, "lab")


def test_the_three_environments_break_no_law() -> None:
    _, found = load_environments(ROOT)
    assert [str(finding) for finding in found if finding.severity == "error"] == []


def test_another_stacks_error_stops_every_stack(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(DEV)
    (tmp_path / "Pulumi.prod.yaml").write_text("config: 5\n")
    with pytest.raises(OperatorError, match=r"Pulumi\.prod\.yaml:1 config: `config` is no mapping but 5"):
        load_stack(tmp_path, "dev")


@pytest.mark.parametrize(
    "text", ["", "5", "[]", "config:\n", "config: {kmetal-network:tenants: 5}", "a: &a [*a]", "\x00"]
)
def test_no_text_makes_a_traceback(text: str) -> None:
    with pytest.raises(OperatorError) as caught:
        parse_environment(text, "Pulumi.dev.yaml", "dev")
    assert caught.value.findings


def test_the_commissioned_law_is_never_relaxed(tmp_path: Path) -> None:
    text = f"{DEV}  kmetal-network:relaxed:\n    NET-201: because I say so\n    NET-999: there is none such\n"
    assert findings(text, tmp_path) == [
        "relaxed.NET-201: law 'NET-201' is never relaxed; remove the line [SHAPE]",
        "relaxed.NET-999: law 'NET-999' does not exist; write the id in brackets at the end of a finding [SHAPE]",
    ]
