"""How much is done at once."""

from __future__ import annotations

import threading

import pytest

from engage.outbox.lanes import Lane

# A job gives its database connection back, so it may touch one.
pytestmark = pytest.mark.django_db


def test_no_origin_gets_more_than_its_share() -> None:
    lane, go = Lane("test", most_per_origin=2), threading.Event()

    for _ in range(2):
        lane.begin("http://slow", go.wait)
    crowded, elsewhere, free = lane.has_room_for("http://slow"), lane.has_room_for("http://other"), lane.free
    named = lane.crowded
    go.set()
    lane.finish()

    assert (crowded, elsewhere, free) == (False, True, 1)
    assert named == ["http://slow"]
    assert (lane.crowded, lane.free) == ([], 3)


def test_a_job_that_breaks_is_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    def sing() -> None:
        raise ValueError("canary")

    lane = Lane("test", most_per_origin=1)
    lane.begin("http://slow", sing)
    lane.finish()

    assert "ValueError at " in caplog.text
    assert "canary" not in caplog.text
    assert lane.free == 2
