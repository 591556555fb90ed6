"""Starts the component provider: the engine runs this file by its path, with its own address as the argument.

So the checkout that holds `components` and `kmetal-network` is put on the module path first.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pulumi.provider import main

from components.provider_host import Host

if __name__ == "__main__":
    main(Host(), sys.argv[1:])
