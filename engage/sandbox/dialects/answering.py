"""B: whether and how the calls about a conversation are answered."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from engage.sandbox.dialects.catalogue import Part, Phase, Said, declare, dialect
from engage.sandbox.dialects.keys import declare_keys

_CONVERSATION = Part.CONVERSATION


@dialect("answers-data-only", "B1", "GET conversation answers {data}", _CONVERSATION, aspect="answer",
         phase=Phase.WRAPPING)  # fmt: skip
def _answer_data_only(said: Said) -> None:
    if not said.event:
        said.document = {"data": said.document["data"]}


@dialect("answers-bare", "B1", "GET conversation answers {campaign, lead, messages, dispositions}", _CONVERSATION,
         aspect="answer", phase=Phase.WRAPPING)  # fmt: skip
def _answer_bare(said: Said) -> None:
    if not said.event:
        said.document = said.document["data"]


@dialect("answers-in-array", "B1", "GET conversation answers an array that holds the one answer", _CONVERSATION,
         aspect="answer wrapped", phase=Phase.WHOLE)  # fmt: skip
def _answer_in_array(said: Said) -> None:
    if not said.event:
        said.document = [said.document]


@dialect("answers-in-unknown-key", "B1", "GET conversation answers {result: …}", _CONVERSATION,
         aspect="answer wrapped", phase=Phase.WHOLE)  # fmt: skip
def _answer_in_unknown_key(said: Said) -> None:
    if not said.event:
        said.document = {"result": said.document}


REFUSALS: dict[str, tuple[int, str, bytes]] = {}


def _declare_refusal(name: str, status: int, content_type: str, body: bytes, what: str) -> None:
    # Never mixed: a workspace that is being deployed answers nobody.
    declare(name, "B2", f"every call is refused at first: {what}", aspect="first minutes", is_mixable=False)
    REFUSALS[name] = (status, content_type, body)


for _status, _word in ((401, "Unauthorized"), (403, "Forbidden"), (404, "Not Found"), (503, "Service Unavailable")):
    _problem = json.dumps({"status": _status, "error": _word}).encode()
    _declare_refusal(f"refuses-first-{_status}", _status, "application/json", _problem, f"{_status}")
_declare_refusal(
    "refuses-first-page",
    403,
    "text/html",
    b"<!doctype html><title>Blocked</title><h1>Request blocked</h1>",
    "403 with a firewall's page",
)


# Never mixed: a workspace lives at one host.
@dialect("other-hosts", "B4", "endpoints name hosts of purecallerid.dev", _CONVERSATION, aspect="hosts",
         is_mixable=False)  # fmt: skip
def _name_other_hosts(said: Said) -> None:
    endpoints = said.document["endpoints"]
    for name, url in endpoints.items():
        host = "agent" if name == "embeddableWidget" else "api"
        endpoints[name] = urlsplit(url)._replace(scheme="https", netloc=f"{host}.purecallerid.dev").geturl()


declare_keys()

_PAGE = b"<!doctype html><title>Thank you</title><p>Your request was accepted.</p>"
RECEIPTS: dict[str, tuple[str, int, str, bytes]] = {
    "empty": ("200 and nothing", 200, "", b""),
    "text": ("200 and plain text", 200, "text/plain", b"Accepted"),
    "page": ("200 and a web page", 200, "text/html", _PAGE),
    "other-json": ("200 and other JSON", 200, "application/json", b'{"success": true, "data": [null, 7, "queued"]}'),
    "202": ("202 and JSON", 202, "application/json", b'{"queued": true}'),
    "204": ("204", 204, "", b""),
}


def declare_receipts(prefix: str, row: str, part: Part, what: str) -> None:
    for name in RECEIPTS:
        _declare_receipt(f"{prefix}-{name}", row, part, what, RECEIPTS[name])


def _declare_receipt(name: str, row: str, part: Part, what: str, answer: tuple[str, int, str, bytes]) -> None:
    words, status, content_type, body = answer

    @dialect(name, row, f"{what} {words}", part, aspect=f"{part}s", phase=Phase.WHOLE)
    def _answer(said: Said) -> None:
        said.status, said.raw = status, (content_type, body)


declare_receipts("replies-answer", "B6", Part.RECEIPT, "a reply or disposition is answered with")
