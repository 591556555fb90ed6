"""On which NICs MetalLB answers ARP and NDP."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.counting import first_few
from kmetal_network.facts.metallb import Advertisement
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import has_unknown, known
from kmetal_network.laws.metallb.speakers import announces, answers_on, may_be_elsewhere, reached
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.vlan_carriers import Carriers

_L2_REMEDY = "name the management NIC in `interfaces`, and no other"


def _by_interface(facts: Facts) -> Iterator[Breach]:
    carriers = Carriers(facts.provider_networks, facts.vlans)
    for advertisement in facts.advertisements:
        if advertisement.protocol == "L2":
            yield from _l2_breaches(advertisement, facts, carriers)


def _l2_breaches(advertisement: Advertisement, facts: Facts, carriers: Carriers) -> Iterator[Breach]:
    name = f"L2Advertisement {advertisement.name!r}"
    if advertisement.interfaces is None and advertisement.patch:
        return
    if advertisement.interfaces is None or advertisement.interfaces == ():
        yield from _on_every_nic(advertisement, facts)
        return
    if has_unknown(advertisement.interfaces):
        yield Breach(advertisement.place, f"an interface of {name} is not known yet", _L2_REMEDY)
    for interface in known(advertisement.interfaces):
        for network, reason in carriers.of(interface):
            there = answers_on(advertisement, network, facts, interface)
            if there is not False:
                yield Breach(
                    advertisement.place,
                    f"{name} answers on {interface!r}, which {reason}{'' if there else _UNDECIDED}",
                    _L2_REMEDY,
                    not there,
                )
    for network in facts.provider_networks:
        if has_unknown(network.interfaces):
            yield Breach(
                network.place,
                f"a NIC of provider network {network.name!r} is not known yet, so {name} cannot be compared with it",
                "write the NIC's name as a literal",
            )


_UNDECIDED = ", if its nodeSelectors select a node that carries it (their labels are not in sight)"


def _on_every_nic(advertisement: Advertisement, facts: Facts) -> Iterator[Breach]:
    name = f"L2Advertisement {advertisement.name!r} names no interfaces, so it answers ARP on every NIC"

    def answered(*, sure: bool) -> str:
        """The NICs on which it answers; what it does on one of thousands, a few show as well."""
        verdicts = (reached(advertisement, network, facts) for network in facts.provider_networks)
        return first_few(text for text, there in verdicts if there is (True if sure else None))

    if surely := answered(sure=True):
        yield Breach(advertisement.place, f"{name}, {surely} included", _L2_REMEDY)
    elif perhaps := answered(sure=False):
        problem = f"{name}; whether {perhaps} is one of them is not in sight (labels, or exclusions)"
        yield Breach(advertisement.place, problem, _L2_REMEDY, warning=True)
    elif not facts.provider_networks:
        undecided = may_be_elsewhere(advertisement, facts)
        also = "; whether a provider NIC is one of them is not in sight" if undecided else ", a provider NIC included"
        yield Breach(advertisement.place, f"{name}{also}", _L2_REMEDY, undecided)


def _absent_interfaces(facts: Facts) -> Iterator[Breach]:
    for advertisement in facts.advertisements:
        wanted = known(advertisement.interfaces)
        for node in facts.nodes if wanted and not has_unknown(advertisement.interfaces) else ():
            if node.interfaces is None or has_unknown(node.interfaces):
                continue
            announced = announces(advertisement, node)
            if announced is not False and not set(wanted) & set(known(node.interfaces)):
                have = ", ".join(known(node.interfaces)) or "none"
                undecided = "" if announced else ", if its nodeSelectors select that node (its labels are not in sight)"
                yield Breach(
                    advertisement.place,
                    f"L2Advertisement {advertisement.name!r} answers on {' or '.join(map(repr, wanted))}, which node"
                    f" {node.name!r} has not ({have}){undecided}",
                    "name a NIC of each node that announces",
                    announced is None,
                )


LAWS = (
    Law(
        id="NET-202",
        title="MetalLB answers ARP on no NIC of the provider network",
        why="An L2Advertisement without `interfaces` answers on every NIC of a node, so the pool's addresses are"
        " reachable from the provider VLAN whatever their numbers are. (ARP is no firewall: kube-proxy takes packets"
        " from any NIC.)",
        fix="Name the management NIC in `interfaces`.",
        reference="metallb website, advanced L2 configuration; metallb/metallb#277",
        judge=_by_interface,
        unknown="is a finding",
    ),
    Law(
        id="NET-216",
        title="Every announcing node has a NIC that answers ARP",
        why="MetalLB may elect a node without that NIC, and then no one answers. No enforcement point sees the NICs"
        " of nodes by itself: this law needs a program that knows them and supplies them as facts.",
        fix="Name a NIC that every announcing node has.",
        reference="metallb/metallb#433, #484",
        not_admitted="no object says which NICs a node has",
        judge=_absent_interfaces,
    ),
)
