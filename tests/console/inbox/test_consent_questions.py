"""Supervisors find what may be an opt-out, and who may want texts again, in one place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.accounts.scope import Scope
from console.inbox import consent_questions
from engage.mirror.summary import refresh
from engage.models import Campaign, Conversation
from tests.factories import make_campaign, make_conversation, make_message, make_opt_out
from tests.html import Element, parse

pytestmark = pytest.mark.django_db


def hear(text: str, *, name: str = "Ann", campaign: Campaign | None = None, is_locked: bool = False) -> Conversation:
    """A conversation in which this is the newest text; an opt-out came before it, or none."""
    conversation = make_conversation(name=name, campaign=campaign, text="Hi")
    if is_locked:
        make_opt_out(conversation=conversation)
    sent_at = timezone.now() + timedelta(minutes=1)
    make_message(conversation=conversation, text=text, sent_at=sent_at)
    return conversation


def section(client: Client, name: str) -> Element | None:
    page = parse(client.get("/opt-outs/").content)
    return next((found for found in page.every("section") if found.attributes.get("id") == name), None)


def test_what_may_be_an_opt_out_is_listed_with_its_words_and_a_link(sue_client: Client) -> None:
    asked = hear("lose my number", name="Ann")
    hear("How much is it?", name="Bob")

    found = section(sue_client, "doubts")

    assert found is not None
    assert "Ann" in found.text
    assert "lose my number" in found.text
    assert "Bob" not in found.text
    assert [link.attributes["href"] for link in found.every("a")] == [f"/conversations/{asked.pk}/"]


def test_question_that_is_answered_is_gone(sue_client: Client) -> None:
    asked = hear("lose my number")
    asked.messages.update(is_judged=True)
    refresh([asked.pk])

    assert section(sue_client, "doubts") is None


@pytest.mark.parametrize("text", ["Unstop", "yes", "can you start texting me again", "I texted stop by mistake"])
def test_who_is_opted_out_and_may_want_texts_again_is_listed(sue_client: Client, text: str) -> None:
    hear(text, name="Cyd", is_locked=True)

    found = section(sue_client, "wishes")

    assert found is not None
    assert "Cyd" in found.text
    assert text in found.text


@pytest.mark.parametrize(("text", "is_locked"), [("yes", False), ("Thanks anyway", True), ("STOP", True)])
def test_nobody_else_is_taken_for_one_who_wants_texts_again(sue_client: Client, text: str, is_locked: bool) -> None:
    hear(text, is_locked=is_locked)

    assert section(sue_client, "wishes") is None


def test_wish_from_before_a_lock_is_none(sue_client: Client) -> None:
    conversation = hear("yes")
    make_opt_out(conversation=conversation, at=timezone.now() + timedelta(hours=1))

    assert section(sue_client, "wishes") is None


def test_questions_of_another_team_are_not_shown() -> None:
    hear("lose my number")
    hear("Unstop", is_locked=True)

    found = consent_questions.list_context(Scope(frozenset({make_campaign().pk})))

    assert (found["doubts"], found["wishes"]) == ([], [])


def test_no_more_are_shown_than_a_page_holds(sue_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent_questions, "SHOWN", 2)
    for _ in range(3):
        hear("lose my number")

    found = section(sue_client, "doubts")

    assert found is not None
    assert len(found.every("li")) == 2
    assert "More come after these" in found.text


def test_the_page_asks_no_more_of_the_database_for_twenty_than_for_two(sue_client: Client) -> None:
    campaign = make_campaign()
    counts = []
    for number in (2, 18):
        for _ in range(number):
            hear("lose my number", campaign=campaign)
            hear("Unstop", campaign=campaign, is_locked=True)
        sue_client.get("/opt-outs/")
        with CaptureQueriesContext(connection) as asked:
            sue_client.get("/opt-outs/")
        counts.append(len(asked))

    # As the list of unshown ones, and: who waits in doubt, their words, who is opted out, the newest locks of those.
    assert counts[0] == counts[1]


def test_the_list_comes_as_a_fragment(sue_client: Client) -> None:
    answer = sue_client.get("/opt-outs/", headers={"HX-Request": "true"}).content.decode()

    assert answer.lstrip().startswith('<main id="opt-outs"')
    assert "<html" not in answer
