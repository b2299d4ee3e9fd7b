"""What may be an opt-out holds replies: refused once, with the words and three answers."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from console.audit.models import AuditEntry
from console.inbox import actions
from engage.mirror.judging import find_doubts
from engage.mirror.lifting import locks_mark
from engage.models import Change, Command, Consent, Conversation
from engage.outbox.guards import check_reply
from engage.outbox.refusals import InDoubt
from tests.factories import (
    make_campaign,
    make_conversation,
    make_lead,
    make_message,
    make_opt_out,
    make_reply,
    make_team,
)
from tests.html import parse

DOUBTFUL = "please take me off your list"
FRAGMENT = {"HX-Request": "true"}


def reply(client: Client, conversation: Conversation, *, htmx: bool = True, **fields: str) -> HttpResponse:
    said = {"text": "Yes, there is.", "key": str(uuid.uuid4())} | fields
    headers = FRAGMENT if htmx else {}
    return client.post(f"/conversations/{conversation.pk}/replies/", said, headers=headers)


def stop(client: Client, conversation: Conversation, **fields: str) -> HttpResponse:
    return client.post(f"/conversations/{conversation.pk}/stop/", fields, headers=FRAGMENT)


@pytest.mark.parametrize("htmx", [True, False])
def test_reply_is_refused_with_the_words_the_text_and_three_answers(client: Client, *, htmx: bool) -> None:
    conversation = make_conversation(text=DOUBTFUL)

    response = reply(client, conversation, htmx=htmx)

    form = parse(response.content).by_id("reply-form")
    asked = form.one(class_="reply-refusal")
    assert response.status_code == 422
    assert DOUBTFUL in asked.one("blockquote").text
    assert [button.text for button in asked.every("button")] == ["They opted out", "Not an opt-out, send"]
    assert asked.one("a").text == "Keep editing"
    assert form.by_id("reply-text").text == "Yes, there is."
    assert not Command.objects.exists()


def test_thread_shows_the_words_and_offers_both_answers(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)

    banner = parse(client.get(f"/conversations/{conversation.pk}/").content).by_id("thread").one(class_="banner")

    assert banner.attributes["role"] == "alert"
    assert banner.one("blockquote").text == DOUBTFUL
    assert [button.text for button in banner.every("button")] == ["They opted out", "Not an opt-out"]


@pytest.mark.parametrize("htmx", [True, False])
def test_no_opt_out_sends_it_and_is_written_down(client: Client, ada: User, *, htmx: bool) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    mark = find_doubts(conversation).mark

    response = reply(client, conversation, htmx=htmx, no_opt_out=mark)

    conversation.refresh_from_db()
    assert response.status_code == (200 if htmx else 302)
    assert Command.objects.get().text == "Yes, there is."
    assert not conversation.may_be_opt_out
    assert [entry.action for entry in AuditEntry.objects.order_by("id")] == ["denied opt-out", "wrote reply"]


def test_answer_to_words_that_are_not_all_of_them_asks_again(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    mark = find_doubts(conversation).mark
    make_message(conversation=conversation, text="leave me alone")

    response = reply(client, conversation, no_opt_out=mark)

    assert response.status_code == 422
    assert "leave me alone" in response.content.decode()
    assert not Command.objects.exists()


def test_second_click_of_the_same_reply_is_one_reply(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    said = {"no_opt_out": find_doubts(conversation).mark, "key": str(uuid.uuid4())}

    answers = [reply(client, conversation, **said).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert Command.objects.count() == 1


def test_answer_holds_although_the_reply_is_refused_for_something_else(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)

    response = reply(client, conversation, text=" ", no_opt_out=find_doubts(conversation).mark)

    assert response.status_code == 422
    assert not find_doubts(conversation)


def test_they_opted_out_locks_the_number_everywhere_and_says_so(client: Client, ada: User) -> None:
    campaign = make_campaign()
    conversation = make_conversation(lead=make_lead(campaign=campaign, phone="+12125550123"), text=DOUBTFUL)
    other = make_lead(campaign=make_campaign(workspace=campaign.workspace), phone="+12125550123")
    elsewhere = make_conversation(lead=other)
    asked = parse(reply(client, conversation).content).one(class_="reply-refusal")
    assert asked.one("button", formaction=f"/conversations/{conversation.pk}/stop/").text == "They opted out"
    reason = asked.one("input", name="reason")

    response = stop(client, conversation, reason=reason.attributes["value"], text="Yes, there is.")

    row = Consent.objects.get()
    assert response.status_code == 200
    assert "All texts to this number are stopped." in response.content.decode()
    for changed in (conversation, elsewhere):
        changed.refresh_from_db()
        assert changed.is_opted_out
        assert Change.objects.filter(conversation_id=changed.pk).exists()
    assert (row.by, row.reason) == (ada, f"They wrote “{DOUBTFUL}”")
    entry = AuditEntry.objects.get(action="stopped all texts")
    assert (entry.by, entry.after) == (ada, {"evidence": [row.pk]})
    assert DOUBTFUL not in str(entry.after)
    assert "Ada stopped all texts to this number" in parse(response.content).by_id("thread").text


def test_finish_with_another_word_does_not_answer(client: Client) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    client.post(f"/conversations/{conversation.pk}/disposition/", {"name": "OK"}, headers=FRAGMENT)

    assert reply(client, conversation).status_code == 422


def test_anybody_stops_texts_with_a_note_and_only_a_supervisor_lifts_it(client: Client, sue_client: Client) -> None:
    conversation = make_conversation(text="Hello", dispositions=())

    assert stop(client, conversation, reason="They rang and said so").status_code == 200

    said = {"mark": locks_mark(conversation), "reason": "It was somebody else"}
    assert client.post(f"/conversations/{conversation.pk}/lift/", said, headers=FRAGMENT).status_code == 403
    assert sue_client.post(f"/conversations/{conversation.pk}/lift/", said, headers=FRAGMENT).status_code == 200
    conversation.refresh_from_db()
    assert conversation.is_open


def test_without_a_note_nothing_is_stopped(client: Client) -> None:
    conversation = make_conversation(text="Hello")

    assert stop(client, conversation, reason="  ").status_code == 422
    assert not Consent.objects.exists()


def test_what_is_stopped_is_not_stopped_twice(client: Client) -> None:
    conversation = make_conversation(text="Hello")
    make_opt_out(conversation=conversation)

    assert stop(client, conversation, reason="They rang").status_code == 409
    assert Consent.objects.count() == 1


def test_another_teams_number_is_not_stopped(client: Client, ada: User) -> None:
    conversation = make_conversation(text="Hello")
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert stop(client, conversation, reason="They rang").status_code == 404
    assert client.get(f"/conversations/{conversation.pk}/stop/").status_code == 405


def test_doubt_of_another_campaign_is_named_without_its_words(client: Client) -> None:
    campaign = make_campaign(name="Winter sale")
    make_conversation(lead=make_lead(campaign=campaign, phone="+12125550123"), text=DOUBTFUL)
    other = make_lead(campaign=make_campaign(workspace=campaign.workspace), phone="+12125550123")
    elsewhere = make_conversation(lead=other, text="Hello")

    words = reply(client, elsewhere).content.decode()

    assert "Winter sale" in words
    assert DOUBTFUL not in words


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
def test_two_answers_at_once_end_locked_or_one_of_them_is_refused(ada: User, ben: User) -> None:
    """Whoever comes second: an opt-out always locks, and nobody denies what is answered."""
    conversation = make_conversation(text=DOUBTFUL)
    mark = find_doubts(conversation).mark
    barrier, outcomes = threading.Barrier(3), []

    def answer(act: object, **said: object) -> None:
        try:
            barrier.wait(20)
            act(conversation=conversation, **said)  # type: ignore[operator]
            outcomes.append("done")
        except actions.NotAsAsked as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=answer, args=(actions.stop_texts,), kwargs={"by": ada, "reason": "It is one"}),
        threading.Thread(target=answer, args=(actions.stop_texts,), kwargs={"by": ben, "reason": "Yes"}),
        threading.Thread(target=answer, args=(actions.deny_opt_out,), kwargs={"by": ben, "doubt": mark}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)

    conversation.refresh_from_db()
    assert conversation.is_opted_out
    assert Consent.objects.count() == 1
    assert outcomes.count("StoppedAlready") == 1
    assert outcomes.count("done") + outcomes.count("NothingInDoubt") == 2
    assert not find_doubts(conversation)


def test_words_of_a_reply_that_was_stopped_can_be_used_again(client: Client, ada: User) -> None:
    conversation = make_conversation(text=DOUBTFUL)
    make_reply(conversation=conversation, by=ada, text="Yes, there is.", state=Command.State.CANCELLED)

    page = parse(client.get(f"/conversations/{conversation.pk}/").content)

    assert page.by_id("thread").one("button", data_reuses="Yes, there is.").text == "Use the text again"


def test_doubt_that_comes_after_the_click_stops_the_reply_before_it_leaves(client: Client) -> None:
    conversation = make_conversation(text="Hello")
    assert reply(client, conversation).status_code == 200
    make_message(conversation=conversation, text=DOUBTFUL, sent_at=timezone.now() - timedelta(hours=1))

    with pytest.raises(InDoubt):
        check_reply(conversation, timezone.now())
