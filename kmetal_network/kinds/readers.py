"""The table of readers: for each kind that a law speaks of, the function that reads it into its fact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kmetal_network.kinds.claims import READERS as CLAIM_READERS
from kmetal_network.kinds.core import CORE_READERS
from kmetal_network.kinds.fact import Reader
from kmetal_network.kinds.kube_ovn import KUBE_OVN_READERS
from kmetal_network.kinds.metallb import METALLB_READERS
from kmetal_network.kinds.multus import MULTUS_READERS

READERS: Final[Mapping[tuple[str, str], Reader]] = {
    **METALLB_READERS,
    **KUBE_OVN_READERS,
    **MULTUS_READERS,
    **CORE_READERS,
    **CLAIM_READERS,
}
