"""A conversation is found by its lead, whatever stands around it, in answers and in webhooks alike."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engage.api.answers import read_conversation
from engage.api.errors import Malformed
from engage.api.events import ConversationEvent, parse_event
from engage.api.transport import Answer
from engage.api.wire import ConversationPayload
from tests.engage.deliveries import SAMPLE

_DATA: dict[str, Any] = SAMPLE["data"]
_SHAPES: dict[str, Any] = {
    "documented": SAMPLE,
    "data alone": {"data": _DATA},
    "bare": _DATA,
    "bare with endpoints": {**_DATA, "endpoints": SAMPLE["endpoints"]},
    "under another name": {"conversation": _DATA, "endpoints": SAMPLE["endpoints"]},
}
_WRAPPINGS = {
    "plain": lambda inside: inside,
    "in an array": lambda inside: [inside],
    "in an unknown key": lambda inside: {"result": inside},
    "in a key beside others": lambda inside: {"status": "ok", "meta": {"page": 1}, "payload": inside},
    "twice": lambda inside: {"response": [inside]},
}


def read(value: object) -> ConversationPayload:
    return read_conversation(Answer(200, json.dumps(value).encode()), most_objects=1000)


@pytest.mark.parametrize("wrapping", _WRAPPINGS)
@pytest.mark.parametrize("shape", _SHAPES)
def test_answer_in_any_shape_is_the_conversation(shape: str, wrapping: str) -> None:
    said = read(_WRAPPINGS[wrapping](_SHAPES[shape]))

    assert said.data.lead.id == _DATA["lead"]["id"]
    assert [message.id for message in said.data.messages] == [message["id"] for message in _DATA["messages"]]
    assert bool(said.key) == ("endpoints" in _SHAPES[shape])
    assert "YOUR_KEY_HERE" not in said.data.model_dump_json()


@pytest.mark.parametrize("wrapping", _WRAPPINGS)
@pytest.mark.parametrize("shape", _SHAPES)
def test_webhook_in_any_shape_is_an_event_about_its_lead(shape: str, wrapping: str) -> None:
    event = parse_event(json.dumps(_WRAPPINGS[wrapping](_SHAPES[shape])).encode(), "NewMessage")

    assert isinstance(event, ConversationEvent)
    assert event.payload.data.lead.id == _DATA["lead"]["id"]


def test_name_of_an_event_is_found_around_what_it_is_about() -> None:
    event = parse_event(json.dumps({"body": {**SAMPLE, "eventType": "OPT_OUT"}}).encode())

    assert isinstance(event, ConversationEvent)
    assert event.kind == "OptOut"


@pytest.mark.parametrize(
    "value", [{}, [], {"data": {}}, [SAMPLE, SAMPLE], {"a": {"b": {"c": {"d": {"e": _DATA}}}}}, {"lead": {"id": None}}]
)
def test_answer_that_names_no_one_lead_is_malformed(value: object) -> None:
    with pytest.raises(Malformed):
        read(value)


@pytest.mark.parametrize("lead_id", [7, 67890123456789012345, "67c6"])
def test_id_that_is_a_number_is_an_id(lead_id: object) -> None:
    said = read({"data": {"campaign": {"id": 5}, "lead": {"id": lead_id}, "messages": [{"id": 9, "message": "Hi"}]}})

    assert (said.data.campaign.id, said.data.lead.id, said.data.messages[0].id) == ("5", str(lead_id), "9")
