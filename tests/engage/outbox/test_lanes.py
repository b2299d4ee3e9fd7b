"""How much is done at once."""

from __future__ import annotations

import threading
import time

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


def test_what_hangs_takes_nobodys_place_until_many_do() -> None:
    lane, go = Lane("test", share=8, steps_around=True), threading.Event()
    begun = 0

    def fill() -> int:
        nonlocal begun
        while lane.has_room_for(1):
            lane.begin(1, go.wait)
            begun += 1
        return begun

    at_once = fill()
    time.sleep(0.6)
    later, crowded = fill(), lane.crowded
    for _ in range(5):
        time.sleep(0.6)
        fill()
    go.set()
    lane.finish()

    assert (at_once, later, crowded) == (8, 16, [1])
    assert begun == 40


def test_repetitions_that_hang_stay_few() -> None:
    lane, go = Lane("test", share=4, steps_around=True), threading.Event()

    for _ in range(2):
        lane.begin(1, go.wait, is_repetition=True)
    time.sleep(0.6)
    has_room = lane.has_room_for(1, is_repetition=True), lane.has_room_for(1)
    go.set()
    lane.finish()

    assert has_room == (False, True)


def test_workspaces_whose_platforms_hang_leave_room_for_one_more() -> None:
    lane, go = Lane("test", share=4, steps_around=True), threading.Event()

    for _ in range(5):
        for workspace_id in range(60):
            while lane.has_room_for(workspace_id):
                lane.begin(workspace_id, go.wait)
        time.sleep(0.6)
    has_room = lane.has_room_for(1000)
    go.set()
    lane.finish()

    assert has_room


def test_a_job_that_breaks_is_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    def sing() -> None:
        raise ValueError("canary")

    lane = Lane("test", share=1)
    lane.begin(1, sing)
    lane.finish()

    assert "ValueError at " in caplog.text
    assert "canary" not in caplog.text
    assert lane.has_room_for(1)
