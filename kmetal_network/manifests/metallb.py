"""MetalLB's section of the settings as the objects that are applied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kmetal_network.config.sections.metallb import Management, MetalLB
from kmetal_network.manifests.objects import Manifest, kubernetes_object, written_section
from kmetal_network.names import METALLB_NAMESPACE

METALLB: Final = "metallb.io/v1beta1"

METALLB_PEER: Final = "metallb.io/v1beta2"


def metallb_manifests(metallb: MetalLB, management: Management, stack: str) -> tuple[Manifest, ...]:
    """Pools, then profiles and peers, then advertisements.

    An L2Advertisement without `interfaces` gets the management NIC: left out, MetalLB would answer ARP on every NIC.
    """

    def manifests() -> Iterator[Manifest]:
        for prefix, api_version, kind, sections in (
            ("pool", METALLB, "IPAddressPool", metallb.pools),
            ("bfd", METALLB, "BFDProfile", metallb.bfd_profiles),
            ("peer", METALLB_PEER, "BGPPeer", metallb.bgp_peers),
            ("l2", METALLB, "L2Advertisement", metallb.l2_advertisements),
            ("bgp", METALLB, "BGPAdvertisement", metallb.bgp_advertisements),
        ):
            for section in sections:
                spec = written_section(section, "name")
                if kind == "L2Advertisement":
                    spec.setdefault("interfaces", [management.interface])
                body = kubernetes_object(api_version, kind, section.name, stack, spec, namespace=METALLB_NAMESPACE)
                yield Manifest(f"{prefix}-{section.name}", body)
        if metallb.communities:
            aliases = {"communities": [written_section(alias) for alias in metallb.communities]}
            body = kubernetes_object(METALLB, "Community", "communities", stack, aliases, namespace=METALLB_NAMESPACE)
            yield Manifest("communities", body)

    return tuple(manifests())
