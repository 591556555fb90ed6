"""Attachments: the same provider string said three times alike, in a form that Kube-OVN serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from underlay.facts import UNKNOWN, Attachment, Facts, Subnet, is_named
from underlay.rules.model import Breach, Rule

OVN_PARTS: Final = 3
"""Fields of a provider string that Kube-OVN serves itself: `<nad>.<namespace>.ovn` (pkg/util/net.go IsOvnProvider)."""


def _providers_agree(facts: Facts) -> Iterator[Breach]:
    attachments = set()
    for attachment in facts.attachments:
        if isinstance(attachment.namespace, str) and is_named(attachment.name):
            provider = f"{attachment.name}.{attachment.namespace}.ovn"
            attachments.add(provider)
            yield from _written_provider(provider, attachment)
    for subnet in facts.subnets:
        if _is_attached(subnet) and facts.whole and subnet.provider not in attachments:
            have = ", ".join(sorted(attachments)) or "none"
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} has provider {subnet.provider!r} and no NetworkAttachmentDefinition makes it",
                f"write <NAD>.<namespace>.ovn of one there is ({have})",
            )


def _is_attached(subnet: Subnet) -> bool:
    return isinstance(subnet.provider, str) and subnet.provider not in ("", "ovn") and not subnet.vlan


def _written_provider(provider: str, attachment: Attachment) -> Iterator[Breach]:
    if isinstance(attachment.config, dict) and attachment.config.get("type") == "kube-ovn":
        written = attachment.config.get("provider")
        if written != provider:
            yield Breach(
                attachment.place,
                f"NetworkAttachmentDefinition {attachment.name!r} has provider {written!r} in its config, and the"
                f" controller computes {provider!r}",
                f"write {provider!r}",
            )


def _dotless(facts: Facts) -> Iterator[Breach]:
    for attachment in filter(lambda entry: is_named(entry.name), facts.attachments):
        for what, text in (("name", attachment.name), ("namespace", attachment.namespace)):
            if isinstance(text, str) and "." in text:
                yield Breach(
                    attachment.place,
                    f"NetworkAttachmentDefinition {attachment.name!r} has {what} {text!r}, whose dots break its"
                    " provider"
                    f" string {attachment.name}.{attachment.namespace}.ovn",
                    "write it without dots",
                )


def _cni_configuration(facts: Facts) -> Iterator[Breach]:
    for attachment in facts.attachments:
        config = attachment.config
        if config is UNKNOWN:
            continue
        if config is None or not isinstance(config.get("type"), str):
            yield Breach(
                attachment.place,
                f"config of NetworkAttachmentDefinition {attachment.name!r} is no JSON object with a `type`",
                "write the CNI configuration as JSON",
            )
        elif config["type"] == "kube-ovn" and not config.get("server_socket"):
            yield Breach(
                attachment.place,
                f"config of NetworkAttachmentDefinition {attachment.name!r} has no server_socket, without which the CNI"
                " binary refuses it",
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
    for subnet in facts.subnets:
        if not _is_attached(subnet):
            continue
        parts = str(subnet.provider).split(".")
        if len(parts) != OVN_PARTS or parts[-1] != "ovn":
            yield Breach(
                subnet.place,
                f"subnet {subnet.name!r} has provider {subnet.provider!r}, which is not Kube-OVN's own form; it"
                " would report"
                " Ready and have no switch",
                "write <NAD>.<namespace>.ovn",
            )


RULES = (
    Rule(
        id="NET-403",
        title="The provider string is the same in the NAD's identity, its config and its Subnet",
        why="The controller computes <NAD>.<namespace>.ovn, the CNI sends what the config says, the Subnet says a"
        " third; a"
        " pod would take an address from the default Subnet.",
        fix="Write <NAD>.<namespace>.ovn in all three.",
        reference="kMetal's networking guide, Subnet + NAD; kubeovn/kube-ovn#6957",
        judge=_providers_agree,
    ),
    Rule(
        id="NET-407",
        title="An attachment's name and namespace have no dots",
        why="The provider string is cut at its dots: with more than two of them Kube-OVN does not serve it.",
        fix="Write names without dots.",
        reference="docs/evidence/kube-ovn.md#attachments",
        judge=_dotless,
    ),
    Rule(
        id="NET-408",
        title="An attachment's configuration is one that the CNI binary takes",
        why="It is read when a pod starts and by nothing before: no worker VM would start.",
        fix="Write JSON with type kube-ovn and its server_socket.",
        reference="docs/evidence/kube-ovn.md#attachments (cmd/cni/cni.go)",
        judge=_cni_configuration,
    ),
    Rule(
        id="NET-423",
        title="An attachment has one Subnet",
        why="Both report Ready; from which of them a pod gets its address is the order of a list.",
        fix="Give each Subnet an attachment of its own.",
        reference="docs/evidence/kube-ovn.md#subnet-traps; harvester/network-controller-harvester#192",
        judge=_one_subnet_per_attachment,
    ),
    Rule(
        id="NET-424",
        title="A tenant Subnet's provider has three parts and ends in ovn",
        why="With any other form the Subnet reports Ready with reason SetNonOvnSubnetSuccess and has no switch.",
        fix="Write <NAD>.<namespace>.ovn.",
        reference="docs/evidence/kube-ovn.md#subnet-traps",
        judge=_ovn_provider,
    ),
)
