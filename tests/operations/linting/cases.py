"""What `kmetal-network lint` is given, and by hand what it has to say: code, laws, and sentences."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.operations.linting.manifests import PROVIDER, STACK, application, pool, release


@dataclass(frozen=True)
class Given:
    """One run of lint."""

    title: str
    files: dict[str, str]
    code: int
    laws: tuple[str, ...] = ()
    """Laws that are broken by an error, sorted, each once."""
    says: tuple[str, ...] = ()
    options: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """For a test's name."""
        return self.title


TUNNEL = "network: {kubeOvn: {tunnelInterface: trunk.305}}"
INSIDE = "198.51.100.70/32"
POOLS = f"metallb: {{pools: [{{name: p, addresses: [{INSIDE}]}}]}}"
SET = f'{{name: "metallb.pools[0].name", value: p}}, {{name: "metallb.pools[0].addresses[0]", value: {INSIDE}}}'
BY_ADDRESS = ("NET-201", "NET-703")
CARRIED_POOL = (
    "{apiVersion: metallb.io/v1beta1, kind: IPAddressPool, metadata: {name: p}, spec: {addresses: [" + INSIDE + "]}}"
)
AS_TEXT = (
    "|\n        apiVersion: metallb.io/v1beta1\n        kind: IPAddressPool\n        metadata: {name: p}\n        spec: {addresses: ["
    + INSIDE
    + "]}\n"
)


def beside(text: str, **files: str) -> dict[str, str]:
    return {"provider.yaml": PROVIDER, "given.yaml": text, **files}


CARRIERS = (
    Given("an Argo CD Application with valuesObject", beside(application(f"{{valuesObject: {{{TUNNEL}, {POOLS}}}}}")), 1, BY_ADDRESS),
    Given(
        "an Argo CD Application with values as text",
        beside(application(f'{{values: "{TUNNEL}\\n{POOLS}"}}')),
        1,
        BY_ADDRESS,
    ),
    Given(
        "an Argo CD Application with parameters",
        beside(application(f"{{valuesObject: {{{TUNNEL}}}, parameters: [{SET}]}}")),
        1,
        BY_ADDRESS,
    ),
    Given(
        "an Argo CD Application of several sources",
        beside(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  sources:\n"
            f"  - {{chart: kmetal, helm: {{valuesObject: {{{TUNNEL}, {POOLS}}}}}}}\n  - {{path: manifests}}\n"
        ),
        1,
        BY_ADDRESS,
    ),
    Given(
        "an ApplicationSet's template",
        beside(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n"
            f"      source: {{chart: kmetal, helm: {{valuesObject: {{{TUNNEL}, {POOLS}}}}}}}\n"
        ),
        1,
        BY_ADDRESS,
    ),
    Given(
        "values that no one here can read are not taken for none",
        beside(application("{valueFiles: [values-prod.yaml]}")),
        1,
        ("NET-201",),
        ("1 Application may hold manifests",),
    ),
    Given("a k3s HelmChart", beside(
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: kmetal}\nspec:\n  chart: kmetal\n"
        f"  valuesContent: |\n    {TUNNEL}\n    {POOLS}\n"
    ), 1, BY_ADDRESS),
    Given("a Release of Crossplane", beside(
        "apiVersion: helm.crossplane.io/v1beta1\nkind: Release\nmetadata: {name: kmetal}\nspec:\n  forProvider:\n"
        f"    chart: {{name: kmetal}}\n    values: {{{TUNNEL}, {POOLS}}}\n"
    ), 1, BY_ADDRESS),
    Given("an Object of Crossplane", beside(
        "apiVersion: kubernetes.crossplane.io/v1alpha2\nkind: Object\nmetadata: {name: o}\nspec:\n  forProvider:\n"
        f"    manifest: {CARRIED_POOL}\n"
    ), 1, ("NET-201",)),
    Given("an umbrella chart in a release", beside(release(f"{{kmetal: {{{TUNNEL}, {POOLS}}}}}", chart="platform")), 1, BY_ADDRESS),
    Given("an umbrella chart's values file", beside(f"global: {{}}\nkmetal:\n  {TUNNEL}\n  {POOLS}\n"), 1, BY_ADDRESS),
    Given("manifests in the values of a raw chart", beside(release(f"{{resources: [{CARRIED_POOL}]}}", chart="raw")), 1, ("NET-201",)),
    Given("manifests as text in a values file", beside(f"extraDeploy:\n  - {AS_TEXT}"), 1, ("NET-201",)),
    Given("the tunnel NIC, left out of a whole release", {"given.yaml": release("{network: {multus: {enabled: true}}}")}, 1, ("NET-702",)),
    Given("a release without any values", {"given.yaml": release("{}")}, 1, ("NET-702",)),
    Given("a section of Kube-OVN that stands empty", {"given.yaml": "network:\n  multus: {enabled: true}\n  kubeOvn:\n"}, 1, ("NET-702",)),
    Given("the tunnel NIC, left out of an Application", {"given.yaml": application("{valuesObject: {network: {flannel: {}}}}")}, 1, ("NET-702",)),
    Given("a fragment of values leaves the tunnel NIC to another", {"given.yaml": "network:\n  multus: {enabled: true}\n"}, 0),
    Given("a fragment is no fragment where it is all there is", {"given.yaml": "network:\n  multus: {enabled: true}\n"}, 1, ("NET-702",), options={"whole": True}),
    Given("two fragments are whole where one names it", {
        "a.yaml": "network:\n  multus: {enabled: true}\n", "b.yaml": "network: {kubeOvn: {tunnelInterface: trunk.305}}\n"
    }, 0, options={"whole": True}),
    Given(
        "peers in values",
        beside(release(f"{{{TUNNEL}, metallb: {{bgpPeers: [{{name: r, myASN: 64600, peerASN: 64601, peerAddress: 198.51.100.65}}]}}}}")),
        1,
        ("NET-214", "NET-703"),
    ),
    Given("another chart's key of the same name", beside(release("{network: testnet}", chart="ledger")), 0, (), ("nothing found", "1 HelmRelease may hold manifests")),
    Given("MetalLB's own chart with values from a Secret", beside(release("{}", chart="metallb", rest="  valuesFrom: [{kind: Secret, name: s}]\n")), 0, (), ("1 HelmRelease may hold manifests",)),
    Given("kMetal's chart with values from a Secret", beside(release(f"{{{TUNNEL}}}", rest="  valuesFrom: [{kind: Secret, name: s}]\n")), 1, ("NET-201",)),
    Given("variables of another tool", {"given.yaml": "metallb: yes please\nnetwork: cilium\n"}, 0, (), ("1 of 1 object is of a kind no law knows",)),
    Given("a release for another cluster", beside(release(f"{{{POOLS}}}", rest="  kubeConfig: {secretRef: {name: k}}\n")), 0, (), ("may hold manifests",)),
    Given("an Application for another cluster", beside(application(f"{{valuesObject: {{resources: [{CARRIED_POOL}]}}}}", chart="raw", rest="  destination: {server: https://10.9.9.9:6443}\n")), 0, (), ("may hold manifests",)),
    Given("a ConfigMap that holds manifests is said not to be read", beside(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: addons}}\ndata:\n  pool.yaml: {AS_TEXT}"
    ), 0, (), ("1 ConfigMap may hold manifests",)),
    Given("kinds that no law knows are counted", {"given.yaml": pool("10.0.0.1/32") + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: d}\n"}, 0, (), ("2 of 3 objects are of kinds no law knows",)),
    Given("everything is judged and nothing is said of it", {"given.yaml": pool("10.0.0.1/32")}, 0, (), ("1 object, ",)),
)  # fmt: skip

