"""Checks what a stack needs of the platform before the first write: kinds, Kube-OVN, and gateway nodes.

Pulumi previews without error if a kind is missing; the `up` retries for 65 seconds and then fails half way. It creates
a stub Node for a labelled node that is gone (docs/evidence/provider.md#patch-resources, #waits). What cannot be read is
reported, never assumed to be right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kmetal_network.config.stackfile import Environment
from kmetal_network.errors import Finding, OperatorError, Severity
from kmetal_network.facts.model import Facts
from kmetal_network.facts.reader import facts_of
from kmetal_network.finding_codes.codes import CRD, GATEWAY_NODE, KUBE_OVN
from kmetal_network.laws.registry import BY_ID, judge
from kmetal_network.manifests.inventory import owned_manifests
from kmetal_network.manifests.provider import default_vpc_patch
from kmetal_network.names import EXTERNAL_GATEWAY_LABEL, RELEASE, RELEASE_NAMESPACE
from operations.cluster.fields import at
from operations.cluster.live import COLLECTIONS, LiveCluster
from operations.state.helm_release import DEPLOYED

_FLUX: Final = ("source.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io")
_ADMISSION: Final = "admissionregistration.k8s.io"
_DEPLOYMENT: Final = "/apis/apps/v1/namespaces/kube-system/deployments/kube-ovn-controller"
_RELEASE: Final = f"/apis/helm.toolkit.fluxcd.io/v2/namespaces/{RELEASE_NAMESPACE}/helmreleases/{RELEASE}"
_BGP_PEERS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/bgppeers.metallb.io"
_INT32_MAXIMUM: Final = 2**31 - 1
_STRICT_FORMATS: Final = (1, 36)
"""The first Kubernetes that holds an integer's bounds to its format."""

_LAWS: Final = ("NET-704", "NET-707", "NET-708", "NET-712")
"""Those that the controller's own Deployment decides: version, mode, arguments."""


def platform(environment: Environment, cluster: LiveCluster, labels: Mapping[str, str | None]) -> Iterator[Finding]:
    """Everything that is amiss, warnings too; a finding of severity `error` has to stop the run.

    Args:
        environment: the settings.
        cluster: the cluster that they are for.
        labels: of its gateway nodes, as `gateway_labels` read them.
    """
    yield from _kinds(environment, cluster)
    yield from _peers(environment, cluster)
    yield from _controller(environment, cluster)
    yield from _gateway_nodes(environment, labels)


def _kinds(environment: Environment, cluster: LiveCluster) -> Iterator[Finding]:
    """Kinds that the stack writes and the API server does not serve.

    Absent is right in one case: the chart brings them and has not been installed yet. Flux's own are never the chart's.
    """
    settings, place = environment.settings, f"cluster {cluster.context}"
    bodies = [manifest.body for manifest in owned_manifests(settings, environment.name)]
    wanted = {(str(body["apiVersion"]), str(body["kind"])) for body in bodies}
    wanted.add(("kubeovn.io/v1", default_vpc_patch(settings.provider.external).kind))
    missing = sorted(
        (version, kind)
        for version in {version for version, _ in wanted}
        for kind in _unserved(version, wanted, cluster)
    )
    flux = [kind for version, kind in missing if version.partition("/")[0] in _FLUX]
    if flux:
        yield Finding(
            place=place,
            problem=f"the API server does not serve {_named(flux)}, and chart.install is flux",
            remedy="install Flux first, or write `install: release`",
            rule=CRD,
        )
    if admission := [kind for version, kind in missing if version.partition("/")[0] == _ADMISSION]:
        yield Finding(
            place=place,
            problem=f"the API server does not serve {_named(admission)}, so kubectl can't be held to the laws",
            remedy="bring it to Kubernetes 1.31, or write `admission.leftOut:` with the reason",
            rule=CRD,
        )
    theirs = (*_FLUX, _ADMISSION)
    others = [f"{kind} ({version})" for version, kind in missing if version.partition("/")[0] not in theirs]
    if not others:
        return
    problem = f"the API server does not serve {_named(others)}"
    if settings.chart.install == "external":
        remedy = "chart.install is external: install Kube-OVN, Multus and MetalLB first, or write `install: release`"
        yield Finding(place=place, problem=problem, remedy=remedy, rule=CRD)
        return
    installed = _installed(environment, cluster)
    if installed:
        remedy = (
            f"{installed} says that it is installed: wait until it has brought them"
            f" (kubectl -n {RELEASE_NAMESPACE} get helmreleases), or install it anew"
        )
        yield Finding(place=place, problem=problem, remedy=remedy, rule=CRD)
        return
    unsure = " (whether it was is not known: its releases may not be read)" if installed is None else ""
    remedy = (
        f"the chart is taken to bring them, as it has not been installed yet{unsure}; until then they are unchecked"
    )
    yield Finding(place=place, problem=problem, remedy=remedy, rule=CRD, severity=Severity.WARNING)


def _unserved(version: str, wanted: set[tuple[str, str]], cluster: LiveCluster) -> Iterator[str]:
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    served = {str(entry.get("kind")) for entry in (cluster.get(root) or {}).get("resources") or ()}
    yield from (kind for group, kind in wanted if group == version and kind not in served)


