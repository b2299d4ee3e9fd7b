"""How much is done at once."""

from __future__ import annotations

import threading

import pytest

from engage.outbox.lanes import Lane

# A job gives its database connection back, so it may touch one.
pytestmark = pytest.mark.django_db


def test_no_workspace_gets_more_than_its_share() -> None:
    lane, go = Lane("test", share=2), threading.Event()

    for _ in range(2):
        lane.begin(1, go.wait)
    crowded, elsewhere, named = lane.has_room_for(1), lane.has_room_for(2), lane.crowded
    go.set()
    lane.finish()

    assert (crowded, elsewhere, named) == (False, True, [1])
    assert (lane.crowded, lane.has_room_for(1)) == ([], True)


def test_any_number_of_workspaces_that_stall_leaves_room_for_one_more() -> None:
    lane, go = Lane("test", share=4), threading.Event()

    for workspace_id in range(60):
        while lane.has_room_for(workspace_id):
            lane.begin(workspace_id, go.wait)
    has_room = lane.has_room_for(1000)
    go.set()
    lane.finish()

    assert has_room


def test_what_is_repeated_leaves_room_for_what_is_tried_for_the_first_time() -> None:
    lane, go = Lane("test", share=4), threading.Event()

    for _ in range(2):
        lane.begin(1, go.wait, is_repetition=True)
    has_room = lane.has_room_for(1, is_repetition=True), lane.has_room_for(1)
    go.set()
    lane.finish()

    assert has_room == (False, True)


def test_a_job_that_breaks_is_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    def sing() -> None:
        raise ValueError("canary")

    lane = Lane("test", share=1)
    lane.begin(1, sing)
    lane.finish()

    assert "ValueError at " in caplog.text
    assert "canary" not in caplog.text
    assert lane.has_room_for(1)
