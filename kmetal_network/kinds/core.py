"""Kubernetes' own kinds and Helm releases, each read into its fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kmetal_network.facts.carriers import kind_of, releases
from kmetal_network.facts.chart_values import values_facts
from kmetal_network.facts.lenient_fields import Fields, as_json, or_default
from kmetal_network.facts.platform import ClusterFact, Node, Quota
from kmetal_network.facts.unknown import UNKNOWN, Texts
from kmetal_network.kinds.fact import Fact, Reader
from kmetal_network.kinds.parsed_object import ParsedObject
from kmetal_network.names import EXTERNAL_GATEWAY_LABEL

_CONTROLLER: Final = "kube-ovn-controller"


def _node(found: ParsedObject) -> Iterator[Fact]:
    addresses = found.top.mapping("status").mappings("addresses")
    internal: Texts = UNKNOWN
    if addresses is not UNKNOWN:
        internal = tuple(
            or_default(entry.text("address"), UNKNOWN)
            for entry in addresses
            if entry.raw("type") in ("InternalIP", UNKNOWN)
        )
    yield Node(
        place=found.place,
        name=found.name,
        external_gateway=or_default(found.metadata.mapping("labels").text(EXTERNAL_GATEWAY_LABEL), found.absent),
        addresses=internal,
        labels=None if found.patch else as_json(found.metadata.mapping("labels").plain()),
    )


def _quota(found: ParsedObject) -> Iterator[Fact]:
    hard = UNKNOWN if found.patch and not found.spec.has("hard") else found.spec.mapping("hard").plain()
    yield Quota(place=found.place, name=found.name, namespace=found.namespace, hard=hard)


def _namespace(found: ParsedObject) -> Iterator[Fact]:
    if found.name == "kube-system" and (uid := found.metadata.text("uid")) is not None:
        yield ClusterFact(place=found.place, uid=uid)


def _service_cidr(found: ParsedObject) -> Iterator[Fact]:
    yield ClusterFact(place=found.place, service_cidrs=or_default(found.spec.texts("cidrs"), ()))


def _controller(found: ParsedObject) -> Iterator[Fact]:
    """Deployment kube-ovn-controller; all others are none of our business."""
    if found.name != _CONTROLLER:
        return
    containers = found.spec.mapping("template").mapping("spec").mappings("containers")
    for container in containers if containers is not UNKNOWN else ():
        if container.raw("name") == _CONTROLLER:
            image = container.text("image")
            tag = image
            if isinstance(image, str):  # HOST:PORT/NAME:TAG@DIGEST
                tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2] or image
            yield ClusterFact(place=found.place, kube_ovn_version=tag, kube_ovn_arguments=container.texts("args"))


def _release(found: ParsedObject) -> Iterator[Fact]:
    """Whatever asks for a Helm release, Pulumi's own in the form to which the policy pack brings it included."""
    data = found.top.plain()
    for values in releases(kind_of(data), data) if data is not UNKNOWN else ():
        tree = Fields(values.tree, values.path, found.notes)
        yield from values_facts(tree, found.place, chart=values.chart, patch=found.patch, complete=values.complete)


CORE_READERS: Final[Mapping[tuple[str, str], Reader]] = {
    ("", "Node"): _node,
    ("", "ResourceQuota"): _quota,
    ("", "Namespace"): _namespace,
    ("networking.k8s.io", "ServiceCIDR"): _service_cidr,
    ("apps", "Deployment"): _controller,
    ("helm.toolkit.fluxcd.io", "HelmRelease"): _release,
    ("helm.sh", "Release"): _release,
    ("argoproj.io", "Application"): _release,
    ("argoproj.io", "ApplicationSet"): _release,
    ("helm.cattle.io", "HelmChart"): _release,
    ("helm.cattle.io", "HelmChartConfig"): _release,
    ("helm.crossplane.io", "Release"): _release,
}
