"""One story that brings about everything a dialect can say otherwise, told to a receiver and asked for by calls."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from tests.engage.sandbox.calling import call
from tests.engage.sandbox.receiver import Event, Receiver
from tests.sandbox_process import SandboxProcess

PHONE = "5185550142"
LIST = {"listName": "March sign-ups"}
NEW_TEXT = "Reply STOP to opt out. New words."


class Story:
    def __init__(self, sandbox: SandboxProcess, receiver: Receiver) -> None:
        self.sandbox, self._receiver = sandbox, receiver
        self.campaign = sandbox.campaign("Spring webinar")
        self._tell_of_the_lead()
        self._tell_of_campaigns()
        self.events = receiver.wait_and_see()

    def _tell_of_the_lead(self) -> None:
        fields = {"Phone": PHONE}
        self.lead = self.sandbox.create_leads(campaign_id=self.campaign["id"], fields=fields)[0]
        for text in ("Hi there", "📷"):
            self.sandbox.say(self.lead["id"], text)
        [started, *_] = self._receiver.wait_for(2)
        self.endpoints: dict[str, str] = started.body["endpoints"]
        self.sent = self._ask("POST", "sendMessageEndpoint", data={"message": "Hello"})
        self.chosen = self._ask("POST", "dispositionEndpoint", data={"disposition": "OPT OUT"})
        self.disposed = self.read()
        self.sandbox.say(self.lead["id"], "STOP")
        self.stopped = self.read()
        self.sandbox.say(self.lead["id"], "START")
        self.reopened = self.read()

    def _tell_of_campaigns(self) -> None:
        path = f"/campaigns/{self.campaign['id']}"
        self.active = call(self.sandbox, "GET", path)
        self.list_paused = call(self.sandbox, "POST", f"{path}/lists/pause", params=LIST)
        self.list_activated = call(self.sandbox, "POST", f"{path}/lists/activate", params=LIST)
        self.paused = call(self.sandbox, "POST", f"{path}/pause")
        self.blank = call(self.sandbox, "POST", f"{path}/messages", json={"helpMessage": ""})
        self.updated = call(self.sandbox, "POST", f"{path}/messages", json={"helpMessage": NEW_TEXT})
        self.listed = call(self.sandbox, "GET", "/campaigns")
        unserved = sorted(campaign["id"] for campaign in self.sandbox.campaigns())[1]
        self.second = call(self.sandbox, "GET", f"/campaigns/{unserved}")

    def read(self) -> requests.Response:
        return self._ask("GET", "conversationEndpoint")

    def _ask(self, method: str, endpoint: str, **request: Any) -> requests.Response:
        parts = urlsplit(self.endpoints[endpoint])
        path = parts.path.removeprefix("/api/public/engage")
        return call(self.sandbox, method, path, params=dict(parse_qsl(parts.query)), **request)

    # What was said

    def told(self, number: int) -> dict[str, Any]:
        """An event about the lead: started, picture, disposition, STOP, START."""
        return self.about_lead()[number].body

    def about_lead(self) -> list[Event]:
        return [event for event in self.events if "lead" in (event.body.get("data") or {})]

    def others(self) -> list[Event]:
        return [event for event in self.events if event not in self.about_lead()]

    def lead_told(self, number: int = 0) -> dict[str, Any]:
        return dict(self.told(number)["data"]["lead"])

    def lead_read(self) -> dict[str, Any]:
        return dict(self.data(self.stopped)["lead"])

    def data(self, read: requests.Response) -> dict[str, Any]:
        """Of a GET that is not wrapped otherwise."""
        return dict(read.json()["data"])


def inbound(data: dict[str, Any]) -> list[str]:
    return [message["message"] for message in data["messages"] if message["direction"] == "INBOUND"]
