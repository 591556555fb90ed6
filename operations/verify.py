"""`underlay verify`: what the seed's Verifying and Troubleshooting sections ask, read off the live objects.

Held to the status fields that really prove it. `ready` alone proves little: an EIP and a SNAT rule report ready without
a router port, a Subnet's Ready outlives a change, a Vpc's `standby` is true where its external port failed
(reference/kube-ovn.md 3.7).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from operations.judged import WITNESSES, live_findings
from operations.live import LiveCluster, snapshot
from underlay.admission import DECIDED_ALONE
from underlay.errors import Severity
from underlay.inventory import wall_manifests
from underlay.manifests import metallb_manifests, tenant_manifests
from underlay.names import DEFAULT_VPC, EXTERNAL_GATEWAY_LABEL, METALLB_NAMESPACE, TenantNames, external_eip
from underlay.rules.registry import RULES
from underlay.sections.tenant import Tenant, TenantCluster
from underlay.stackfile import Environment

KINDS: Final = (
    "ProviderNetwork",
    "Vlan",
    "Subnet",
    "Vpc",
    "OvnEip",
    "OvnSnatRule",
    "NetworkAttachmentDefinition",
    "IPAddressPool",
    "L2Advertisement",
    "BGPAdvertisement",
    "BFDProfile",
    "BGPPeer",
    "Community",
    "Node",
    "Pod",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    *WITNESSES,
)

_NOT_OVN: Final = "SetNonOvnSubnetSuccess"
"""Reason of a Ready that means: no logical switch was made."""

_PODS: Final = (
    ("Multus", "kube-system", {"app": "multus"}),
    ("Open vSwitch", "kube-system", {"app": "ovs"}),
    ("Kube-OVN controller", "kube-system", {"app": "kube-ovn-controller"}),
    ("Kube-OVN CNI", "kube-system", {"app": "kube-ovn-cni"}),
    ("Flannel", "kube-flannel", {"app": "flannel"}),
    ("MetalLB", METALLB_NAMESPACE, {"app.kubernetes.io/name": "metallb"}),
)
"""The seed's Troubleshooting list."""


