"""Starts the pack for `pulumi preview --policy-pack policies`.

The engine runs this file by its path, so the checkout that holds `policies` and `kmetal_network` is put on the path
first.
"""

import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from policies.enforcement import serve

if __name__ == "__main__":
    # Thousands of resources stay; looking for garbage every 700 objects takes a quarter of the pack's processor time.
    gc.set_threshold(100_000, 20, 50)
    serve("kmetal-network")
