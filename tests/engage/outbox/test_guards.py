"""The hours: who wrote within a day is answered at any hour, nobody else is texted outside the window."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engage.outbox.guards import check_reply, window_refusal, window_warning
from engage.outbox.refusals import OutsideWindow
from tests.factories import make_conversation, make_lead, make_message

pytestmark = pytest.mark.django_db

# A Tuesday, eleven at night in New York.
NIGHT = datetime(2026, 11, 17, 23, tzinfo=ZoneInfo("America/New_York"))


def test_who_wrote_today_is_answered_at_night_with_a_warning() -> None:
    conversation = make_conversation(lead=make_lead(time_zone="America/New_York", state="NY"), waiting=None)
    make_message(conversation=conversation, sent_at=NIGHT - timedelta(hours=23))

    check_reply(conversation, NIGHT)

    assert "8 AM" in window_warning(conversation, NIGHT)
    assert window_refusal(conversation, NIGHT) == ""


def test_who_wrote_the_day_before_is_left_alone_at_night() -> None:
    conversation = make_conversation(lead=make_lead(time_zone="America/New_York", state="NY"), waiting=None)
    make_message(conversation=conversation, sent_at=NIGHT - timedelta(hours=25))

    with pytest.raises(OutsideWindow, match="8 AM"):
        check_reply(conversation, NIGHT)


def test_in_the_window_everybody_may_be_texted() -> None:
    conversation = make_conversation(lead=make_lead(time_zone="America/New_York", state="NY"), waiting=None)
    make_message(conversation=conversation, sent_at=NIGHT - timedelta(days=9))
    noon = NIGHT.replace(hour=12)

    check_reply(conversation, noon)

    assert window_warning(conversation, noon) == ""
