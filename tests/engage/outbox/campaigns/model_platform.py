"""The platform in as few lines as can be: one campaign with its lists and messages, and a book of what took effect."""

from __future__ import annotations

import itertools
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.engage.outbox.campaigns.meddler import Reply

CAMPAIGN_ID = "67b3a7bb0fcd117088ca5020"
_EPOCH = datetime(2026, 11, 21, 12, tzinfo=UTC)
_LIST_STATUS = {"activate": "ACTIVE", "pause": "READY"}


class ModelPlatform:
    def __init__(self) -> None:
        self.status = "READY"
        # What it is after a pause.
        self.resting = "READY"
        self.messages = {"outgoingMessage": "Hi {{FirstName}}", "helpMessage": "Write to us"}
        self.lists: dict[str, str] = {}
        # How it is after an update: new texts may show later, and be noted nowhere.
        self.after_update: dict[str, Any] = {"campaignStatus": "PENDING_APPROVAL"}
        self.shows_old_texts, self.is_updated = False, True
        self._more: dict[str, Any] = {}
        # What the list endpoints answer: the list, the campaign, or this very object.
        self.list_answer: str | dict[str, Any] = "list"
        # What took effect, in order: (call, list name or body).
        self.took: list[tuple[str, str]] = []
        self.loads: list[bytes] = []
        self.lead_answer: dict[str, Any] = {"status": "Accepted"}
        self._lock = threading.Lock()
        self._ticks = itertools.count(1)
        self._updated = _EPOCH

    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        with self._lock:
            parts = urlsplit(path)
            words = parts.path.removeprefix("/api/public/engage/").split("/")
            name = parse_qs(parts.query, keep_blank_values=True).get("listName", [""])[0]
            return self._handle(method, words, name, body)

    def _handle(self, method: str, words: list[str], name: str, body: bytes) -> Reply:
        match method, words:
            case "GET", ["campaigns"]:
                return self._say([self.campaign()])
            case "GET", ["campaigns", _]:
                return self._say(self.campaign())
            case "POST", ["campaigns", _, "activate" | "pause" as call]:
                return self._switch(call)
            case "POST", ["campaigns", _, "lists", "activate" | "pause" as call]:
                return self._switch_list(call, name)
            case "POST", ["campaigns", _, "messages"]:
                return self._update(json.loads(body))
            case "POST", ["list", "load"]:
                self.loads.append(body)
                return self._say({"status": "Accepted"})
            case "POST", ["lead", "load"]:
                self.took.append(("lead_load", body.decode()))
                return self._say(self.lead_answer)
        return 404, b"no such thing"

    def _switch(self, call: str) -> Reply:
        if self.status in ("DRAFT", "PENDING_APPROVAL"):
            return 409, b"not approved"
        self.status = "ACTIVE" if call == "activate" else self.resting
        self._note(call, "")
        return self._say(self.campaign())

    def _switch_list(self, call: str, name: str) -> Reply:
        if name not in self.lists:
            return 404, b"no such list"
        self.lists[name] = _LIST_STATUS[call]
        self._note(f"list_{call}", name)
        if isinstance(self.list_answer, dict):
            return self._say(self.list_answer)
        if self.list_answer == "list":
            return self._say(self.list_object(name))
        return self._say(self.campaign())

    def _update(self, texts: dict[str, str]) -> Reply:
        if not self.shows_old_texts:
            self.messages |= {field: text for field, text in texts.items() if text}
        self._more = self.after_update
        self.status = self.after_update.get("campaignStatus", self.status)
        updated = self._updated
        self._note("messages", json.dumps(texts))
        self._updated = self._updated if self.is_updated else updated
        return self._say(self.campaign())

    def _note(self, call: str, what: str) -> None:
        self._updated = _EPOCH + timedelta(milliseconds=next(self._ticks))
        self.took.append((call, what))

    def campaign(self) -> dict[str, Any]:
        return {
            "id": CAMPAIGN_ID,
            "name": "A campaign",
            "updated": self._updated.isoformat(),
            "campaignStatus": self.status,
            "messages": self.messages,
        } | self._more

    def list_object(self, name: str, **fields: Any) -> dict[str, Any]:
        return {
            "id": f"list-{sorted(self.lists).index(name)}",
            "messagingCampaignId": CAMPAIGN_ID,
            "name": name,
            "status": self.lists[name],
            "updated": self._updated.isoformat(),
        } | fields

    @staticmethod
    def _say(document: object) -> Reply:
        return 200, json.dumps(document).encode()
