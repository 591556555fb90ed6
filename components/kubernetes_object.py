"""One Kubernetes object as a Pulumi resource, from a manifest.

The generated classes of pulumi-kubernetes drop a custom resource's `status`, where Kube-OVN says what it really did.
This class registers every object whole, and reads it back whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final, cast

import pulumi

from kmetal_network.live.field_managers import MANAGER, manager_of
from kmetal_network.manifests.objects import Manifest
from kmetal_network.names import STACK_LABEL

_SDK: Final = version("pulumi-kubernetes")


class KubernetesObject(pulumi.CustomResource):
    """An object of any kind; `metadata.name` is always explicit."""

    def __init__(
        self,
        name: str,
        manifest: Manifest,
        opts: pulumi.ResourceOptions | None = None,
        *,
        patch: bool = False,
        manager: str = "",
    ) -> None:
        """Register the object, or with `patch` the few fields of an object that somebody else owns.

        Args:
            name: in state.
            manifest: the object.
            opts: as always.
            patch: whether it is somebody else's.
            manager: who holds the fields; the stack whose label the object carries, or whom the provider makes up.
        """
        api_version, kind = manifest.body["apiVersion"], manifest.body["kind"]
        group = api_version if "/" in api_version else f"core/{api_version}"
        props = {"metadata": None, "status": None, **_held(manifest.body, manager)}
        own = pulumi.ResourceOptions(version=_SDK)
        token = f"kubernetes:{group}:{kind}{'Patch' if patch else ''}"
        super().__init__(token, name, props, pulumi.ResourceOptions.merge(own, opts))

    @property
    def metadata(self) -> pulumi.Output[Mapping[str, Any]]:
        """`metadata` as the API server answered."""
        return cast("pulumi.Output[Mapping[str, Any]]", pulumi.get(self, "metadata"))

    @property
    def status(self) -> pulumi.Output[Mapping[str, Any] | None]:
        """`status` when the object was ready; unknown in the preview that creates it."""
        return cast("pulumi.Output[Mapping[str, Any] | None]", pulumi.get(self, "status"))


def _held(body: Mapping[str, Any], manager: str) -> Mapping[str, Any]:
    """The object with the name of who holds its fields."""
    metadata = body["metadata"]
    stack = (metadata.get("labels") or {}).get(STACK_LABEL)
    holder = manager or (manager_of(body, stack) if stack else "")
    if not holder:
        return body
    annotations = {**(metadata.get("annotations") or {}), MANAGER: holder}
    return {**body, "metadata": {**metadata, "annotations": annotations}}
