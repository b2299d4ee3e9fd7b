"""How each dialect is heard in the story: true in it, and not in the plain one."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import requests

from tests.engage.sandbox.dialects.story import NEW_TEXT, PHONE, Story, inbound

Check = Callable[[Story], bool]

STARTED, PICTURE, DISPOSITION, STOP, START = range(5)


def key_of(story: Story, name: str) -> str:
    [key] = parse_qs(urlsplit(story.endpoints[name]).query)["key"]
    return key


def status_read(word: str) -> Check:
    return lambda story: story.lead_read()["status"] == word


def event_called(word: str) -> Check:
    return lambda story: story.told(PICTURE)["eventType"] == word


def paused_is(word: str) -> Check:
    return lambda story: story.paused.json()["campaignStatus"] == word


def answered(status: int, content_type: str, body: bytes, *of: str) -> Check:
    def check(story: Story) -> bool:
        answers: list[requests.Response] = [getattr(story, name) for name in of]
        return all(
            (answer.status_code, answer.headers.get("Content-Type", ""), answer.content[: len(body) or None])
            == (status, content_type, body)
            for answer in answers
        )

    return check


ANSWERS = {
    "empty": (200, "", b""),
    "text": (200, "text/plain", b"Accepted"),
    "page": (200, "text/html", b"<!doctype html>"),
    "other-json": (200, "application/json", b'{"success"'),
    "202": (202, "application/json", b'{"queued"'),
    "204": (204, "", b""),
}

CONSENT: dict[str, Check] = {
    "keywords-hidden": lambda story: (
        inbound(story.told(STOP)["data"]) == inbound(story.data(story.reopened)) == ["Hi there", "📷"]
    ),
    "keywords-only-in-events": lambda story: (
        inbound(story.told(STOP)["data"])[-1] == "STOP" and "STOP" not in inbound(story.data(story.stopped))
    ),
    "start-hidden": lambda story: inbound(story.data(story.reopened))[-1] == "STOP",
    "stop-as-message": lambda story: (
        [event.body["eventType"] for event in story.about_lead()][STOP:] == ["NewMessage"] * 2
        and inbound(story.told(STOP)["data"]) == ["STOP"]
        and story.about_lead()[STOP].kind == "NewMessage"
    ),
    "stop-only-in-status": lambda story: (
        len(story.about_lead()) == STOP
        and story.lead_read()["status"] == "OPTED_OUT"
        and "STOP" not in inbound(story.data(story.stopped))
    ),
    "status-opted-out": status_read("OPTED_OUT"),
    "status-stopped": status_read("STOPPED"),
    "status-unsubscribed": status_read("UNSUBSCRIBED"),
    "status-blocked": status_read("BLOCKED"),
    "status-dnc": status_read("DNC"),
    "dispositions-by-id": lambda story: (
        story.lead_read()["disposition"]
        in [entry["id"] for entry in story.data(story.stopped)["dispositions"] if entry["doNotContact"]]
    ),
    "dispositions-in-lower-case": lambda story: story.lead_read()["disposition"] == "opt out",
    "dispositions-in-data": lambda story: (
        story.told(DISPOSITION)["data"].get("disposition") == "OPT OUT"
        and story.lead_told(DISPOSITION)["disposition"] is None
    ),
    "start-reopens": lambda story: (
        story.lead_read()["disposition"] == "OPT OUT"
        and story.data(story.reopened)["lead"]["disposition"] is None
        and story.lead_told(START)["disposition"] is None
    ),
    "phones-national": lambda story: story.lead_read()["phone"] == PHONE,
    "phones-with-brackets": lambda story: story.lead_read()["phone"] == "(518) 555-0142",
    "phones-both-ways": lambda story: (
        story.lead_told()["phone"] == "(518) 555-0142" and story.lead_read()["phone"] == f"+1{PHONE}"
    ),
    "events-in-capitals": event_called("NEW_MESSAGE"),
    "events-in-snake-case": event_called("new_message"),
    "events-in-camel-case": event_called("newMessage"),
    "events-as-registered": event_called("incomingMessage"),
    "events-renamed": event_called("SmsReceived"),
    "event-header-otherwise": lambda story: story.about_lead()[STOP].kind == "opt-out",
    "event-header-missing": lambda story: all("x-event-type" not in event.headers for event in story.events),
    "event-only-in-header": lambda story: (
        "eventType" not in story.told(STOP) and story.about_lead()[STOP].kind == "OptOut"
    ),
}

ANSWERING: dict[str, Check] = {
    "answers-data-only": lambda story: set(story.stopped.json()) == {"data"},
    "answers-bare": lambda story: set(story.stopped.json()) == {"campaign", "lead", "messages", "dispositions"},
    "answers-in-array": lambda story: [set(item) for item in story.stopped.json()] == [set(story.told(STARTED))],
    "answers-in-unknown-key": lambda story: set(story.stopped.json()) == {"result"},
    "refuses-first-401": lambda story: {story.stopped.status_code, story.listed.status_code} == {401},
    "refuses-first-403": lambda story: {story.stopped.status_code, story.listed.status_code} == {403},
    "refuses-first-404": lambda story: {story.stopped.status_code, story.listed.status_code} == {404},
    "refuses-first-503": lambda story: {story.stopped.status_code, story.listed.status_code} == {503},
    "refuses-first-page": lambda story: (
        story.stopped.status_code == 403 and story.stopped.headers["Content-Type"] == "text/html"
    ),
    "unserved-campaigns": lambda story: (
        story.second.status_code == 404
        and len(story.listed.json()) < len(story.sandbox.campaigns())
        and story.stopped.status_code == 200
    ),
    "other-hosts": lambda story: urlsplit(story.endpoints["conversationEndpoint"]).netloc == "api.purecallerid.dev",
    "key-per-endpoint": lambda story: (
        len({key_of(story, name) for name in story.endpoints}) == 4 and story.sent.ok and story.stopped.ok
    ),
    "key-of-2000-characters": lambda story: (
        len(key_of(story, "conversationEndpoint")) == 2000 and story.sent.ok and story.stopped.ok
    ),
    "key-with-parameters": lambda story: "seal=" in story.endpoints["sendMessageEndpoint"] and story.sent.ok,
    **{f"replies-answer-{name}": answered(*answer, "sent", "chosen") for name, answer in ANSWERS.items()},
}

CAMPAIGNS: dict[str, Check] = {
    "many-campaigns": lambda story: (
        len(story.listed.json()) == 900 and [item["name"] for item in story.listed.json() if item["id"] is None] != []
    ),
    "summaries": lambda story: (
        all("messages" not in campaign for campaign in story.listed.json()) and "messages" in story.active.json()
    ),
    "pages-content": lambda story: story.listed.json()["last"] is False and len(story.listed.json()["content"]) == 2,
    "pages-next": lambda story: story.listed.json()["next"].endswith("?page=1"),
    "pages-link": lambda story: 'rel="next"' in story.listed.headers["Link"] and len(story.listed.json()) == 2,
    "numeric-ids": lambda story: {type(held["id"]) for held in (story.active.json(), story.lead_read())} == {int},
    "times-in-milliseconds": lambda story: isinstance(story.active.json()["updated"], int),
    "times-without-zone": lambda story: not story.active.json()["updated"].endswith("Z"),
    "numbers-as-text": lambda story: isinstance(story.active.json()["orgId"], str),
    "digits-as-numbers": lambda story: story.lead_read()["phone"] == int(f"1{PHONE}"),
    "nulls-in-arrays": lambda story: [story.listed.json()[0], story.data(story.stopped)["messages"][0]] == [None] * 2,
    "objects-for-lists": lambda story: isinstance(story.told(PICTURE)["data"]["messages"], dict),
    "dropped-campaign": lambda story: (
        story.active.status_code == 404
        and story.campaign["id"] not in [campaign["id"] for campaign in story.listed.json()]
    ),
    "says-paused": paused_is("PAUSED"),
    "says-inactive": paused_is("INACTIVE"),
    "says-stopped": paused_is("STOPPED"),
    "says-completed": paused_is("COMPLETED"),
    "says-running": lambda story: story.active.json()["campaignStatus"] == "RUNNING",
    "words-in-lower-case": lambda story: story.active.json()["campaignStatus"] == "active",
    "pauses-described": lambda story: story.paused.json()["sendingStatusDescription"] == "All sent",
    "texts-after-approval": lambda story: story.updated.json()["messages"]["helpMessage"] != NEW_TEXT,
    "blank-update-refused": lambda story: story.blank.status_code == 400,
    "fields-untold": lambda story: "allCampaignFields" not in story.active.json(),
    "fields-incomplete": lambda story: story.active.json()["allCampaignFields"] == ["Phone", "Zip"],
}

LISTS_AND_DETAILS: dict[str, Check] = {
    **{f"lists-answer-{name}": answered(*answer, "list_paused", "list_activated") for name, answer in ANSWERS.items()},
    "lists-without-campaign": lambda story: "messagingCampaignId" not in story.list_paused.json(),
    "lists-wrapped": lambda story: (
        set(story.list_paused.json()) == {"eventType", "data"}
        and any((event.body.get("data") or {}).get("name") == "March sign-ups" for event in story.others())
    ),
    "campaigns-wrapped": lambda story: any("campaignStatus" in event.body.get("data", {}) for event in story.others()),
    "lists-untold": lambda story: not any(event.kind == "MessagingListStatus" for event in story.events),
    "new-message-without-time": lambda story: "timestamp" not in story.told(PICTURE)["data"]["messages"][0],
    "new-message-without-id": lambda story: (
        "id" not in story.told(PICTURE)["data"]["messages"][0] and "id" in story.data(story.stopped)["messages"][0]
    ),
    "messages-without-id": lambda story: "id" not in story.data(story.stopped)["messages"][0],
    "message-ids-numeric": lambda story: (
        isinstance(story.data(story.stopped)["messages"][0]["id"], int) and isinstance(story.lead_read()["id"], str)
    ),
    "pictures": lambda story: (
        story.told(PICTURE)["data"]["messages"][0]["message"] == "" and "media" in str(story.stopped.json())
    ),
    "undocumented-fields": lambda story: "sentiment" in story.lead_read() and "sentiment" in story.active.json(),
    "other-org": lambda story: story.lead_read()["orgId"] == 1001 == story.active.json()["orgId"],
    "other-workspace": lambda story: story.lead_read()["workspaceId"] == 1014,
}

CHECKS = CONSENT | ANSWERING | CAMPAIGNS | LISTS_AND_DETAILS
