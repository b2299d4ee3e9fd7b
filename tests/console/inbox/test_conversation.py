from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from console.inbox import threads
from engage.models import Campaign, Command, Conversation
from tests.factories import (
    make_campaign,
    make_conversation,
    make_disposition,
    make_lead,
    make_message,
    make_opt_out,
    make_reply,
    make_team,
)
from tests.html import Element, parse

FRAGMENT = {"hx-request": "true"}


def test_page_shows_the_list_the_thread_and_the_lead(client: Client) -> None:
    conversation = make_conversation(lead=make_lead(name="Maria Reyes", data={"City": "Anytown", "Pet": "a dog"}))

    page = parse(client.get(f"/conversations/{conversation.id}/").content)

    assert page.by_id("thread").attributes["data-conversation"] == str(conversation.id)
    assert page.by_id("thread-title").text == "Maria Reyes"
    assert "a dog" in [value.text for value in page.by_id("lead").every("dd")]
    assert page.by_id(f"conversation-{conversation.id}").attributes["aria-current"] == "true"


def test_fragment_replaces_thread_lead_and_stream(client: Client) -> None:
    conversation = make_conversation()

    response = client.get(f"/conversations/{conversation.id}/?queue=mine", headers=FRAGMENT)

    parts = [part.attributes["hx-target"] for part in parse(response.content).every("hx-partial")]
    assert parts == ["#thread", "#lead", "#live"]
    assert b"<html" not in response.content


def test_reaction_and_empty_text_say_what_they_are(client: Client) -> None:
    conversation = make_conversation()
    make_message(conversation=conversation, is_inbound=False, text="See you <b>at nine</b>")
    liked = make_message(conversation=conversation, text="Liked \u201cSee you <b>at nine</b>\u201d")
    empty = make_message(conversation=conversation, text="\u200b")

    page = parse(client.get(f"/conversations/{conversation.id}/").content)

    assert "Reacted \U0001f44d to See you <b>at nine</b>" in " ".join(page.by_id(f"message-{liked.id}").text.split())
    assert "No text (perhaps a picture)" in page.by_id(f"message-{empty.id}").text
    assert "No text" in page.by_id(f"conversation-{conversation.id}").text


def test_another_teams_conversation_does_not_exist(client: Client, ada: User) -> None:
    conversation = make_conversation()
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert client.get(f"/conversations/{conversation.id}/").status_code == 404
    assert client.get(f"/conversations/{conversation.id}/messages/?before=1").status_code == 404


@pytest.mark.parametrize("number", ["0", "99999", "9" * 30])
def test_number_of_nothing_is_not_found(client: Client, number: str) -> None:
    conversation = make_conversation()

    assert client.get(f"/conversations/{number}/").status_code == 404
    assert client.get(f"/conversations/{conversation.id}/messages/?before={number}").status_code == 404
    assert client.get(f"/?campaign={number}").status_code == 404


def test_only_reading_is_allowed(client: Client) -> None:
    conversation = make_conversation()

    assert client.post(f"/conversations/{conversation.id}/").status_code == 405
    assert client.post(f"/conversations/{conversation.id}/messages/").status_code == 405


def test_thread_takes_as_many_queries_for_twenty_messages_as_for_two(
    client: Client, ada: User, django_assert_num_queries: Any
) -> None:
    """Session, person, permissions of the groups, role and teams; the conversation by its visibility, role and teams
    for the list's address; the conversation with its lead, how many messages, the messages with their replies, the
    commands, the consent of the number for its state and for its lines, what may be an opt-out, what people did, the
    dispositions, colleagues; others of the same number; newest change."""
    conversation = make_conversation(waiting=timedelta(hours=2))

    def add(count: int) -> None:
        for minute in range(count):
            text = make_message(
                conversation=conversation, is_inbound=False, sent_at=timezone.now() - timedelta(minutes=minute)
            )
            make_reply(conversation=conversation, by=ada, state=Command.State.CONFIRMED, message=text)
            make_reply(conversation=conversation, by=ada, state=Command.State.CANCELLED)

    add(2)
    with django_assert_num_queries(19):
        client.get(f"/conversations/{conversation.id}/", headers=FRAGMENT)
    add(18)
    with django_assert_num_queries(19):
        client.get(f"/conversations/{conversation.id}/", headers=FRAGMENT)


def test_long_thread_shows_the_newest_and_loads_earlier_ones(client: Client) -> None:
    conversation = make_conversation(waiting=None)
    now = timezone.now()
    for number in range(130):
        make_message(conversation=conversation, text=f"text {number}", sent_at=now - timedelta(minutes=200 - number))

    thread = parse(client.get(f"/conversations/{conversation.id}/").content).by_id("thread")
    texts = [element.text for element in thread.every(class_="message-text")]
    more = thread.one("div", class_="earlier").one("a", class_="button").attributes["hx-get"]
    earlier = client.get(more, headers=FRAGMENT)
    earlier_texts = [element.text for element in parse(earlier.content).every(class_="message-text")]

    assert texts == [f"text {number}" for number in range(50, 130)]
    assert earlier_texts == [f"text {number}" for number in range(50)]
    assert b"<html" not in earlier.content
    assert "Show earlier" not in parse(earlier.content).text


