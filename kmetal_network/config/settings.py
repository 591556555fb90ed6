"""One environment's settings: the whole of a stack file, typed, and the facts it states.

A stack file is judged once, before any resource is registered: first its form (`kmetal_network.config.stackfile`), then
the laws (`kmetal_network.laws`). Its addresses are plain values, so every law can be judged before the run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, model_validator

from kmetal_network.cells import MOST
from kmetal_network.config.facts.metallb import metallb_facts
from kmetal_network.config.facts.platform import platform_facts
from kmetal_network.config.facts.provider import provider_facts
from kmetal_network.config.facts.tenants import tenant_facts
from kmetal_network.config.places import Place
from kmetal_network.config.sections.admission import Admission
from kmetal_network.config.sections.base import Section
from kmetal_network.config.sections.cluster import Chart, Cluster
from kmetal_network.config.sections.cni import Network
from kmetal_network.config.sections.isolation import Expect, Isolation, platform_ranges, without_exceptions
from kmetal_network.config.sections.metallb import Management, MetalLB
from kmetal_network.config.sections.provider import Provider
from kmetal_network.config.sections.supplies import Supplies
from kmetal_network.config.sections.tenant import Tenant
from kmetal_network.facts.model import Expectation, Facts
from kmetal_network.facts.platform import ClusterFact, Range, RangeKind
from kmetal_network.yaml_document import dotted

PROJECT: Final = "kmetal-network"
"""Name of the Pulumi project, and so the prefix of each key under `config:`."""

_REASON_LENGTH: Final = 8


def _number(value: object) -> object:
    """Digits as a number: when the CLI writes a stack file, it turns a number under `config` into text (3.250)."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value


class Settings(Section):
    """Everything that one environment's stack file may say."""

    cluster: Cluster
    """Which API server the stack belongs to."""

    chart: Chart
    """The kMetal chart and how it is installed."""

    network: Network
    """kMetal's `network` values: Flannel, Kube-OVN, Multus."""

    management: Management
    """The VLAN of nodes, API servers and MetalLB."""

    metallb: MetalLB = MetalLB()
    """Pools on the management VLAN and how they are announced."""

    provider: Provider
    """The provider network that tenants leave through."""

    admission: Admission = Admission()
    """Admission policies that enforce laws in the API server."""

    isolation: Isolation = Isolation()
    """What tenants cannot reach, besides the external block."""

    tenants: tuple[Tenant, ...] = ()
    """The tenants of this environment."""

    cells: Annotated[int, BeforeValidator(_number), Field(ge=0, le=MOST)] = 0
    """Stacks that the tenants are split over, besides the platform's own (see docs/guide/cells.md); 0 for one stack."""

    supplies: Supplies | None = None
    """Blocks and addresses that `kmetal-network allocate` gives to new tenants."""

    expect: tuple[Expect, ...] = ()
    """Paths that must be open or closed (see docs/reach.md)."""

    relaxed: dict[str, Annotated[str, Field(min_length=_REASON_LENGTH)]] = Field(default_factory=dict)
    """Laws that this stack relaxes: rule id to the reason, which every report prints."""

    differences: dict[str, Annotated[str, Field(min_length=_REASON_LENGTH)]] = Field(default_factory=dict)
    """Intended differences from the other environments: topic to the reason."""

    @model_validator(mode="after")
    def _exceptions_are_ranges(self) -> Settings:
        known = platform_ranges(self.network, self.management, self.metallb)
        for name in self.isolation.exceptions:
            if name not in known:
                message = (
                    f"isolation excepts {name!r}, which is no range of the platform; write one of {', '.join(known)}"
                )
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _supplies_name_pools(self) -> Settings:
        section = self.supplies.control_plane_addresses if self.supplies else None
        known = [pool.name for pool in self.metallb.pools]
        for name in section.pools if section else ():
            if name not in known:
                message = (
                    f"supplies name pool {name!r}, which is no pool here; write one of {', '.join(known) or 'none'}"
                )
                raise ValueError(message)
        return self

    def isolated(self) -> Settings:
        """The same settings with what `isolation` adds to each tenant's `drop`; what drops already is not repeated."""
        if self.isolation.level == "guide":
            return self
        ranges = platform_ranges(self.network, self.management, self.metallb)
        blocks = without_exceptions(ranges, self.isolation.exceptions)
        external = self.provider.external.cidr_block
        tenants = tuple(
            tenant.model_copy(
                update={
                    "drop": (*tenant.drop, *(b for b in blocks if not any(map(b.subnet_of, (external, *tenant.drop)))))
                }
            )
            for tenant in self.tenants
        )
        return self.model_copy(update={"tenants": tenants})

    def facts(self, place: Place = dotted) -> Facts:
        """What these settings say about the network.

        Args:
            place: turns a path of this model, in the file's spelling, into a place that an operator can find.
        """
        return (
            Facts(
                clusters=(
                    ClusterFact(place=place(("cluster",)), context=self.cluster.context, expected_uid=self.cluster.uid),
                ),
                relaxed=self.relaxed,
                differences=self.differences,
                expectations=tuple(
                    Expectation(
                        place=place(("expect", index)),
                        source=entry.source,
                        target=entry.to,
                        open=entry.path == "open",
                        reason=entry.reason,
                    )
                    for index, entry in enumerate(self.expect)
                ),
                exempt=tuple(self._exempt(place)),
            )
            .joined(platform_facts(self.network, self.management, place))
            .joined(metallb_facts(self.metallb, self.management, place))
            .joined(provider_facts(self.provider, place))
            .joined(tenant_facts(self.tenants, self.provider.external, place))
        )

    def _exempt(self, place: Place) -> Iterator[Range]:
        ranges = platform_ranges(self.network, self.management, self.metallb)
        for name in self.isolation.exceptions:
            where = place(("isolation", "exceptions", name))
            for block in ranges.get(name, ()):
                yield Range(place=where, name=name, kind=RangeKind.RESERVED, text=str(block))
