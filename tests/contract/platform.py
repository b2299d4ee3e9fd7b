"""The platform as its guides describe it to a client: addresses, keys, and nothing else."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from tests.contract.account import Account
from tests.sandbox_process import SandboxProcess

API = "/api/public/engage"


class Platform:
    """A real account, or the sandbox, whose controls then bring about what a test needs."""

    def __init__(self, account: Account | None, sandbox: SandboxProcess | None) -> None:
        self.account, self.sandbox = account, sandbox
        self.origin = account.origin if account else _only(sandbox).url
        self._key = account.api_key if account else _only(sandbox).api_key
        self._session = requests.Session()
        self._session.trust_env = False

    def __repr__(self) -> str:
        return f"Platform({self.origin})"

    def call(self, method: str, path: str, *, with_key: bool = True, **request: Any) -> requests.Response:
        """A call of the campaign and list guide."""
        headers = {"X-API-KEY": self._key} if with_key else {}
        return self.fetch(method, f"{self.origin}{API}{path}", headers=headers, **request)

    def fetch(self, method: str, url: str, **request: Any) -> requests.Response:
        return self._session.request(method, url, timeout=30, allow_redirects=False, **request)

    def campaigns(self) -> list[dict[str, Any]]:
        answer = self.call("GET", "/campaigns")
        assert answer.status_code == 200
        return list(answer.json())

    def campaign(self, campaign_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/campaigns/{campaign_id}")
        assert answer.status_code == 200
        return dict(answer.json())


def endpoint_of(conversation_url: str, name: str) -> str:
    """The address of `send` or `disposition` beside the conversation's, with its key."""
    parts = urlsplit(conversation_url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{name}").geturl()


def key_in(url: str) -> str:
    [key] = parse_qs(urlsplit(url).query)["key"]
    return key


def _only(sandbox: SandboxProcess | None) -> SandboxProcess:
    assert sandbox is not None, "neither an account nor a sandbox"
    return sandbox
