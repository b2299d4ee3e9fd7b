from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from console.accounts.scope import Scope
from console.inbox.models import Assignment, DeskConversation
from console.inbox.queues import count_queues
from engage.models import Change
from tests.console.live.reader import Reader, cookie_of, sign_in
from tests.console.live.web import Web
from tests.factories import make_campaign, make_conversation, make_message, make_team

pytestmark = pytest.mark.both_databases


def announce(conversation: DeskConversation) -> int:
    Change.record_conversations([(conversation.pk, conversation.campaign_id)])
    return Change.objects.latest("id").pk


def open_stream(web: Web, user: User, query: str = "queue=needs-reply", last_event_id: int | None = None) -> Reader:
    # The rows above were made without a word to the feed, and the process may have counted before they were there.
    Change.objects.create()
    return Reader(web.port, f"/live/stream/?{query}", cookie=cookie_of(sign_in(user)), last_event_id=last_event_id)


def test_nobody_signed_in_gets_401_without_a_body(web: Web) -> None:
    with Reader(web.port, "/live/stream/?queue=mine") as reader:
        assert reader.response.status == 401
        assert reader.response.read() == b""


def test_stream_may_not_be_stored_nor_collected_by_a_proxy(web: Web, ada: User) -> None:
    with open_stream(web, ada) as reader:
        assert reader.response.headers["Content-Type"] == "text/event-stream"
        assert reader.response.headers["Cache-Control"] == "no-store"
        assert reader.response.headers["X-Accel-Buffering"] == "no"


def count_part(name: str, number: int) -> str:
    return f"""hx-target="[data-count='{name}']" hx-swap="textContent">{number}<"""


def test_new_message_brings_row_thread_and_lead_in_one_event(web: Web, ada: User) -> None:
    conversation = make_conversation(name="Maria Reyes", waiting=None)
    with open_stream(web, ada, f"queue=needs-reply&conversation={conversation.pk}") as reader:
        reader.next()

        make_message(conversation=conversation, text="Are you there?")
        change_id = announce(conversation)
        news = reader.until_text("Are you there?")

    assert f'<li id="conversation-{conversation.pk}"' in news.data
    assert f"""hx-target="#thread[data-conversation='{conversation.pk}']" hx-swap="outerMorph\"""" in news.data
    assert f"""hx-target="#lead[data-conversation='{conversation.pk}']" hx-swap="outerMorph\"""" in news.data
    assert news.id == str(change_id)


def test_conversation_that_nobody_has_open_comes_as_a_row_only(web: Web, ada: User) -> None:
    conversation, other = make_conversation(), make_conversation()
    with open_stream(web, ada, f"queue=needs-reply&conversation={other.pk}") as reader:
        reader.next()

        announce(conversation)
        news = reader.until_text(f'id="conversation-{conversation.pk}"')

    assert "#thread" not in news.data


def test_answered_conversation_leaves_the_queue(web: Web, ada: User) -> None:
    conversation = make_conversation()
    with open_stream(web, ada) as reader:
        reader.next()

        make_message(conversation=conversation, is_inbound=False)
        announce(conversation)

        assert reader.until_text(f'<li id="conversation-{conversation.pk}" data-gone></li>')


def test_numbers_follow_the_lists(web: Web, ada: User) -> None:
    conversation = make_conversation()
    with open_stream(web, ada) as reader:
        # On a busy machine they come after the welcome, and zeros are told only to who knows another number.
        reader.until_text(count_part("needs-reply", 1))

        make_message(conversation=conversation, is_inbound=False)
        Assignment.objects.create(conversation=conversation, agent=ada)
        announce(conversation)

        assert reader.until_all(count_part("needs-reply", 0), count_part("unassigned", 0), count_part("mine", 1))


def test_own_queue_follows_its_person_and_nobody_else(web: Web, ada: User, ben: User) -> None:
    conversation = make_conversation()
    with open_stream(web, ada, "queue=mine") as of_ada, open_stream(web, ben, "queue=mine") as of_ben:
        of_ada.next()
        of_ben.next()

        Assignment.objects.create(conversation=conversation, agent=ada)
        announce(conversation)
        news_of_ada = of_ada.until_text(f"conversation-{conversation.pk}")
        news_of_ben = of_ben.until_text(f"conversation-{conversation.pk}")

    assert "data-gone" not in news_of_ada.data
    assert f'<li id="conversation-{conversation.pk}" data-gone></li>' in news_of_ben.data


