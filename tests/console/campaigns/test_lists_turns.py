"""One file is checked at a time in a process, and nobody's file waits for the end of another's."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console.campaigns import lists_turns
from console.campaigns.lists_turns import turn
from tests.console.campaigns.lists import FRAGMENT, address, begin_check, fragment, make_upload, reread
from tests.factories import make_campaign


def ask(upload_id: int) -> bool:
    with turn(upload_id) as is_ours:
        return is_ours


def test_second_file_waits_for_the_step_of_the_first() -> None:
    with turn(1) as is_first, turn(2) as is_second:
        assert (is_first, is_second) == (True, False)

    assert ask(2)


def test_whoever_waits_comes_before_the_next_step_of_the_same_file() -> None:
    with turn(1):
        assert [ask(2), ask(3)] == [False, False]

    assert [ask(1), ask(3), ask(2), ask(1), ask(3), ask(1)] == [False, False, True, False, True, True]


def test_page_that_was_closed_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    with turn(1):
        assert not ask(2)

    monkeypatch.setattr(lists_turns, "_FORGOTTEN_AFTER", 0.0)

    assert ask(1)


def test_step_that_fails_gives_its_turn_back() -> None:
    with pytest.raises(ZeroDivisionError), turn(1):
        raise ZeroDivisionError

    assert ask(2)


def test_page_whose_turn_it_is_not_asks_again_a_second_later(client: Client, sue: User) -> None:
    upload = begin_check(make_upload(campaign=make_campaign(), by=sue))
    client.force_login(sue)

    with turn(upload.pk + 1):
        response = client.post(address(upload, "check/"), headers=FRAGMENT)

    assert "load delay:1s" in fragment(response).one("form").attributes["hx-trigger"]
    assert reread(upload).rows_done == 0
    client.post(address(upload, "check/"), headers=FRAGMENT)
    assert reread(upload).rows_done == 1
