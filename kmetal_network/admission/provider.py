"""What a ProviderNetwork, a Vlan or an attachment can break by itself, in CEL."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from kmetal_network.addresses import INTERFACE_NAME_LENGTH, PROVIDER_NAME_LENGTH, VLAN_ID_MAXIMUM, sub_interface
from kmetal_network.admission.cel import NAME, field_of, has, listed, once, scalar, text, texts
from kmetal_network.admission.model import ATTACHMENTS, NETWORKS, VLANS, AdmissionCheck, Literals
from kmetal_network.admission.nics import written
from kmetal_network.facts.cni_plugins import TAKERS
from kmetal_network.facts.nics import named_vlan, parents
from kmetal_network.kinds.kube_ovn import DEFAULT_PROVIDER

_ID: Final = f"int({field_of('id', '0')})"
_NICS: Final = {
    "nics": f"({has('defaultInterface')} ? [object.spec.defaultInterface] : [])"
    f" + {listed('customInterfaces')}.filter(c, has(c.interface)).map(c, c.interface)"
}


def _vlan_tags(literals: Literals) -> str:
    """A second tag. That an id of 0 leaves untagged is right on an access port, which no object tells: a warning."""
    tagged = [name for name, nics in literals.interfaces.items() if any(map(sub_interface, nics))]
    named = {name: {named_vlan(nic) for nic in nics} - {None} for name, nics in literals.interfaces.items()}
    provider = once("p", scalar("provider"), f"p == '' ? {text(DEFAULT_PROVIDER)} : p")
    again = [
        f"({provider} == {text(name)} && {_ID} in [{', '.join(map(str, sorted(filter(None, tags))))}])"
        for name, tags in named.items()
        if tags and name not in tagged
    ]
    twice = " || ".join([f"({provider} in {texts(tagged)} && {_ID} != 0)", *again])
    return f"{twice} ? ['id ' + string({_ID})] : []"


def _named(values: Iterable[str], field: str) -> str:
    """A pattern of a JSON field with one of the values."""
    return text(rf'"(?:{field})"\s*:\s*"(?:{"|".join(values)})"')


def _under(literals: Literals) -> list[str]:
    """Patterns of the NICs under the provider network's: who takes one takes all of its VLANs."""
    nics = (nic for names in literals.interfaces.values() for nic in names)
    return [written(parent) for nic in nics for parent in parents(nic)]


def _number(literals: Literals) -> str:
    """A pattern of a JSON field with the id of the provider VLAN, by the kernel's tags and by OVN's."""
    tags = {parts[1] for names in literals.interfaces.values() for nic in names if (parts := sub_interface(nic))}
    ids = sorted({*tags, *literals.vlan_ids.values()} - {0})
    return text(rf'"(?:vlan|vlanId)"\s*:\s*(?:{"|".join(map(str, ids))})\s*[,}}]') if ids else ""


def _taking(types: tuple[str, ...], literals: Literals) -> str:
    """An attachment that names such a plugin and such a NIC; JSON with escapes is left to the law."""
    config = scalar("config")
    fields = "|".join(dict.fromkeys(field for kind in types for field in TAKERS[kind]))
    nics = [literals.carrying.removeprefix("^").removesuffix("$")]
    below = _under(literals) if {"host-device", "sriov"} & {*types} else []
    reasons = [f"{config}.matches({_named([*nics, *below], fields)})"]
    if number := _number(literals):
        if "sriov" in types:
            reasons.append(f"{config}.matches({number})")
        if "vlan" in types:
            plain = [written(nic) for names in literals.interfaces.values() for nic in names]
            on_it = f"{config}.matches({_named([*_under(literals), *plain], fields)})"
            reasons.append(f"({config}.matches({number}) && {on_it})")
    kind = f"{config}.matches({_named(types, 'type')})"
    return f"{kind} && ({' || '.join(reasons)}) ? [{config}] : []"


def _others(literals: Literals) -> str:
    """The NICs of a ProviderNetwork that are the management or the tunnel NIC, whatever zeros their ids have."""
    names = "|".join(map(written, literals.other_interfaces))
    return f"variables.nics.filter(i, i.matches({text(f'^(?:{names})$')}))" if names else "[]"


CHECKS: Final = (
    AdmissionCheck(
        "NET-302",
        NETWORKS,
        _others,
        _NICS,
    ),
    AdmissionCheck(
        "NET-309",
        NETWORKS,
        lambda _: f"{has('nodeSelector')} && size({listed('excludeNodes')}) > 0 ? {listed('excludeNodes')} : []",
    ),
    AdmissionCheck(
        "NET-310", NETWORKS, lambda _: f"size({NAME}) > {PROVIDER_NAME_LENGTH} || {NAME} == 'int' ? [{NAME}] : []"
    ),
    AdmissionCheck(
        "NET-315",
        NETWORKS,
        lambda _: f"variables.nics.filter(i, i == '' || size(i) > {INTERFACE_NAME_LENGTH} || i.matches('[/\\\\s]'))",
        _NICS,
    ),
    AdmissionCheck("NET-301", VLANS, _vlan_tags),
    AdmissionCheck("NET-316", VLANS, lambda _: f"{_ID} < 0 || {_ID} > {VLAN_ID_MAXIMUM} ? [string({_ID})] : []"),
    *(
        AdmissionCheck(rule, ATTACHMENTS, partial(_taking, types))
        for rule, types in (
            ("NET-322", ("macvlan", "macvtap")),
            ("NET-323", ("ipvlan",)),
            ("NET-324", ("bridge", "ovs")),
            ("NET-325", ("host-device",)),
            ("NET-326", ("sriov",)),
            ("NET-327", ("vlan",)),
        )
    ),
    AdmissionCheck("NET-407", ATTACHMENTS, lambda _: f"[{NAME}, object.metadata.namespace].filter(n, n.contains('.'))"),
)