def _peers(environment: Environment, cluster: LiveCluster) -> Iterator[Finding]:
    """BGP peers whose definition the API server cannot work with; it refuses every one of them, whatever it holds.

    MetalLB up to 0.15.3 declares AS numbers as int32 with a maximum beyond it, which Kubernetes refuses from 1.36 on
    (https://github.com/metallb/metallb/issues/3034, mended by pull request 3035 in 0.16).
    """
    if not environment.settings.metallb.bgp_peers:
        return
    try:
        definition = cluster.get(_BGP_PEERS)
        version = cluster.get("/version") or {}
    except OperatorError:
        return  # an identity that may not read definitions; the write says it itself
    numbers = re.findall(r"\d+", f"{version.get('major')} {version.get('minor')}")
    if len(numbers) < 2 or tuple(map(int, numbers[:2])) < _STRICT_FORMATS:  # noqa: PLR2004 (major and minor)
        return
    if any(
        at(schema, "format") == "int32" and (at(schema, "maximum") or 0) > _INT32_MAXIMUM
        for schema in _as_numbers(definition)
    ):
        yield Finding(
            place=f"cluster {cluster.context}",
            problem=f"Kubernetes {'.'.join(numbers[:2])} refuses every BGPPeer under the definitions of this MetalLB"
            " (spec.peerASN is int32 with a maximum of 4294967295)",
            remedy="bring MetalLB to 0.16, or its definition of BGPPeer alone; or keep the API server at 1.35",
            rule=CRD,
        )


def _as_numbers(definition: Mapping[str, Any] | None) -> Iterator[Any]:
    """How each version of the definition declares AS numbers."""
    for version in at(definition, "spec", "versions") or ():
        properties = at(version, "schema", "openAPIV3Schema", "properties", "spec", "properties") or {}
        yield from (properties.get(name) for name in ("myASN", "peerASN"))


def _installed(environment: Environment, cluster: LiveCluster) -> str | None:
    """What says that the chart stands; empty where nothing does, None where it could not be read."""
    try:
        if environment.settings.chart.install == "flux":
            live = cluster.get(_RELEASE) or {}
            conditions = (live.get("status") or {}).get("conditions") or ()
            ready = any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)
            return f"HelmRelease {RELEASE_NAMESPACE}/{RELEASE}" if ready else ""
        found = (cluster.get(f"{DEPLOYED}&limit=1") or {}).get("items")
    except OperatorError:
        return None
    return f"Helm release {RELEASE_NAMESPACE}/{RELEASE}" if found else ""


def _controller(environment: Environment, cluster: LiveCluster) -> Iterator[Finding]:
    """The laws of the running Kube-OVN, read off its Deployment, and what could not be read of it."""
    what = "Deployment kube-system/kube-ovn-controller"
    try:
        live = cluster.get(_DEPLOYMENT)
    except OperatorError as error:
        yield _unsure(what, f"it can't be read, so Kube-OVN's version is not known ({error})")
        return
    if live is None:
        if environment.settings.chart.install == "external" or _installed(environment, cluster):
            yield _unsure(what, "it is not there, so Kube-OVN's version and arguments are not known")
        return
    facts = facts_of([{"apiVersion": "apps/v1", "kind": "Deployment", **live}])
    versions = [str(found.kube_ovn_version) for found in facts.clusters]
    if not any(re.match(r"v?\d+\.\d+", version) for version in versions):
        shown = versions[0] if versions else "no container of that name"
        yield _unsure(what, f"its image names no version ({shown})")
    judged = Facts(clusters=facts.clusters, relaxed=environment.settings.relaxed)
    yield from judge(judged, [BY_ID[law] for law in _LAWS])


def _unsure(place: str, problem: str) -> Finding:
    remedy = "make sure by yourself that it is Kube-OVN 1.15 or later, the secondary CNI, with --enable-eip-snat"
    return Finding(place=place, problem=problem, remedy=remedy, rule=KUBE_OVN, severity=Severity.WARNING)


def gateway_labels(environment: Environment, cluster: LiveCluster) -> dict[str, str | None]:
    """The gateway label of each gateway node that is in the cluster, as it is now; None where there is none yet."""
    found: dict[str, str | None] = {}
    for name in environment.settings.provider.gateway_nodes:
        live = cluster.get(f"{COLLECTIONS['Node']}/{name}")
        if live is not None:
            found[name] = ((live.get("metadata") or {}).get("labels") or {}).get(EXTERNAL_GATEWAY_LABEL)
    return found


def _gateway_nodes(environment: Environment, labels: Mapping[str, str | None]) -> Iterator[Finding]:
    """Nodes that have left, and labels that are off; without any gateway node no tenant has a way out."""
    place = environment.place(("provider", "gatewayNodes"))
    for name in environment.settings.provider.gateway_nodes:
        if name not in labels:
            yield Finding(
                place=place,
                problem=f"node {name} is not in the cluster",
                remedy="take it out of gatewayNodes, or correct the name; it is left out until then",
                rule=GATEWAY_NODE,
                severity=Severity.WARNING,
            )
        elif labels[name] not in (None, "true"):
            yield Finding(
                place=f"Node {name}",
                problem=f"its label {EXTERNAL_GATEWAY_LABEL} is {labels[name]!r}, and Kube-OVN asks for 'true'",
                remedy=f"`kmetal-network up {environment.name}` puts it back (plain Pulumi:"
                f" pulumi up -s {environment.name} --refresh)",
                rule=GATEWAY_NODE,
                severity=Severity.WARNING,
            )
    if not labels:
        yield Finding(
            place=place,
            problem="none of the gateway nodes is in the cluster, so no tenant would have a way out",
            remedy="name nodes that have the provider NIC (kubectl get nodes)",
            rule=GATEWAY_NODE,
        )


def _named(kinds: list[str]) -> str:
    return ", ".join(sorted(set(kinds)))
