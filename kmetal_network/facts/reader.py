"""Reads Kubernetes objects into facts: files of YAML, a preview's rendered resources, or what an API server lists.

API group and kind identify an object, in any version. No input makes the reader fail, and nothing fails open: a value
of the wrong type becomes a fact that a law refuses, and a finding of its own (rule SHAPE). `UNKNOWN` can be anywhere
and stays. The reader skips kinds that no law covers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kmetal_network.errors import Finding
from kmetal_network.facts.carriers import is_closed, kind_of
from kmetal_network.facts.chart_values import values_facts
from kmetal_network.facts.kube_ovn import Subnet
from kmetal_network.facts.lenient_fields import Fields, Note, written
from kmetal_network.facts.model import Facts
from kmetal_network.facts.platform import Cni
from kmetal_network.facts.source_objects import KNOWN, SourceObject, default_place, flattened
from kmetal_network.facts.unknown import UNKNOWN, UNNAMED
from kmetal_network.kinds.fact import COLLECTION, Fact, Reader
from kmetal_network.kinds.parsed_object import ParsedObject
from kmetal_network.kinds.readers import READERS
from kmetal_network.yaml_document import dotted

_DELETED: Final = "delete"
"""Value of `$patch` in a strategic merge patch that removes its object from what Kustomize builds."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what was read a law could judge."""

    objects: int = 0
    """Objects, those inside Lists and other objects included."""
    unknown: int = 0
    """Those of kinds that no law knows."""
    patches: int = 0
    """Those that are patches, judged by what they write."""
    closed: tuple[tuple[str, int], ...] = ()
    """Kinds, and how many objects of each may hold manifests that no one has read."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What was seen, and what could not be read as its type."""

    facts: Facts
    shape: tuple[Finding, ...]
    coverage: Coverage = field(default_factory=Coverage)


def facts_of(
    objects: Iterable[object], place: Callable[[Mapping[str, Any]], str] | None = None, *, whole: bool = False
) -> Facts:
    """The facts of many objects.

    Args:
        objects: mappings as YAML or JSON gives them, or `Manifest` where a place or a patch has to be said.
        place: names the place of a plain mapping; by default its kind, namespace and name.
        whole: no one else holds a part of the network, so absence proves something.
    """
    return read_objects(objects, place, whole=whole).facts


def read_objects(
    objects: Iterable[object],
    place: Callable[[Mapping[str, Any]], str] | None = None,
    *,
    whole: bool = False,
    carried: bool = True,
) -> ReadResult:
    """The facts of many objects, every field that has the wrong type, and what no law could judge.

    Args:
        objects: as for `facts_of`.
        place: as for `facts_of`.
        whole: as for `facts_of`.
        carried: read manifests inside other objects, too; not where those manifests are among the objects already.
    """
    collected: dict[str, list[Fact]] = defaultdict(list)
    findings: list[Finding] = []
    count, unknown, patches, closed = 0, 0, 0, Counter[str]()
    for manifest in flattened(objects, place, carried=carried):
        notes: list[Note] = []
        found = _taken_apart(manifest, notes)
        before = len(findings)
        facts = list(_read(manifest, found))
        for fact in facts:
            collected[COLLECTION[type(fact)]].append(fact)
        findings.extend(_finding(note, manifest, found.place) for note in notes)
        count += 1
        patches += found.patch
        unknown += _is_unknown(manifest.data) and not facts and len(findings) == before
        if carried and isinstance(manifest.data, Mapping):
            kind = kind_of(manifest.data)
            closed[kind[1]] += is_closed(kind, manifest.data, KNOWN)
    if whole:
        collected.setdefault("quotas", [])
    collected["subnets"] = list(_merged_subnets([fact for fact in collected["subnets"] if isinstance(fact, Subnet)]))
    collected["cni"] = list(_tunnels([fact for fact in collected["cni"] if isinstance(fact, Cni)], whole=whole))
    seen: dict[str, Any] = {name: tuple(values) for name, values in collected.items()}
    coverage = Coverage(count, unknown, patches, tuple(sorted((+closed).items())))
    return ReadResult(Facts(whole=whole, **seen), tuple(sorted(set(findings))), coverage)


