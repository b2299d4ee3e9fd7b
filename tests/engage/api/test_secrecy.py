"""Keys and texts stay out of errors, reprs, tracebacks, logs and prints, whatever goes wrong."""

from __future__ import annotations

import gc
import http.client
import io
import json
import logging
import traceback
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from engage.api.client import EngageClient
from engage.api.errors import EngageError
from engage.api.masking import excerpt
from engage.api.wire import LeadField, ListLoad
from tests.engage.api.clients import API_KEY, CONVERSATION_KEY, QUICK, client_of, payload
from tests.engage.api.faulty_server import Answer, FaultyServer, close, drip, raw, refusing_origin, reset, stall, status

WEBHOOK_URL = "https://desk.example/hooks/engage/token+canary+0123456789/"
TEXT = 'Canary: meet me at "Quinn & Söhne" <tomorrow> +1 😀'
ECHO = json.dumps(
    {
        "error": f"refused: {TEXT}",
        "text": quote_plus(TEXT),
        "api": API_KEY.reveal(),
        "hook": WEBHOOK_URL,
        "url": f"/api/public/engage/conversation/send?key={quote(CONVERSATION_KEY.reveal(), safe='')}",
        "part": [CONVERSATION_KEY.reveal()[5:24], TEXT[3:20]],
    }
).encode()
FAULTS = [
    pytest.param(close, id="close"),
    pytest.param(reset, id="reset"),
    pytest.param(stall, id="stall"),
    pytest.param(drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), id="drip"),
    pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + ECHO[:20]), id="half body"),
    pytest.param(raw(b"HTTP/1.1 200 OK\r\nbroken header\r\nContent-Length: 2\r\n\r\n{}"), id="broken header"),
    pytest.param(raw(b"HTTP/1.1 " + ECHO + b"\r\n\r\n"), id="garbage"),
    pytest.param(status(302, ECHO, {"Location": f"/again?key={CONVERSATION_KEY.reveal()}"}), id="redirect"),
    *(pytest.param(status(code, ECHO), id=str(code)) for code in (200, 400, 401, 404, 409, 422, 429, 500, 503)),
    *(pytest.param(status(422, b"x" * cut + ECHO), id=f"echo after {cut}") for cut in (150, 170, 185, 190)),
]


def pieces_of(*secrets: str) -> list[str]:
    """A part of each as it may be written, long enough that nobody writes it by chance."""
    return [form(secret)[4:20] for secret in secrets for form in (str, quote, quote_plus, json.dumps)]


def shown_by(error: EngageError) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(error.args)


@pytest.mark.parametrize("answer", FAULTS)
@pytest.mark.parametrize(
    ("call", "secrets"),
    [
        (
            lambda client: client.send_message(CONVERSATION_KEY, TEXT),
            [API_KEY.reveal(), CONVERSATION_KEY.reveal(), TEXT],
        ),
        (lambda client: client.get_conversation(CONVERSATION_KEY), [API_KEY.reveal(), CONVERSATION_KEY.reveal()]),
        (lambda client: client.get_campaign("67b3a7bb0fcd117088ca5020"), [API_KEY.reveal()]),
        (
            lambda client: client.load_list(
                "67b3a7bb0fcd117088ca5020",
                file_name="May.csv",
                rows=io.BytesIO(TEXT.encode()),
                request=ListLoad(de_dupe=True, first_row_headers=True, webhook_url=WEBHOOK_URL, mapped_columns=()),
                timeouts=QUICK,
            ),
            [API_KEY.reveal(), WEBHOOK_URL],
        ),
        (
            lambda client: client.load_lead(
                "67b3a7bb0fcd117088ca5020", list_name="May", de_dupe=True, fields=(LeadField("FirstName", TEXT),)
            ),
            [API_KEY.reveal(), TEXT],
        ),
    ],
    ids=["send", "read", "campaign", "list", "lead"],
)
def test_no_failure_shows_a_key_or_a_text(
    answer: Answer,
    call: Callable[[EngageClient], object],
    secrets: list[str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connectionpool", "urllib3.connection", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)

    with FaultyServer(answer) as server:
        client = client_of(server.origin, QUICK)
        try:
            shown = repr(call(client))
        except EngageError as error:
            shown = shown_by(error)

    shown += repr(client) + repr(vars(client)) + caplog.text + "".join(capfd.readouterr())
    assert server.requests
    assert [piece for piece in pieces_of(*secrets) if piece in shown] == []


def test_unreachable_platform_shows_no_key() -> None:
    with refusing_origin() as origin, pytest.raises(EngageError) as caught:
        client_of(origin).send_message(CONVERSATION_KEY, TEXT)

    pieces = pieces_of(API_KEY.reveal(), CONVERSATION_KEY.reveal(), TEXT)
    assert [piece for piece in pieces if piece in shown_by(caught.value)] == []


def test_repr_of_what_was_read_shows_ids_alone() -> None:
    with FaultyServer(status(200, payload("conversation_started"))) as server:
        answered = client_of(server.origin).get_conversation(CONVERSATION_KEY)

    shown = f"{answered!r} {answered.data!r} {answered.data.lead!r} {answered.data.messages!r} {answered.endpoints!r}"
    for private in ("YOUR_KEY", "+15555551212", "John", "chat with someone", "12345"):
        assert private not in shown
    assert answered.data.lead.id in shown


def test_no_connection_is_left_open_after_a_failure() -> None:
    with FaultyServer(status(500)) as server:
        with pytest.raises(EngageError):
            client_of(server.origin).send_message(CONVERSATION_KEY, TEXT)
        gc.collect()
        with pytest.raises(EngageError):
            client_of(server.origin).send_message(CONVERSATION_KEY, TEXT)

    assert server.connections == 2


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"refused: hunter2hunter2!", "refused: ***!"),
        (b"refused: hunter2hunter", "refused: ***"),
        (b"GET /x?key=unheard-of&y=1 'KEY=z'", "GET /x?key=***&y=1 'key=***'"),
        (b"your hunt was good", "your hunt was good"),
        (b"  two\r\n\tlines\x00 \x1b[31m ", "two lines [31m"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"", ""),
    ],
)
def test_excerpt_is_one_clean_line_without_the_secret(body: bytes, shown: str) -> None:
    assert excerpt(body, secrets=["hunter2hunter2", ""]) == shown


def test_secret_too_short_to_tell_anything_does_not_riddle_the_excerpt() -> None:
    assert excerpt(b"not on my watch", secrets=["no"]) == "not on my watch"
