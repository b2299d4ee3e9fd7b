"""Each documented call: the request as the platform receives it, and its answer as we read it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.api.client import Accepted, EngageClient
from engage.api.errors import Malformed, Rejected
from engage.api.origins import Origins
from engage.api.wire import Campaign, CampaignList, CampaignMessages
from engage.vault import Secret
from tests.engage.api.clients import API_KEY, CONVERSATION_KEY, client_of, payload
from tests.engage.api.faulty_server import FaultyServer, ReceivedRequest, status

CAMPAIGN_ID = "67b3a7bb0fcd117088ca5020"
# The machine may be busy with other things: only what arrives counts here, not how fast.
UNHURRIED = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Whatever a person can type: everything but halves of surrogate pairs.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@pytest.fixture(scope="module")
def platform() -> Iterator[FaultyServer]:
    with FaultyServer(status(200, payload("campaign"))) as server:
        yield server


def request_of(platform: FaultyServer, call: Callable[[EngageClient], object]) -> ReceivedRequest:
    call(client_of(platform.origin))
    return platform.requests[-1]


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        (lambda client: client.get_campaign(CAMPAIGN_ID), "GET", f"/campaigns/{CAMPAIGN_ID}"),
        (lambda client: client.activate_campaign(CAMPAIGN_ID), "POST", f"/campaigns/{CAMPAIGN_ID}/activate"),
        (lambda client: client.pause_campaign(CAMPAIGN_ID), "POST", f"/campaigns/{CAMPAIGN_ID}/pause"),
        (lambda client: client.activate_list(CAMPAIGN_ID, "May"), "POST", f"/campaigns/{CAMPAIGN_ID}/lists/activate"),
        (lambda client: client.pause_list(CAMPAIGN_ID, "May"), "POST", f"/campaigns/{CAMPAIGN_ID}/lists/pause"),
    ],
)
def test_campaign_call_carries_the_api_key(
    platform: FaultyServer, call: Callable[[EngageClient], object], method: str, path: str
) -> None:
    request = request_of(platform, call)

    assert (request.method, request.path) == (method, f"/api/public/engage{path}")
    assert request.headers["x-api-key"] == API_KEY.reveal()
    assert request.headers["content-type"] == "application/json"
    assert request.body == b""
    assert "key" not in request.target.lower()


def test_campaign_list_is_read_from_its_own_path() -> None:
    with FaultyServer(status(200, b"[" + payload("campaign") + b"]")) as server:
        campaigns = client_of(server.origin).list_campaigns()

    assert [campaign.id for campaign in campaigns] == [CAMPAIGN_ID]
    assert (server.requests[0].method, server.requests[0].target) == ("GET", "/api/public/engage/campaigns")


@pytest.mark.parametrize(
    ("wrapped", "count"),
    [
        ('{"content": [%s], "totalPages": 3}', 1),
        ('{"campaigns": [%s, %s], "links": [], "sort": ["name"]}', 2),
        ('{"items": []}', 0),
        ("[]", 0),
    ],
)
def test_campaign_list_may_come_inside_an_object(wrapped: str, count: int) -> None:
    body = wrapped.replace("%s", payload("campaign").decode())
    with FaultyServer(status(200, body.encode())) as server:
        assert len(client_of(server.origin).list_campaigns()) == count


@pytest.mark.parametrize("body", ["{}", '{"a": [], "b": []}', '[{"id": ""}]', "[null]", '["x"]', "%s"])
def test_campaign_list_that_cannot_be_told_is_malformed(body: str) -> None:
    with (
        FaultyServer(status(200, body.replace("%s", payload("campaign").decode()).encode())) as server,
        pytest.raises(Malformed),
    ):
        client_of(server.origin).list_campaigns()


def test_update_of_messages_leaves_what_is_not_filled_blank(platform: FaultyServer) -> None:
    expected = json.loads(payload("update_messages_request"))
    messages = CampaignMessages(outgoing_message=expected["outgoingMessage"], help_message="")

    request = request_of(platform, lambda client: client.update_messages(CAMPAIGN_ID, messages))

    assert (request.method, request.path) == ("POST", f"/api/public/engage/campaigns/{CAMPAIGN_ID}/messages")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == expected


def test_list_call_is_answered_by_a_campaign_or_by_a_list() -> None:
    lead_list = b'{"id": "l1", "listName": "May", "messagingCampaignId": "c1", "status": "READY", "leads": 12}'
    with FaultyServer(status(200, payload("campaign"))) as server:
        first = client_of(server.origin).activate_list(CAMPAIGN_ID, "May")
        server.answer = status(200, lead_list)
        second = client_of(server.origin).pause_list(CAMPAIGN_ID, "May")

    assert isinstance(first, Campaign)
    assert isinstance(second, CampaignList)
    assert (second.id, second.name, second.campaign_id, second.status) == ("l1", "May", "c1", "READY")
    assert second.counts == {"leads": 12}


@given(name=TEXT)
@UNHURRIED
def test_list_name_arrives_verbatim(platform: FaultyServer, name: str) -> None:
    request = request_of(platform, lambda client: client.pause_list(CAMPAIGN_ID, name))

    assert request.query == {"listName": [name]}


def test_list_name_is_percent_encoded_throughout(platform: FaultyServer) -> None:
    request = request_of(platform, lambda client: client.activate_list(CAMPAIGN_ID, "A&B+C%2F/ #?=😀"))

    assert request.target.endswith("?listName=A%26B%2BC%252F%2F%20%23%3F%3D%F0%9F%98%80")


@pytest.mark.parametrize("campaign_id", ["a/../../b", "a?x=1", "a#b", "%2e%2e", "a b", "é", "...x"])
def test_campaign_id_cannot_leave_its_place_in_the_path(platform: FaultyServer, campaign_id: str) -> None:
    request = request_of(platform, lambda client: client.pause_campaign(campaign_id))

    assert request.path.startswith("/api/public/engage/campaigns/")
    assert request.target.count("/") == 6
    assert request.target.endswith("/pause")


@pytest.mark.parametrize("campaign_id", ["", ".", "..", "...", "\ud83d"])
def test_id_no_path_can_carry_is_refused_before_anything_leaves(platform: FaultyServer, campaign_id: str) -> None:
    before = platform.connections

    with pytest.raises(Rejected):
        client_of(platform.origin).get_campaign(campaign_id)

    assert platform.connections == before


def test_conversation_is_read_with_its_own_key_alone() -> None:
    with FaultyServer(status(200, payload("conversation_started"))) as server:
        answered = client_of(server.origin).get_conversation(CONVERSATION_KEY)

    request = server.requests[0]
    assert (request.method, request.path) == ("GET", "/api/public/engage/conversation")
    assert request.query == {"key": [CONVERSATION_KEY.reveal()]}
    assert "x-api-key" not in request.headers
    assert [message.direction for message in answered.data.messages] == ["OUTBOUND", "INBOUND"]


def test_answer_of_the_conversation_endpoint_may_lack_the_event_type() -> None:
    fields = json.loads(payload("conversation_started"))
    del fields["eventType"], fields["endpoints"]
    with FaultyServer(status(200, json.dumps(fields).encode())) as server:
        answered = client_of(server.origin).get_conversation(CONVERSATION_KEY)

    assert answered.event_type is None
    assert not answered.key


def test_texts_no_database_stores_are_cleaned_in_an_answer() -> None:
    fields = json.loads(payload("conversation_started"))
    fields["data"]["messages"][1]["message"] = "a\0b\ud83dc😀"
    with FaultyServer(status(200, json.dumps(fields).encode())) as server:
        answered = client_of(server.origin).get_conversation(CONVERSATION_KEY)

    assert answered.data.messages[1].message == "ab\ufffdc😀"


@pytest.mark.parametrize(
    ("call", "path", "form"),
    [
        (lambda client: client.send_message(CONVERSATION_KEY, "Hi there"), "send", {"message": ["Hi there"]}),
        (lambda client: client.choose_disposition(CONVERSATION_KEY, "OK"), "disposition", {"disposition": ["OK"]}),
    ],
)
def test_conversation_command_is_a_form_with_one_field(
    platform: FaultyServer, call: Callable[[EngageClient], object], path: str, form: dict[str, list[str]]
) -> None:
    request = request_of(platform, call)

    assert (request.method, request.path) == ("POST", f"/api/public/engage/conversation/{path}")
    assert request.query == {"key": [CONVERSATION_KEY.reveal()]}
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.form == form
    assert "x-api-key" not in request.headers


@given(text=TEXT)
@UNHURRIED
def test_text_arrives_as_it_was_typed(platform: FaultyServer, text: str) -> None:
    request = request_of(platform, lambda client: client.send_message(CONVERSATION_KEY, text))

    assert request.form == {"message": [text]}


def test_text_of_signs_that_forms_use_arrives_as_it_was_typed(platform: FaultyServer) -> None:
    text = "1 + 1 = 2 & 100 %2B\r\n=?# 😀👩‍👩‍👧 ñ" * 40

    request = request_of(platform, lambda client: client.send_message(CONVERSATION_KEY, text))

    assert request.form == {"message": [text]}


@given(key=st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1, max_size=100))
@UNHURRIED
def test_key_arrives_as_it_was_issued(platform: FaultyServer, key: str) -> None:
    request = request_of(platform, lambda client: client.choose_disposition(Secret(key), "OK"))

    assert request.query == {"key": [key]}


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.send_message(Secret(""), "Hello"),
        lambda client: client.send_message(CONVERSATION_KEY, "half a pair: \ud83d"),
        lambda client: client.activate_list(CAMPAIGN_ID, "half a pair: \ud83d"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_anything_leaves(
    platform: FaultyServer, call: Callable[[EngageClient], object]
) -> None:
    before = platform.connections

    with pytest.raises(Rejected) as caught:
        call(client_of(platform.origin))

    assert caught.value.status is None
    assert platform.connections == before


@pytest.mark.parametrize("api_key", ["", "two\r\nlines", "ключ"])
def test_api_key_no_header_can_carry_is_refused_before_anything_leaves(platform: FaultyServer, api_key: str) -> None:
    before = platform.connections
    client = EngageClient(Origins(core=platform.origin), Secret(api_key))

    with pytest.raises(Rejected):
        client.list_campaigns()

    assert platform.connections == before


@pytest.mark.parametrize(
    ("body", "remote_id"),
    [
        (b'{"id": "m1", "message": "Hello"}', "m1"),
        (b'{"data": {"messages": [{"id": "m0", "message": "x"}, {"id": "m1", "message": "Hello"}]}}', "m1"),
        (b'{"messages": [{"id": "m1", "message": "Hello"}, {"id": "m2", "message": "Hello"}]}', None),
        (b'{"id": "m1", "message": "Hello", "direction": "INBOUND"}', None),
        (b'{"id": "m1", "message": "sent"}', None),
        (b'{"id": 5, "message": "Hello"}', None),
        (b'{"status": "OK"}', None),
        (b"OK", None),
        (b"", None),
    ],
)
def test_id_of_the_sent_message_is_taken_only_when_the_answer_is_plain(body: bytes, remote_id: str | None) -> None:
    with FaultyServer(status(200, body)) as server:
        accepted = client_of(server.origin).send_message(CONVERSATION_KEY, "Hello")

    assert accepted == Accepted(status=200, remote_id=remote_id)


def test_every_call_has_a_connection_of_its_own(platform: FaultyServer) -> None:
    client, before = client_of(platform.origin), platform.connections

    client.send_message(CONVERSATION_KEY, "one")
    client.send_message(CONVERSATION_KEY, "two")

    assert platform.connections == before + 2
    assert platform.requests[-1].headers["connection"] == "close"


def test_three_origins_are_called_each_for_its_own() -> None:
    with (
        FaultyServer(status(200, payload("campaign"))) as core,
        FaultyServer(status(200, payload("conversation_started"))) as conversation,
        FaultyServer(status(200)) as widget,
    ):
        client = EngageClient(Origins(core.origin, conversation.origin, widget.origin), API_KEY)
        client.get_campaign(CAMPAIGN_ID)
        client.get_conversation(CONVERSATION_KEY)
        address = client.widget_url(CONVERSATION_KEY)

    assert [len(server.requests) for server in (core, conversation, widget)] == [1, 1, 0]
    assert address.reveal().startswith(f"{widget.origin}/engage?key=")
    assert parse_qs(urlsplit(address.reveal()).query) == {"key": [CONVERSATION_KEY.reveal()]}
    assert str(address) == "***"


def test_environment_changes_nothing_about_a_call(
    platform: FaultyServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    with FaultyServer(status(200, payload("campaign"))) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.origin)
        request = request_of(platform, lambda client: client.get_campaign(CAMPAIGN_ID))

    assert proxy.connections == 0
    assert "authorization" not in request.headers
