"""Attachments: the same provider string in three places, in a form that Kube-OVN serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kmetal_network.facts.cni_plugins import KUBE_OVN, plugins, provider_of, served_by_kube_ovn
from kmetal_network.facts.kube_ovn import Attachment, Subnet
from kmetal_network.facts.model import Facts
from kmetal_network.facts.unknown import UNKNOWN, is_named, known
from kmetal_network.laws import not_admitted
from kmetal_network.laws.model import Breach, Law
from kmetal_network.names import DEFAULT_VPC

OVN_PARTS: Final = 3
"""Fields of a provider string that Kube-OVN serves itself: `<nad>.<namespace>.ovn` (pkg/util/net.go IsOvnProvider)."""


def _providers_agree(facts: Facts) -> Iterator[Breach]:
    attachments: dict[str, Attachment] = {}
    for attachment in facts.attachments:
        provider = provider_of(attachment)
        if provider is not None:
            attachments[f"{provider}.ovn"] = attachment
            yield from _written_provider(f"{provider}.ovn", attachment)
    ipam = {provider.removesuffix(".ovn") for provider, entry in attachments.items() if not served_by_kube_ovn(entry)}
    made = {*attachments, *ipam}
    unserved = [subnet for subnet in facts.subnets if _is_attached(subnet) and subnet.provider not in made]
    served = {subnet.provider for subnet in facts.subnets}
    idle = {
        provider: entry
        for provider, entry in attachments.items()
        if provider not in served and served_by_kube_ovn(entry) and "." not in entry.name
    }
    yield from _subnets_without(facts, unserved, idle, ", ".join(sorted(attachments)) or "none")
    yield from _attachments_without(facts, unserved, idle)


def _subnets_without(
    facts: Facts, unserved: list[Subnet], idle: Mapping[str, Attachment], have: str
) -> Iterator[Breach]:
    """Subnets that no attachment serves; of a part of a network only where an attachment of their namespace is idle."""
    namespaces = {entry.namespace for entry in idle.values()}
    for subnet in unserved:
        if facts.whole or (
            str(subnet.provider).endswith(".ovn") and not subnet.patch and _namespace(subnet) in namespaces
        ):
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} has provider {subnet.provider!r} and no NetworkAttachmentDefinition makes it",
                f"write <NAD>.<namespace>.ovn of one there is ({have})",
            )
    for subnet in facts.subnets:
        tenants = isinstance(subnet.vpc, str) and subnet.vpc not in ("", DEFAULT_VPC) and not subnet.vlan
        if tenants and not subnet.patch and subnet.provider in (None, "", "ovn"):
            waiting = [name for name, entry in idle.items() if entry.namespace in known(subnet.namespaces)]
            if waiting:
                yield Breach(
                    subnet.place,
                    f"subnet {subnet.name!r} has provider {subnet.provider or 'ovn'!r}, and {', '.join(waiting)} of"
                    " its namespace has no Subnet, so its pods would get addresses of the default Subnet",
                    f"write provider: {waiting[0]}",
                )


def _namespace(subnet: Subnet) -> str:
    """The namespace that a provider string names."""
    return str(subnet.provider).partition(".")[2].removesuffix(".ovn")


def _attachments_without(facts: Facts, unserved: list[Subnet], idle: Mapping[str, Attachment]) -> Iterator[Breach]:
    """Of a whole network; where a Subnet of the same namespace has the wrong provider, that one is named instead."""
    spoken = {_namespace(subnet) for subnet in unserved}
    spoken |= {
        name for subnet in facts.subnets if subnet.provider in (None, "", "ovn") for name in known(subnet.namespaces)
    }
    undecided = any(subnet.provider is UNKNOWN for subnet in facts.subnets)
    for provider, entry in idle.items() if facts.whole and not undecided else ():
        if entry.namespace not in spoken:
            yield Breach(
                entry.place,
                f"NetworkAttachmentDefinition {entry.name!r} is Kube-OVN's, and no Subnet has provider {provider!r}",
                f"write a Subnet with provider: {provider}, or take the attachment out",
            )


def _is_attached(subnet: Subnet) -> bool:
    return isinstance(subnet.provider, str) and subnet.provider not in ("", "ovn") and not subnet.vlan


def _written_provider(provider: str, attachment: Attachment) -> Iterator[Breach]:
    for plugin in plugins(attachment):
        if plugin.get("type") == KUBE_OVN and plugin.get("provider") != provider:
            yield Breach(
                attachment.place,
                f"NetworkAttachmentDefinition {attachment.name!r} has provider {plugin.get('provider')!r} in its"
                f" config, and the controller computes {provider!r}",
                f"write {provider!r}",
            )


def _dotless(facts: Facts) -> Iterator[Breach]:
    for attachment in filter(lambda entry: is_named(entry.name), facts.attachments):
        for what, text in (("name", attachment.name), ("namespace", attachment.namespace)):
            if isinstance(text, str) and "." in text:
                yield Breach(
                    attachment.place,
                    f"NetworkAttachmentDefinition {attachment.name!r} has {what} {text!r}, whose dots break its"
                    f" provider string {attachment.name}.{attachment.namespace}.ovn",
                    "write it without dots",
                )


def _cni_configuration(facts: Facts) -> Iterator[Breach]:
    for attachment in facts.attachments:
        config = attachment.config
        if config is UNKNOWN:
            continue
        chain = list(plugins(attachment))
        if not chain or not all(isinstance(plugin.get("type"), str) for plugin in chain):
            yield Breach(
                attachment.place,
                f"config of NetworkAttachmentDefinition {attachment.name!r} is no JSON object with a `type`",
                "write the CNI configuration as JSON",
            )
        elif any(plugin["type"] == KUBE_OVN and not plugin.get("server_socket") for plugin in chain):
            yield Breach(
                attachment.place,
                f"config of NetworkAttachmentDefinition {attachment.name!r} has no server_socket, without which the"
                " CNI binary refuses it",
                "write server_socket: /run/openvswitch/kube-ovn-daemon.sock",
            )


def _one_subnet_per_attachment(facts: Facts) -> Iterator[Breach]:
    seen: dict[str, str] = {}
    for subnet in facts.subnets:
        if _is_attached(subnet):
            other = seen.setdefault(str(subnet.provider), subnet.name)
            if other != subnet.name:
                yield Breach(
                    subnet.place,
                    f"subnets {other!r} and {subnet.name!r} have the same provider {subnet.provider!r}",
                    "give each Subnet an attachment of its own",
                )


def _ovn_provider(facts: Facts) -> Iterator[Breach]:
    known_by = {provider_of(attachment): attachment for attachment in facts.attachments}
    for subnet in facts.subnets:
        parts = str(subnet.provider).split(".")
        if not _is_attached(subnet) or (len(parts) == OVN_PARTS and parts[-1] == "ovn"):
            continue
        attachment = known_by.get(str(subnet.provider)) if len(parts) == OVN_PARTS - 1 else None
        if attachment is not None and (attachment.config is UNKNOWN or not served_by_kube_ovn(attachment)):
            continue  # macvlan and others: Kube-OVN hands out the addresses alone
        if subnet.patch and attachment is None:
            continue  # the Subnet itself says whom it serves
        undecided = attachment is None and len(parts) == OVN_PARTS - 1 and not facts.whole
        what = (
            "which is right for an attachment of another CNI alone (it is not in sight)"
            if undecided
            else ("which is not Kube-OVN's own form; it would report Ready and have no switch")
        )
        yield Breach(
            subnet.place,
            f"subnet {subnet.name!r} has provider {subnet.provider!r}, {what}",
            "write <NAD>.<namespace>.ovn",
            undecided,
        )


LAWS = (
    Law(
        id="NET-403",
        title="An attachment, its configuration and its Subnet name the same provider",
        why="The controller computes <NAD>.<namespace>.ovn, the CNI sends what the configuration says, and the Subnet"
        " names its own. Where they differ, a pod gets an address of the default Subnet.",
        fix="Write <NAD>.<namespace>.ovn in all three.",
        reference="kMetal's networking guide, Subnet + NAD; kubeovn/kube-ovn#6957",
        not_admitted=not_admitted.JSON_TEXT,
        judge=_providers_agree,
    ),
    Law(
        id="NET-407",
        title="An attachment's name and namespace have no dots",
        why="Kube-OVN splits the provider string at its dots and does not serve one with more than two.",
        fix="Write names without dots.",
        reference="docs/evidence/kube-ovn.md#attachments",
        judge=_dotless,
    ),
    Law(
        id="NET-408",
        title="The CNI binary accepts an attachment's configuration",
        why="Nothing reads it before a pod starts, and then no worker VM starts.",
        fix="Write JSON with type kube-ovn and its server_socket.",
        reference="docs/evidence/kube-ovn.md#attachments (cmd/cni/cni.go)",
        not_admitted=not_admitted.JSON_TEXT,
        judge=_cni_configuration,
    ),
    Law(
        id="NET-423",
        title="An attachment has one Subnet",
        why="Both report Ready; from which of them a pod gets its address is the order of a list.",
        fix="Give each Subnet an attachment of its own.",
        reference="docs/evidence/kube-ovn.md#subnet-traps; harvester/network-controller-harvester#192",
        judge=_one_subnet_per_attachment,
    ),
    Law(
        id="NET-424",
        title="A tenant Subnet's provider has three parts and ends in ovn",
        why="With any other form the Subnet reports Ready with reason SetNonOvnSubnetSuccess and has no switch.",
        fix="Write <NAD>.<namespace>.ovn.",
        reference="docs/evidence/kube-ovn.md#subnet-traps",
        judge=_ovn_provider,
    ),
)
