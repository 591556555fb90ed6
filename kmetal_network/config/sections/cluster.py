"""Which under cluster a stack belongs to, and how its platform chart is installed."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from kmetal_network.config.sections.base import Section

CHART_REFERENCE: Final = "oci://ghcr.io/clastix/oci/kmetal"
"""Where kMetal publishes its chart (kmetal.clastix.io, admin guide, load balancer)."""


class Cluster(Section):
    """The API server that this stack, and no other cluster, is applied to."""

    context: Annotated[str, Field(min_length=1, examples=["kmetal-prod"])]
    """Context of the kubeconfig. Required: the program never uses the current context."""

    kubeconfig: Annotated[str, Field(min_length=1)] | None = None
    """Path of the kubeconfig, relative to the project; by default what KUBECONFIG or ~/.kube/config say."""

    uid: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")] | None = None
    """UID of the cluster's kube-system namespace; if set, any other cluster is refused before a write.

    `kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints it.
    """


class Chart(Section):
    """The kMetal chart, which brings the CNIs, MetalLB and the rest of the platform."""

    install: Literal["release", "flux", "external"] = "release"
    """`release`: Pulumi's Helm Release. `flux`: OCIRepository and HelmRelease objects for a Flux that is already there.
    `external`: others install it; nothing is applied, but the laws still judge its values."""

    reference: Annotated[str, Field(min_length=1)] = CHART_REFERENCE
    """`oci://...` or the path of a chart's folder, relative to the project."""

    version: Annotated[str, Field(pattern=r"^v?[0-9]+\.[0-9]+\.[0-9]+([-+].+)?$", examples=["1.4.0"])] | None = None
    """Exact chart version; needed with `oci://`, since a floating tag would change the network without a diff."""

    values: dict[str, Any] = Field(default_factory=dict)
    """The operator's own overlay, merged under what this program sets. `network` and MetalLB's pools are refused in it:
    each has one owner."""

    timeout_seconds: Annotated[int, Field(ge=30, le=7200)] = 900
    """How long Helm waits; kMetal's own instructions say 15 minutes."""

    @model_validator(mode="after")
    def _is_reproducible(self) -> Chart:
        if self.reference.startswith("oci://") and self.version is None and self.install != "external":
            message = f"chart {self.reference} has no version; write `version:` with the exact version that you run"
            raise ValueError(message)
        if self.install == "flux" and not self.reference.startswith("oci://"):
            message = f"chart {self.reference} is no OCI reference, and Flux pulls from a registry; write oci://..."
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _has_one_owner(self) -> Chart:
        metallb = self.values.get("metallb")
        owned = [key for key in ("pools", "l2Advertisements") if isinstance(metallb, dict) and metallb.get(key)]
        if owned:
            message = (
                f"values.metallb.{owned[0]} declares what this program applies as objects, so two owners would fight"
                " over it; move it to the section kmetal-network:metallb"
            )
            raise ValueError(message)
        if "network" in self.values:
            message = (
                "values.network duplicates the section kmetal-network:network; write the values only in that section"
            )
            raise ValueError(message)
        return self
