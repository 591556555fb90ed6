"""What Helm keeps of a release: the chart's version, and the values that it was installed with.

It copies `network` and nothing else: an operator's values may hold secrets, and a stack file must not.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

from kmetal_network.manifests.chart import merged


def read_release(secret: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Version of the chart and its values under `network`, from the Secret `sh.helm.release.v1.<name>.v<n>`.

    Raises:
        ValueError: not what Helm 3 writes.
    """
    try:
        release = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(secret["data"]["release"]))))
        chart = release["chart"]
        values = merged(chart.get("values") or {}, release.get("config") or {})
    except (KeyError, TypeError, ValueError, OSError, EOFError, AttributeError) as error:
        message = f"not a release of Helm 3 ({type(error).__name__})"
        raise ValueError(message) from None
    version = chart.get("metadata", {}).get("version")
    network = values.get("network")
    return version, {"network": network} if isinstance(network, Mapping) else {}
