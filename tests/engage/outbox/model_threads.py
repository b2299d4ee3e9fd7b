"""The conversation side of the platform in as few lines as can be, with a book of what it took and for whom."""

from __future__ import annotations

import itertools
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.engage.deliveries import body as conversation_body
from tests.engage.outbox.campaigns.meddler import Reply

MAY_BE_AN_OPT_OUT = "lose my number"


@dataclass
class ModelThread:
    lead_id: str
    key: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    # Keys that no longer open it.
    old_keys: set[str] = field(default_factory=set)
    # The lead's last word on the matter was STOP; and a look has shown that.
    is_stopped: bool = False
    has_shown_stop: bool = False
    # Ids of texts that may be an opt-out, as far as a look has shown them and nobody has judged them.
    doubts_shown: set[str] = field(default_factory=set)
    # Of those that somebody took for none.
    judged: set[str] = field(default_factory=set)
    # Texts of ours that it has taken, and shows later; by their ids, with when it took them.
    is_slow: bool = False
    unshown: dict[str, datetime] = field(default_factory=dict)

    @property
    def shown(self) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["id"] not in self.unshown]


@dataclass(frozen=True)
class Taken:
    """One text that the platform took. `command`: whose POST it was, which only the test knows."""

    lead_id: str
    text: str
    command: int


class ModelThreads:
    def __init__(self, count: int) -> None:
        self.threads = [ModelThread(f"lead-{number}", f"key-{number}") for number in range(count)]
        self.ledger: list[Taken] = []
        self.reads_fail = False
        # The reply whose POST is under way; set by whoever drives the test.
        self.carrying = 0
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        with self._lock:
            parts = urlsplit(path)
            if "/campaigns/" in parts.path:
                return 200, json.dumps({"id": parts.path.rpartition("/")[2], "name": "Spring"}).encode()
            key = parse_qs(parts.query)["key"][0]
            thread = next((thread for thread in self.threads if thread.key == key), None)
            if thread is None:
                return 404, b"no such key"
            if method == "GET":
                return self._show(thread)
            text = parse_qs(body.decode(), strict_parsing=True)["message"][0]
            self.ledger.append(Taken(thread.lead_id, text, self.carrying))
            taken = self._add(thread, text, "OUTBOUND")
            if thread.is_slow:
                thread.unshown[taken] = datetime.now(UTC)
            return 200, b"{}"

    def find(self, path: str) -> ModelThread:
        key = parse_qs(urlsplit(path).query)["key"][0]
        return next(thread for thread in self.threads if key == thread.key or key in thread.old_keys)

    def say(self, thread: ModelThread, text: str, *, ago: timedelta = timedelta()) -> None:
        """The lead texts, or did some time `ago` and it reaches the platform only now."""
        with self._lock:
            self._add(thread, text, "INBOUND", ago)
            if text in ("STOP", "START"):
                thread.is_stopped = text == "STOP"
                thread.has_shown_stop = False

    def text_as_somebody_else(self, thread: ModelThread, text: str) -> None:
        with self._lock:
            self._add(thread, text, "OUTBOUND")

    def show_all(self, *, taken_before: datetime) -> None:
        """What was taken before then is shown by now."""
        with self._lock:
            for thread in self.threads:
                thread.unshown = {name: at for name, at in thread.unshown.items() if at >= taken_before}

    def renew_key(self, thread: ModelThread) -> None:
        with self._lock:
            thread.old_keys.add(thread.key)
            thread.key = f"{thread.key}'"

    def payload(self, thread: ModelThread, *, only: dict[str, Any] | None = None) -> dict[str, Any]:
        """What a webhook would say now: all that is shown, as in the answer to a GET, or one message alone."""
        return conversation_body(
            lead_id=thread.lead_id, phone=f"+1555000{thread.lead_id[-1]:>04}", key=thread.key,
            messages=thread.shown if only is None else [only], timeZone="America/New_York",
        )  # fmt: skip

    def _show(self, thread: ModelThread) -> Reply:
        if self.reads_fail:
            return 500, b"not now"
        thread.has_shown_stop = thread.has_shown_stop or thread.is_stopped
        doubts = {row["id"] for row in thread.messages if row["message"] == MAY_BE_AN_OPT_OUT}
        thread.doubts_shown |= doubts - thread.judged
        return 200, json.dumps(self.payload(thread)).encode()

    def _add(self, thread: ModelThread, text: str, direction: str, ago: timedelta = timedelta()) -> str:
        at = (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        name = f"{next(self._numbers):024x}"
        thread.messages.append(
            {
                "id": name,
                "sender": "+15555551212",
                "direction": direction,
                "timestamp": at,
                "message": text,
            }
        )
        return name
