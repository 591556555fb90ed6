"""What a ProviderNetwork, a Vlan or an attachment can break by itself, in CEL."""

from __future__ import annotations

from functools import partial
from typing import Final

from underlay.addresses import INTERFACE_NAME_LENGTH, PROVIDER_NAME_LENGTH, VLAN_ID_MAXIMUM, sub_interface
from underlay.admission_cel import NAME, field_of, has, listed, once, scalar, text, texts
from underlay.admission_model import ATTACHMENTS, NETWORKS, VLANS, Check, Literals
from underlay.kinds import DEFAULT_PROVIDER
from underlay.plugins import TAKERS

_ID: Final = f"int({field_of('id', '0')})"
_NICS: Final = {
    "nics": f"({has('defaultInterface')} ? [object.spec.defaultInterface] : [])"
    f" + {listed('customInterfaces')}.filter(c, has(c.interface)).map(c, c.interface)"
}


def _vlan_tags(literals: Literals) -> str:
    """A second tag. That an id of 0 leaves untagged is right on an access port, which no object tells: a warning."""
    tagged = [name for name, nics in literals.interfaces.items() if any(map(sub_interface, nics))]
    provider = once("p", scalar("provider"), f"p == '' ? {text(DEFAULT_PROVIDER)} : p")
    return f"({provider} in {texts(tagged)} && {_ID} != 0) ? ['id ' + string({_ID})] : []"


def _taking(types: tuple[str, ...], literals: Literals) -> str:
    """An attachment that names such a plugin and such a NIC; JSON with escapes is left to the law."""
    fields = "|".join(dict.fromkeys(field for kind in types for field in TAKERS[kind]))
    kind = text(rf'"type"\s*:\s*"(?:{"|".join(types)})"')
    nic = text(rf'"(?:{fields})"\s*:\s*"{literals.carrying.removeprefix("^").removesuffix("$")}"')
    config = scalar("config")
    return f"{config}.matches({kind}) && {config}.matches({nic}) ? [{config}] : []"


CHECKS: Final = (
    Check(
        "NET-302",
        NETWORKS,
        lambda literals: f"variables.nics.filter(i, i in {texts(literals.other_interfaces)})",
        _NICS,
    ),
    Check(
        "NET-309",
        NETWORKS,
        lambda _: f"{has('nodeSelector')} && size({listed('excludeNodes')}) > 0 ? {listed('excludeNodes')} : []",
    ),
    Check("NET-310", NETWORKS, lambda _: f"size({NAME}) > {PROVIDER_NAME_LENGTH} || {NAME} == 'int' ? [{NAME}] : []"),
    Check(
        "NET-315",
        NETWORKS,
        lambda _: f"variables.nics.filter(i, i == '' || size(i) > {INTERFACE_NAME_LENGTH} || i.matches('[/\\\\s]'))",
        _NICS,
    ),
    Check("NET-301", VLANS, _vlan_tags),
    Check("NET-316", VLANS, lambda _: f"{_ID} < 0 || {_ID} > {VLAN_ID_MAXIMUM} ? [string({_ID})] : []"),
    *(
        Check(rule, ATTACHMENTS, partial(_taking, types))
        for rule, types in (
            ("NET-322", ("macvlan", "macvtap")),
            ("NET-323", ("ipvlan",)),
            ("NET-324", ("bridge", "ovs")),
            ("NET-325", ("host-device",)),
            ("NET-326", ("sriov",)),
            ("NET-327", ("vlan",)),
        )
    ),
    Check("NET-407", ATTACHMENTS, lambda _: f"[{NAME}, object.metadata.namespace].filter(n, n.contains('.'))"),
)
