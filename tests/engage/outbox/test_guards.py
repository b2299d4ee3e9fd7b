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


@pytest.mark.parametrize("told", [{"state": "GU"}, {"phone": "+16715550109"}, {"zip": "96910"}])
def test_lead_without_a_zone_is_not_texted_at_night_where_anything_says_that_they_are(told: dict[str, str]) -> None:
    """At 1:05 PM in New York it is 4:05 AM in Guam."""
    lead = make_lead(**({"time_zone": "", "state": "", "phone": "+18005550109"} | told))
    conversation = make_conversation(lead=lead, waiting=None)
    at = datetime(2026, 12, 10, 13, 5, tzinfo=ZoneInfo("America/New_York"))
    make_message(conversation=conversation, sent_at=at - timedelta(days=3))

    assert "5 PM Eastern" in window_refusal(conversation, at)
