"""Why no admission policy enforces a law that one object can break: the reasons that several laws share."""

from __future__ import annotations

from typing import Final

CHART_VALUES: Final = "the chart's values are in an object only if Flux installs it; each run and `verify` judge them"
NODES: Final = "the kubelet owns a Node and writes it all the time, and the policies never judge labels"
CONTROLLER: Final = "the Deployment is the chart's; each run reads it before it writes, and so does `verify`"
JSON_TEXT: Final = "the configuration is JSON in a text, which CEL does not read"
OTHER_OBJECT: Final = "it compares the object with another one, which may change or be deleted"
PAIRS: Final = "it compares entries in pairs, and the API server bounds what an expression may cost"
METALLB_WEBHOOK: Final = "MetalLB's own webhook checks it if it is enabled; each run and `verify` always do"
FOREIGN_KIND: Final = (
    "no component of this platform uses its kind; each run, `lint` and `verify` judge it if they see it"
)
WARNING: Final = "a warning refuses nothing"
