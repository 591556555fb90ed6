"""What stands and what is proposed in the repositories of these tests."""

from __future__ import annotations

from typing import Final

import yaml

from tests.pipelines.repository import both, edited
from tests.support.stack_project import ROOT

_SALT: Final = f"encryptionsalt: {yaml.safe_load((ROOT / 'Pulumi.dev.yaml').read_text())['encryptionsalt']}"
"""Of the sandbox's passphrase."""

BROKEN_SANDBOX: Final = edited("sandbox/__main__.py", "def main", 'raise SystemExit("out of memory")\n\n\ndef main')
"""The runner dies before the environment on loopback is there."""

ANOTHER_CLUSTER: Final = both(
    edited(
        "Pulumi.staging.yaml",
        "          cidrBlock: 10.100.1.0/24\n",
        "          cidrBlock: 10.100.1.0/24\n        - name: red\n          cidrBlock: 10.100.2.0/24\n",
    ),
    edited(
        "Pulumi.dev.yaml",
        "          excludeIps:\n            - 10.100.0.1\n",
        "          excludeIps:\n            - 10.100.0.1\n        - name: red\n          cidrBlock: 10.100.2.0/24\n",
    ),
)
"""A second cluster for dev's tenant, and a third one for staging's."""


ON_THE_SANDBOX: Final = both(
    edited("Pulumi.staging.yaml", "config:\n", f"{_SALT}\nconfig:\n"),
    edited("Pulumi.staging.yaml", "context: kmetal-staging\n", "context: kmetal-sandbox\n"),
    edited("Pulumi.staging.yaml", "    uid: 5d0c1c0e-6a54-4a3c-9b7e-2f1f3b0c7a11\n", ""),
    edited("Pulumi.staging.yaml", "version: 1.0.0 # the version that you run\n", "reference: sandbox/chart\n"),
    edited("Pulumi.prod.yaml", "config:\n", f"{_SALT}\nconfig:\n"),
    edited("Pulumi.prod.yaml", "context: kmetal-prod\n", "context: kmetal-sandbox\n"),
    edited("Pulumi.prod.yaml", "    uid: 0e9bb2f4-93a6-4a4e-8a4b-6f3f0d6b9c52\n", ""),
)
"""Staging and prod on a cluster of the sandbox, with its passphrase; staging with the sandbox's chart."""

SILENT: Final = """\
apiVersion: v1
kind: Config
current-context: kmetal-prod
contexts:
  - {name: kmetal-prod, context: {cluster: silent, user: preview}}
  - {name: kmetal-staging, context: {cluster: silent, user: preview}}
clusters: [{name: silent, cluster: {server: "https://127.0.0.1:1", insecure-skip-tls-verify: true}}]
users: [{name: preview, user: {token: a-token-of-the-preview}}]
"""
"""A kubeconfig whose cluster does not answer."""