class Verdict(StrEnum):
    """What a check found."""

    PASS = "pass"  # noqa: S105 (a verdict)
    FAIL = "fail"
    WARN = "warn"
    """It works as it stands, and an engineer would want to know; a relaxed law says why it is."""
    UNSEEN = "unseen"
    """There was nothing to look at: neither proof nor breach."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    layer: str
    what: str
    verdict: Verdict
    seen: str
    remedy: str = ""


Seen = Mapping[str, Mapping[str, Mapping[str, Any]]]


def verify(environment: Environment, cluster: LiveCluster) -> tuple[Check, ...]:
    """Every check of one environment against its cluster.

    Raises:
        OperatorError: the cluster does not answer.
    """
    return tuple(checks(environment, snapshot(cluster, KINDS)))


def checks(environment: Environment, seen: Seen) -> Iterator[Check]:
    """The checks over objects already read."""
    yield from _pods(seen)
    yield from _metallb(environment, seen)
    yield from _provider(environment, seen)
    for tenant in environment.settings.tenants:
        yield from _tenant(environment, tenant, seen)
    yield _wall(environment, seen)
    yield from _laws(environment, seen)


def as_json(found: Iterable[Check]) -> str:
    """For machines."""
    return json.dumps([asdict(check) for check in found], indent=2)


def _at(value: Any, *path: str) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _check(layer: str, what: str, problems: Iterable[str], seen: str, remedy: str) -> Check:
    """Passes when nothing is wrong; else says what is."""
    wrong = [problem for problem in problems if problem]
    if wrong:
        return Check(layer, what, Verdict.FAIL, "; ".join(wrong), remedy)
    return Check(layer, what, Verdict.PASS, seen)


def _pods(seen: Seen) -> Iterator[Check]:
    for title, namespace, labels in _PODS:
        pods = [
            pod
            for pod in seen.get("Pod", {}).values()
            if _at(pod, "metadata", "namespace") == namespace
            and labels.items() <= (_at(pod, "metadata", "labels") or {}).items()
        ]
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        what = f"pods {title}"
        if not pods:
            yield Check("platform", what, Verdict.UNSEEN, f"no pod in {namespace} with {selector}")
            continue
        down = [str(_at(pod, "metadata", "name")) for pod in pods if not _pod_ready(pod)]
        remedy = f"kubectl -n {namespace} describe pod -l {selector}"
        problems = [f"not ready: {', '.join(down)}"] if down else []
        yield _check("platform", what, problems, f"{len(pods)} ready", remedy)


def _pod_ready(pod: Mapping[str, Any]) -> bool:
    return any(
        entry.get("type") == "Ready" and entry.get("status") == "True"
        for entry in _at(pod, "status", "conditions") or ()
    )


def _metallb(environment: Environment, seen: Seen) -> Iterator[Check]:
    settings = environment.settings
    for manifest in metallb_manifests(settings.metallb, settings.management, environment.name):
        live = seen.get(manifest.kind, {}).get(f"{METALLB_NAMESPACE}/{manifest.name}")
        what = f"{manifest.kind} {manifest.name}"
        remedy = f"pulumi up -s {environment.name}; its managedFields say who changed it"
        if live is None:
            yield _check("metallb", what, ["missing"], "", remedy)
            continue
        spec = live.get("spec") or {}
        differing = [key for key, value in manifest.body.get("spec", {}).items() if spec.get(key) != value]
        problems = [f"{key} is {json.dumps(spec.get(key))}" for key in differing]
        assigned = _at(live, "status", "assignedIPv4")
        shown = ", ".join(map(str, spec.get("addresses") or spec.get("ipAddressPools") or ()))
        counter = f" ({assigned} assigned, {_at(live, 'status', 'availableIPv4')} left)" if assigned is not None else ""
        yield _check("metallb", what, problems, f"{shown or 'as written'}{counter}", remedy)


def _provider(environment: Environment, seen: Seen) -> Iterator[Check]:
    provider = environment.settings.provider
    name, vlan_name = provider.network.name, provider.vlan.name
    network = seen.get("ProviderNetwork", {}).get(name)
    ready_nodes = _at(network, "status", "readyNodes") or []
    # Every node of the cluster that is not excluded, not the gateways alone: a tenant's pod may run on any of them.
    waiting = sorted(set(seen.get("Node", ())) - set(provider.network.exclude_nodes) - set(ready_nodes))
    messages = "; ".join(
        f"{entry.get('node')}: {entry.get('message') or entry.get('reason')}"
        for entry in _at(network, "status", "conditions") or ()
        if entry.get("status") != "True"
    )
    yield _check(
        "provider",
        f"ProviderNetwork {name}",
        [
            "missing" if network is None else "",
            "status.ready is not true" if network is not None and _at(network, "status", "ready") is not True else "",
            f"no bridge on {', '.join(waiting)}{f' ({messages})' if messages else ''}" if network and waiting else "",
        ],
        f"ready on {', '.join(ready_nodes)}",
        f"look at kube-ovn-cni on {', '.join(waiting) or 'its nodes'}: the NIC must exist there and be up",
    )
    vlan = seen.get("Vlan", {}).get(vlan_name)
    yield _check(
        "provider",
        f"Vlan {vlan_name}",
        [
            "missing" if vlan is None else "",
            "in conflict with another Vlan" if _at(vlan, "status", "conflict") else "",
            f"id is {_at(vlan, 'spec', 'id')}" if vlan and (_at(vlan, "spec", "id") or 0) != provider.vlan.id else "",
            f"not taken up by {name}" if vlan and vlan_name not in (_at(network, "status", "vlans") or ()) else "",
        ],
        f"id {provider.vlan.id} on {name}",
        "no other Vlan may carry the same id on the same provider network",
    )
    yield _external(environment, seen)
    yield from _gateways(environment, seen)


def _external(environment: Environment, seen: Seen) -> Check:
    provider = environment.settings.provider
    subnet = seen.get("Subnet", {}).get(provider.external.name)
    spec = _at(subnet, "spec") or {}
    wanted = {
        "gatewayType": provider.external.gateway_type,
        "vlan": provider.vlan.name,
        "vpc": DEFAULT_VPC,
        "cidrBlock": str(provider.external.cidr_block),
    }
    problems = [f"{key} is {spec.get(key)!r}, not {value!r}" for key, value in wanted.items() if spec.get(key) != value]
    left = _at(subnet, "status", "v4availableIPs")
    return _check(
        "provider",
        f"Subnet {provider.external.name}",
        ["missing"] if subnet is None else [*problems, *_not_ready(subnet)],
        f"gatewayType={spec.get('gatewayType')}, vlan={spec.get('vlan')}, {left} addresses left",
        f"kubectl get subnet {provider.external.name} -o yaml: its conditions name the reason",
    )


def _not_ready(subnet: Mapping[str, Any]) -> list[str]:
    conditions = {entry.get("type"): entry for entry in _at(subnet, "status", "conditions") or ()}
    ready = conditions.get("Ready")
    if ready is None:
        return ["no Ready condition: its Vpc is not standing, or a namespace is not the Vpc's"]
    if ready.get("status") != "True":
        return [f"not Ready: {ready.get('reason')} {ready.get('message') or ''}".strip()]
    if ready.get("reason") == _NOT_OVN:
        return ["Ready without a logical switch: its provider has not three parts"]
    return []


def _gateways(environment: Environment, seen: Seen) -> Iterator[Check]:
    nodes = seen.get("Node", {})
    for name in environment.settings.provider.gateway_nodes:
        value = (_at(nodes.get(name), "metadata", "labels") or {}).get(EXTERNAL_GATEWAY_LABEL)
        if name not in nodes:
            yield Check("provider", f"gateway node {name}", Verdict.UNSEEN, "the node has left the cluster")
            continue
        yield _check(
            "provider",
            f"gateway node {name}",
            [] if value == "true" else [f"{EXTERNAL_GATEWAY_LABEL} is {value!r}"],
            f"{EXTERNAL_GATEWAY_LABEL}=true",
            f"pulumi up -s {environment.name} --refresh puts it back; without it new tenants have no way out",
        )
    vpc = seen.get("Vpc", {}).get(DEFAULT_VPC)
    extra = _at(vpc, "spec", "extraExternalSubnets")
    wanted = [environment.settings.provider.external.name]
    yield _check(
        "provider",
        f"Vpc {DEFAULT_VPC}",
        [] if extra == wanted else [f"extraExternalSubnets is {json.dumps(extra)}"],
        f"extraExternalSubnets={json.dumps(extra)}",
        "without it the next start of kube-ovn-controller turns every gateway label to false",
    )


def _wall(environment: Environment, seen: Seen) -> Check:
    """Whether the API server refuses from others what the laws refuse."""
    reason = environment.settings.admission.left_out
    what = "admission policies"
    if reason is not None:
        return Check("laws", what, Verdict.UNSEEN, f"left out of this stack: {reason}")
    wanted = wall_manifests(environment.settings, environment.name)
    live = {(kind, name): item for kind, items in seen.items() for name, item in items.items()}
    missing = [manifest for manifest in wanted if (manifest.kind, manifest.name) not in live]
    differing = [
        manifest
        for manifest in wanted
        if manifest not in missing and not _holds(manifest.body["spec"], live[manifest.kind, manifest.name].get("spec"))
    ]
    problems = [f"{manifest.kind} {manifest.name} is missing" for manifest in missing]
    problems += [f"{manifest.kind} {manifest.name} differs" for manifest in differing]
    seen_there = f"{len(wanted)} objects; kubectl meets {len(DECIDED_ALONE)} laws at the API server"
    return _check("laws", what, problems, seen_there, f"pulumi up -s {environment.name} --refresh puts them back")


def _holds(wanted: Any, live: Any) -> bool:
    """Whether a value is as we wrote it; what the API server adds does not count."""
    if isinstance(wanted, Mapping):
        return isinstance(live, Mapping) and all(_holds(value, live.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(live, list) and len(wanted) == len(live)
        return same and all(map(_holds, wanted, live))
    return bool(wanted == live)


def _laws(environment: Environment, seen: Seen) -> Iterator[Check]:
    """What the laws say of all that stands there, one line for each breach."""
    findings = live_findings(environment.facts(), seen)
    for finding in findings:
        verdict = Verdict.FAIL if finding.severity is Severity.ERROR else Verdict.WARN
        yield Check("laws", f"{finding.rule} {finding.place}", verdict, finding.problem, finding.remedy)
    if all(finding.severity is not Severity.ERROR for finding in findings):
        count = sum(len(objects) for kind, objects in seen.items() if kind != "Pod")
        yield Check("laws", f"{len(RULES)} laws", Verdict.PASS, f"{count} live objects, whoever made them: no error")


def _tenant(environment: Environment, tenant: Tenant, seen: Seen) -> Iterator[Check]:
    names = TenantNames(tenant.name)
    layer = f"tenant {tenant.name}"
    vpc = seen.get("Vpc", {}).get(names.vpc)
    yield _check(
        layer,
        f"Vpc {names.vpc}",
        [
            "missing" if vpc is None else "",
            "status.standby is not true" if vpc and _at(vpc, "status", "standby") is not True else "",
            "status.enableExternal is not true: its router has no external port"
            if vpc and _at(vpc, "status", "enableExternal") is not True
            else "",
        ],
        "router stands, external port connected",
        f"are the gateway nodes labelled? then touch it: kubectl annotate vpc {names.vpc} ovn.kubernetes.io/kick=now",
    )
    external = environment.settings.provider.external.name
    eip = seen.get("OvnEip", {}).get(external_eip(names.vpc, external))
    address = _at(eip, "status", "v4Ip")
    pinned = tenant.egress_address
    yield _check(
        layer,
        f"OvnEip {external_eip(names.vpc, external)}",
        [
            "missing" if eip is None else "",
            "not ready" if eip and not (_at(eip, "status", "ready") and address) else "",
            f"address is {address}, pinned is {pinned}" if eip and pinned and address != str(pinned) else "",
        ],
        f"tenants leave as {address}",
        "is the address free? kubectl get ovn-eips; the controller's log says AddressConflict where it is not",
    )
    manifests = tenant_manifests(tenant, environment.settings.provider.external, environment.name)
    for cluster, rendered in zip(tenant.clusters, manifests.clusters, strict=True):
        key = f"{tenant.namespace_name}/{rendered.attachment.name}"
        config = _at(seen.get("NetworkAttachmentDefinition", {}).get(key), "spec", "config")
        yield _check(
            layer,
            f"NetworkAttachmentDefinition {key}",
            []
            if config == rendered.attachment.body["spec"]["config"]
            else ["missing" if config is None else "config differs"],
            f"provider {rendered.subnet.body['spec']['provider']}",
            f"pulumi up -s {environment.name}; new pods alone read it",
        )
        yield from _cluster(names, cluster, vpc, address, seen, layer)


def _cluster(
    names: TenantNames,
    cluster: TenantCluster,
    vpc: Mapping[str, Any] | None,
    address: str | None,
    seen: Seen,
    layer: str,
) -> Iterator[Check]:
    name = names.subnet(cluster.name)
    subnet = seen.get("Subnet", {}).get(name)
    cidr = _at(subnet, "spec", "cidrBlock")
    held = _at(vpc, "status", "subnets") or ()
    yield _check(
        layer,
        f"Subnet {name}",
        ["missing"]
        if subnet is None
        else [
            *_not_ready(subnet),
            f"cidrBlock is {cidr}" if cidr != str(cluster.cidr_block) else "",
            f"not among the Subnets of {names.vpc}" if name not in held else "",
        ],
        f"{cidr}, {_at(subnet, 'status', 'v4usingIPs')} addresses in use",
        f"kubectl get subnet {name} -o yaml: its conditions name the reason",
    )
    rule_name = names.snat_rule(cluster.name)
    rule = seen.get("OvnSnatRule", {}).get(rule_name)
    status = _at(rule, "status") or {}
    yield _check(
        layer,
        f"OvnSnatRule {rule_name}",
        ["missing"]
        if rule is None
        else [
            "not ready" if status.get("ready") is not True else "",
            f"translates {status.get('v4IpCidr')}, the Subnet is {cidr}" if status.get("v4IpCidr") != cidr else "",
            f"translates to {status.get('v4Eip')}, the EIP is {address}" if status.get("v4Eip") != address else "",
        ],
        f"{status.get('v4IpCidr')} leaves as {status.get('v4Eip')}",
        "Kube-OVN never changes a rule in place: replace it (pulumi up --replace its URN)",
    )
