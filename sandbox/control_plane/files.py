"""Where one control plane keeps its files, and the secrets in them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmetal_network.errors import OperatorError
from sandbox.control_plane import credentials, ports

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.control_plane.ports import Ports


@dataclass(frozen=True)
class Files:
    """The files of one control plane."""

    directory: Path

    @property
    def kubeconfig(self) -> Path:
        """An administrator's."""
        return self.directory / "kubeconfig"

    @property
    def home(self) -> Path:
        """The folder of the servers' own files."""
        return self.directory / "control-plane"

    @property
    def secrets(self) -> Path:
        """The folder of keys, tokens and certificates."""
        return self.home / "secrets"

    @property
    def certificate(self) -> Path:
        """The API server's; it writes the file when it starts."""
        return self.secrets / "apiserver.crt"

    @property
    def controllers_kubeconfig(self) -> Path:
        """The kubeconfig of the controllers."""
        return self.secrets / "controllers.kubeconfig"

    @property
    def users(self) -> Path:
        """The API server's token file."""
        return self.secrets / "users.csv"

    @property
    def service_account_key(self) -> Path:
        """The key that signs the tokens of service accounts."""
        return self.secrets / "service-accounts.pem"

    @property
    def ports(self) -> Path:
        """The ports of the last start."""
        return self.home / "ports.json"

    def known_ports(self) -> Ports:
        """The ports of the last start.

        Raises:
            OperatorError: the file is missing or damaged.
        """
        chosen = ports.load(self.ports)
        if chosen is None:
            raise OperatorError(f"{self.ports}: missing or damaged; stop the sandbox and start it again")
        return chosen

    def make_secrets(self) -> None:
        """Create on the first start what later ones reuse."""
        if not self.service_account_key.is_file():
            credentials.write_secret(self.service_account_key, credentials.signing_key())
        if not self.users.is_file():
            tokens = {user: secrets.token_urlsafe(32) for user in ("admin", "controllers")}
            credentials.write_secret(self.users, credentials.users(tokens))

    def tokens(self) -> dict[str, str]:
        """Each user's token."""
        rows = (line.split(",") for line in self.users.read_text().splitlines())
        return {row[1]: row[0] for row in rows}

    def write_kubeconfigs(self, address: str) -> None:
        """Write the kubeconfigs of an API server, unless they are there and right."""
        tokens = self.tokens()
        for file, user in ((self.kubeconfig, "admin"), (self.controllers_kubeconfig, "controllers")):
            text = credentials.kubeconfig(address, self.certificate, tokens[user])
            if not file.is_file() or file.read_text() != text:
                credentials.write_secret(file, text)