def _is_unknown(data: object) -> bool:
    """Whether no law knows an object's kind; what has neither kind nor version may be values of kMetal's chart."""
    if not isinstance(data, Mapping):
        return True
    version, kind = data.get("apiVersion"), data.get("kind")
    return (version is None and kind is None) or _reader(version, kind) is None


def _tunnels(seen: Sequence[Cni], *, whole: bool) -> Iterator[Cni]:
    """A part of the values that leaves the tunnel NIC out: others may name it, unless everything is here."""
    missing = whole and not any(entry.tunnel_interface for entry in seen)
    for entry in seen:
        open_still = entry.fragment and entry.tunnel_interface is None and not missing
        yield replace(entry, tunnel_interface=UNKNOWN) if open_still else entry


def _merged_subnets(subnets: Sequence[Subnet]) -> Iterator[Subnet]:
    """Each Subnet with its VLAN and VPC, whichever of its manifests and patches names them.

    A patch of the block of a Subnet that is not declared here may be on a physical VLAN that others name. So its VLAN
    is unknown, and the laws judge it.
    """
    declared = {subnet.name: subnet for subnet in subnets if not subnet.patch}
    vlans = {subnet.name: subnet.vlan for subnet in subnets if subnet.vlan}
    for subnet in subnets:
        vlan, vpc, whole = subnet.vlan, subnet.vpc, declared.get(subnet.name)
        if not subnet.patch:
            vlan = vlan or vlans.get(subnet.name, vlan)
        else:
            vlan = vlans.get(subnet.name, None if whole or subnet.cidr is None else UNKNOWN) if vlan is None else vlan
            vpc = (whole.vpc if whole else UNKNOWN) if vpc is None else vpc
        yield subnet if (vlan, vpc) == (subnet.vlan, subnet.vpc) else replace(subnet, vlan=vlan, vpc=vpc)


def _taken_apart(manifest: SourceObject, notes: list[Note]) -> ParsedObject:
    data = manifest.data if isinstance(manifest.data, Mapping) else {}
    top = Fields(data, (), notes)
    metadata, spec = top.mapping("metadata"), top.mapping("spec")
    place = manifest.place or default_place(manifest.data)
    name = metadata.text("name")
    kind = top.raw("kind")
    patch = manifest.patch or (isinstance(kind, str) and kind.endswith("Patch"))
    label = name if isinstance(name, str) and name else f"{UNNAMED}: {place})"
    return ParsedObject(place, label, metadata.text("namespace"), top, metadata, spec, patch, notes)


def _read(manifest: SourceObject, found: ParsedObject) -> Iterator[Fact]:
    if manifest.data is UNKNOWN or not isinstance(manifest.data, Mapping) or manifest.data.get("$patch") == _DELETED:
        return
    version, kind = found.top.raw("apiVersion"), found.top.raw("kind")
    if version is None and kind is None:
        yield from values_facts(found.top, found.place)
        return
    reader = _reader(version, kind)
    if reader is None or _says_nothing(found):
        found.notes.clear()
        return
    if not isinstance(version, str):
        found.notes.append(Note(("apiVersion",), f"{written(version)!r} is not an API version", "write GROUP/VERSION"))
    yield from reader(found)


def _reader(version: object, kind: object) -> Reader | None:
    """Who reads that kind; where the version cannot be read the kind alone decides, so that no typo hides a pool."""
    if not isinstance(kind, str):
        return None
    wanted = kind.removesuffix("Patch")
    if isinstance(version, str):
        return READERS.get((version.rpartition("/")[0], wanted))
    return next((reader for (group, known), reader in READERS.items() if group and known == wanted), None)


def _says_nothing(found: ParsedObject) -> bool:
    """A patch of labels alone touches nothing that a law reads (Nodes, whose label is read, have no spec of ours)."""
    return found.patch and not found.spec.has_any and found.top.raw("kind") not in ("Node", "NodePatch")


def _finding(note: Note, manifest: SourceObject, place: str) -> Finding:
    where = manifest.locate(note.path) if manifest.locate else f"{place} {dotted(note.path)}".rstrip()
    return Finding(place=where, problem=note.problem, remedy=note.remedy)
