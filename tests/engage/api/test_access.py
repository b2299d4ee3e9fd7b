"""Each endpoint of a conversation is asked with what its own address names, and at no host but the configured one."""

from __future__ import annotations

from urllib.parse import parse_qs, quote

from hypothesis import given
from hypothesis import strategies as st

from engage.api.access import Place, completed, query_for, secrets_in
from engage.api.client import EngageClient
from engage.api.origins import Origins
from engage.api.wire import ConversationPayload
from engage.vault import Secret
from tests.engage.api.faulty_server import FaultyServer, status

_URLS = {
    "embeddableWidget": "https://agent.elsewhere.example/engage?key=w-1",
    "conversationEndpoint": "https://api.elsewhere.example/api/public/engage/conversation?key=c-1&seal=a%2Fb&v=2",
    "sendMessageEndpoint": "https://api.elsewhere.example/api/public/engage/conversation/send?v=2&key=s-1",
    "dispositionEndpoint": "https://api.elsewhere.example/other/path?key=d%2B1",
}


def key_of(**urls: str) -> Secret:
    data = {"campaign": {"id": "c"}, "lead": {"id": "l"}}
    return ConversationPayload.model_validate({"data": data, "endpoints": urls}).key


def test_each_call_carries_the_query_of_its_own_endpoint() -> None:
    key = key_of(**_URLS)

    with FaultyServer(status(200, b"{}")) as server:
        client = EngageClient(Origins(server.origin, server.origin, server.origin), Secret("api-key"))
        client.send_message(key, "Hello")
        client.choose_disposition(key, "OK")
    sent, chosen = server.requests

    assert sent.query == {"v": ["2"], "key": ["s-1"]}
    assert chosen.query == {"key": ["d+1"]}
    assert sent.path == "/api/public/engage/conversation/send"
    assert query_for(key, Place.CONVERSATION) == Secret("key=c-1&seal=a%2Fb&v=2")
    assert client.widget_url(key).reveal() == f"{server.origin}/engage?key=w-1"


def test_four_endpoints_with_one_key_make_that_key() -> None:
    key = key_of(**{name: url.partition("?")[0] + "?key=K%2B1" for name, url in _URLS.items()})

    assert key == Secret("K+1")
    assert query_for(key, Place.SEND) == Secret("key=K%2B1")


def test_endpoint_that_is_not_named_is_asked_as_another_is() -> None:
    key = key_of(conversationEndpoint=_URLS["conversationEndpoint"])

    assert query_for(key, Place.SEND) == query_for(key, Place.CONVERSATION)


def test_what_a_later_statement_does_not_name_stays() -> None:
    later = key_of(conversationEndpoint="https://a.example/?key=c-2&v=3")

    whole = completed(later, key_of(**_URLS))

    assert query_for(whole, Place.CONVERSATION) == Secret("key=c-2&v=3")
    assert query_for(whole, Place.DISPOSITION) == Secret("key=d%2B1")


def test_every_value_of_a_query_is_a_secret() -> None:
    assert {"c-1", "s-1", "d+1", "w-1", "a/b"} <= {secret.reveal() for secret in secrets_in(key_of(**_URLS))}


@given(key=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=300))
def test_any_key_is_asked_with_as_it_was_named(key: str) -> None:
    named = key_of(conversationEndpoint=f"https://a.example/?key={quote(key, safe='')}")

    asked = query_for(named, Place.SEND).reveal()

    assert parse_qs(asked)["key"] == [key]


def test_key_that_begins_as_four_queries_do_is_a_key() -> None:
    assert query_for(Secret("?0"), Place.SEND) == Secret("key=%3F0")
    assert secrets_in(Secret("?0")) == (Secret("?0"),)
