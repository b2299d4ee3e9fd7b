"""Who said stop last is not texted: whatever the clocks say, whatever GETs leave out, in any order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.api.events import ConversationKind
from engage.api.wire import ConversationPayload
from engage.mirror.consent import locked_numbers
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.models import Consent, Conversation, Workspace
from tests.engage.deliveries import STARTED, body, make_workspace, message
from tests.factories import make_reply, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

PHONE = "+15555551212"
OPT_OUT, OPT_IN = ConversationKind.OPT_OUT, ConversationKind.OPT_IN


def at(minutes: float) -> datetime:
    return STARTED + timedelta(minutes=minutes)


def say(
    minutes: float, *texts: dict[str, Any], kind: ConversationKind | None = None, is_read: bool = False, **lead: Any
) -> ConversationObservation:
    payload = body("", messages=list(texts), dispositions=None, **lead)
    kind = kind or (None if is_read else ConversationKind.NEW_MESSAGE)
    return ConversationObservation(ConversationPayload.model_validate(payload), at(minutes), kind=kind, is_read=is_read)


def play(said: list[ConversationObservation], batch: int = 1) -> Workspace:
    Workspace.objects.all().delete()
    workspace = make_workspace()
    for begin in range(0, len(said), batch):
        with transaction.atomic():
            merge(workspace.pk, Observations(conversations=said[begin : begin + batch]))
        if any(statement.is_read for statement in said[: begin + batch]):
            # What a read does before it merges its answer.
            Conversation.objects.update(key_fingerprint="good")
            with transaction.atomic():
                merge(workspace.pk, Observations(conversations=said[begin : begin + batch]))
    return workspace


def is_locked(workspace: Workspace) -> bool:
    cached = Conversation.objects.get().is_opted_out
    computed = PHONE in locked_numbers(workspace.pk, [PHONE])
    assert cached == computed
    return computed


STOP, START = message(1, 0, "STOP"), message(2, 5, "START")


@pytest.mark.parametrize("minutes", [2, 6, 60, 24 * 60])
@pytest.mark.parametrize("is_heard_by", ["webhook", "GET"])
def test_stop_after_a_start_from_the_future_locks(minutes: int, is_heard_by: str) -> None:
    ahead = message(2, 5 + minutes, "START")
    again = message(3, 6, "STOP")

    workspace = play(
        [
            say(0, STOP),
            say(5, ahead),
            say(5, STOP, ahead, is_read=True),
            *([say(6, again)] if is_heard_by == "webhook" else []),
            say(7, STOP, ahead, again, is_read=True),
        ]
    )

    assert is_locked(workspace)


def test_stop_dated_before_the_start_that_was_heard_first_locks() -> None:
    behind = message(3, -60, "STOP")

    workspace = play([say(0, STOP), say(5, START), say(5, STOP, START, is_read=True), say(8, behind)])

    assert is_locked(workspace)


def test_start_that_engage_shows_ends_a_stop() -> None:
    workspace = play([say(0, STOP), say(5, START), say(5.1, STOP, START, is_read=True)])

    assert not is_locked(workspace)


def test_stop_whose_webhook_was_lost_does_not_outlast_the_start_after_it() -> None:
    workspace = play([say(5, START), say(5.1, STOP, START, is_read=True)])

    assert not is_locked(workspace)


def test_opt_out_whose_text_no_get_shows_is_kept() -> None:
    gets = [say(minutes, message(9, -9, "Hi"), is_read=True) for minutes in (1, 61, 75, 600)]

    workspace = play([say(0, STOP, kind=OPT_OUT), *gets])

    assert is_locked(workspace)


def test_opt_in_counts_once_a_get_begun_after_it_answers() -> None:
    said = [say(0, kind=OPT_OUT), say(1, is_read=True), say(5, kind=OPT_IN)]

    assert is_locked(play(said))
    assert not is_locked(play([*said, say(6, is_read=True)]))


def test_opt_in_delivered_again_after_another_opt_out_ends_nothing() -> None:
    said = [say(0, kind=OPT_OUT), say(5, kind=OPT_IN), say(6, is_read=True)]

    workspace = play([*said, say(8, kind=OPT_OUT), say(9, kind=OPT_IN), say(10, is_read=True)])

    assert is_locked(workspace)


def test_opt_in_that_arrives_late_ends_no_opt_out_that_was_heard_after_its_words() -> None:
    late = say(60, START, kind=OPT_IN)

    workspace = play([say(0, STOP, kind=OPT_OUT), say(40, kind=OPT_OUT), late, say(61, is_read=True)])

    assert is_locked(workspace)


def test_opt_in_by_a_clock_a_little_behind_ends_an_opt_out_without_words() -> None:
    workspace = play([say(6, kind=OPT_OUT), say(7, START, kind=OPT_IN), say(8, is_read=True)])

    assert not is_locked(workspace)


def test_start_of_before_ends_no_opt_out_without_words() -> None:
    workspace = play(
        [
            say(0, STOP),
            say(5, START),
            say(5, STOP, START, is_read=True),
            say(9, kind=OPT_OUT),
            say(10, STOP, START, is_read=True),
        ]
    )

    assert is_locked(workspace)


def test_start_of_the_lead_lifts_a_do_not_contact_disposition() -> None:
    dnc = {"disposition": "Never again", "dispositionTimestamp": "2025-03-04T11:32:00.000Z"}
    chosen = say(2, **dnc, is_read=True)
    chosen.payload.data.dispositions[:] = ConversationPayload.model_validate(
        body("") | {"data": body("")["data"] | {"dispositions": [{"disposition": "Never again", "doNotContact": True}]}}
    ).data.dispositions

    assert is_locked(play([chosen]))
    assert not is_locked(play([chosen, say(5, START), say(6, START, is_read=True, **dnc)]))


def test_text_dated_ahead_and_answered_hides_no_later_text() -> None:
    ahead = message(1, 24 * 60, "Hi")
    play([say(0, ahead), say(0.1, ahead, is_read=True)])
    conversation = Conversation.objects.get()
    make_reply(conversation=conversation, by=make_user(), seen_through=conversation.heard_through)

    with transaction.atomic():
        said = [say(10, ahead, message(2, 10, "lose my number"), is_read=True)]
        merge(conversation.workspace_id, Observations(conversations=said))

    conversation.refresh_from_db()
    assert conversation.waiting_since == at(10)
    assert conversation.may_be_opt_out
    assert conversation.last_message_text == "lose my number"


def test_disposition_dated_ahead_does_not_close_what_is_written_after_it() -> None:
    over = {"disposition": "OK", "dispositionTimestamp": "2025-03-05T11:30:00.000Z"}
    play([say(0, message(1, -1, "Hi"), is_read=True, **over)])

    with transaction.atomic():
        said = [say(10, message(1, -1, "Hi"), message(2, 9, "One more thing"), is_read=True, **over)]
        merge(Workspace.objects.get().pk, Observations(conversations=said))

    assert Conversation.objects.get().is_open


@st.composite
def told(draw: st.DrawFn) -> list[ConversationObservation]:
    """A life of one number, as told: what Engage's clock says of it may be a day off, GETs may leave words out."""
    thread: list[dict[str, Any]] = []
    said = []
    for step in range(draw(st.integers(1, 7))):
        minutes = 10.0 * step
        kind = draw(st.sampled_from(["stop", "start", "text", "get"]))
        off = draw(st.sampled_from([0, 0, 3, 24 * 60, -24 * 60]))
        if kind == "get":
            said.append(say(minutes + 1, *thread, is_read=True))
            continue
        words = {"stop": "STOP", "start": "START", "text": "Hi"}[kind]
        texts = [message(step, minutes + off, words)]
        event = {"stop": OPT_OUT, "start": OPT_IN, "text": None}[kind]
        way = draw(st.sampled_from(["text", "event", "event with text"] if event else ["text"]))
        if way == "text":
            thread += texts
        said.append(say(minutes, *([] if way == "event" else texts), kind=None if way == "text" else event))
        if way == "text" and draw(st.booleans()):
            said.append(say(minutes + 1, *thread, is_read=True))
    return said


def _last_word(said: list[ConversationObservation]) -> str:
    words = [(s.kind, [m.message for m in s.messages]) for s in said if not s.is_read]
    consent = [
        "stop" if kind == OPT_OUT or texts == ["STOP"] else "start"
        for kind, texts in words
        if kind in (OPT_OUT, OPT_IN) or texts in (["STOP"], ["START"])
    ]
    return consent[-1] if consent else ""


def _ends(said: list[ConversationObservation], batch: int) -> tuple[Any, ...]:
    workspace = play(said, batch)
    names = ("kind", "evidence", "at", "is_confirmed", "heard_at", "first_heard_at", "last_heard_at", "shown_at")
    return is_locked(workspace), sorted(Consent.objects.values_list(*names), key=repr)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_who_said_stop_last_is_locked_in_any_order(data: st.DataObject) -> None:
    said = data.draw(told())

    in_order = _ends(said, 1)
    mixed = _ends(data.draw(st.permutations(said + said[:2])), data.draw(st.integers(1, 3)))

    assert mixed == in_order
    assert in_order[0] or _last_word(said) != "stop"
