"""Multus' kind, read into its fact."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from kmetal_network.facts.kube_ovn import Attachment
from kmetal_network.facts.unknown import UNKNOWN
from kmetal_network.kinds.fact import Fact, Reader
from kmetal_network.kinds.parsed_object import ParsedObject


def _attachment(found: ParsedObject) -> Iterator[Fact]:
    text = found.spec.text("config")
    yield Attachment(
        place=found.place,
        name=found.name,
        namespace=found.namespace,
        config=_parsed(text) if isinstance(text, str) and text else UNKNOWN,
    )


def _parsed(text: str) -> Mapping[str, object] | None:
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return config if isinstance(config, dict) else None


MULTUS_READERS: Final[Mapping[tuple[str, str], Reader]] = {
    ("k8s.cni.cncf.io", "NetworkAttachmentDefinition"): _attachment,
}
