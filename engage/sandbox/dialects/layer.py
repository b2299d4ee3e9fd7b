"""Between the wire and Django: calls come in and answers leave in the dialects that are spoken."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from engage.sandbox.dialects import campaigns, hearing, keys, saying, speech, subjects
from engage.sandbox.dialects.catalogue import Part, Said
from engage.sandbox.dialects.hearing import CAMPAIGNS, Environ
from engage.sandbox.dialects.speech import Speech
from engage.sandbox.models import Campaign, Lead
from engage.sandbox.options import options
from engage.sandbox.payloads import campaign_object

StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

API = "/api/public/engage/"
CONVERSATION = f"{API}conversation"
# A test that looks at what is so, whatever the account makes of it, asks in the plain dialect.
PLAIN_HEADER = "HTTP_X_SANDBOX_DIALECT"


class DialectLayer:
    """Wraps the Django application. In the plain dialect, and beside the platform's own paths, nothing is touched."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path, spoken = environ["PATH_INFO"], speech.current()
        is_platform = path.startswith(API) or keys.has_key(path)
        if spoken.is_plain or not is_platform or environ.get(PLAIN_HEADER) == "plain":
            return self._application(environ, start_response)
        address = f"{options().public_origin}{path}?{environ['QUERY_STRING']}"
        refusal = hearing.bring_back(environ, spoken)
        if refusal is not None:
            start_response(_line(refusal.status), [("Content-Type", refusal.content_type)])
            return [refusal.body]
        held = _Held(self._application, environ)
        said = _said(environ, spoken, held, address)
        if said is None:
            start_response(held.status, held.headers)
            return [held.body]
        return _leave(said, held, start_response)


class _Held:
    """The plain answer."""

    def __init__(self, application: Application, environ: Environ) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        body = application(environ, self._start)
        self.body = b"".join(body)
        getattr(body, "close", lambda: None)()

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        self.status, self.headers = status, headers

    @property
    def is_ok(self) -> bool:
        return self.status.startswith("2")


def _said(environ: Environ, spoken: Speech, held: _Held, address: str) -> Said | None:
    """The answer in the dialects spoken; None where it is not shaped."""
    path, is_read = environ["PATH_INFO"], environ["REQUEST_METHOD"] == "GET"
    if path == CAMPAIGNS and held.is_ok:
        return _say_campaigns(json.loads(held.body), spoken, address)
    if path.startswith(f"{CAMPAIGNS}/"):
        return _say_of_campaign(path, spoken, held, is_read=is_read)
    if not path.startswith(CONVERSATION) or not held.is_ok:
        return None
    lead = _lead_of(environ)
    part = Part.CONVERSATION if is_read else Part.RECEIPT
    return saying.say(Said(part, json.loads(held.body), lead=lead), spoken.about(subjects.of_lead(lead)))


def _say_campaigns(plain: list[dict[str, Any]], spoken: Speech, address: str) -> Said:
    hidden = hearing.hidden_campaigns(spoken)
    rows = Campaign.objects.in_bulk([campaign["id"] for campaign in plain])
    shown = [
        _say_campaign(campaign, spoken, rows.get(campaign["id"])).document
        for campaign in plain
        if campaign["id"] not in hidden
    ]
    said = Said(Part.CAMPAIGN_PAGE, shown, address=address)
    return saying.say(said, spoken.about(subjects.WORKSPACE))


def _say_campaign(plain: dict[str, Any], spoken: Speech, row: Campaign | None) -> Said:
    return saying.say(Said(Part.CAMPAIGN, plain, campaign=row), spoken.about(plain["name"]))


def _say_of_campaign(path: str, spoken: Speech, held: _Held, *, is_read: bool) -> Said | None:
    identifier, _, deed = path.removeprefix(f"{CAMPAIGNS}/").partition("/")
    row = Campaign.objects.filter(id=identifier).first()
    if row is None:
        return _say_invented(identifier, spoken) if is_read and held.status.startswith("404") else None
    if not held.is_ok:
        return None
    document = json.loads(held.body)
    if deed == "lists/pause":
        said = saying.say(Said(Part.LEAD_LIST, document), spoken.about(row.name))
    else:
        said = _say_campaign(document, spoken, row)
    if deed.startswith("lists/"):
        said.part = Part.LIST_RECEIPT
        saying.say(said, spoken.about(row.name))
    return said


def _say_invented(identifier: str, spoken: Speech) -> Said | None:
    number = campaigns.number_of_invented(identifier)
    pattern = Campaign.objects.order_by("-id").first()
    if number is None or pattern is None or campaigns.MANY not in spoken.names:
        return None
    return _say_campaign(campaigns.invented(number, campaign_object(pattern)), spoken, None)


def _lead_of(environ: Environ) -> Lead:
    [key] = parse_qs(environ["QUERY_STRING"])["key"]
    return Lead.objects.by_key(key).get()


def _leave(said: Said, held: _Held, start_response: StartResponse) -> Iterable[bytes]:
    content_type, body = said.raw if said.raw is not None else ("application/json", json.dumps(said.document).encode())
    kept = [(name, value) for name, value in held.headers if name.lower() not in ("content-type", "content-length")]
    typed = [("Content-Type", content_type)] if content_type else []
    start_response(_line(said.status), [*typed, *kept, *said.headers.items()])
    return [body]


def _line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"
