"""What this project knows of each Kubernetes kind: one table, from which every list of kinds is derived.

Whoever adds a kind adds one row here, and a reader (`kmetal_network.kinds.readers`) if a law covers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kmetal_network.kinds.claimants import CLAIMANTS
from kmetal_network.kinds.kind import KUBE_OVN, METALLB, Kind

_NETWORK: Final = (
    Kind(
        name="ProviderNetwork",
        version=KUBE_OVN,
        plural="provider-networks",
        written=True,
        declared=True,
        adopted=True,
        verified=True,
        taken_from=True,
        fixed={"spec.defaultInterface": "a bridge keeps the NIC that it was built on"},
    ),
    Kind(
        name="Vlan",
        version=KUBE_OVN,
        plural="vlans",
        written=True,
        declared=True,
        adopted=True,
        verified=True,
        taken_from=True,
        fixed={"spec.provider": "its Subnets would keep the old provider network's port"},
    ),
    Kind(
        name="Subnet",
        version=KUBE_OVN,
        plural="subnets",
        written=True,
        declared=True,
        adopted=True,
        verified=True,
        taken_from=True,
        goes=4,
        behind_router=3,
        fixed={
            "spec.cidrBlock": "Kube-OVN does not follow it in place:"
            " SNAT rules go on with the old block, reporting ready",
            "spec.vpc": "Kube-OVN does not follow it in place: its ports stay at the old router",
            "spec.provider": "Kube-OVN does not follow it in place: pods stay on the old network",
            "spec.vlan": "Kube-OVN does not follow it in place: its port keeps the old VLAN's tag",
        },
        along="its Vpc is replaced",
    ),
    Kind(
        name="Vpc",
        version=KUBE_OVN,
        plural="vpcs",
        written=True,
        declared=True,
        adopted=True,
        verified=True,
        taken_from=True,
        goes=6,
        behind_router=5,
        along="its router port has the pinned address that is replaced",
    ),
    Kind(
        name="OvnEip",
        version=KUBE_OVN,
        plural="ovn-eips",
        written=True,
        declared=True,
        adopted=True,
        verified=True,
        taken_from=True,
        goes=7,
        behind_router=6,
        fixed={"spec": "Kube-OVN never changes an address in place"},
    ),
    Kind(
        name="OvnSnatRule",
        version=KUBE_OVN,
        plural="ovn-snat-rules",
        written=True,
        declared=True,
        adopted=True,
        verified=True,
        goes=2,
        behind_router=2,
        fixed={"spec": "Kube-OVN never changes a rule in place: the old one goes on, reporting ready"},
        along="its Subnet is replaced, whose old block it would go on translating",
    ),
    Kind(name="OvnFip", version=KUBE_OVN, plural="ovn-fips", goes=0, behind_router=0),
    Kind(name="OvnDnatRule", version=KUBE_OVN, plural="ovn-dnat-rules", goes=1, behind_router=1),
    Kind(name="IP", version=KUBE_OVN, plural="ips", compared=False, goes=3),
    Kind(
        name="NetworkAttachmentDefinition",
        version="k8s.cni.cncf.io/v1",
        plural="network-attachment-definitions",
        written=True,
        declared=True,
        adopted=True,
        verified=True,
        goes=5,
        behind_router=4,
    ),
)

# MetalLB's are read in all namespaces: a pool where MetalLB does not look is one that somebody believes in.
_METALLB: Final = (
    Kind(
        name="IPAddressPool",
        version=METALLB,
        plural="ipaddresspools",
        written=True,
        declared=True,
        adopted=True,
        verified=True,
        taken_from=True,
    ),
    Kind(
        name="L2Advertisement",
        version=METALLB,
        plural="l2advertisements",
        written=True,
        declared=True,
        adopted=True,
        verified=True,
    ),
    Kind(
        name="BGPAdvertisement",
        version=METALLB,
        plural="bgpadvertisements",
        written=True,
        declared=True,
        adopted=True,
        verified=True,
    ),
    Kind(name="BFDProfile", version=METALLB, plural="bfdprofiles", written=True, adopted=True, verified=True),
    Kind(name="Community", version=METALLB, plural="communities", written=True, adopted=True, verified=True),
    Kind(name="ConfigurationState", version=METALLB, plural="configurationstates", verified=True, compared=False),
    # Stored as v1beta2 since MetalLB 0.13.
    Kind(
        name="BGPPeer",
        version="metallb.io/v1beta2",
        plural="bgppeers",
        written=True,
        declared=True,
        adopted=True,
        verified=True,
    ),
)

_PLATFORM: Final = (
    Kind(name="OCIRepository", version="source.toolkit.fluxcd.io/v1", plural="ocirepositories", written=True),
    Kind(name="HelmRelease", version="helm.toolkit.fluxcd.io/v2", plural="helmreleases", written=True, verified=True),
    Kind(name="Node", version="v1", plural="nodes", adopted=True, verified=True),
    Kind(
        name="Namespace",
        version="v1",
        plural="namespaces",
        written=True,
        adopted=True,
        verified=True,
        taken_from=True,
        goes=11,
    ),
    Kind(
        name="ResourceQuota", version="v1", plural="resourcequotas", written=True, adopted=True, verified=True, goes=8
    ),
    Kind(name="LimitRange", version="v1", plural="limitranges", written=True, adopted=True, goes=9),
    Kind(
        name="RoleBinding",
        version="rbac.authorization.k8s.io/v1",
        plural="rolebindings",
        written=True,
        adopted=True,
        goes=10,
    ),
    Kind(name="Service", version="v1", plural="services", verified=True, compared=False),
    Kind(name="Pod", version="v1", plural="pods", verified=True, compared=False),
    Kind(name="ServiceCIDR", version="networking.k8s.io/v1", plural="servicecidrs", verified=True),
    Kind(
        name="ValidatingAdmissionPolicy",
        version="admissionregistration.k8s.io/v1",
        plural="validatingadmissionpolicies",
        written=True,
        verified=True,
    ),
    Kind(
        name="ValidatingAdmissionPolicyBinding",
        version="admissionregistration.k8s.io/v1",
        plural="validatingadmissionpolicybindings",
        written=True,
        verified=True,
    ),
    Kind(name="Deployment", version="apps/v1", plural="deployments", namespace="kube-system", verified=True),
)

KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in (*_NETWORK, *_METALLB, *_PLATFORM, *CLAIMANTS)}
"""By name."""


def names_where(flag: str) -> tuple[str, ...]:
    """Names of the kinds for which a field of the table is set, in the table's order."""
    return tuple(kind.name for kind in KINDS.values() if getattr(kind, flag))


def in_order(step: str) -> tuple[str, ...]:
    """Names of the kinds that have a place in an order of deletion, first to last."""

    def placed() -> Iterator[tuple[int, str]]:
        for kind in KINDS.values():
            place = getattr(kind, step)
            if place is not None:
                yield place, kind.name

    return tuple(name for _, name in sorted(placed()))
