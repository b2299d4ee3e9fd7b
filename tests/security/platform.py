"""A small platform on a real socket: it knows whom it is told of, and what it is asked is written down."""

from __future__ import annotations

import json
import socket
from copy import deepcopy
from typing import Any, Self

from engage.models import Workspace
from engage.vault import Secret
from engage.webhooks.tokens import forget_tokens
from tests.engage.api.faulty_server import FaultyServer, ReceivedRequest, status
from tests.engage.deliveries import body, message
from tests.factories import make_workspace

_PUBLIC = "/api/public/engage"


class Platform(FaultyServer):
    """One account of ours, and beside it those of others, as the real one has them."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.api_key = "the-key-of-our-account"
        # What each key opens, whoever's account it is in; what our own account lists.
        self.conversations: dict[str, dict[str, Any]] = {}
        self.campaigns: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def connect(self, *, name: str = "Ours", token: str = "token-of-ours") -> Workspace:
        workspace = make_workspace(name=name, origin=self.origin)
        workspace.api_key, workspace.webhook_token = Secret(self.api_key), Secret(token)
        workspace.save()
        # A test before this one had a workspace under the same address.
        forget_tokens()
        return workspace

    def add(self, payload: dict[str, Any], *, is_ours: bool = True) -> dict[str, Any]:
        """It knows this conversation by the keys in its addresses; answers the payload."""
        for key in keys_in(payload):
            self.conversations[key] = deepcopy(payload)
            if not is_ours:
                self.conversations[key]["data"]["lead"]["orgId"] = 999
        campaign = payload["data"]["campaign"]
        if is_ours:
            self.campaigns[campaign["id"]] = {"id": campaign["id"], "name": campaign["name"]}
        return payload

    def sent(self) -> list[ReceivedRequest]:
        return [request for request in self.requests if request.method == "POST"]

    def _answer(self, connection: socket.socket) -> None:
        self._find_answer(self.requests[-1])(connection)

    def _find_answer(self, request: ReceivedRequest) -> Any:
        path = request.path.removeprefix(_PUBLIC)
        if path.startswith("/conversation"):
            known = self.conversations.get(request.query.get("key", [""])[0])
            return status(200, json.dumps(known).encode()) if known else status(404)
        if request.headers.get("x-api-key") != self.api_key:
            return status(401)
        if path == "/campaigns":
            return status(200, json.dumps(list(self.campaigns.values())).encode())
        known = self.campaigns.get(path.removeprefix("/campaigns/"))
        return status(200, json.dumps(known).encode()) if known else status(404)


def conversation(
    number: int, *, key: str | None = None, campaign: str = "campaign-of-ours", texts: tuple[str, ...] = ("Hello",)
) -> dict[str, Any]:
    """A conversation of a lead of ours, as webhooks and GETs show it."""
    messages = [message(1000 * number + index, index, text) for index, text in enumerate(texts)]
    lead = {"lead_id": f"lead-{number}", "phone": f"+1212556{number:04}"}
    payload = body("NewMessage", messages=messages, key=key or f"key-{number}", **lead)
    payload["data"]["campaign"] = {"id": campaign, "name": f"Name of {campaign}"}
    return payload


def keys_in(payload: dict[str, Any]) -> set[str]:
    return {url.partition("key=")[2].partition("&")[0].partition("#")[0] for url in payload["endpoints"].values()}
