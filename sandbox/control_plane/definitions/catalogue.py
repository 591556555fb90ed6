"""Definitions of the custom resources that this program writes, from its own knowledge of their fields.

They serve a control plane that cannot get upstream's definitions. Names, scopes, status subresources and the whole spec
are upstream's (Kube-OVN 1.15.24, MetalLB 0.15.3, Multus' client 1.7.7): types, bounds, choices, defaults, what is
required; a field that upstream does not have is pruned and refused as there. Tests compare each spec with upstream's
files, where available.

Weaker than upstream by design: a status and Flux's two specs are open, MetalLB's older BGPPeer is not served, and
upstream's rules in CEL are left out, with the pattern of a Vpc's `bfdPort.ip`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sandbox.control_plane.definitions.definition import Definition
from sandbox.control_plane.definitions.kube_ovn import KUBE_OVN
from sandbox.control_plane.definitions.metallb import METALLB
from sandbox.control_plane.definitions.schemas import OPEN, TEXT, each, object_of

_MULTUS: Final = (
    Definition(
        "k8s.cni.cncf.io",
        "v1",
        "NetworkAttachmentDefinition",
        "network-attachment-definitions",
        {"config": TEXT},
        namespaced=True,
        status=False,
    ),
)
_FLUX: Final = (
    Definition(
        "source.toolkit.fluxcd.io",
        "v1",
        "OCIRepository",
        "ocirepositories",
        each(TEXT, "interval url"),
        ("interval", "url"),
        namespaced=True,
        closed=False,
    ),
    Definition(
        "helm.toolkit.fluxcd.io",
        "v2",
        "HelmRelease",
        "helmreleases",
        each(TEXT, "interval releaseName"),
        ("interval",),
        namespaced=True,
        closed=False,
    ),
)

DEFINITIONS: Final = (*KUBE_OVN, *_MULTUS, *METALLB, *_FLUX)


def custom_resource_definitions() -> list[dict[str, Any]]:
    """All of them, ready to be applied."""
    return list(_rendered())


def _rendered() -> Iterator[dict[str, Any]]:
    for definition in DEFINITIONS:
        marks = {} if definition.closed else OPEN
        spec = object_of(definition.fields, *definition.required, **marks)
        parts = {"spec": spec, **({"status": OPEN} if definition.status else {})}
        if definition.names:
            parts["metadata"] = object_of({"name": definition.names})
        whole = object_of(parts, *(["spec"] if definition.needs_spec else []))
        version: dict[str, Any] = {
            "name": definition.version,
            "served": True,
            "storage": True,
            "schema": {"openAPIV3Schema": whole},
        }
        if definition.status:
            version["subresources"] = {"status": {}}
        singular = definition.kind.lower()
        yield {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{definition.plural}.{definition.group}"},
            "spec": {
                "group": definition.group,
                "scope": "Namespaced" if definition.namespaced else "Cluster",
                "names": {
                    "kind": definition.kind,
                    "listKind": f"{definition.kind}List",
                    "plural": definition.plural,
                    "singular": singular,
                },
                "versions": [version],
            },
        }
