"""Tenants: one VPC each, unique names, and namespaces that belong to one tenant."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.errors import Severity
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, is_named, known
from kmetal_network.laws.addresses.ranges import BUILT_IN_SUBNETS
from kmetal_network.laws.model import Breach, Law
from kmetal_network.names import DEFAULT_VPC


def _repeated_names(facts: Facts) -> Iterator[Breach]:
    for what, entries in (("vpc", facts.vpcs), ("subnet", facts.subnets), ("SNAT rule", facts.snat_rules)):
        seen: dict[str, str] = {}
        for entry in entries:
            if entry.patch:
                continue
            if entry.name in seen:
                yield Breach(
                    entry.place,
                    f"{what} {entry.name!r} is also declared at {seen[entry.name]}",
                    "rename one of the two; the kind is cluster-scoped",
                )
            seen.setdefault(entry.name, entry.place)


def _vpc_and_subnet_names(facts: Facts) -> Iterator[Breach]:
    vpcs = {vpc.name for vpc in facts.vpcs}
    for subnet in facts.subnets:
        if subnet.name in vpcs:
            yield Breach(subnet.place, f"subnet {subnet.name!r} has the name of a vpc", "rename one of the two")


def _namespaces_belong(facts: Facts) -> Iterator[Breach]:
    # A patch replaces the namespaces of its Vpc, or leaves them out and does not change them.
    declaring = [vpc for vpc in facts.vpcs if not (vpc.patch and vpc.namespaces is UNKNOWN)]
    vpcs = {vpc.name: vpc for vpc in sorted(declaring, key=lambda vpc: vpc.patch)}
    for subnet in facts.subnets:
        vpc = vpcs.get(subnet.vpc) if isinstance(subnet.vpc, str) else None
        if vpc is None or vpc.name == DEFAULT_VPC or subnet.on_provider_network:
            continue
        for namespace in known(subnet.namespaces):
            if vpc.namespaces is not UNKNOWN and UNKNOWN not in vpc.namespaces and namespace not in vpc.namespaces:
                yield Breach(
                    subnet.place,
                    f"subnet {subnet.name!r} serves namespace {namespace!r}, which vpc {vpc.name!r} does not hold"
                    f" ({', '.join(known(vpc.namespaces)) or 'none'}); it would never become Ready, without a"
                    " condition",
                    f"add {namespace!r} to the vpc, or take it from the subnet",
                )


def _one_vpc_per_namespace(facts: Facts) -> Iterator[Breach]:
    owner: dict[str, str] = {}
    for vpc in facts.vpcs:
        for namespace in known(vpc.namespaces):
            if namespace in owner and owner[namespace] != vpc.name:
                yield Breach(
                    vpc.place,
                    f"namespace {namespace!r} is in vpc {vpc.name!r} and in vpc {owner[namespace]!r}",
                    "give each tenant a namespace of its own",
                )
            owner.setdefault(namespace, vpc.name)


def _letter_first(facts: Facts) -> Iterator[Breach]:
    for what, entries in (("vpc", facts.vpcs), ("subnet", facts.subnets)):
        for entry in entries:
            if is_named(entry.name) and not ("a" <= entry.name[:1] <= "z"):
                yield Breach(
                    entry.place,
                    f"{what} {entry.name!r} does not start with a letter",
                    f"write a name such as t-{entry.name}",
                )


def _default_vpc_apart(facts: Facts) -> Iterator[Breach]:
    owner = {
        namespace: vpc.name for vpc in facts.vpcs if vpc.name != DEFAULT_VPC for namespace in known(vpc.namespaces)
    }
    for subnet in facts.subnets:
        own = subnet.vpc is UNKNOWN and subnet.name in BUILT_IN_SUBNETS  # Kube-OVN's own two are known by their names
        if own or subnet.vpc in (None, "", DEFAULT_VPC):
            for namespace in known(subnet.namespaces):
                if namespace in owner:
                    yield Breach(
                        subnet.place,
                        f"subnet {subnet.name!r} of the default VPC serves namespace {namespace!r}, which belongs to"
                        f" vpc {owner[namespace]!r}",
                        f"take {namespace!r} from the subnet",
                    )


def _vpc_exists(facts: Facts) -> Iterator[Breach]:
    vpcs = {vpc.name for vpc in facts.vpcs} | {DEFAULT_VPC}
    for subnet in facts.subnets if facts.whole else ():
        if isinstance(subnet.vpc, str) and subnet.vpc and subnet.vpc not in vpcs:
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} is in vpc {subnet.vpc!r}, which does not exist",
                f"name one of those there are ({', '.join(sorted(vpcs))})",
            )


def _prefixed(facts: Facts) -> Iterator[Breach]:
    vpcs = {vpc.name for vpc in facts.vpcs if vpc.name != DEFAULT_VPC}
    for subnet in facts.subnets:
        if subnet.on_provider_network:
            continue
        if isinstance(subnet.vpc, str) and subnet.vpc in vpcs and subnet.name not in vpcs and is_named(subnet.name):
            prefix = f"{subnet.vpc.removesuffix('-vpc')}-"
            if not subnet.name.startswith(prefix):
                yield Breach(
                    subnet.place,
                    f"subnet {subnet.name!r} of vpc {subnet.vpc!r} does not carry its tenant's name",
                    f"write {prefix}<cluster>-subnet",
                )


LAWS = (
    Law(
        id="NET-401",
        title="Cluster-scoped names are unique",
        why="The second object silently replaces or merges into the first.",
        fix="Keep the `<tenant>-<cluster>` prefix and give each tenant a name of its own.",
        reference="kMetal's networking guide, Subnet: <tenant>-<cluster> prefix is mandatory",
        judge=_repeated_names,
    ),
    Law(
        id="NET-402",
        title="A Vpc and a Subnet never share a name",
        why="Both become logical switches and routers of that name in OVN.",
        fix="Rename one of the two.",
        reference="kube-ovn pkg/util/validator.go; kubeovn/kube-ovn#5132",
        judge=_vpc_and_subnet_names,
    ),
    Law(
        id="NET-404",
        title="A Subnet's namespaces belong to its Vpc",
        why="The Subnet never becomes Ready and has no condition that says why.",
        fix="Name the namespace in the Vpc.",
        reference="docs/evidence/kube-ovn.md#subnets (S21)",
        judge=_namespaces_belong,
    ),
    Law(
        id="NET-405",
        title="A namespace belongs to one Vpc",
        why="Kube-OVN accepts both and puts a pod into either, by chance.",
        fix="Give each tenant a namespace of its own.",
        reference="docs/evidence/kube-ovn.md#vpcs (V9)",
        judge=_one_vpc_per_namespace,
    ),
    Law(
        id="NET-406",
        title="Names of Vpcs and Subnets start with a letter",
        why="A leading digit breaks the address set that OVN makes of the name, and with it rules of other Subnets.",
        fix="Start the name with a letter.",
        reference="kubeovn/kube-ovn#3939",
        judge=_letter_first,
    ),
    Law(
        id="NET-409",
        title="A Subnet of the default VPC serves no tenant's namespace",
        why="The Subnet never becomes Ready, without a condition that says why.",
        fix="Take the namespace from the Subnet.",
        reference="docs/evidence/kube-ovn.md#subnets (S21)",
        judge=_default_vpc_apart,
    ),
    Law(
        id="NET-422",
        title="A Subnet's Vpc exists",
        why="The Subnet waits for it forever and has no condition that says so.",
        fix="Name a Vpc that exists.",
        reference="docs/evidence/kube-ovn.md#subnets (S21)",
        judge=_vpc_exists,
    ),
    Law(
        id="NET-425",
        title="A tenant's Subnets carry its name",
        severity=Severity.WARNING,
        why="Subnets are cluster-scoped: two tenants that call theirs `dev` would share, or fight over, one object.",
        fix="Write <tenant>-<cluster>-subnet.",
        reference="kMetal's networking guide, Subnet + NAD",
        judge=_prefixed,
    ),
)
