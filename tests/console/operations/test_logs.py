"""Lines for people and for machines: without secrets, and with the name of the click that they go back to."""

from __future__ import annotations

import io
import json
import logging
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from console.logs import JsonFormatter, MaskingFormatter, masked
from engage.models import Command
from engage.outbox.dispatch import claim, dispatch
from engage.request_id import carrying
from tests.factories import make_conversation, make_user


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a process would write for machines."""
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield output
    root.removeHandler(handler)
    root.setLevel(level)


def lines_of(output: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_line_is_one_object_whatever_is_in_it(written: io.StringIO) -> None:
    logging.getLogger("a.room").warning('he said "%s"', "no\nway")

    (line,) = lines_of(written)

    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "a.room", 'he said "no\nway"')
    assert line["at"].endswith("+00:00")
    assert "request_id" not in line


def test_p13_secrets_are_masked_for_machines_as_for_people(written: io.StringIO) -> None:
    log = logging.getLogger("a.room")
    try:
        raise ValueError("GET /conversation?key=c4n4ry failed")
    except ValueError:
        log.exception("after /hooks/engage/t0ken/ and 'X-API-KEY': 'api-c4n4ry'")

    assert "c4n4ry" not in written.getvalue()
    assert "t0ken" not in written.getvalue()
    assert "key=***" in lines_of(written)[0]["exception"]


def test_line_for_people_names_the_click_too() -> None:
    record = logging.LogRecord("a.room", logging.INFO, __file__, 1, "sent", (), None)
    formatter = MaskingFormatter("{levelname} {request_id} {message}", style="{")

    with carrying("abc123"):
        assert formatter.format(record) == "INFO abc123 sent"
    assert formatter.format(record) == "INFO - sent"


@pytest.mark.django_db(transaction=True)
def test_name_of_the_click_is_carried_to_the_call_of_the_platform(client: Client, written: io.StringIO) -> None:
    conversation, ada = make_conversation(), make_user(username="ada")
    client.force_login(ada)

    form = {"text": "Yes, there is.", "key": str(uuid.uuid4()), "seen_through": ""}
    response = client.post(f"/conversations/{conversation.pk}/replies/", form, headers={"HX-Request": "true"})

    name = response.headers["X-Request-Id"]
    command = Command.objects.get()
    assert command.request_id == name
    # In another process, minutes later; nobody answers at that address.
    taken = claim(command.pk)
    assert taken is not None
    dispatch(taken)
    carried = [line["message"] for line in lines_of(written) if line.get("request_id") == name]
    assert f"{command} was asked for" in carried
    assert any("pre-flight" in message for message in carried)


@pytest.mark.parametrize(
    "line",
    [
        "Invalid HTTP request line: 'POST /hooks/engage/c4n4ry/'",
        "Request path '/hooks/engage/c4n4ry/' does not start with '/x'",
        "GET //hooks//engage//c4n4ry/ HTTP/1.1",
        "GET /%68ooks%2Fengag%65%2fc4n4ry HTTP/1.1",
        "next=%252Fhooks%252Fengage%252Fc4n4ry",
        "GET http://here/hooks/engage/c4n4ry?x HTTP/1.1",
        "Referer: https://engage.example/conversation?key=c4n4ry",
        "/conversation%3Fke%79%3Dc4n4ry",
        "Invalid HTTP Header: 'X-API-KEY c4n4ry'",
        "{'x-api-key': 'c4n4ry'}",
        "Authorization: Bearer c4n4ry",
        "Invalid HTTP Header: 'Cookie __Host-sessionid=c4n4ry; csrftoken=c4n4ry'",
        "csrfmiddlewaretoken=c4n4ry&password=c4n4ry",
    ],
)
def test_p13_secret_is_masked_however_the_line_spells_what_stands_before_it(line: str) -> None:
    assert "c4n4ry" not in masked(line)


def test_masking_a_line_takes_time_by_its_length_alone() -> None:
    times = []
    for length in (5_000, 20_000):
        began = time.perf_counter()
        for start in ("%25", "/", "/hooks/", "?key", "x-api-key ", "bearer "):
            masked(start * (length // len(start)))
        times.append(time.perf_counter() - began)

    assert times[1] < 12 * times[0] + 0.05
