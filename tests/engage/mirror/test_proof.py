"""What only webhooks say, GETs in between, in any order: what stands in the end is the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.api.events import ConversationKind
from engage.api.wire import ConversationPayload
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.models import Consent, Conversation, Disposition, Message, Workspace
from tests.engage.deliveries import STARTED, body, make_workspace, message, stamp

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TEXTS = ("Hi", "STOP", "How much?", "START")


@st.composite
def statements(draw: st.DrawFn) -> ConversationObservation:
    """A webhook or a GET within four hours. The id says which text it is, and GETs show the even ones alone."""
    is_read = draw(st.booleans())
    shown = [number for number in range(len(TEXTS)) if number % 2 == 0]
    numbers = shown if is_read else draw(st.lists(st.integers(0, len(TEXTS) - 1), max_size=2, unique=True))
    disposed = None if is_read else draw(st.sampled_from([None, "OK", "Never again"]))
    payload = body(
        "",
        messages=[message(number, number, TEXTS[number]) for number in numbers],
        disposition=disposed,
        dispositionTimestamp=stamp(2) if disposed else None,
        dispositions=[{"disposition": "Never again", "doNotContact": True}],
    )
    kind = None if is_read else draw(st.sampled_from([ConversationKind.NEW_MESSAGE, ConversationKind.OPT_OUT]))
    seen_at = STARTED + timedelta(minutes=20 * draw(st.integers(0, 12)))
    return ConversationObservation(ConversationPayload.model_validate(payload), seen_at, kind=kind, is_read=is_read)


def _play(said: list[ConversationObservation], batch: int) -> dict[str, Any]:
    Workspace.objects.all().delete()
    workspace = make_workspace()
    for begin in range(0, len(said), batch):
        with transaction.atomic():
            merge(workspace.pk, Observations(conversations=said[begin : begin + batch]))
    row = Conversation.objects.get()
    return {
        "summary": (row.status, row.waiting_since, row.last_message_at, row.disposition, row.disproved),
        "marks": (row.asked_at, row.disproved_through),
        "messages": sorted(Message.objects.values_list("remote_id", "is_confirmed", "heard_at")),
        "dispositions": sorted(Disposition.objects.values_list("name", "is_confirmed", "heard_at")),
        "evidence": sorted(Consent.objects.values_list("kind", "evidence", "is_confirmed", "heard_at"), key=repr),
        "disproved evidence": sorted(Consent.objects.disproved().values_list("evidence", flat=True)),
    }


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_stands_is_the_same_in_any_order(data: st.DataObject) -> None:
    said = data.draw(st.lists(statements(), min_size=1, max_size=7))

    in_order = _play(sorted(said, key=lambda statement: statement.seen_at), 500)
    mixed = _play(data.draw(st.permutations(said + said[:2])), data.draw(st.integers(1, 3)))

    assert mixed == in_order


def heard(*, minutes: int, texts: tuple[int, ...], is_read: bool = False) -> ConversationObservation:
    payload = body("", messages=[message(number, number, TEXTS[number]) for number in texts])
    seen_at = STARTED + timedelta(minutes=minutes)
    return ConversationObservation(ConversationPayload.model_validate(payload), seen_at, is_read=is_read)


@pytest.mark.parametrize(
    ("asked", "stands"),
    [
        ((), True),
        ((5, 10, 30, 59), True),
        ((61,), True),
        ((59, 61), True),
        ((61, 62), False),
        ((30, 61, 300), False),
    ],
)
def test_two_gets_an_hour_after_it_was_heard_take_a_text_back(asked: tuple[int, ...], stands: bool) -> None:
    _play([heard(minutes=0, texts=(0, 2)), *(heard(minutes=at, texts=(0,), is_read=True) for at in asked)], 1)

    row = Conversation.objects.get()
    said_last = Message.objects.get(remote_id=f"{2:024x}")

    assert (row.last_message_at == said_last.sent_at) is stands
    assert said_last.is_disproved is not stands
    assert row.disproved == (0 if stands else 1)


@pytest.mark.parametrize(
    ("asked", "next_at"),
    [((), 0), ((5,), 60), ((5, 55), 65), ((5, 61), 71), ((5, 61, 71), None)],
)
def test_the_next_get_is_due_when_it_can_prove_something(asked: tuple[int, ...], next_at: int | None) -> None:
    _play([heard(minutes=0, texts=(0, 2))], 1)
    for at in asked:
        # Whoever asks takes the wish with him, as a read does.
        Conversation.objects.update(read_wanted_at=None, key_fingerprint="good")
        with transaction.atomic():
            said = heard(minutes=at, texts=(0,), is_read=True)
            merge(Workspace.objects.get().pk, Observations(conversations=[said]))

    wanted_at = Conversation.objects.get().read_wanted_at

    assert wanted_at == (None if next_at is None else STARTED + timedelta(minutes=next_at))


def test_a_clock_that_runs_ahead_puts_no_text_at_the_end_for_ever() -> None:
    payload = body("", messages=[message(1, 0, "Hi") | {"timestamp": "2199-01-01T00:00:00.000Z"}])

    _play([ConversationObservation(ConversationPayload.model_validate(payload), STARTED)], 1)

    sent_at: datetime = Message.objects.get().sent_at
    assert sent_at <= STARTED + timedelta(minutes=5)