SET_ADDRESSES = "[{op: replace, path: /spec/addresses/0, value: 10.0.0.1/32}]\n"
PARTIAL = """\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: planes, namespace: kmetal-metallb}
spec: {autoAssign: false}
"""
NO_NICS = """\
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: planes, namespace: kmetal-metallb}
spec: {ipAddressPools: [planes]}
"""

KUSTOMIZE = (
    Given("patches next to one that deletes", beside(
        PARTIAL + "---\n" + NO_NICS.replace("spec: {ipAddressPools: [planes]}", "$patch: delete")
        + "---\napiVersion: kubeovn.io/v1\nkind: Subnet\nmetadata: {name: external}\nspec: {excludeIps: [198.51.100.66]}\n"
    ), 0, (), ("3 of 6 objects are patches",)),
    Given("a whole object next to a patch is no patch", beside(NO_NICS + "---\nkind: Service\napiVersion: v1\n$patch: delete\n"), 1, ("NET-202",)),
    Given("a part of an object alone is an object", {"given.yaml": PARTIAL}, 1, ("NET-220",)),
    Given("a file that a kustomization names as a patch", {
        "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches:\n- path: patches/pool.yaml\n",
        "patches/pool.yaml": PARTIAL,
    }, 0, (), ("1 of 2 objects is a patch",)),
    Given("what a patch writes is judged", {
        "kustomization.yaml": "kind: Kustomization\npatchesStrategicMerge: [pool.yaml]\n",
        "pool.yaml": PROVIDER + pool(INSIDE),
    }, 1, ("NET-201",)),
    Given("an inline patch is judged", {
        "provider.yaml": PROVIDER,
        "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches:\n- patch: |\n"
        "    apiVersion: metallb.io/v1beta1\n    kind: IPAddressPool\n    metadata: {name: p}\n"
        f"    spec: {{addresses: [{INSIDE}]}}\n",
    }, 1, ("NET-201",)),
    Given("a JSON patch", {"given.yaml": SET_ADDRESSES}, 0, (), ("1 Kustomize patch that names paths", "nothing to check")),
    Given("a base whose values an overlay writes", {"given.yaml": pool("_replaced_")}, 0, (), ("1 Kustomize base with placeholders",)),
)  # fmt: skip

WORDS = (
    Given("a Helm template", {"given.yaml": "kind: A\nmetadata:\n  name: {{ .Release.Name }}\n"}, 2, ("SHAPE",), ("a Helm template", "render it first (helm template RELEASE CHART | kmetal-network lint -)")),
    Given("a Helm template of control flow alone", {"given.yaml": "{{- if .Values.on }}\nkind: A\n{{- end }}\n"}, 2, ("SHAPE",), ("a Helm template",)),
    Given("a file of comments", {"given.yaml": "# nothing yet\n---\n"}, 2, ("SHAPE",), ("nothing to check",)),
    Given("a stack file that keeps the laws", {"Pulumi.edge.yaml": STACK.replace("POOL", "172.20.0.10-172.20.0.40")}, 0, (), ("1 stack file",)),
    Given("a stack file that breaks one", {"Pulumi.edge.yaml": STACK.replace("POOL", INSIDE)}, 1, ("NET-201",)),
    Given("a stack file with a key that is none", {"Pulumi.edge.yaml": STACK.replace("POOL", "172.20.0.10-172.20.0.40").replace("tenants: []", "tenant: []")}, 1, ("SHAPE",)),
    Given("a whole network misses what is not there", {"given.yaml": pool("10.0.0.1/32")}, 1, ("NET-210",), options={"whole": True}),
)  # fmt: skip
