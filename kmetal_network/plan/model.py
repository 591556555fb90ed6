"""What a change does to one environment, as data: the same for a preview on a cluster and for one from settings alone.

It knows no engine. `operations.impact` makes it from the engine's events, `kmetal_network.plan.offline` from the
settings of two revisions. Everything in it is plain, so that it passes through JSON and comes back equal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from kmetal_network.errors import Finding, Severity
from kmetal_network.finding_codes.codes import CUT_OFF, LOST_ADDRESS, OPENS
from kmetal_network.plan.path_change import PathChange

HARMS: Final = frozenset({CUT_OFF, LOST_ADDRESS})
"""Rules that name somebody who loses something."""

NO_TRAFFIC: Final = frozenset(
    {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ResourceQuota", "LimitRange", "RoleBinding"}
)
"""Kinds that no packet depends on: to replace or delete one needs no window."""

TRAFFIC_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "Vlan": ("spec.id",),
    "ProviderNetwork": ("spec.customInterfaces", "spec.excludeNodes"),
    "Subnet": ("spec.gateway",),
    "Vpc": ("spec.staticRoutes",),
}
"""By kind: fields that are changed in place, and packets stop or take another way meanwhile."""

_SHARED: Final = frozenset({"ProviderNetwork", "Vlan", "Subnet"})
"""Kinds of the provider network, which every tenant leaves over; a tenant's own Subnets carry its name."""


