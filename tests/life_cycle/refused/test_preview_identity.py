"""docs/rbac-preview.yaml on a real API server: its identity reads all that a pipeline needs, and writes nothing."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

import pytest
import yaml

from sandbox.control_plane.api import Api, ApiError
from sandbox.control_plane.control_plane import ControlPlane
from tests.life_cycle.live_project import STACK, Project, wait_until
from tests.support.stack_project import ROOT

pytestmark = pytest.mark.sandbox

NAMESPACE = "kmetal-network-preview"
READ_ONLY_POLICY = "kmetal-network-preview-writes-nothing"
REFUSED_BY_THE_POLICY = "the preview identity writes nothing"
PLAIN, MERGE, APPLY = "application/json", "application/merge-patch+json", "application/apply-patch+yaml"
READS = {"get", "list"}
TOUCH = {"metadata": {"annotations": {"touched": "true"}}}

WRITABLE: dict[str, dict[str, Any]] = {
    "kubeovn.io/v1/provider-networks": {"kind": "ProviderNetwork", "spec": {"defaultInterface": "eth9"}},
    "kubeovn.io/v1/vlans": {"kind": "Vlan", "spec": {"id": 9, "provider": "probe"}},
    "kubeovn.io/v1/subnets": {"kind": "Subnet", "spec": {"cidrBlock": "10.9.0.0/24", "protocol": "IPv4"}},
    "kubeovn.io/v1/vpcs": {"kind": "Vpc", "spec": {"namespaces": ["probe"]}},
    "kubeovn.io/v1/ovn-eips": {"kind": "OvnEip", "spec": {"externalSubnet": "probe", "type": "lrp"}},
    "kubeovn.io/v1/ovn-snat-rules": {"kind": "OvnSnatRule", "spec": {"ovnEip": "probe", "vpcSubnet": "probe"}},
    "k8s.cni.cncf.io/v1/network-attachment-definitions": {
        "kind": "NetworkAttachmentDefinition",
        "spec": {"config": "{}"},
    },
    "metallb.io/v1beta1/ipaddresspools": {"kind": "IPAddressPool", "spec": {"addresses": ["172.21.204.9/32"]}},
    "metallb.io/v1beta1/l2advertisements": {"kind": "L2Advertisement", "spec": {"interfaces": ["data.204"]}},
    "metallb.io/v1beta2/bgppeers": {
        "kind": "BGPPeer",
        "spec": {"myASN": 64512, "peerASN": 64513, "peerAddress": "172.21.204.1"},
    },
    "metallb.io/v1beta1/bgpadvertisements": {"kind": "BGPAdvertisement", "spec": {"localPref": 100}},
    "metallb.io/v1beta1/bfdprofiles": {"kind": "BFDProfile", "spec": {"detectMultiplier": 3}},
    "metallb.io/v1beta1/communities": {"kind": "Community", "spec": {"communities": []}},
    "source.toolkit.fluxcd.io/v1/ocirepositories": {
        "kind": "OCIRepository",
        "spec": {"interval": "1m", "url": "oci://example.com/chart"},
    },
    "helm.toolkit.fluxcd.io/v2/helmreleases": {
        "kind": "HelmRelease",
        "spec": {"interval": "1m", "chartRef": {"kind": "OCIRepository", "name": "probe"}},
    },
    "v1/namespaces": {"kind": "Namespace"},
    "v1/resourcequotas": {"kind": "ResourceQuota", "spec": {"hard": {"pods": "1"}}},
    "v1/limitranges": {"kind": "LimitRange", "spec": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}},
    "v1/nodes": {"kind": "Node"},
}
"""An object that the API server takes of each kind that the file grants a write of."""


METALLBS = ("ipaddresspools", "l2advertisements", "bgppeers", "bgpadvertisements", "bfdprofiles", "communities")
"""Its webhooks refuse its objects in any namespace but its own."""

NAMESPACED = {
    **dict.fromkeys(METALLBS, "kmetal-metallb"),
    "network-attachment-definitions": "default",
    **dict.fromkeys(("ocirepositories", "helmreleases", "resourcequotas", "limitranges"), "default"),
}

TRIES = 74
"""Verbs by resources, a patch counted twice: merged and applied."""


def _documents() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((ROOT / "docs" / "rbac-preview.yaml").read_text()))


def _collection(version: str, plural: str, namespace: str | None = None) -> str:
    scope = f"/namespaces/{namespace}" if namespace else ""
    return f"/{'apis' if '/' in version else 'api'}/{version}{scope}/{plural}"


def _path_of(document: dict[str, Any]) -> str:
    kind = document["kind"].lower()
    plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
    metadata = document["metadata"]
    return f"{_collection(document['apiVersion'], plural, metadata.get('namespace'))}/{metadata['name']}"


def _status(api: Api, method: str, path: str, body: Any, content_type: str = PLAIN) -> tuple[int, str]:
    """What the API server answers: its status, and its words."""
    try:
        api.request(method, path, body, content_type)
    except ApiError as error:
        return error.status, str(error)
    return HTTPStatus.OK, ""


@pytest.fixture
def preview_identity(cluster: ControlPlane) -> Api:
    """The API server as the file's ServiceAccount meets it, once the file works."""
    admin = cluster.api
    for document in _documents():
        admin.request("PATCH", f"{_path_of(document)}?fieldManager=test&force=true", document, APPLY)
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
    made = admin.request("POST", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/preview/token", asked)
    api = replace(admin, token=made["status"]["token"])
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "too-early"}}
    wait_until(
        lambda: REFUSED_BY_THE_POLICY in _status(api, "POST", "/api/v1/namespaces", body)[1],
        "the wall to stand",
    )
    return api