def test_earlier_messages_have_a_page_for_browsers_without_scripts(client: Client) -> None:
    conversation = make_conversation()
    newest = make_message(conversation=conversation)

    response = client.get(f"/conversations/{conversation.id}/messages/?before={newest.id}")

    assert b"<html" in response.content
    assert len(parse(response.content).every(class_="message")) == 1


def test_opted_out_number_locks_the_composer_and_says_why(client: Client) -> None:
    conversation = make_conversation()
    make_opt_out(conversation=conversation)

    thread = parse(client.get(f"/conversations/{conversation.id}/").content).by_id("thread")

    assert "data-locked" in thread.attributes
    assert thread.one(class_="locked").text == (
        "They opted out. The lead can undo it by texting START, a supervisor with a reason."
    )


def test_conversation_seen_in_a_webhook_only_says_so(client: Client) -> None:
    conversation = make_conversation(is_confirmed=False)

    thread = parse(client.get(f"/conversations/{conversation.id}/").content).by_id("thread")

    assert thread.one(class_="thread-state").text == "Not yet confirmed"


def test_conversation_that_the_platform_denies_says_so(client: Client) -> None:
    conversation = make_conversation(denied_at=timezone.now())

    thread = parse(client.get(f"/conversations/{conversation.id}/").content).by_id("thread")

    assert thread.one(class_="thread-state").text == "Unknown to Engage"


def test_same_number_elsewhere_is_shown_as_far_as_one_may_see_it(client: Client, ada: User) -> None:
    def talk(campaign: Campaign) -> Any:
        return make_conversation(lead=make_lead(campaign=campaign, phone="+12125550123"))

    spring = make_campaign(name="Spring")
    autumn = make_campaign(name="Autumn", workspace=spring.workspace)
    secret = make_campaign(name="Secret", workspace=spring.workspace)
    make_team(campaigns=(spring, autumn), members=(ada,))
    here, there, _ = talk(spring), talk(autumn), talk(secret)
    make_disposition(conversation=there, name="Call back")

    lead = parse(client.get(f"/conversations/{here.id}/").content).by_id("lead")

    assert "Autumn, closed as Call back" in lead.text
    assert "Secret" not in lead.text


def test_fragments_are_the_same_for_everybody(client: Client, sue_client: Client, ada: User) -> None:
    """So that one rendering can go to every open page: names of people, never "you"."""
    conversation = make_conversation(assigned_to=ada)
    address = f"/conversations/{conversation.id}/"

    threads = [parse(browser.get(address).content).by_id("thread").text for browser in (client, sue_client)]

    assert threads[0] == threads[1]


def test_name_that_shows_nothing_gives_way_to_the_number(client: Client) -> None:
    conversation = make_conversation(lead=make_lead(name="\u3164", phone="+12125550143"))

    page = client.get(f"/conversations/{conversation.id}/").content.decode()

    assert '<h1 id="thread-title" dir="auto">(212) 555-0143</h1>' in page
    assert str(conversation.lead) == "+12125550143"


def whole(client: Client, conversation: Conversation, **query: object) -> Element:
    return parse(client.get(f"/conversations/{conversation.pk}/whole/", query).content)


def texts_of(page: Element) -> list[str]:
    return [bubble.text for bubble in page.every(class_="message-text")]


def test_whole_conversation_is_on_one_page_for_paper(client: Client, ada: User) -> None:
    conversation = make_conversation(waiting=None)
    at = timezone.now() - timedelta(days=3)
    for number in range(120):
        make_message(conversation=conversation, text=f"Text {number}", sent_at=at + timedelta(minutes=number))
    make_reply(conversation=conversation, by=ada, text="On its way", state=Command.State.UNCONFIRMED)

    page = whole(client, conversation)

    assert texts_of(page) == [f"Text {number}" for number in range(120)] + ["On its way"]
    assert not page.every(id="left-out")
    assert not page.by_id("content").every("form")
    thread = parse(client.get(f"/conversations/{conversation.pk}/").content)
    assert thread.by_id("thread").every("a", href=f"/conversations/{conversation.pk}/whole/")


def test_part_that_is_too_much_for_one_page_is_counted_and_led_to(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(threads, "WHOLE", 3)
    conversation = make_conversation(waiting=None)
    at = timezone.now() - timedelta(days=3)
    for number in range(7):
        make_message(conversation=conversation, text=f"Text {number}", sent_at=at + timedelta(minutes=number))
    seen: list[str] = []
    page, left_out = whole(client, conversation), ["4 earlier messages are", "1 earlier message is"]

    while notices := page.every(id="left-out"):
        seen = texts_of(page) + seen
        assert notices[0].text.startswith(left_out.pop(0))
        page = whole(client, conversation, before=notices[0].one("a").attributes["href"].partition("=")[2])

    assert texts_of(page) + seen == [f"Text {number}" for number in range(7)]
    assert page.by_id("later")


def test_whole_conversation_of_another_team_does_not_exist(client: Client, ada: User) -> None:
    conversation = make_conversation()
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert client.get(f"/conversations/{conversation.pk}/whole/").status_code == 404
    assert client.get(f"/conversations/{make_conversation().pk}/whole/?before=x").status_code == 404
