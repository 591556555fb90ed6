"""What a shell, a test or a program needs in its environment to work in a sandbox.

Everything is in the sandbox's directory: the tools (links), Pulumi's home with its plugins, its state, Helm's files.
The user's own Pulumi login, stacks and kubeconfig are neither read nor written.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sandbox.storage import CHECKOUT, exclusively
from sandbox.tools import plugins, table, toolchain
from sandbox.tools.companions import companions, remove_stale

DEFAULT_DIRECTORY: Final = CHECKOUT / ".sandbox"

PASSPHRASE: Final = "sandbox"  # noqa: S105  # guards the secrets of a network that exists on this machine alone

_LOOPBACK_NAMES: Final = "127.0.0.1,localhost"


def environment(directory: Path = DEFAULT_DIRECTORY) -> dict[str, str]:
    """The variables to set; PATH is the caller's with the sandbox's tools in front."""
    directory = directory.resolve()
    tools, path = str(directory / "bin"), os.environ.get("PATH", os.defpath).split(os.pathsep)
    no_proxy = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
    return {
        "KUBECONFIG": str(directory / "kubeconfig"),
        "PATH": os.pathsep.join([tools, *(entry for entry in path if entry != tools)]),
        "PULUMI_HOME": str(directory / "pulumi"),
        "PULUMI_BACKEND_URL": f"file://{directory / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # All plugins are in place; a missing one is an error at once instead of 10 s of attempts to download it.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "HELM_CACHE_HOME": str(directory / "helm" / "cache"),
        "HELM_CONFIG_HOME": str(directory / "helm" / "config"),
        "HELM_DATA_HOME": str(directory / "helm" / "data"),
        # Without this, Python's clients use the proxy for loopback addresses, too.
        "NO_PROXY": f"{no_proxy},{_LOOPBACK_NAMES}" if no_proxy else _LOOPBACK_NAMES,
        "no_proxy": f"{no_proxy},{_LOOPBACK_NAMES}" if no_proxy else _LOOPBACK_NAMES,
    }


def prepare(directory: Path = DEFAULT_DIRECTORY) -> None:
    """Put all tools and plugins into the sandbox's directory; build what is missing."""
    directory = directory.resolve()
    tools = toolchain.provide()
    with exclusively(directory / "bin"):
        # The official CLI's language hosts next to it: with them the engine runs programs and policy packs itself.
        beside = companions(tools["pulumi"])
        remove_stale(directory / "bin", beside)
        for name, executable in {**beside, **tools}.items():
            if name != table.PROVIDER:  # on PATH, the engine would warn of it with every use
                _link(directory / "bin" / name, executable)
        (directory / "state").mkdir(exist_ok=True)
        plugins.prepare(directory / "pulumi", tools[table.PROVIDER], tools["pulumi"])


def _link(link: Path, executable: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.resolve() == executable:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(executable)
