"""MetalLB's pools are on the management VLAN only. This project exists because of the first of these laws."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.addresses import Span
from kmetal_network.errors import Severity
from kmetal_network.facts.metallb import Pool
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import RangeKind
from kmetal_network.facts.unknown import UNKNOWN, has_unknown, known
from kmetal_network.laws.addresses.subnet_cidrs import family
from kmetal_network.laws.model import Breach, Law
from kmetal_network.laws.physical_subnets import physical_subnets
from kmetal_network.laws.spans import crossing, span, spans


def pool_label(pool: Pool) -> str:
    """A pool, as findings name it."""
    return f"pool {pool.name!r}"


def entries(pool: Pool) -> Iterator[tuple[str, Span]]:
    """Each address entry that can be read, as written and as a span."""
    for text in known(pool.addresses):
        if (block := span(text)) is not None:
            yield text, block


Written = tuple[Span, tuple[Pool, str]]


def pool_spans(facts: Facts) -> list[Written]:
    """Every address entry of every pool that can be read, with the pool and the entry as written."""
    return [(block, (pool, text)) for pool in facts.pools for text, block in entries(pool)]


def provider_spans(facts: Facts) -> list[tuple[Span, str]]:
    """Every block on a provider VLAN, with the name that findings use for it."""
    subnets = [
        (block, f"provider subnet {subnet.name!r} ({subnet.cidr})")
        for subnet in physical_subnets(facts)
        for block in spans(subnet.cidr)
    ]
    return subnets + [
        (block, f"provider range {entry.name} ({entry.text})")
        for entry in facts.ranges
        if entry.kind is RangeKind.EXTERNAL
        for block in spans(entry.text)
    ]


def _pools_on_provider_vlan(facts: Facts) -> Iterator[Breach]:
    for (one, (pool, text)), (two, subnet) in crossing(pool_spans(facts), provider_spans(facts)):
        yield Breach(
            pool.place,
            f"{pool_label(pool)} holds {text}, of which {one.shared(two)} is in {subnet}",
            "write a range of the management VLAN; addresses of the provider VLAN belong to Kube-OVN's EIPs",
        )


def _unjudgeable(facts: Facts) -> Iterator[Breach]:
    """Addresses that cannot be compared: an unknown address is a breach."""
    remedy = "write it as a literal, so that it can be compared with the provider VLAN before anything is applied"
    for pool in facts.pools:
        if has_unknown(pool.addresses):
            yield Breach(pool.place, f"an address of {pool_label(pool)} is not known yet", remedy)
    if facts.pools:
        for subnet in facts.subnets:
            if subnet.on_provider_network and subnet.cidr is UNKNOWN:
                yield Breach(subnet.place, f"cidrBlock of provider subnet {subnet.name!r} is not known yet", remedy)


def _by_address(facts: Facts) -> Iterator[Breach]:
    yield from _pools_on_provider_vlan(facts)
    yield from _unjudgeable(facts)
    yield from _unreadable(facts)


def _unreadable(facts: Facts) -> Iterator[Breach]:
    for pool in facts.pools:
        for text in known(pool.addresses):
            if span(text) is None:
                yield Breach(
                    pool.place,
                    f"{pool_label(pool)} holds {text!r}, which is no address, CIDR or range, so no one can say where"
                    " it lies",
                    "write FIRST-LAST or ADDRESS/LENGTH",
                )
    if facts.pools:
        for subnet in facts.subnets:
            if subnet.on_provider_network and isinstance(subnet.cidr, str) and not _readable_blocks(subnet.cidr):
                yield Breach(
                    subnet.place,
                    f"provider subnet {subnet.name!r} has cidrBlock {subnet.cidr!r}, which is no CIDR",
                    "write ADDRESS/LENGTH",
                )


def _readable_blocks(cidr: str) -> bool:
    return all(span(part) is not None for part in cidr.split(","))


def _outside_management(facts: Facts) -> Iterator[Breach]:
    blocks = [(block, str(block)) for management in facts.management for block in spans(management.cidr)]
    provider = provider_spans(facts)
    for pool in facts.pools if blocks else ():
        answered = _answered(pool, facts)
        for text, written in entries(pool) if answered is not False else ():
            same_family = [entry for entry in blocks if family(entry[0]) == family(written)]
            if (
                same_family  # NET-235 covers the other
                and not any(block.contains(written) for block, _ in same_family)
                and not any(written.overlaps(block) for block, _ in provider)  # NET-201 covers those
            ):
                cidrs = " or ".join(cidr for _, cidr in same_family)
                undecided = "" if answered else ", which is right for a pool that BGP alone announces (not in sight)"
                yield Breach(
                    pool.place,
                    f"{pool_label(pool)} holds {text}, which is not inside the management VLAN {cidrs}{undecided}",
                    f"write a range inside {cidrs}",
                    answered is None,
                )


def _answered(pool: Pool, facts: Facts) -> bool | None:
    """Whether somebody answers ARP or NDP for a pool; addresses that BGP alone announces need no VLAN.

    None where no advertisement of it is in sight.
    """
    protocols = {advertisement.protocol for advertisement in facts.advertisements if advertisement.selects(pool)}
    if "L2" in protocols:
        return True
    return False if protocols else None if not facts.whole else True


def _no_management_block(facts: Facts) -> Iterator[Breach]:
    """Where nodes' addresses are in sight, they show where the management VLAN is."""
    if any(known(node.addresses) for node in facts.nodes) or any(e.kind is RangeKind.NODE for e in facts.ranges):
        return
    for management in facts.management:
        families = {family(block) for block in spans(management.cidr)}
        if management.cidr is UNKNOWN:
            continue
        for pool in facts.pools:
            missing = sorted({family(block) for _, block in entries(pool)} - families)
            if missing and _answered(pool, facts) is not False:
                field = "cidr" if missing[0] == "IPv4" else "cidr6"
                yield Breach(
                    management.place,
                    f"the management VLAN has no {missing[0]} block in the settings, so no one can say whether"
                    f" {pool_label(pool)} lies on it",
                    f"write management.{field}",
                )


LAWS = (
    Law(
        id="NET-201",
        title="No MetalLB address lies on the provider VLAN",
        why="Anyone with a Service of type LoadBalancer would be inside the SNAT-egress and inter-tenant traffic"
        " plane that the platform reserves for OVN.",
        fix="Define MetalLB pools on the management VLAN only; tenants' workload addresses are Kube-OVN EIPs.",
        reference="kMetal's networking guide, MetalLB: Do not expose MetalLB on the provider VLAN",
        judge=_by_address,
        unknown="is a finding",
        relaxable=False,
    ),
    Law(
        id="NET-204",
        title="Every MetalLB address that ARP announces is inside the management VLAN",
        why="A speaker answers ARP only on its own VLAN, so no one ever asks it for an address outside that block.",
        fix="Reserve a range of the management VLAN for the pool.",
        reference="kMetal's networking guide, MetalLB; kMetal admin guide, load balancer (same subnet as the nodes)",
        judge=_outside_management,
    ),
    Law(
        id="NET-235",
        title="The settings name the block of the management VLAN",
        severity=Severity.WARNING,
        why="Without it nothing shows whether a pool lies on the management VLAN, or next to the provider block on the"
        " provider VLAN.",
        fix="Write management.cidr, and management.cidr6 where pools hold IPv6 addresses.",
        reference="kMetal admin guide, load balancer (same subnet as the nodes)",
        judge=_no_management_block,
    ),
)
