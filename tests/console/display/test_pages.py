"""Pages of a list: each row is on one of them, and no more is counted than anybody reads."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.display import pages
from console.display.pages import cut, first_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people() -> list[User]:
    return User.objects.bulk_create(User(username=f"{number:03}") for number in range(25))


def look(number: int, size: int = 10) -> tuple[list[str], pages.Pages]:
    rows, found = cut(User.objects.order_by("username"), number=number, size=size, address=lambda page: f"page={page}")
    return [row.username for row in rows], found


def test_every_row_is_on_one_page() -> None:
    shown = [look(number) for number in (1, 2, 3)]

    assert [name for names, _ in shown for name in names] == [f"{number:03}" for number in range(25)]
    assert [(page.first, page.last, page.count) for _, page in shown] == [(1, 10, "25"), (11, 20, "25"), (21, 25, "25")]
    assert [(page.before, page.after) for _, page in shown] == [
        (None, "page=2"),
        ("page=1", "page=3"),
        ("page=2", None),
    ]


def test_page_beyond_the_end_is_the_first_one() -> None:
    assert look(9)[0] == look(1)[0]
    assert look(9)[1].number == 1


def test_so_many_are_counted_and_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "COUNTED", 5)

    assert look(1)[1].count == "more than 15"
    assert look(1)[1].after == "page=2"
    assert first_of(User.objects.order_by("username"), 10)[1] == "more than 5"
    assert first_of(User.objects.order_by("username"), 21)[1] == "4"


def test_list_of_one_page_is_not_counted() -> None:
    with CaptureQueriesContext(connection) as queries:
        _, page = look(1, size=25)
        assert first_of(User.objects.order_by("username"), 25)[1] == ""

    assert len(queries) == 2
    assert page.is_one
