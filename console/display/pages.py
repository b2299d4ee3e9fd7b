"""Lists that have an end: a page of rows, how many more there are, and where the neighbours are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

# So many rows behind those shown are counted: no page waits for the counting of millions.
COUNTED: Final = 1_000


def count_more(rows: QuerySet[Any, Any], shown: int) -> str:
    """How many there are behind the first ones, as "12", "more than 1,000", or nothing."""
    count = max(0, rows.order_by()[: shown + COUNTED + 1].count() - shown)
    return in_words(count)


def first_of(rows: QuerySet[Row], shown: int) -> tuple[list[Row], str]:
    """The first ones, and how many more there are; these are counted only where there are any."""
    found = list(rows[: shown + 1])
    return found[:shown], count_more(rows, shown) if len(found) > shown else ""


def in_words(count: int) -> str:
    return f"more than {COUNTED:,}" if count > COUNTED else f"{count:,}" if count else ""


@dataclass(frozen=True)
class Pages:
    """Which rows of how many a page shows, and the queries of its neighbours; `before` of the second may be empty."""

    number: int
    first: int
    last: int
    count: str
    before: str | None
    after: str | None

    @classmethod
    def of(cls, *, number: int, size: int, count: int, address: Callable[[int], str]) -> Pages:
        """`count`: of all rows, or so many behind this page that it does not matter; `address`: the query of a page."""
        first, last = (number - 1) * size + 1, min(number * size, count)
        before = address(number - 1) if number > 1 else None
        after = address(number + 1) if last < count else None
        return cls(number, first, last, f"{count:,}", before, after)

    @property
    def is_one(self) -> bool:
        return self.before is None and self.after is None


def cut(rows: QuerySet[Row], *, number: int, size: int, address: Callable[[int], str]) -> tuple[list[Row], Pages]:
    """The rows of one page in their order; beyond the end, since there were more of them once, the first page."""
    seen = number * size
    found = list(rows[seen - size : seen + 1])
    if not found and number > 1:
        return cut(rows, number=1, size=size, address=address)
    is_last = len(found) <= size
    count = seen - size + len(found) if is_last else rows.order_by()[: seen + COUNTED + 1].count()
    pages = Pages.of(number=number, size=size, count=count, address=address)
    if count > seen + COUNTED:
        pages = replace(pages, count=f"more than {count - 1:,}")
    return found[:size], pages
