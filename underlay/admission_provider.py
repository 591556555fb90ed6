"""What a ProviderNetwork, a Vlan or an attachment can break by itself, in CEL."""

from __future__ import annotations

from typing import Final

from underlay.addresses import INTERFACE_NAME_LENGTH, PROVIDER_NAME_LENGTH, VLAN_ID_MAXIMUM, sub_interface
from underlay.admission_cel import NAME, field_of, has, listed, scalar, texts
from underlay.admission_model import ATTACHMENTS, NETWORKS, VLANS, Check, Literals

_ID: Final = f"int({field_of('id', '0')})"
_NICS: Final = {
    "nics": f"({has('defaultInterface')} ? [object.spec.defaultInterface] : [])"
    f" + {listed('customInterfaces')}.filter(c, has(c.interface)).map(c, c.interface)"
}


def _vlan_tags(literals: Literals) -> str:
    tagged = [name for name, nics in literals.interfaces.items() if any(map(sub_interface, nics))]
    plain = [name for name, nics in literals.interfaces.items() if not all(map(sub_interface, nics))]
    provider = scalar("provider")
    return (
        f"(({provider} in {texts(tagged)} && {_ID} != 0) || ({provider} in {texts(plain)} && {_ID} == 0))"
        f" ? ['id ' + string({_ID})] : []"
    )


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
    Check("NET-310", NETWORKS, lambda _: f"size({NAME}) > {PROVIDER_NAME_LENGTH} ? [{NAME}] : []"),
    Check(
        "NET-315",
        NETWORKS,
        lambda _: f"variables.nics.filter(i, i == '' || size(i) > {INTERFACE_NAME_LENGTH} || i.matches('[/\\\\s]'))",
        _NICS,
    ),
    Check("NET-301", VLANS, _vlan_tags),
    Check("NET-316", VLANS, lambda _: f"{_ID} < 0 || {_ID} > {VLAN_ID_MAXIMUM} ? [string({_ID})] : []"),
    Check("NET-407", ATTACHMENTS, lambda _: f"[{NAME}, object.metadata.namespace].filter(n, n.contains('.'))"),
)
