from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.accounts.scope import Scope
from console.inbox.queues import Queue, QueueView
from console.live.fragments import Fragments
from console.live.topics import Topics
from tests.factories import make_campaign, make_conversation
from tests.html import parse

pytestmark = pytest.mark.django_db
EVERYTHING = Scope(None)
WAITING = QueueView(Queue.NEEDS_REPLY, EVERYTHING)


def parts(view: QueueView | None, *conversation_ids: int, open_id: int | None = None) -> list[str]:
    topics = Topics(EVERYTHING, 1, view, open_id)
    return Fragments(conversation_ids).parts(topics, frozenset(conversation_ids))


def test_rows_come_in_one_part_with_those_that_left() -> None:
    waiting, answered = make_conversation(), make_conversation(waiting=None)

    [part] = parts(WAITING, waiting.pk, answered.pk)

    assert part.startswith('<hx-partial hx-target="#queue-list" hx-swap="place">')
    assert part.count("<li ") == 2
    assert f'<li id="conversation-{answered.pk}" data-gone></li>' in part


def test_deleted_conversation_leaves_every_list() -> None:
    [part] = parts(WAITING, 4711)

    assert '<li id="conversation-4711" data-gone></li>' in part


def test_page_of_opt_outs_is_told_to_look_again_at_what_its_reader_may_see() -> None:
    conversation = make_conversation()
    here, elsewhere = Scope(frozenset({conversation.campaign_id})), Scope(frozenset({make_campaign().pk}))
    found = Fragments([conversation.pk])

    def told(scope: Scope, *changed: int, is_at_opt_outs: bool = True) -> list[str]:
        return found.parts(Topics(scope, 1, is_at_opt_outs=is_at_opt_outs), frozenset(changed))

    [part] = told(EVERYTHING, conversation.pk)
    assert 'hx-target="#look-again"' in part
    assert told(here, conversation.pk) == [part]
    assert told(elsewhere, conversation.pk) == []
    assert told(EVERYTHING) == []
    assert told(EVERYTHING, conversation.pk, is_at_opt_outs=False) == []


def test_list_of_one_campaign_hears_nothing_of_the_others() -> None:
    conversation = make_conversation()
    view = QueueView(Queue.NEEDS_REPLY, EVERYTHING, campaign_id=make_campaign().pk)

    assert parts(view, conversation.pk) == []


def test_search_shows_who_matches_in_any_state() -> None:
    maria, john = make_conversation(name="Maria Reyes", status="closed"), make_conversation(name="John Doe")

    [part] = parts(QueueView(Queue.NEEDS_REPLY, EVERYTHING, search="reyes"), maria.pk, john.pk)

    assert f'<li id="conversation-{maria.pk}" class' in part
    assert f'<li id="conversation-{john.pk}" data-gone>' in part


def test_text_of_a_stranger_stays_text() -> None:
    conversation = make_conversation(name="<script>alert(1)</script>", text="</li><hx-partial hx-target='body'>")

    html = "".join(parts(WAITING, conversation.pk, open_id=conversation.pk))

    assert "<script" not in html
    assert html.count("<hx-partial") == 3


def test_open_conversation_that_did_not_change_is_not_rendered() -> None:
    changed, opened = make_conversation(), make_conversation()

    html = "".join(parts(None, changed.pk, open_id=opened.pk))

    assert html == ""


def test_each_row_and_list_is_rendered_once_for_all_pages(ada: User) -> None:
    ids = [make_conversation().pk for _ in range(20)]
    opened = QueueView(Queue.OPEN, EVERYTHING)

    with CaptureQueriesContext(connection) as queries:
        fragments = Fragments(ids)
        rendered = {
            "".join(fragments.parts(Topics(EVERYTHING, agent_id, view), frozenset(ids)))
            for agent_id in range(50)
            for view in (WAITING, opened)
        }

    # The rows, and for each of the two lists which of them it shows.
    assert len(queries) == 3
    assert len(rendered) == 2


def test_own_queues_ask_only_for_people_whose_conversations_changed(ada: User, ben: User) -> None:
    ids = [make_conversation(assigned_to=ada).pk, make_conversation().pk]

    with CaptureQueriesContext(connection) as queries:
        fragments = Fragments(ids)
        of_ada, *of_others = [
            "".join(fragments.parts(Topics(EVERYTHING, id_, QueueView(Queue.MINE, EVERYTHING, id_)), frozenset(ids)))
            for id_ in (ada.pk, ben.pk, *range(1000, 1050))
        ]

    assert len(queries) == 2
    assert of_ada.count("data-gone") == 1
    assert all(part.count("data-gone") == 2 for part in of_others)


def test_news_are_as_near_to_a_search_as_on_the_page() -> None:
    exact, alike = make_conversation(name="Jose Diaz"), make_conversation(name="Jos\u00e9 Diaz")

    [part] = parts(QueueView(Queue.NEEDS_REPLY, EVERYTHING, search="Jose Diaz"), exact.pk, alike.pk)

    news = parse(part.encode())
    near = [int(news.by_id(f"conversation-{row.pk}").attributes.get("data-near", 0)) for row in (exact, alike)]
    assert near[0] < near[1]
