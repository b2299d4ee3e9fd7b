"""Webhook bodies: the documented ones become events, and nothing that anybody can post becomes a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.api.errors import MalformedEvent
from engage.api.events import CampaignEvent, ConversationEvent, ConversationKind, ListEvent, UnknownEvent, parse_event
from tests.engage.api.clients import payload

CONVERSATION: dict[str, Any] = json.loads(payload("conversation_started"))
# The machine may be busy with other things: only what is read counts here, not how fast.
UNHURRIED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LEAD_LIST = {"id": "l1", "name": "May", "messagingCampaignId": "c1", "status": "ACTIVE", "leadCount": 40}


def body_of(fields: object) -> bytes:
    return json.dumps(fields).encode()


def conversation_with_text(escaped: str) -> bytes:
    return payload("conversation_started").replace(b"Hi! I would", escaped.encode())


def nested(depth: int) -> bytes:
    return b'{"eventType": "NewThing", "x": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize("kind", ["ConversationStarted", "NewMessage", "Disposition", "OptOut", "OptIn"])
def test_conversation_event_is_told_by_its_body(kind: str) -> None:
    event = parse_event(body_of({**CONVERSATION, "eventType": kind}))

    assert isinstance(event, ConversationEvent)
    assert event.kind == ConversationKind(kind)
    assert event.payload.data.lead.phone == "+15555551212"


@pytest.mark.parametrize(
    ("spelling", "kind"),
    [
        ("OPT_OUT", ConversationKind.OPT_OUT),
        ("optOut", ConversationKind.OPT_OUT),
        ("opt-in", ConversationKind.OPT_IN),
        ("conversation started", ConversationKind.CONVERSATION_STARTED),
        ("NEW.MESSAGE", ConversationKind.NEW_MESSAGE),
        ("incomingMessage", ConversationKind.NEW_MESSAGE),
        ("INCOMING_MESSAGE", ConversationKind.NEW_MESSAGE),
    ],
)
@pytest.mark.parametrize("is_in_header", [True, False])
def test_name_of_an_event_is_read_by_its_letters(spelling: str, kind: ConversationKind, is_in_header: bool) -> None:
    event = parse_event(body_of({**CONVERSATION, "eventType": "" if is_in_header else spelling}), spelling)

    assert isinstance(event, ConversationEvent)
    assert event.kind is kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("LeadUnsubscribed", ConversationKind.OPT_OUT),
        ("lead.opted_out", ConversationKind.OPT_OUT),
        ("STOP_RECEIVED", ConversationKind.OPT_OUT),
        ("OptInRevoked", ConversationKind.OPT_OUT),
        ("LeadResubscribed", ConversationKind.OPT_IN),
        ("contact.opted-in", ConversationKind.OPT_IN),
        ("START", ConversationKind.OPT_IN),
        ("OptInRequested", ConversationKind.OTHER),
        ("SendingStopped", ConversationKind.OTHER),
        ("StartedTyping", ConversationKind.OTHER),
    ],
)
def test_name_that_no_guide_has_is_read_like_a_person_reads_it(name: str, kind: ConversationKind) -> None:
    event = parse_event(body_of({**CONVERSATION, "eventType": name}))

    assert isinstance(event, ConversationEvent)
    assert event.kind is kind


@pytest.mark.parametrize("name", ["LeadReplied", "Other", "MessagingCampaignStatus", ""])
def test_event_of_any_name_about_a_lead_is_a_hint(name: str) -> None:
    event = parse_event(body_of({**CONVERSATION, "eventType": name}))

    assert isinstance(event, ConversationEvent)
    assert (event.kind, event.event_type) == (ConversationKind.OTHER, name)


@pytest.mark.parametrize(
    "fields",
    [
        CONVERSATION["data"]["lead"],
        {"payload": CONVERSATION["data"]["lead"]},
        {"leadId": CONVERSATION["data"]["lead"]["id"], "phone": "+15555551212", "campaignId": 7},
        {"lead": CONVERSATION["data"]["lead"] | {"messages": CONVERSATION["data"]["messages"]}},
        {"lead": CONVERSATION["data"]["lead"], "thread": {"messages": CONVERSATION["data"]["messages"]}},
    ],
)
@pytest.mark.parametrize("name", ["event", "event_type", "eventName", "type"])
def test_lead_that_stands_by_itself_is_found(fields: dict[str, Any], name: str) -> None:
    event = parse_event(body_of({name: "opt_out", **fields}))

    assert isinstance(event, ConversationEvent)
    assert (event.kind, event.payload.data.lead.id) == (ConversationKind.OPT_OUT, "67c6e4ee56677e0be32346f9")
    assert len(event.payload.data.messages) == (2 if "messages" in json.dumps(fields) else 0)


@pytest.mark.parametrize("spelling", ["MESSAGING_LIST_STATUS", "messagingListStatus", "messaging-list-status"])
def test_name_of_a_lists_event_is_read_by_its_letters(spelling: str) -> None:
    assert isinstance(parse_event(body_of(LEAD_LIST), spelling), ListEvent)


def test_conversation_event_without_a_type_is_told_by_its_header() -> None:
    fields = {name: value for name, value in CONVERSATION.items() if name != "eventType"}

    event = parse_event(body_of(fields), " OptOut ")

    assert isinstance(event, ConversationEvent)
    assert event.kind is ConversationKind.OPT_OUT


def test_type_in_the_body_goes_before_the_header() -> None:
    event = parse_event(body_of({**CONVERSATION, "eventType": "OptOut"}), "OptIn")

    assert isinstance(event, ConversationEvent)
    assert event.kind is ConversationKind.OPT_OUT


@pytest.mark.parametrize("header", ["MessagingCampaignStatus", ""])
def test_campaign_is_told_by_header_or_by_shape(header: str) -> None:
    event = parse_event(payload("campaign"), header)

    assert isinstance(event, CampaignEvent)
    assert event.campaign.campaign_status == "READY"


@pytest.mark.parametrize("header", ["MessagingListStatus", ""])
@pytest.mark.parametrize(
    "fields",
    [LEAD_LIST, {"listName": "May", "campaignId": "c1", "listStatus": "ACTIVE"}],
)
def test_list_is_told_by_header_or_by_shape(header: str, fields: dict[str, object]) -> None:
    event = parse_event(body_of(fields), header)

    assert isinstance(event, ListEvent)
    assert (event.lead_list.name, event.lead_list.status) == ("May", "ACTIVE")


@pytest.mark.parametrize("name", ["MessagingListStatus", ""])
def test_list_that_comes_wrapped_is_the_list(name: str) -> None:
    event = parse_event(body_of({"eventType": name, "data": LEAD_LIST}))

    assert isinstance(event, ListEvent)
    assert event.lead_list.name == "May"


@pytest.mark.parametrize("name", ["MessagingCampaignStatus", ""])
def test_campaign_that_comes_wrapped_is_the_campaign(name: str) -> None:
    event = parse_event(body_of({"eventType": name, "data": json.loads(payload("campaign"))}))

    assert isinstance(event, CampaignEvent)
    assert event.campaign.campaign_status == "READY"


def test_list_under_the_header_of_a_campaign_does_not_become_a_campaign() -> None:
    with pytest.raises(MalformedEvent, match="campaignStatus"):
        parse_event(body_of(LEAD_LIST), "MessagingCampaignStatus")


def test_campaign_under_the_header_of_a_list_does_not_become_a_list() -> None:
    with pytest.raises(MalformedEvent, match="a campaign"):
        parse_event(payload("campaign"), "MessagingListStatus")


@pytest.mark.parametrize(
    ("fields", "header", "event_type"),
    [
        ({"eventType": "MessageDelivered", "data": 5}, "", "MessageDelivered"),
        ({"x": 1}, "SomethingNew", "SomethingNew"),
        ({"x": 1}, "", ""),
        ({}, "", ""),
        ({"eventType": 7}, "", ""),
        ({"eventType": "x" * 500}, "", "x" * 200),
        ({**LEAD_LIST, "eventType": "ListDeleted"}, "MessagingListStatus", "ListDeleted"),
        ({}, "a\0b\ud800", "ab\ufffd"),
    ],
)
def test_anything_else_is_unknown(fields: dict[str, object], header: str, event_type: str) -> None:
    assert parse_event(body_of(fields), header) == UnknownEvent(event_type)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty body"),
        (b" \r\n", "empty body"),
        (b"\xef\xbb\xbf", "empty body"),
        (b"hello", "not JSON"),
        (b"<xml/>", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 1', "not JSON"),
        (b'{"a": 1} {}', "not JSON"),
        (b'{"a": "\n"}', "not JSON"),
        (b'{"a": 01}', "not JSON"),
        (b'{"a": "\\ud83"}', "not JSON"),
        (b'{"a": "\xff"}', "invalid UTF-8 at byte 7"),
        ('{"a": 1}'.encode("utf-16"), "invalid UTF-8"),
        (b"[]", "not an object"),
        (b"[{}]", "not an object"),
        (b"null", "not an object"),
        (b"5", "not an object"),
        (b'"text"', "not an object"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b'{"a": [-Infinity]}', "-Infinity"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": -1E+999}', "too large"),
        (b'{"a": ' + b"9" * 301 + b"}", "more than 300 digits"),
        (b'{"a": -' + b"9" * 5000 + b"}", "more than 300 digits"),
        (b'{"a": 0.' + b"9" * 5000 + b"}", "more than 300 digits"),
        (nested(65), "deeper than 64"),
        (nested(900), "deeper than 64"),
        (b"[" * 100_000, "deeper than 64"),
        (b'{"a":' * 100_000, "deeper than 64"),
    ],
)
def test_body_nobody_can_read_is_malformed_for_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(MalformedEvent, match=reason) as caught:
        parse_event(body)

    assert len(caught.value.reason) < 200
    assert caught.value.status is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data": None}, "data: "),
        ({"data": []}, "data: "),
        ({"data": {}}, "data.campaign: Field required (and 1 more)"),
        ({"data": {**CONVERSATION["data"], "lead": {}}}, "data.lead.id: Field required"),
        ({"data": {**CONVERSATION["data"], "lead": {"id": {"secret": 5}}}}, "data.lead.id: "),
        ({"data": {**CONVERSATION["data"], "lead": {"id": "", "phone": "secret"}}}, "data.lead.id: "),
    ],
)
def test_event_about_nobody_is_malformed_at_a_named_field(change: dict[str, object], reason: str) -> None:
    with pytest.raises(MalformedEvent) as caught:
        parse_event(body_of({**CONVERSATION, **change}))

    assert caught.value.reason.startswith(reason)
    assert "secret" not in caught.value.reason


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        ("\\ud83d\\ude00", "😀"),
        ("😀", "😀"),
        ("\\\\u0000 and \\\\ud83d", "\\u0000 and \\ud83d"),
        ("\\uFEFF\\u200b", "\ufeff\u200b"),
        ("9" * 1000, "9" * 1000),
        ("NaN 1e999 " + "[" * 500, "NaN 1e999 " + "[" * 500),
    ],
)
def test_text_that_only_looks_dangerous_is_kept(escaped: str, text: str) -> None:
    event = parse_event(conversation_with_text(escaped))

    assert isinstance(event, ConversationEvent)
    assert event.payload.data.messages[1].message.startswith(text)


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (b"Jo\\u0000hn", "John"),
        (b"Jo\\ud83dhn", "Jo\ufffdhn"),
        (b"\\uDE00\\uD83D", "\ufffd\ufffd"),
        (b"Jo\xed\xa0\xbdhn", "Jo\ufffdhn"),
    ],
)
def test_what_no_database_holds_is_left_out_of_a_text_and_said(escaped: bytes, text: str) -> None:
    event = parse_event(conversation_with_text("@").replace(b"@", escaped))

    assert isinstance(event, ConversationEvent)
    assert event.payload.data.messages[1].message.startswith(text)
    assert event.was_cleaned


@pytest.mark.parametrize("escaped", [b"\\ud83d\\ude00", b"\xed\xa0\xbd\xed\xb8\x80", "\U0001f600".encode()])
def test_both_halves_of_an_emoji_are_the_emoji(escaped: bytes) -> None:
    event = parse_event(conversation_with_text("@").replace(b"@", escaped))

    assert isinstance(event, ConversationEvent)
    assert event.payload.data.messages[1].message.startswith("\U0001f600")
    assert not event.was_cleaned


def test_byte_order_mark_is_passed_over() -> None:
    assert isinstance(parse_event(b"\xef\xbb\xbf" + payload("campaign")), CampaignEvent)


@pytest.mark.parametrize("body", [nested(64), b'{"eventType": "NewThing", "x": [' + b"{}," * 5000 + b"{}]}"])
def test_body_at_the_limit_or_wide_is_read(body: bytes) -> None:
    assert parse_event(body) == UnknownEvent("NewThing")


def test_number_at_the_limit_is_read() -> None:
    assert parse_event(b'{"x": ' + b"9" * 300 + b"}") == UnknownEvent("")


@given(body=st.binary(max_size=300))
@UNHURRIED
def test_no_bytes_crash_the_reader(body: bytes) -> None:
    assert parse_or_reason(body, "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=6,
)
FIELD = st.sampled_from(
    ["data", "endpoints", "id", "lead", "campaign", "messages", "name", "campaignId", "campaignStatus"]
)
EVENT_TYPE = st.sampled_from([*ConversationKind, "MessagingCampaignStatus", "MessagingListStatus", "", "Other"])


@given(fields=st.dictionaries(FIELD, JSON), header=EVENT_TYPE)
@UNHURRIED
def test_no_values_crash_the_reader(fields: dict[str, Any], header: str) -> None:
    outcome = parse_or_reason(json.dumps(fields).encode(), header)

    assert outcome


@given(
    replacement=JSON,
    path=st.sampled_from(["eventType", "data.campaign", "data.lead", "data.lead.leadData", "endpoints"]),
)
@UNHURRIED
def test_no_value_in_a_documented_place_crashes_the_reader(replacement: object, path: str) -> None:
    fields = json.loads(payload("conversation_started"))
    *parents, last = path.split(".")
    inside = fields
    for parent in parents:
        inside = inside[parent]
    inside[last] = replacement

    assert parse_or_reason(body_of(fields), "NewMessage")


def parse_or_reason(body: bytes, header: str) -> object:
    try:
        return parse_event(body, header)
    except MalformedEvent as malformed:
        return malformed.reason
