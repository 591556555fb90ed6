"""Writes the rows of one network: switches, routers, policies, routes and translations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address, ip_network

from tests.oracle.local_ovn.northbound import DEFAULT, Body, Objects, Pod, Row, Rows, inside, pairs, some, split


def rows(bodies: Iterable[Body], pods: Iterable[Pod]) -> Rows:
    """The northbound database of some objects."""
    objects, made = Objects(bodies), Rows()
    found = list(pods)
    routers = dict.fromkeys([*objects.vpcs, *(objects.vpc_of(name) for name, _ in objects.inner())])
    for vpc in routers:
        _router(made, objects, vpc)
    for name, spec in objects.subnets.items():
        if spec.get("vlan"):
            _external(made, objects, name)
        else:
            _switch(made, objects, name, [pod for pod in found if pod.subnet == name])
    return made


def _external(made: Rows, objects: Objects, name: str) -> None:
    spec = objects.subnets[name]
    vlan = objects.vlans.get(spec["vlan"], {})
    made.physical[name] = split(spec.get("gateway"))
    options = pairs({"network_name": vlan.get("provider", "provider")})
    localnet: Row = {"name": f"localnet.{name}", "type": "localnet", "addresses": some(["unknown"]), "options": options}
    if vlan.get("id"):
        localnet["tag"] = vlan["id"]
    ports = [made.insert("Logical_Switch_Port", localnet)]
    for port in made.router_ports.get(name, ()):
        vpc = port.removesuffix(f"-{name}")
        ports.append(_router_side(made, f"{name}-{vpc}", port))
    made.insert("Logical_Switch", {"name": name, "ports": some(ports)})


def _router_side(made: Rows, name: str, peer: str) -> list[str]:
    row = {"name": name, "type": "router", "addresses": some(["router"]), "options": pairs({"router-port": peer})}
    return made.insert("Logical_Switch_Port", row)


def _switch(made: Rows, objects: Objects, name: str, pods: list[Pod]) -> None:
    vpc = objects.vpc_of(name)
    ports = [_router_side(made, f"{name}-{vpc}", f"{vpc}-{name}")]
    made.gateways[name] = made.mac(f"{vpc}-{name}")
    if name == "join" and vpc == DEFAULT:
        pods = [*pods, *(Pod(name, f"node-{node}", (_node_join(objects, index),)) for index, node in _nodes(objects))]
    for pod in pods:
        address = " ".join([made.mac(pod.port), *pod.addresses])
        ports.append(made.insert("Logical_Switch_Port", {"name": pod.port, "addresses": some([address])}))
        for each in pod.addresses:
            made.pods[f"{name} {each}"] = pod
    rules = [made.insert("ACL", rule) for rule in _private(objects, name)]
    made.insert("Logical_Switch", {"name": name, "ports": some(ports), "acls": some(rules)})


def _private(objects: Objects, name: str) -> Iterator[Row]:
    """kube-ovn pkg/ovs/ovn-nb-acl.go, SetLogicalSwitchPrivate."""
    spec = objects.subnets[name]
    if not spec.get("private"):
        return
    joins = split(objects.subnets.get("join", {}).get("cidrBlock"))

    def rule(priority: int, match: str, action: str = "allow-related") -> Row:
        return {"direction": "to-lport", "priority": priority, "match": match, "action": action}

    yield rule(1000, "ip", "drop")
    for block in split(spec["cidrBlock"]):
        family = f"ip{ip_network(block).version}"
        yield rule(1001, f"{family}.src == {block} && {family}.dst == {block}")
        for join in joins:
            if ip_network(join).version == ip_network(block).version:
                yield rule(3000, f"{family}.src == {join}")
        for other in spec.get("allowSubnets", ()):
            if ip_network(other).version == ip_network(block).version:
                one = f"({family}.src == {block} && {family}.dst == {other})"
                yield rule(1001, f"{one} || ({family}.src == {other} && {family}.dst == {block})")


def _nodes(objects: Objects) -> Iterator[tuple[int, str]]:
    return enumerate(objects.nodes)


def _node_join(objects: Objects, index: int) -> str:
    """The address of a node in the join Subnet."""
    return str(ip_network(objects.subnets["join"]["cidrBlock"])[index + 2])


def _router(made: Rows, objects: Objects, vpc: str) -> None:
    own = [(name, spec) for name, spec in objects.inner() if objects.vpc_of(name) == vpc]
    ways, defaults = _into_nodes(made, objects, own) if vpc == DEFAULT else ([], [])
    ports = list(_ports(made, objects, vpc, own))
    routes = [*_routes(objects, vpc, own), *defaults]
    policies = [*_policies(objects, vpc, own), *ways]
    nats = list(_translations(objects, vpc))
    for rule in nats:
        _own(made, objects, rule["external_ip"], vpc)
    balancers = [
        _balancer(made, objects, name, rule, vpc) for name, rule in objects.dnats.items() if rule["vpc"] == vpc
    ]
    row: Row = {"name": vpc, "ports": some(ports), "options": pairs({"always_learn_from_arp_request": "false"})}
    row["static_routes"] = some(made.insert("Logical_Router_Static_Route", route) for route in routes)
    row["policies"] = some(made.insert("Logical_Router_Policy", policy) for policy in policies)
    row["nat"] = some(made.insert("NAT", rule) for rule in nats)
    row["load_balancer"] = some(balancers)
    made.insert("Logical_Router", row)


Own = list[tuple[str, Body]]


def _blocks(own: Own) -> Iterator[tuple[str, str]]:
    """Each block of a VPC's Subnets with its gateway."""
    for _, spec in own:
        yield from zip(split(spec["cidrBlock"]), _gateways(spec), strict=True)


