"""The provider Subnet `external`, through which tenants leave."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.facts.kube_ovn import Vpc
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import known
from kmetal_network.laws.model import Breach, Law
from kmetal_network.names import DEFAULT_VPC, EXTERNAL_SUBNET


def _external_name(facts: Facts) -> Iterator[Breach]:
    wanting = [vpc for vpc in facts.vpcs if vpc.enable_external is not False and vpc.enable_external is not None]
    provider_subnets = {subnet.name for subnet in facts.subnets if subnet.on_provider_network}
    if facts.whole and wanting and EXTERNAL_SUBNET not in provider_subnets:
        for vpc in wanting:
            if vpc.name != DEFAULT_VPC and vpc.extra_external is None:
                have = ", ".join(sorted(provider_subnets)) or "none"
                yield Breach(
                    vpc.place,
                    f"vpc {vpc.name!r} has enableExternal and no provider Subnet is called {EXTERNAL_SUBNET!r} (there"
                    f" is: {have})",
                    f"name the provider Subnet {EXTERNAL_SUBNET!r}",
                )
    if not facts.whole:
        yield from _other_name(facts, wanting)


def _other_name(facts: Facts, wanting: list[Vpc]) -> Iterator[Breach]:
    """For a partial network: the Subnet may be declared elsewhere; a provider Subnet with another name is a hint."""
    here = [
        one for one in facts.subnets if isinstance(one.vlan, str) and one.vlan and one.vpc in (None, "", DEFAULT_VPC)
    ]
    names = sorted(one.name for one in here)
    if not names or EXTERNAL_SUBNET in names or any(one.patch for one in here):
        return
    connected = {name for vpc in facts.vpcs for name in known(vpc.extra_external)} & set(names)
    for vpc in wanting if not connected else ():
        if vpc.name != DEFAULT_VPC and vpc.extra_external is None and vpc.enable_external is True:
            yield Breach(
                vpc.place,
                f"vpc {vpc.name!r} leaves through the provider Subnet {EXTERNAL_SUBNET!r}, and the one in sight is"
                f" called {', '.join(names)}; whether there is another is not in sight",
                f"name the provider Subnet {EXTERNAL_SUBNET!r}",
                warning=True,
            )


def _external_vpc(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        if subnet.name == EXTERNAL_SUBNET and isinstance(subnet.vpc, str) and subnet.vpc not in ("", DEFAULT_VPC):
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} is in vpc {subnet.vpc!r}",
                f"write vpc: {DEFAULT_VPC}; tenants reach it by enableExternal",
            )


def _gateway_type(facts: Facts) -> Iterator[Breach]:
    for subnet in facts.subnets:
        if isinstance(subnet.gateway_type, str) and subnet.gateway_type not in ("", "distributed", "centralized"):
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} has gatewayType {subnet.gateway_type!r}",
                "write distributed or centralized",
            )


def _extra_external(facts: Facts) -> Iterator[Breach]:
    provider_subnets = {subnet.name for subnet in facts.subnets if subnet.on_provider_network}
    for vpc in facts.vpcs if facts.whole else ():
        for name in known(vpc.extra_external):
            if name not in provider_subnets:
                have = ", ".join(sorted(provider_subnets)) or "none"
                yield Breach(
                    vpc.place,
                    f"vpc {vpc.name!r} names {name!r} in extraExternalSubnets, which is no provider Subnet",
                    f"name one of those there are ({have})",
                )


LAWS = (
    Law(
        id="NET-303",
        title="Tenants leave through a provider Subnet that is called external",
        why="kube-ovn-controller looks for that name in the default VPC and logs an error if it is absent.",
        fix="Name the provider Subnet `external`.",
        reference="kMetal's networking guide, Step 2",
        not_admitted="a provider Subnet by the right name may be another object",
        judge=_external_name,
    ),
    Law(
        id="NET-317",
        title="The provider Subnet is in the default VPC",
        why="kube-ovn-controller connects tenants' routers to the switch of that Subnet; in a tenant's VPC it would"
        " be that tenant's own.",
        fix=f"Write vpc: {DEFAULT_VPC}.",
        reference="kMetal's networking guide, Step 2",
        judge=_external_vpc,
    ),
    Law(
        id="NET-318",
        title="Kube-OVN knows a Subnet's gatewayType",
        why="It refuses the Subnet in its conditions only. (On a provider Subnet the value has no effect.)",
        fix="Write distributed or centralized.",
        reference="docs/evidence/kube-ovn.md#subnets (S6)",
        judge=_gateway_type,
    ),
    Law(
        id="NET-319",
        title="A Vpc's extraExternalSubnets are provider Subnets that exist",
        why="A tenant's VPC that names one is connected to it alone, not to `external`, and has no egress.",
        fix="Name a provider Subnet.",
        reference="docs/evidence/kube-ovn.md#egress",
        judge=_extra_external,
    ),
)
