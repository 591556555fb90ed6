"""The live cluster, read only: what the checks before and after a run look at.

Every failure comes out as one sentence for an operator; nothing here writes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Self, TypeAlias, cast

from kubernetes import config
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException
from urllib3.exceptions import HTTPError

from kmetal_network.config.kubeconfig import context_of
from kmetal_network.config.sections.cluster import Cluster
from kmetal_network.errors import Finding, ForbiddenError, UnreachableError
from kmetal_network.finding_codes.codes import CLUSTER
from kmetal_network.kinds.registry import KINDS

Endpoint: TypeAlias = tuple[str, str]
"""Of an API server: its URL, and the authority that its certificate is held to."""

_SECONDS: Final = 15
_GONE: Final = (404, 410)


class LiveCluster:
    """One API server, as a kubeconfig's single context names it."""

    writes: int = 0
    """How often this client has written."""

    def __init__(self, kubeconfig: Mapping[str, Any]) -> None:
        """Connects lazily.

        Raises:
            UnreachableError: a kubeconfig that no client can be made of.
        """
        self.context = str(kubeconfig["current-context"])
        self.endpoint = endpoint_of(kubeconfig)
        self.server, _ = self.endpoint
        try:
            make = cast("Any", config.new_client_from_config_dict)  # the official client ships no types
            self._api = make(dict(kubeconfig), persist_config=False)
        except (ConfigException, ValueError, OSError) as error:
            raise self._refusal(f"no client can be made of the kubeconfig ({error})", "mend the context") from None
        self._api.configuration.retries = 1

    @classmethod
    def of(cls, root: Path, cluster: Cluster) -> Self:
        """The cluster that a project's settings name.

        Raises:
            OperatorError: the kubeconfig does not have it, or no client can be made of it.
        """
        return cls(context_of(root, cluster))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._api.close()

    def _refusal(self, problem: str, remedy: str, error: type[UnreachableError] = UnreachableError) -> UnreachableError:
        place = f"cluster {self.context} ({self.server})"
        return error([Finding(place=place, problem=problem, remedy=remedy, rule=CLUSTER)])

    @contextmanager
    def _spoken(self, what: str) -> Iterator[None]:
        try:
            yield
        except ApiException as error:
            reasons = {401: "credentials are not accepted", 403: "credentials do not permit it"}
            reason = reasons.get(error.status, f"answered {error.status} {error.reason}")
            kind = ForbiddenError if error.status == HTTPStatus.FORBIDDEN else UnreachableError
            raise self._refusal(f"{what}: {reason}", "renew the credentials, or name another context", kind) from None
        except (HTTPError, OSError, ValueError) as error:
            reason = str(getattr(error, "reason", error)).rpartition(": ")[2] or type(error).__name__
            raise self._refusal(
                f"{what}: no answer ({reason})", "check that it runs and that this machine reaches it"
            ) from None

    def get(self, path: str) -> Mapping[str, Any] | None:
        """A path of the API, parsed; None where it is not there.

        Raises:
            ForbiddenError: this identity may not read it.
            UnreachableError: no answer, or credentials that are not accepted.
        """
        status, text = self._send("GET", path, spared=_GONE)
        if status in _GONE:
            return None
        with self._spoken(f"GET {path}"):
            parsed = json.loads(text)
        return parsed if isinstance(parsed, Mapping) else {}

    def text(self, path: str) -> str:
        """What a path answers that is no object: a log.

        Raises:
            UnreachableError: no answer, not permitted, or not there.
        """
        return self._send("GET", path)[1].decode(errors="replace")

    def _send(
        self,
        method: str,
        path: str,
        body: object = None,
        content_type: str = "application/json",
        *,
        spared: Collection[int] = (),
    ) -> tuple[int, bytes]:
        """One call; a refusal comes back only where its status is spared.

        Raises:
            UnreachableError: no answer, or not permitted.
        """
        with self._spoken(f"{method} {path}"):
            headers = {"Accept": "application/json", **({} if body is None else {"Content-Type": content_type})}
            self._api.update_params_for_auth(headers, [], ["BearerToken"], path, method, None)
            url = f"{self._api.configuration.host}{path}"
            answer = self._api.call_api(method, url, header_params=headers, body=body, _request_timeout=_SECONDS)
            text = bytes(answer.read())
            if answer.status >= HTTPStatus.BAD_REQUEST and answer.status not in spared:
                raise ApiException(http_resp=answer)
        return answer.status, text

    def list(self, path: str) -> list[Mapping[str, Any]] | None:
        """The items of a collection, page by page; None where the kind is not served.

        The API server answers 410 where it has forgotten what a later page goes on from; half a collection would look
        like a whole one, so it is read anew, once.

        Raises:
            UnreachableError: no answer, not permitted, or forgotten twice.
        """
        for _ in range(2):
            page = self.get(f"{path}?limit=500")
            if page is None:
                return None
            items: list[Mapping[str, Any]] = []
            while page is not None:
                head = {"apiVersion": page.get("apiVersion"), "kind": str(page.get("kind", "")).removesuffix("List")}
                items.extend({**head, **item} for item in page.get("items") or ())
                following = (page.get("metadata") or {}).get("continue")
                if not following:
                    return items
                page = self.get(f"{path}?limit=500&continue={following}")
        raise self._refusal(f"GET {path}: its list ended half way, twice", "run it again")

    def uid(self) -> str:
        """UID of the kube-system namespace: the cluster's identity."""
        namespace = self.get("/api/v1/namespaces/kube-system")
        return str(((namespace or {}).get("metadata") or {}).get("uid", ""))


def endpoint_of(kubeconfig: Mapping[str, Any]) -> Endpoint:
    """Where a kubeconfig with a single context leads."""
    cluster = kubeconfig["clusters"][0]["cluster"]
    return str(cluster.get("server", "no server")), str(cluster.get("certificate-authority-data", ""))


COLLECTIONS: Final[Mapping[str, str]] = {name: kind.collection for name, kind in KINDS.items()}
"""Where the API server keeps the kinds that this network is made of."""