def _granted() -> dict[str, set[str]]:
    """`group/plural` to the verbs that any role of the file grants."""
    found: dict[str, set[str]] = {}
    for document in _documents():
        for rule in document.get("rules") or ():
            for group in rule["apiGroups"]:
                for plural in rule["resources"]:
                    found.setdefault(f"{group}/{plural}", set()).update(rule["verbs"])
    return found


def _place(resource: str) -> str:
    """Where the API server has a resource that may be written: `group/version/plural`, or `version/plural`."""
    group, plural = resource.split("/")
    [place] = [
        place
        for place in WRITABLE
        if place.endswith(f"/{plural}") and place.split("/")[:-2] == ([group] if group else [])
    ]
    return place


def _tries(verb: str, collection: str, body: dict[str, Any], live: dict[str, Any]) -> list[tuple[str, str, Any, str]]:
    """Each way in which a verb writes: method, path, body, content type."""
    one, touched = f"{collection}/probe?fieldManager=test", {**live["metadata"], **TOUCH["metadata"]}
    if body["apiVersion"] == "v1":  # its controller has written it since, and may do so again
        touched.pop("resourceVersion", None)
    applied = {**body, "metadata": {"name": "probe", **TOUCH["metadata"]}}
    return {
        "create": [("POST", f"{collection}?fieldManager=test", _another(body), PLAIN)],
        "update": [("PUT", one, {**live, "metadata": touched}, PLAIN)],
        "patch": [("PATCH", one, TOUCH, MERGE), ("PATCH", one, applied, APPLY)],
    }[verb]


def _another(body: dict[str, Any]) -> dict[str, Any]:
    """One next to the first; MetalLB's webhooks refuse a pool or a peer that is there already under another name."""
    others = {"IPAddressPool": {"addresses": ["172.21.204.8/32"]}, "BGPPeer": {"peerAddress": "172.21.204.2"}}
    spec = {"spec": {**body["spec"], **others[body["kind"]]}} if body["kind"] in others else {}
    return {**body, **spec, "metadata": {"name": "probe-two"}}


