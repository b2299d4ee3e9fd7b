from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from django.contrib.auth.models import User
from django.template import Context, Template
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.accounts.scope import Scope
from console.inbox.queues import Queue, QueueView
from console.live.topics import Topics, build_query
from tests.factories import make_campaign, make_conversation, make_team

pytestmark = pytest.mark.django_db
EVERYTHING = Scope(None)


def read(query: str, user: User) -> Topics:
    return Topics.of(dict(parse_qsl(query)), user)


def test_query_says_what_the_page_shows(ada: User) -> None:
    conversation = make_conversation()
    view = QueueView(Queue.OPEN, EVERYTHING, campaign_id=conversation.campaign_id, search="Reyes & 555")

    topics = read(build_query(view, conversation.pk, after=7), ada)

    assert topics == Topics(EVERYTHING, ada.pk, view, conversation.pk)


def test_page_of_opt_outs_says_so(ada: User) -> None:
    topics = read(build_query(None, None, after=7, is_at_opt_outs=True), ada)

    assert topics == Topics(EVERYTHING, ada.pk, is_at_opt_outs=True)


def test_own_queue_is_the_persons_own(ada: User) -> None:
    topics = read("queue=mine", ada)

    assert topics.queue_view == QueueView(Queue.MINE, EVERYTHING, agent_id=ada.pk)


def test_shared_queue_is_equal_for_everybody_in_scope(ada: User, ben: User) -> None:
    assert read("queue=open", ada).queue_view == read("queue=open", ben).queue_view


def test_conversation_of_another_team_is_not_heard(ada: User) -> None:
    conversation = make_conversation()
    ours = make_campaign()
    make_team(campaigns=(ours,), members=(ada,))

    topics = read(f"queue=open&conversation={conversation.pk}", ada)

    assert topics.conversation_id is None
    assert topics.scope == Scope(frozenset({ours.pk}))


@given(st.dictionaries(st.sampled_from(["queue", "campaign", "search", "conversation"]), st.text(max_size=30)))
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_is_an_error(ada: User, query: dict[str, str]) -> None:
    topics = Topics.of(query, ada)

    assert topics.agent_id == ada.pk


@pytest.mark.parametrize("number", ["9223372036854775808", "99999999999999999999999", "-1", "1.5", "٣", "³", "0x1"])
def test_number_that_no_row_can_have_is_nobody(ada: User, number: str) -> None:
    topics = Topics.of({"queue": "open", "campaign": number, "conversation": number}, ada)

    assert topics.conversation_id is None
    assert topics.queue_view == QueueView(Queue.OPEN, EVERYTHING)


def test_page_without_a_queue_can_carry_a_stream() -> None:
    html = Template('{% include "live/_stream.html" %}').render(Context())

    assert 'data-live-url="/live/stream/?after=0"' in html
    assert 'data-poll-path="/live/poll/"' in html
