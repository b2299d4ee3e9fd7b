from __future__ import annotations

import pytest

from console.accounts.scope import Scope
from console.live.panes import Panes
from console.live.topics import Topics
from tests.factories import make_conversation

pytestmark = pytest.mark.django_db


class Clock:
    """Every look at it is 60 ms after the one before: two panes fill the time of a round."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 0.06
        return self.now


def page(conversation_id: int | None) -> Topics:
    return Topics(Scope(None), 1, None, conversation_id)


def refresh(panes: Panes, changed: list[int], pages: list[Topics]) -> list[int | None]:
    """Which of the pages were told now."""
    panes.refresh(changed, pages)
    panes.mark_told()
    return [topics.conversation_id for topics in pages if panes.part(topics)]


def test_only_open_conversations_that_changed_are_rendered() -> None:
    changed, unchanged, closed = (make_conversation().pk for _ in range(3))
    panes = Panes()

    assert refresh(panes, [changed, closed], [page(changed), page(unchanged), page(None)]) == [changed]
    assert not panes.is_due()


def test_what_a_round_has_no_time_for_comes_first_in_the_next() -> None:
    ids = sorted(make_conversation().pk for _ in range(5))
    pages = [page(id_) for id_ in ids]
    panes = Panes(clock=Clock())

    rounds = [refresh(panes, ids, pages)]
    late = [panes.is_late(topics) for topics in pages]
    # The first one changes again and must wait for its turn.
    rounds += [refresh(panes, ids[:1], pages), refresh(panes, [], pages), refresh(panes, [], pages)]

    assert late == [False, False, True, True, True]
    assert rounds == [ids[:2], ids[2:4], [ids[0], ids[4]], []]


def test_page_that_was_closed_meanwhile_is_not_waited_for() -> None:
    ids = [make_conversation().pk for _ in range(4)]
    panes = Panes(clock=Clock())
    refresh(panes, ids, [page(id_) for id_ in ids])

    assert panes.is_due()
    assert refresh(panes, [], [page(ids[0])]) == []
    assert not panes.is_due()


def test_conversation_that_is_gone_is_no_trouble() -> None:
    panes = Panes()

    assert refresh(panes, [4711], [page(4711)]) == []
    assert not panes.is_late(page(4711))
