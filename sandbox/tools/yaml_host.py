"""The language host for Pulumi YAML, which only a test of `components` needs; `make up` does not.

The official CLI includes it. Elsewhere it is built once from its Go module: some 50 seconds of processor
time. Its release 1.25.0 does not compile with the packages of Pulumi 3.250, so `toolchain/yaml` pins those of 3.206.
"""

from __future__ import annotations

from typing import Final

from sandbox.tools.table import Tool

YAML_HOST: Final = Tool(
    name="pulumi-language-yaml",
    module="yaml",
    package="github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    source="github.com/pulumi/pulumi-yaml",
)
