"""Texts of files that `kmetal-network lint` reads, from which its cases are made."""

from __future__ import annotations

PROVIDER = """\
apiVersion: kubeovn.io/v1
kind: ProviderNetwork
metadata: {name: uplink}
spec: {defaultInterface: trunk.310, excludeNodes: [cp-1]}
---
apiVersion: kubeovn.io/v1
kind: Vlan
metadata: {name: vlan310}
spec: {id: 0, provider: uplink}
---
apiVersion: kubeovn.io/v1
kind: Subnet
metadata: {name: external}
spec:
  {vpc: ovn-cluster, vlan: vlan310, protocol: IPv4, cidrBlock: 198.51.100.64/26, gateway: 198.51.100.65,
   gatewayType: distributed, excludeIps: [198.51.100.65]}
---
"""
"""A provider network that breaks no law by itself."""

STACK = """\
config:
  kmetal-network:cluster: {context: edge}
  kmetal-network:chart: {reference: "oci://registry.example/charts/kmetal", version: 1.2.3}
  kmetal-network:network:
    flannel: {enabled: true, podCidr: 10.93.0.0/16, backend: host-gw}
    kubeOvn:
      {enabled: true, podCidr: 10.16.0.0/16, podGateway: 10.16.0.1, svcCidr: 10.96.0.0/16, joinCidr: 100.64.0.0/16,
       tunnelInterface: trunk.305, tunnelType: geneve}
    multus: {enabled: true}
  kmetal-network:management: {interface: trunk.304}
  kmetal-network:metallb:
    pools: [{name: planes, addresses: [POOL]}]
    l2Advertisements: [{name: planes, ipAddressPools: [planes]}]
  kmetal-network:provider:
    network: {name: uplink, defaultInterface: trunk.310}
    vlan: {name: vlan310, id: 0}
    external:
      {name: external, cidrBlock: 198.51.100.64/26, gateway: 198.51.100.65, gatewayType: distributed,
       excludeIps: [198.51.100.65]}
    gatewayNodes: [w1, w2]
  kmetal-network:tenants: []
"""


def pool(address: str, name: str = "planes") -> str:
    return f"""\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {{name: {name}, namespace: kmetal-metallb}}
spec: {{addresses: [{address}]}}
"""


def release(values: str, *, chart: str = "kmetal", rest: str = "") -> str:
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {chart}, namespace: flux}}
spec:
  chartRef: {{kind: OCIRepository, name: {chart}}}
  values: {values}
{rest}"""


def application(helm: str, *, chart: str = "kmetal", rest: str = "") -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {chart}, namespace: argocd}}
spec:
  source:
    repoURL: https://charts.example
    chart: {chart}
    helm: {helm}
{rest}"""
