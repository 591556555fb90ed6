"""Reads tenants made by hand. A tenant is adopted whole or not at all: half a tenant could never be deleted again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any, Final

from kmetal_network.adoption.ownership import controllers_own
from kmetal_network.adoption.platform import EXTERNAL, without_gateway
from kmetal_network.adoption.reading import Left, Live, Object, Reading, labels, misfit, spec
from kmetal_network.config.sections.tenant import Limits, RoleBinding, Tenant
from kmetal_network.names import DEFAULT_VPC, DROP_PRIORITY, STACK_LABEL, TENANT_LABEL, TenantNames, external_eip

_MATCH: Final = re.compile(r"ip4\.dst == ([0-9./]+)")
_PLATFORM: Final = frozenset({EXTERNAL, "ovn-default", "join"})
_NOT_A_TENANTS_LABEL: Final = frozenset({"kubernetes.io/metadata.name", STACK_LABEL, TENANT_LABEL})
_BALANCERS: Final = "services.loadbalancers"


def read_tenants(reading: Reading, live: Live, refused: Mapping[str, str]) -> None:
    """Every Vpc but the default one, with what belongs to it."""
    tenants: list[dict[str, Any]] = []
    taken: set[str] = set()
    for vpc in sorted(live.get("Vpc", {}).keys() - {DEFAULT_VPC}):
        tenant = _Tenant(live, vpc)
        section = tenant.section()
        why = list(dict.fromkeys(tenant.why)) or [text for text in (refused.get(f"Vpc {vpc}"),) if text]
        why = why or [text for text in (misfit(Tenant, section),) if text]
        if why:
            reading.left.append(Left(f"Vpc {vpc} and what belongs to it", "; ".join(why)))
        else:
            tenants.append(section)
            reading.left += tenant.beside
        taken |= tenant.objects
    if tenants:
        reading.sections["tenants"] = tenants
    for kind in ("Subnet", "OvnSnatRule"):
        for name in sorted(live.get(kind, {}).keys() - _PLATFORM):
            if f"{kind} {name}" not in taken:
                reading.left.append(Left(f"{kind} {name}", "belongs to no tenant's Vpc"))


class _Tenant:
    """One Vpc, read; `why` names what blocks its adoption."""

    def __init__(self, live: Live, vpc: str) -> None:
        self._live, self._vpc = live, live["Vpc"][vpc]
        self._name = vpc.removesuffix("-vpc")
        self._names = TenantNames(self._name)
        self.why: list[str] = [] if vpc == self._names.vpc else ["its name is not <tenant>-vpc"]
        self.beside: list[Left] = []
        self.objects: set[str] = set()
        self._namespace = ""

    def section(self) -> dict[str, Any]:
        """The tenant as the settings say it, as far as they can."""
        own = spec(self._vpc)
        namespaces = own.get("namespaces") or []
        if len(namespaces) != 1:
            self.why.append(f"it has {len(namespaces)} namespaces, and a tenant has one")
        if own.get("enableExternal") is not True:
            self.why.append("it is not connected to the external Subnet (enableExternal)")
        if own.get("enableBfd"):
            self.why.append("enableBfd is on, and Kube-OVN then writes its staticRoutes itself")
        self._namespace = str(namespaces[0]) if namespaces else ""
        namespace = self._live.get("Namespace", {}).get(self._namespace)
        if namespace is None:
            self.why.append(f"there is no Namespace {self._namespace}")
        further = {
            key: value
            for key, value in labels(namespace or {"metadata": {}}).items()
            if key not in _NOT_A_TENANTS_LABEL
        }
        clusters = list(self._clusters())
        section = {
            "name": self._name,
            "namespace": self._namespace if self._namespace != self._name else None,
            "labels": further,
            "egressAddress": self._egress(),
            "drop": self._drops(own.get("policyRoutes") or ()),
            "clusters": clusters,
            **self._access(len(clusters)),
        }
        return {key: value for key, value in section.items() if value not in (None, [], {})}

    def _drops(self, routes: Any) -> list[str]:
        external = str(spec(self._live.get("Subnet", {}).get(EXTERNAL, {})).get("cidrBlock"))
        blocks = []
        for index, route in enumerate(routes):
            match = _MATCH.fullmatch(str(route.get("match")))
            try:
                block = str(IPv4Network(match[1])) if match else ""
            except ValueError:
                block = ""
            if not block or route.get("action") != "drop" or route.get("priority") != DROP_PRIORITY:
                self.why.append(
                    f"policyRoutes[{index}] ({route.get('action')} of {route.get('match')!r} at priority"
                    f" {route.get('priority')}) is no drop of a block at priority {DROP_PRIORITY}"
                )
            elif block != external:
                blocks.append(block)
        return blocks

    def _clusters(self) -> Iterator[dict[str, Any]]:
        prefix, suffix = f"{self._name}-", "-subnet"
        subnets = {
            name: spec(item)
            for name, item in sorted(self._live.get("Subnet", {}).items())
            if spec(item).get("vpc") == self._names.vpc
        }
        rules = {
            name: spec(item)
            for name, item in sorted(self._live.get("OvnSnatRule", {}).items())
            if spec(item).get("vpcSubnet") in subnets or spec(item).get("vpc") == self._names.vpc
        }
        self.objects |= {f"Subnet {name}" for name in subnets} | {f"OvnSnatRule {name}" for name in rules}
        expected: set[str] = set()
        for name, own in subnets.items():
            cluster = name.removeprefix(prefix).removesuffix(suffix)
            if name != self._names.subnet(cluster):
                self.why.append(f"Subnet {name} is not called {self._names.subnet('<cluster>')}")
                continue
            attachment, rule = f"{self._namespace}/{self._names.attachment(cluster)}", self._names.snat_rule(cluster)
            if attachment not in self._live.get("NetworkAttachmentDefinition", {}):
                self.why.append(f"Subnet {name} has no NetworkAttachmentDefinition {attachment}")
            if rule not in rules:
                self.why.append(f"Subnet {name} has no OvnSnatRule {rule}")
            expected.add(rule)
            yield _cluster(cluster, own)
        for rule in sorted(rules.keys() - expected):
            self.why.append(f"OvnSnatRule {rule} is not called {self._names.snat_rule('<cluster>')} after its Subnet")

    def _egress(self) -> str | None:
        """The pinned address; an OvnEip of which only Kube-OVN wrote the address is its own choice."""
        eip = self._live.get("OvnEip", {}).get(external_eip(self._names.vpc))
        if eip is None or controllers_own(eip, ("spec", "v4Ip")):
            return None
        return spec(eip).get("v4Ip") or None

    def _access(self, clusters: int) -> dict[str, Any]:
        """Quota, limits and bindings that the settings can say; each other one in the namespace is left alone."""
        found: dict[str, Any] = {"roleBindings": []}
        for kind, name, item in self._inside("ResourceQuota", "LimitRange", "RoleBinding"):
            key, data, why = "", None, ""
            if kind == "ResourceQuota":
                key, data, why = self._quota(name, item, clusters)
            elif kind == "LimitRange":
                key, data, why = self._limits(name, item)
            else:
                key, data, why = self._binding(name, item)
            if why:
                self.beside.append(Left(f"{kind} {self._namespace}/{name}", why))
            elif key == "roleBindings":
                found[key].append(data)
            else:
                found[key] = data
        return found

    def _inside(self, *kinds: str) -> Iterator[tuple[str, str, Object]]:
        for kind in kinds:
            for key, item in sorted(self._live.get(kind, {}).items()):
                if item["metadata"].get("namespace") == self._namespace:
                    yield kind, key.rpartition("/")[2], item

    def _quota(self, name: str, item: Object, clusters: int) -> tuple[str, Any, str]:
        hard = dict(spec(item).get("hard") or {})
        if name != f"{self._name}-quota" or spec(item).keys() - {"hard"}:
            return "", None, f"is no plain quota called {self._name}-quota"
        if hard.get(_BALANCERS) == str(clusters) and len(hard) > 1:
            del hard[_BALANCERS]
        return "quota", hard, misfit(Tenant, {"name": self._name, "quota": hard})

    def _limits(self, name: str, item: Object) -> tuple[str, Any, str]:
        limits = spec(item).get("limits") or []
        if name != f"{self._name}-limits" or len(limits) != 1 or limits[0].get("type") != "Container":
            return "", None, f"is no limit of containers called {self._name}-limits"
        data = {key: value for key, value in limits[0].items() if key != "type"}
        return "limits", data, misfit(Limits, data)

    def _binding(self, name: str, item: Object) -> tuple[str, Any, str]:
        role, subjects = item.get("roleRef") or {}, item.get("subjects") or ()
        if role.get("kind") != "ClusterRole" or name != f"{self._name}-{role.get('name')}":
            return "", None, f"is no binding of a ClusterRole called {self._name}-<role>"
        if any(subject.get("kind") not in ("Group", "User") for subject in subjects):
            return "", None, "it binds a ServiceAccount, and the settings know groups and users"
        data: dict[str, Any] = {"clusterRole": role["name"]}
        for kind, key in (("Group", "groups"), ("User", "users")):
            if names := [subject["name"] for subject in subjects if subject["kind"] == kind]:
                data[key] = names
        return "roleBindings", data, misfit(RoleBinding, data)


def _cluster(name: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """A tenant cluster; its gateway is left out where it is the block's first address."""
    block, gateway = str(own.get("cidrBlock")), own.get("gateway")
    try:
        first = str(IPv4Network(block).network_address + 1)
    except ValueError:
        first = ""
    section = {
        "name": name,
        "cidrBlock": block,
        "gateway": gateway if gateway != first else None,
        "excludeIps": without_gateway(own),
        "mtu": own.get("mtu"),
    }
    return {key: value for key, value in section.items() if value not in (None, [], 0)}
