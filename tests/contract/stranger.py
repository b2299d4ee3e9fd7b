"""A second platform, unlike any guide: other names around everything, other types for everything, packed and refused
inside of a 200. It shares nothing with the sandbox but the paths and the keys of the guides."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

PUBLIC = "/api/public/engage"
BEGAN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
FLAGGED = [
    {"name": "Sold", "success": "yes", "doNotContact": 0},
    {"label": "Remove", "success": "no", "doNotContact": "yes"},
]


def moment(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


class Stranger:
    """Two campaigns, one lead in each; what it is told by POST stands in its threads."""

    api_key = "key-of-the-stranger"

    def __init__(self) -> None:
        self.url = ""
        self.page_size = 1
        self.posted: list[tuple[str, dict[str, list[str]]]] = []
        self.disposition: Any = None
        # Newest first; each in other types.
        self.messages: list[dict[str, Any]] = [
            {
                "id": 9004,
                "direction": "in",
                "timestamp": moment(4).isoformat(),
                "attachments": [{"url": "x"}],
                "text": None,
            },
            {"id": "9003", "direction": "MO", "timestamp": moment(3).timestamp() * 1000, "message": 42},
            {"id": 9002, "direction": "Incoming", "timestamp": format_datetime(moment(2)), "body": {"text": "Hi!"}},
            {
                "id": {"$oid": "9001"},
                "direction": "MT",
                "timestamp": "2026-03-02 15:01:00",
                "content": "Hello, Txt STOP to end",
            },
        ]

    def campaigns(self) -> list[dict[str, Any]]:
        return [
            {
                "id": 700 + number,
                "name": name,
                "orgId": "1",
                "workspaceId": 14.0,
                "campaignStatus": word,
                "updated": int(moment(number).timestamp() * 1000),
                "created": format_datetime(BEGAN),
                "messages": {"outgoingMessage": f"Hello of {name}", "helpMessage": None},
                "schedule": {"monday": {"start": "540", "end": 1020}, "sunday": []},
                "dispositions": FLAGGED,
                "nextRunTime": "",
            }
            for number, (name, word) in enumerate((("First", "Running"), ("Second", "halted for review")), start=1)
        ]

    def lead(self) -> dict[str, Any]:
        return {
            "id": 5551,
            "orgId": "1",
            "workspaceId": "14",
            "messagingCampaignId": "701",
            "status": "handset_ok",
            "phone": 5185550142,
            "fromNumber": "(716) 512-7760",
            "timeZone": None,
            "conversationStarted": "yes",
            "sent": BEGAN.timestamp(),
            "leadData": [{"name": "FirstName", "value": "Ada"}, {"name": "Plan", "value": 7}],
            "disposition": self.disposition,
            "messages": self.messages,
        }

    def endpoints(self) -> dict[str, str]:
        names = {"conversationEndpoint": "", "sendMessageEndpoint": "/send", "dispositionEndpoint": "/disposition"}
        return {name: f"{self.url}{PUBLIC}/conversation{path}?key=k-5551" for name, path in names.items()}

    def get(self, path: str, query: dict[str, list[str]]) -> Any:
        if path == "/campaigns":
            at = int(query.get("cursor", ["0"])[0])
            shown = [{"campaign": campaign} for campaign in self.campaigns()[at : at + self.page_size]]
            following = at + self.page_size
            more = str(following) if following < len(self.campaigns()) else None
            return {"response": {"data": {"items": shown, "facets": [{"n": 1}]}}, "paging": {"next_cursor": more}}
        if path == "/conversation":
            if query.get("key") != ["k-5551"]:
                return {"status": 404, "error": "no such conversation"}
            return {"ok": True, "result": {"lead": self.lead(), "dispositions": ["Sold", "Remove"]}}
        found = [campaign for campaign in self.campaigns() if path == f"/campaigns/{campaign['id']}"]
        return {"ok": True, "result": found[0] | {"id": str(found[0]["id"])}} if found else {"status": "404 NOT_FOUND"}

    def post(self, path: str, form: dict[str, list[str]]) -> tuple[int, bytes]:
        self.posted.append((path, form))
        if path.endswith("/send"):
            text = {"id": 9100 + len(self.posted), "direction": "outgoing", "timestamp": moment(9).isoformat()}
            self.messages.insert(0, text | {"text": form["message"][0]})
            return 204, b""
        self.disposition = {"name": form["disposition"][0]}
        return 200, b""

    def webhook(self, event: str, **more: Any) -> dict[str, Any]:
        """With the newest text alone, and no word of the campaign's name."""
        return {"event": event, "payload": {"lead": self.lead() | {"messages": self.messages[:1]}, **more}}


@contextmanager
def strange_platform() -> Iterator[Stranger]:
    stranger = Stranger()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            is_core = "/campaigns" in parts.path
            if is_core and self.headers.get("X-API-KEY") != stranger.api_key:
                return self._answer(200, {"error": {"code": 401, "message": "who are you"}})
            return self._answer(200, stranger.get(parts.path.removeprefix(PUBLIC), parse_qs(parts.query)))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())
            status, body = stranger.post(urlsplit(self.path).path.removeprefix(PUBLIC), form)
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _answer(self, status: int, value: Any) -> None:
            body = gzip.compress(b"\xef\xbb\xbf" + json.dumps(value).encode())
            self.send_response(status)
            for name, said in (
                ("Content-Type", "text/plain"),
                ("Content-Encoding", "gzip"),
                ("Content-Length", str(len(body))),
            ):
                self.send_header(name, said)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stranger.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield stranger
        server.shutdown()
