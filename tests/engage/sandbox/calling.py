"""Calls as any client of the platform would write them."""

from __future__ import annotations

from typing import Any

import requests

from tests.sandbox_process import SandboxProcess

API = "/api/public/engage"


def call(
    sandbox: SandboxProcess, method: str, path: str, *, key: str | None = None, **request: Any
) -> requests.Response:
    """With the API key unless another header set is given."""
    request.setdefault("headers", {"X-API-KEY": sandbox.api_key} if path.startswith("/campaigns") else {})
    with requests.Session() as session:
        session.trust_env = False
        params = request.pop("params", {"key": key} if key else None)
        return session.request(
            method, f"{sandbox.url}{API}{path}", params=params, timeout=20, allow_redirects=False, **request
        )


def send(sandbox: SandboxProcess, key: str, text: str) -> requests.Response:
    return call(sandbox, "POST", "/conversation/send", key=key, data={"message": text})


def choose(sandbox: SandboxProcess, key: str, name: str) -> requests.Response:
    return call(sandbox, "POST", "/conversation/disposition", key=key, data={"disposition": name})


def texts(sandbox: SandboxProcess, key: str) -> list[str]:
    return [message["message"] for message in sandbox.conversation(key)["data"]["messages"]]


def shape(value: Any) -> Any:
    """A JSON value with its names and types, without its contents."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__
