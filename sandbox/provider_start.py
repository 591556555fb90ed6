"""`python -m sandbox.provider_start <engine>`: the stand-in, without the SDK around the messages that both speak.

Only the messages of `pulumi.runtime.proto` are needed; to import them runs both packages that they lie in, a third of
the time in which a provider starts, and it starts with every run. So in this process those two are empty.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec

for name in ("pulumi", "pulumi.runtime"):
    if spec := find_spec(name):
        sys.modules[name] = module_from_spec(
            spec
        )  # not executed: it has a path to look for what lies in it, and no content

from sandbox.provider import main  # noqa: E402 (after what it would import)

if __name__ == "__main__":
    main(sys.argv[1:])
