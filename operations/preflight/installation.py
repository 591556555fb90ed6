"""Whether the chart stands in the cluster, by what its installer has recorded there."""

from __future__ import annotations

from typing import Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import UnreachableError
from kmetal_network.names import RELEASE, RELEASE_NAMESPACE
from operations.cluster.fields import at
from operations.cluster.view import ClusterView
from operations.state.helm_release import DEPLOYED

_FLUX_RELEASE: Final = f"/apis/helm.toolkit.fluxcd.io/v2/namespaces/{RELEASE_NAMESPACE}/helmreleases/{RELEASE}"

INSTALLATION_PATHS: Final = (_FLUX_RELEASE, DEPLOYED)
"""What is read for it."""


def installed(environment: Environment, view: ClusterView) -> str | None:
    """What says that the chart stands; empty where nothing does, None where it could not be read."""
    try:
        if environment.settings.chart.install == "flux":
            conditions = at(view.get(_FLUX_RELEASE), "status", "conditions") or ()
            ready = any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)
            return f"HelmRelease {RELEASE_NAMESPACE}/{RELEASE}" if ready else ""
        found = (view.get(DEPLOYED) or {}).get("items")
    except UnreachableError:
        return None
    return f"Helm release {RELEASE_NAMESPACE}/{RELEASE}" if found else ""
