"""Starts the pack for `pulumi preview --policy-pack policies`.

The engine runs this file by its path, so the checkout that holds `policies` and `kmetal_network` is put on the path
first.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from policies.enforcement import serve

if __name__ == "__main__":
    serve("kmetal-network")
