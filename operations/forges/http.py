"""Requests to a forge's API: JSON in and out, page by page, a sentence for each failure.

The token goes to no other host. By `requests`, which the Kubernetes client brings along: three forges share it, where
PyGithub and python-gitlab would be two clients for two of them, and none for Gitea.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from kmetal_network.errors import Finding, UnreachableError
from kmetal_network.finding_codes.codes import FORGE

_SECONDS: Final = 20
_PAGES: Final = 500
"""Pages of comments after which a forge is taken to be going round in circles."""


class Api:
    """One forge's API under one token."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Connects lazily.

        Args:
            url: root of the API, without a slash at its end.
            headers: that carry the token.
        """
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.auth = _as_it_is
        self._session.headers.update({"Accept": "application/json", "User-Agent": "kmetal-network", **headers})

    def send(self, method: str, path: str, body: object = None) -> Any:
        """One call, its answer parsed.

        Raises:
            UnreachableError: no answer, or a refusal.
        """
        return self._json(self._answer(method, f"{self.url}{path}", body))

    def status(self, path: str) -> int:
        """Only whether a path may be read.

        Raises:
            UnreachableError: no answer.
        """
        return self._send("GET", f"{self.url}{path}", None).status_code

    def pages(self, path: str) -> Iterator[Any]:
        """Every entry of a collection, by the `Link` header that all three forges send.

        Raises:
            UnreachableError: no answer, a refusal, or a next page on another host.
        """
        address: str | None = f"{self.url}{path}"
        for _ in range(_PAGES):
            if address is None:
                return
            answer = self._answer("GET", address, None)
            yield from self._json(answer)
            address = answer.links.get("next", {}).get("url")
            if address is not None and urlsplit(address)[:2] != urlsplit(self.url)[:2]:
                raise self._refusal(f"GET {path}: its next page is at another host ({urlsplit(address).netloc})")
        raise self._refusal(f"GET {path}: {_PAGES} pages and no end")

    def _answer(self, method: str, address: str, body: object) -> requests.Response:
        answer = self._send(method, address, body)
        if not HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
            said = " ".join(answer.text.split())[:200]
            path = address.removeprefix(self.url).partition("?")[0]
            raise self._refusal(f"{method} {path}: {answer.status_code} {answer.reason} ({said})")
        return answer

    def _send(self, method: str, address: str, body: object) -> requests.Response:
        try:
            return self._session.request(method, address, json=body, timeout=_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            path = address.removeprefix(self.url).partition("?")[0]
            raise self._refusal(f"{method} {path}: no answer ({type(error).__name__})") from None

    def _json(self, answer: requests.Response) -> Any:
        try:
            return answer.json()
        except requests.RequestException:
            raise self._refusal("its answer is no JSON") from None

    def _refusal(self, problem: str) -> UnreachableError:
        remedy = "the text stands in the step summary and in the file; mend the token or the address and run it again"
        return UnreachableError([Finding(place=f"forge {self.url}", problem=problem, remedy=remedy, rule=FORGE)])


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps `requests` from putting a login of ~/.netrc in the token's place."""
    return request
