"""When something fails, it fails for as little and for as short as can be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import override_settings

from console.accounts.scope import Scope
from console.inbox.queues import Queue, QueueView
from console.live.fragments import Fragments
from console.live.stream import MOST_WAITING, Stream
from console.live.topics import Topics
from engage.models import Change
from tests.console.live.reader import Reader, cookie_of, sign_in
from tests.console.live.web import Web
from tests.factories import make_conversation

EVERYTHING = Scope(None)


@contextmanager
def feed_out_of_reach() -> Iterator[None]:
    table = Change._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO out_of_reach")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE out_of_reach RENAME TO {table}")


@pytest.mark.both_databases
def test_stream_outlives_a_database_that_fails_and_says_so(web: Web, ada: User) -> None:
    conversation = make_conversation()
    with Reader(web.port, "/live/stream/?queue=needs-reply", cookie=cookie_of(sign_in(ada))) as reader:
        reader.next()

        with feed_out_of_reach():
            assert reader.until_named("trouble")
        assert reader.until_named("alive")
        Change.record_conversations([(conversation.pk, conversation.campaign_id)])

        assert reader.until_text(f'id="conversation-{conversation.pk}"')


def test_page_that_does_not_keep_up_is_told_to_read_itself_again() -> None:
    stream = Stream(Topics(EVERYTHING, agent_id=1), after=None)

    for position in range(MOST_WAITING + 3):
        stream.put(b"news", position)
    taken = stream.take(0)

    assert taken.events[0] == f"id: {MOST_WAITING}\nevent: reread\ndata:\n\n".encode()
    assert taken.events[1:] == [b"news", b"news"]


def test_beat_says_where_the_stream_is_or_that_it_is_in_trouble() -> None:
    stream = Stream(Topics(EVERYTHING, agent_id=1), after=None)

    stream.put(None, 7)
    well = stream.beat()
    stream.put_trouble()
    ill = stream.beat()
    stream.put(None, 8)

    assert well == b"id: 7\nevent: alive\ndata:\n\n"
    assert ill.startswith(b"id: 7\nevent: trouble\n")
    assert stream.take(0).events[-1] == b"id: 8\nevent: alive\ndata:\n\n"


@pytest.mark.django_db
def test_row_that_cannot_be_rendered_does_not_keep_the_others_back(tmp_path: Path) -> None:
    broken, whole = make_conversation(), make_conversation()
    template = tmp_path / "inbox" / "_row.html"
    template.parent.mkdir()
    template.write_text(
        f'{{% if conversation.id == {broken.pk} %}}{{% url "nowhere" %}}{{% endif %}}<li>{{{{ conversation.id }}}}</li>'
    )
    [engine] = settings.TEMPLATES
    topics = Topics(EVERYTHING, 1, QueueView(Queue.OPEN, EVERYTHING))
    ids = frozenset({broken.pk, whole.pk})

    with override_settings(TEMPLATES=[{**engine, "DIRS": [tmp_path, *engine["DIRS"]]}]):
        [part] = Fragments(ids).parts(topics, ids)

    assert f"<li>{whole.pk}</li>" in part
    assert f"<li>{broken.pk}</li>" not in part