def _ports(made: Rows, objects: Objects, vpc: str, own: Own) -> Iterator[list[str]]:
    for name, spec in own:
        networks = [f"{gateway}/{block.partition('/')[2]}" for block, gateway in _blocks([(name, spec)])]
        yield _port(made, f"{vpc}-{name}", networks)
    for external in objects.externals(vpc):
        yield _gateway_port(made, objects, vpc, external)
    for peering in objects.vpcs.get(vpc, {}).get("vpcPeerings", ()):
        remote = peering["remoteVpc"]
        yield _port(made, f"{vpc}-{remote}", split(peering["localConnectIP"]), peer=f"{remote}-{vpc}")


def _routes(objects: Objects, vpc: str, own: Own) -> Iterator[Row]:
    if vpc != DEFAULT:
        for block, gateway in _blocks(own):
            yield {"policy": "src-ip", "ip_prefix": block, "nexthop": gateway}
    for route in objects.vpcs.get(vpc, {}).get("staticRoutes", ()):
        kind = "src-ip" if route.get("policy") == "policySrc" else "dst-ip"
        yield {"policy": kind, "ip_prefix": route["cidr"], "nexthop": route["nextHopIP"]}


def _policies(objects: Objects, vpc: str, own: Own) -> Iterator[Row]:
    for block, _ in _blocks(own):
        yield _policy(31000, f"ip{ip_network(block).version}.dst == {block}", "allow")
    for entry in objects.vpcs.get(vpc, {}).get("policyRoutes", ()):
        yield _policy(entry["priority"], entry["match"], entry["action"], entry.get("nextHopIP"))


def _gateways(spec: Body) -> list[str]:
    written = split(spec.get("gateway"))
    return written or [str(ip_network(block)[1]) for block in split(spec["cidrBlock"])]


def _port(made: Rows, name: str, networks: list[str], **more: object) -> list[str]:
    row = {"name": name, "mac": made.mac(name), "networks": some(networks), **more}
    return made.insert("Logical_Router_Port", row)


def _gateway_port(made: Rows, objects: Objects, vpc: str, external: str) -> list[str]:
    name, networks = f"{vpc}-{external}", objects.router_addresses(vpc, external)
    made.router_ports.setdefault(external, []).append(name)
    for network in networks:
        made.owned.setdefault(external, {})[network.partition("/")[0]] = made.mac(name)
    chassis = made.insert("Gateway_Chassis", {"name": f"{name}-ch1", "chassis_name": "ch1", "priority": 100})
    return _port(made, name, networks, gateway_chassis=some([chassis]))


def _policy(priority: int, match: str, action: str, hops: str | None = None) -> Row:
    row: Row = {"priority": priority, "match": match, "action": action}
    if action == "reroute":
        row["nexthops"] = some(split(hops))
    return row


def _into_nodes(made: Rows, objects: Objects, own: Own) -> tuple[list[Row], list[Row]]:
    """Of the default VPC: to a node's own address, and for what pods send elsewhere; a test's pods run on one node."""
    policies = [
        _policy(30000, f"ip{ip_address(address).version}.dst == {address}", "reroute", _node_join(objects, index))
        for index, node in _nodes(objects)
        for address in objects.nodes[node]
    ]
    for name, spec in own if objects.nodes else ():
        if name != "join":
            group = f"{name}.{next(iter(objects.nodes))}_ip4".replace("-", ".")
            made.insert("Address_Set", {"name": group, "addresses": some(split(spec["cidrBlock"]))})
            policies.append(_policy(29000, f"ip4.src == ${group}", "reroute", _node_join(objects, 0)))
    join = objects.subnets.get("join")
    routes = [{"policy": "dst-ip", "ip_prefix": "0.0.0.0/0", "nexthop": _gateways(join)[0]}] if join else []
    return policies, routes


def _translations(objects: Objects, vpc: str) -> Iterator[Row]:
    for rule in objects.snats.values():
        subnet = objects.subnets.get(rule.get("vpcSubnet", ""))
        if (objects.vpc_of(rule["vpcSubnet"]) if subnet else rule.get("vpc")) != vpc:
            continue
        blocks = (
            split(subnet["cidrBlock"]) if subnet else [rule[key] for key in ("v4IpCidr", "v6IpCidr") if rule.get(key)]
        )
        for block in blocks:
            if address := _of_family(objects.eips.get(rule["ovnEip"], {}), ip_network(block).version):
                yield {"type": "snat", "external_ip": address, "logical_ip": block}
    for rule in objects.fips.values():
        if rule["vpc"] == vpc:
            for pod in (rule[key] for key in ("v4Ip", "v6Ip") if rule.get(key)):
                if address := _of_family(objects.eips[rule["ovnEip"]], ip_address(pod).version):
                    yield {"type": "dnat_and_snat", "external_ip": address, "logical_ip": pod}


def _of_family(eip: Body, version: int) -> str | None:
    return next((eip[key] for key in (f"v{version}Ip",) if eip.get(key)), None)


def _balancer(made: Rows, objects: Objects, name: str, rule: Body, vpc: str) -> list[str]:
    address = objects.eips[rule["ovnEip"]]["v4Ip"]
    _own(made, objects, address, vpc)
    vips = {f"{address}:{rule['externalPort']}": f"{rule['v4Ip']}:{rule['internalPort']}"}
    return made.insert("Load_Balancer", {"name": name, "protocol": rule["protocol"], "vips": pairs(vips)})


def _own(made: Rows, objects: Objects, address: str, vpc: str) -> None:
    """The router's port answers for an address of its provider Subnet."""
    for external in objects.externals(vpc):
        if any(inside(address, block) for block in split(objects.subnets[external]["cidrBlock"])):
            made.owned.setdefault(external, {})[address] = made.mac(f"{vpc}-{external}")