def test_every_write_that_is_granted_passes_as_a_dry_run_and_none_is_done_for_real(
    preview_identity: Api, cluster: ControlPlane
) -> None:
    tried = []
    for resource, verbs in _granted().items():
        if not verbs - READS:
            continue
        place = _place(resource)
        version, _, plural = place.rpartition("/")
        namespace = NAMESPACED.get(plural)
        collection = _collection(version, plural, namespace)
        body = {"apiVersion": version, **WRITABLE[place], "metadata": {"name": "probe"}}
        live = cluster.api.request("POST", collection, body)
        if plural == "ipaddresspools":
            wait_until(lambda at=f"{collection}/probe": cluster.api.request("GET", at).get("status"), "its counters")
            live = cluster.api.request("GET", f"{collection}/probe")
        for verb in sorted(verbs - READS):
            for method, path, sent, content_type in _tries(verb, collection, body, live):
                dry, why = _status(preview_identity, method, f"{path}&dryRun=All", sent, content_type)
                real, said = _status(preview_identity, method, path, sent, content_type)
                assert real != HTTPStatus.OK, f"{verb} {resource} was done for real"
                assert (dry, why) == (HTTPStatus.OK, ""), f"{verb} {resource}"
                assert REFUSED_BY_THE_POLICY in said, f"{verb} {resource}: {said}"
                tried.append(f"{verb} {resource}")
    assert len(tried) == TRIES
    assert {name.partition(" ")[0] for name in tried} == {"create", "update", "patch"}


def test_the_identity_takes_nothing_down_not_even_its_admission_policy_and_gives_itself_no_right(
    preview_identity: Api, cluster: ControlPlane
) -> None:
    admin = cluster.api
    for document in _documents():
        path = _path_of(document)
        before = admin.request("GET", path)
        collection = path.rpartition("/")[0]
        for method, where, body, content_type in (
            ("POST", collection, {**document, "metadata": {"name": "probe"}}, PLAIN),
            ("PUT", path, before, PLAIN),
            ("PATCH", path, TOUCH, MERGE),
            ("DELETE", path, None, PLAIN),
            ("DELETE", collection, None, PLAIN),
        ):
            status, said = _status(preview_identity, method, where, body, content_type)
            refused = status == HTTPStatus.FORBIDDEN or REFUSED_BY_THE_POLICY in said
            assert refused, f"{method} {where}: {status} {said}"
        assert admin.request("GET", path)["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    assert {verb for verbs in _granted().values() for verb in verbs} == {*READS, "create", "update", "patch"}


def test_of_config_maps_the_identity_reads_two_by_their_names_and_no_others(preview_identity: Api) -> None:
    root = "/api/v1/namespaces/kube-system/configmaps"
    read = {
        path: _status(preview_identity, "GET", path, None)[0]
        for path in ("/api/v1/configmaps", root, f"{root}/kubeadm-config", f"{root}/kubevip")
    }
    assert list(read.values()) == [*[HTTPStatus.FORBIDDEN] * 3, HTTPStatus.NOT_FOUND], read


@pytest.mark.network_applied
def test_preview_verify_and_drift_work_with_that_identity_and_touch_nothing(
    project: Project, preview_identity: Api
) -> None:
    config = yaml.safe_load(project.plane.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": preview_identity.token}
    (project.root / "preview").write_text(yaml.safe_dump(config))
    project.section("cluster")["kubeconfig"] = "preview"
    project.save()
    before = project.versions()

    for words, ends_with in (
        (("preview", STACK), f"{STACK}: nothing to change (38 objects as written)\n"),
        (("preview", STACK, "--refresh"), f"{STACK}: nothing to change (38 objects as written)\n"),
        (("verify", STACK), "6 not checked\n"),
        (("drift", STACK), "no drift; the cluster matches the settings\n"),
    ):
        running = project.command(*words)
        said, _ = running.communicate("")
        assert running.returncode == 0, said
        assert said.endswith(ends_with), said

    project.tenants[0]["drop"] = ["10.16.0.0/16"]
    project.save()
    for refresh in (False, True):
        planned = project.must("preview", refresh=refresh)
        assert [(step.operation, step.name, step.fields) for step in planned.steps] == [
            ("update", "alpha-vpc", ("spec.policyRoutes[1]",))
        ]
    assert project.versions() == before