def test_burst_comes_as_few_events(web: Web, ada: User) -> None:
    conversations = [make_conversation() for _ in range(20)]
    with open_stream(web, ada) as reader:
        reader.next()

        Change.record_conversations((row.pk, row.campaign_id) for row in conversations)
        news = reader.until_text("<li")

    assert news.data.count("<li id=") == 20


def test_page_of_another_team_hears_nothing_of_a_conversation(web: Web, ada: User) -> None:
    theirs, ours = make_campaign(name="Theirs"), make_campaign(name="Ours")
    make_team(campaigns=(ours,), members=(ada,))
    hidden, visible = make_conversation(campaign=theirs), make_conversation(campaign=ours)
    with open_stream(web, ada, f"queue=needs-reply&conversation={hidden.pk}") as reader:
        first = reader.next()

        announce(hidden)
        announce(visible)
        news = reader.until_text(f'id="conversation-{visible.pk}"')

    assert first is not None
    assert f"campaign-{theirs.pk}" not in first.data
    assert f"conversation-{hidden.pk}" not in news.data
    assert "#thread" not in news.data


def test_page_that_comes_is_told_every_number(web: Web, ada: User) -> None:
    conversation = make_conversation(assigned_to=ada)
    numbers = count_queues(Scope.of(ada), ada.pk)

    zeroed = '<hx-partial hx-target="[data-count]" hx-swap="textContent">0<'
    expected = [count_part(name, number) for name, number in numbers.items() if number]
    with open_stream(web, ada, "") as reader:
        told = reader.until_all(zeroed, *expected)

    # A number that is there no more is among those set to 0 before.
    assert told.index(zeroed) < min(map(told.index, expected))
    assert count_part(f"campaign-{conversation.campaign_id}", 1) in expected


def test_browsers_are_told_when_to_come_back(web: Web, ada: User) -> None:
    with open_stream(web, ada) as reader:
        first = reader.next()

    assert first is not None
    assert 300 <= int(first.retry) <= 2500


def test_who_comes_back_gets_what_was_missed(web: Web, ada: User) -> None:
    conversation = make_conversation(text="Before")
    with open_stream(web, ada) as reader:
        announce(conversation)
        seen = reader.until(lambda event: "<li" in event.data)

    make_message(conversation=conversation, text="While the line was down")
    announce(conversation)
    with open_stream(web, ada, "queue=needs-reply&after=0", last_event_id=int(seen.id)) as reader:
        first = reader.next()

    assert first is not None
    assert "While the line was down" in first.data


def test_page_begins_where_it_was_put_together(web: Web, ada: User) -> None:
    conversation = make_conversation()
    page_position = announce(conversation)
    announce(conversation)

    with open_stream(web, ada, f"queue=needs-reply&after={page_position}") as reader:
        first = reader.next()

    assert first is not None
    assert f'<li id="conversation-{conversation.pk}"' in first.data


@pytest.mark.parametrize("reason", ["too many", "too long ago", "deleted meanwhile", "from a later feed"])
def test_who_missed_too_much_reads_the_page_again(web: Web, ada: User, reason: str) -> None:
    conversation = make_conversation()
    seen = announce(conversation)
    if reason == "too many":
        Change.objects.bulk_create(Change(conversation_id=conversation.pk) for _ in range(1001))
    if reason == "too long ago":
        Change.objects.create(conversation_id=conversation.pk, at=timezone.now() - timedelta(minutes=11))
    if reason == "deleted meanwhile":
        announce(conversation)
        announce(conversation)
        Change.objects.filter(id__lte=seen + 1).delete()
    if reason == "from a later feed":
        seen += 1000

    with open_stream(web, ada, last_event_id=seen) as reader:
        first = reader.next()
        announce(conversation)
        second = reader.until_text("<li")

    assert first is not None
    assert first.name == "reread"
    assert f'<li id="conversation-{conversation.pk}"' in second.data


def test_told_to_stop_ends_its_streams_at_once(own_web: Web, ada: User) -> None:
    with open_stream(own_web, ada) as reader:
        reader.next()

        began = time.monotonic()
        own_web.stop()

        reader.until_end()
        # Well before gunicorn's patience, which is 8 seconds.
        assert time.monotonic() - began < 7


def test_closed_pages_give_their_threads_back_before_anything_is_written_to_them(web: Web, ada: User) -> None:
    for _ in range(4):
        pages = [open_stream(web, ada) for _ in range(15)]
        for page in pages:
            page.close()

    # The process has 40 threads, and a stream that nobody looks at would hold its own for 15 seconds.
    began = time.monotonic()
    with open_stream(web, ada) as reader:
        first = reader.next()

    assert first is not None
    assert time.monotonic() - began < 10
