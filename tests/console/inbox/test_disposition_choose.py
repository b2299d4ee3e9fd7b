from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from engage.models import Command, Conversation
from tests.factories import make_campaign, make_conversation, make_disposition, make_team
from tests.html import parse

FRAGMENT = {"hx-request": "true"}


def choose(client: Client, conversation: Conversation, name: str, **fields: Any) -> HttpResponse:
    return client.post(f"/conversations/{conversation.id}/disposition/", {"name": name} | fields, headers=FRAGMENT)


def thread_of(conversation: Conversation) -> str:
    return f"#thread[data-conversation='{conversation.id}']"


def test_disposition_is_queued_for_the_platform(client: Client, ada: User) -> None:
    conversation = make_conversation()

    response = choose(client, conversation, "Call back")

    command = Command.objects.get()
    assert (command.kind, command.text, command.created_by) == (Command.Kind.DISPOSITION, "Call back", ada)
    assert response.status_code == 200
    assert "Finishing as Call back" in parse(response.content).one("hx-partial", hx_target=thread_of(conversation)).text
    assert b"<html" not in response.content


def test_only_the_conversations_own_dispositions_are_offered(client: Client) -> None:
    own = [{"id": "1", "disposition": "Sale & more", "doNotContact": False}]
    conversation = make_conversation(dispositions=own)

    form = parse(client.get(f"/conversations/{conversation.id}/").content).by_id("disposition-form")

    assert [button.attributes["value"] for button in form.every("button", name="name")] == ["Sale & more"]


def test_disposition_that_stops_all_texts_asks_first(client: Client) -> None:
    conversation = make_conversation()

    response = choose(client, conversation, "Opt out")

    form = parse(response.content).by_id("disposition-form")
    assert response.status_code == 422
    assert not Command.objects.exists()
    assert "every campaign" in form.text
    assert form.one("button", name="name").attributes["value"] == "Opt out"
    assert form.one("input", name="confirmed").attributes["value"] == "true"


def test_disposition_that_stops_all_texts_is_queued_once_confirmed(client: Client) -> None:
    conversation = make_conversation()

    response = choose(client, conversation, "Opt out", confirmed="true")

    assert response.status_code == 200
    assert Command.objects.get().text == "Opt out"


def test_unknown_disposition_is_refused(client: Client) -> None:
    conversation = make_conversation()

    response = choose(client, conversation, "ok")

    assert response.status_code == 422
    assert not Command.objects.exists()
    assert "not one of the dispositions" in parse(response.content).by_id("disposition-form").text


def test_missing_name_is_refused(client: Client) -> None:
    conversation = make_conversation()

    assert choose(client, conversation, "").status_code == 422
    assert not Command.objects.exists()


def test_finished_conversation_says_as_what_and_offers_the_others(client: Client) -> None:
    conversation = make_conversation()
    make_disposition(conversation=conversation, name="OK")

    form = parse(client.get(f"/conversations/{conversation.id}/").content).by_id("disposition-form")

    assert "Finished as OK" in form.text
    assert [button.attributes["value"] for button in form.every("button", name="name")] == ["Call back", "Opt out"]


def test_another_teams_conversation_does_not_exist(client: Client, ada: User) -> None:
    conversation = make_conversation()
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert choose(client, conversation, "OK").status_code == 404


def test_only_posting_is_allowed(client: Client) -> None:
    conversation = make_conversation()

    assert client.get(f"/conversations/{conversation.id}/disposition/").status_code == 405


def test_without_scripts_the_question_is_a_page(client: Client) -> None:
    conversation = make_conversation()

    response = client.post(f"/conversations/{conversation.id}/disposition/", {"name": "Opt out"})

    assert response.status_code == 422
    assert "every campaign" in parse(response.content).by_id("disposition-form").text