class Operation(StrEnum):
    """What happens to an object."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


class Verdict(StrEnum):
    """The plan's verdict, from harmless to what stops an `up`."""

    NOTHING = "nothing to do"
    ADDS = "adds only"
    IN_PLACE = "in place"
    WINDOW = "needs a window"
    UNKNOWN = "not known"
    REFUSED = "refused"

    @property
    def rank(self) -> int:
        """Order: the higher, the more it asks of a reviewer."""
        return list(Verdict).index(self)

    @property
    def exit_code(self) -> int:
        """1 for what an `up` would refuse, 2 for what is not known, else 0."""
        return {Verdict.REFUSED: 1, Verdict.UNKNOWN: 2}.get(self, 0)


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One value that is added, removed or changed."""

    path: str
    """`spec.cidrBlock`; the path of a list, where entries of it come or go."""
    kind: str
    """`add`, `delete` or `update`."""
    before: Any = None
    after: Any = None
    forces: bool = False
    """Whether this change is why the object is replaced."""


@dataclass(frozen=True, kw_only=True)
class ObjectChange:
    """One object that is created, deleted or changed."""

    operation: Operation
    kind: str
    key: str
    """`namespace/name`, or `name` of a cluster-scoped object."""
    urn: str = ""
    """Its name for the engine; without an engine its name in state."""
    tenant: str = ""
    """Whose it is; empty for what all tenants share."""
    before: Mapping[str, Any] | None = None
    """All its current inputs; None if it is created."""
    after: Mapping[str, Any] | None = None
    """All its new inputs; None if it is deleted."""
    fields: tuple[FieldChange, ...] = ()
    why: str = ""
    """Why it is replaced, where it is."""

    @property
    def name(self) -> str:
        """`Kind namespace/name`."""
        return f"{self.kind} {self.key}"


@dataclass(frozen=True, kw_only=True)
class AddressChange:
    """Addresses of one party that become others."""

    who: str
    """`alpha`, or `alpha/dev` for a cluster."""
    what: str
    """`egress address` or `block`."""
    before: str
    after: str
    by: str
    """The object whose change moves them."""


@dataclass(frozen=True, kw_only=True)
class Supply:
    """Something that runs out: how much there is and how much is taken, before and after."""

    name: str
    size_before: int | None
    size_after: int | None
    taken_before: int
    taken_after: int

    @property
    def left(self) -> int | None:
        """What is left after the change."""
        return None if self.size_after is None else self.size_after - self.taken_after


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a change does to one environment."""

    environment: str
    source: str
    """`cluster` for a preview by the engine, `settings` for one from the settings of two revisions."""
    cluster: str = ""
    """UID of the cluster's kube-system namespace; empty where no cluster was asked."""
    state: str = ""
    """When the stack's state was last written, in RFC 3339; empty without one."""
    changes: tuple[ObjectChange, ...] = ()
    """In the order in which they are made."""
    unchanged: int = 0
    """Objects that stay as they are."""
    tenants: tuple[str, ...] = ()
    """All tenants of the environment, before and after."""
    blocks: Mapping[str, str] = field(default_factory=dict)
    """Block of each tenant cluster after the change, by `tenant/cluster`."""
    risks: tuple[Finding, ...] = ()
    """What a reviewer decides on: an error is refused by `up`, a warning is a risk that `up` would take."""
    news: tuple[Finding, ...] = ()
    """Warnings of the laws that this change brings."""
    known: tuple[Finding, ...] = ()
    """Warnings of the laws that were there before."""
    moves: tuple[AddressChange, ...] = ()
    paths: tuple[PathChange, ...] = ()
    """Who can reach whom from now on, and no longer; what opens is first."""
    supplies: tuple[Supply, ...] = ()
    unseen: tuple[str, ...] = ()
    """What would have to be seen for a verdict, and was not."""
    caveats: tuple[str, ...] = ()
    """What no preview can see."""
    made: bool = True
    """Whether there is a plan; without one all that is known are risks, or what was not seen."""
    laws: int = 0
    """How many laws were judged."""

    @property
    def verdict(self) -> Verdict:
        """The plan's verdict."""
        if any(risk.severity is Severity.ERROR for risk in self.risks):
            return Verdict.REFUSED
        if self.unseen:
            return Verdict.UNKNOWN
        if not self.changes:
            return Verdict.NOTHING
        if any(risk.rule in HARMS for risk in self.risks) or any(_interrupts(change) for change in self.changes):
            return Verdict.WINDOW
        if all(change.operation is Operation.CREATE for change in self.changes) and not self.opened:
            return Verdict.ADDS
        return Verdict.IN_PLACE

    @property
    def touched(self) -> tuple[str, ...]:
        """Tenants whose own objects change, or who are named by a risk; all, where what they share is interrupted."""
        if any(not change.tenant and change.kind in _SHARED and _interrupts(change) for change in self.changes):
            return self.tenants
        named = {change.tenant for change in self.changes if change.tenant}
        named |= {tenant for risk in self.risks for tenant in risk.tenants}
        return tuple(sorted(named))

    @property
    def cut_off(self) -> tuple[str, ...]:
        """Every pod that loses its network, `namespace/name`."""
        return tuple(sorted({name for risk in self.risks if risk.rule == CUT_OFF for name in risk.names}))

    @property
    def opened(self) -> tuple[PathChange, ...]:
        """Every path that opens and on which a reviewer decides; with one, a change never only adds."""
        return tuple(path for path in self.paths if path.risk)

    @property
    def lost(self) -> tuple[str, ...]:
        """Every holder of an address that is lost, with the address."""
        return tuple(sorted({name for risk in self.risks if risk.rule == LOST_ADDRESS for name in risk.names}))

    @property
    def digest(self) -> str:
        """SHA-256 over what is done to which object, from what to what, and every finding; `none` for no change.

        Two plans of the same digest do the same. Neither a clock nor a line number nor the state's own serial is in
        it, so that a later commit elsewhere in the file leaves it alone. Nor are the paths that open: they follow from
        the objects and from the settings before, which a run that applies does not have.
        """
        if not self.changes and not self.risks:
            return "none"
        steps = sorted(
            json.dumps([change.operation, change.urn, change.name, change.before, change.after], sort_keys=True)
            for change in self.changes
        )
        findings = sorted(
            {
                json.dumps([one.rule, one.severity, one.problem, sorted(one.names)])
                for one in (*self.risks, *self.news, *self.known)
                if one.rule != OPENS
            }
        )
        text = json.dumps([self.environment, self.cluster, steps, findings])
        return hashlib.sha256(text.encode()).hexdigest()


def _interrupts(change: ObjectChange) -> bool:
    """Whether packets stop while it is done."""
    if change.operation in (Operation.REPLACE, Operation.DELETE):
        return change.kind not in NO_TRAFFIC
    fields = TRAFFIC_FIELDS.get(change.kind, ())
    return change.operation is Operation.UPDATE and any(one.path.startswith(fields) for one in change.fields)
