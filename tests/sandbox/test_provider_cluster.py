"""How the stand-in provider reads a kubeconfig: who is asked, who asks, and whom it trusts."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.control_plane import ControlPlane
from sandbox.provider_cluster import Cluster, read_kubeconfig

HERE = "https://127.0.0.1:6443"


def kubeconfig(user: dict[str, Any], **cluster: Any) -> dict[str, Any]:
    return {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": HERE, **cluster}}],
        "users": [{"name": "u", "user": user}],
    }


def test_a_way_to_say_who_one_is_that_it_does_not_know_is_named() -> None:
    with pytest.raises(ValueError, match="knows tokens and client certificates, not exec"):
        Cluster(kubeconfig({"exec": {"command": "aws"}}), "")


def test_a_user_that_is_not_there_is_named_and_nobody_asks_in_his_stead() -> None:
    with pytest.raises(ValueError, match="there is no user 'u'"):
        Cluster({**kubeconfig({}), "users": []}, "")


@pytest.mark.parametrize("context", ["there", ""])
def test_a_context_that_leads_nowhere_is_named(context: str) -> None:
    document = {**kubeconfig({"token": "t"}), "current-context": "elsewhere"}
    with pytest.raises(ValueError, match=f"context '{context or 'elsewhere'}' leads to no server"):
        Cluster(document, context)


@pytest.mark.sandbox
@pytest.mark.parametrize("in_place", [True, False], ids=["in place", "in files"])
def test_tokens_certificates_and_the_authority_are_read_in_place_and_from_files(
    control_plane: ControlPlane, tmp_path: Path, *, in_place: bool
) -> None:
    document = read_kubeconfig(str(control_plane.kubeconfig))
    [cluster], [user] = (document["clusters"], document["users"])
    authority = base64.b64decode(cluster["cluster"]["certificate-authority-data"])
    own = control_plane.directory / "control-plane" / "secrets"
    held = {
        "certificate-authority": authority,
        # Any pair will do: the sandbox's API server knows people by their tokens.
        "client-certificate": (own / "apiserver.crt").read_bytes(),
        "client-key": (own / "apiserver.key").read_bytes(),
    }
    token = user["user"].pop("token")
    cluster["cluster"] = {"server": cluster["cluster"]["server"]}
    for key, content in held.items():
        holder = cluster["cluster"] if key == "certificate-authority" else user["user"]
        (tmp_path / key).write_bytes(content)
        holder |= {f"{key}-data": base64.b64encode(content).decode()} if in_place else {key: str(tmp_path / key)}
    (tmp_path / "token").write_text(f"{token}\n")
    user["user"] |= {"token": token} if in_place else {"tokenFile": str(tmp_path / "token")}

    reached = Cluster(read_kubeconfig(yaml.safe_dump(document)), "")

    assert reached.request("GET", "/api/v1/namespaces/kube-system")["metadata"]["name"] == "kube-system"


@pytest.mark.sandbox
def test_a_server_of_another_authority_is_not_believed(control_plane: ControlPlane) -> None:
    document = read_kubeconfig(str(control_plane.kubeconfig))
    del document["clusters"][0]["cluster"]["certificate-authority-data"]
    with pytest.raises(Exception, match="certificate verify failed"):
        Cluster(document, "").request("GET", "/version")
