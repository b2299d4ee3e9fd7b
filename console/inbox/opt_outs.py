"""Opt-outs that Engage does not show, put together by what they have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from engage.mirror.lifting import Unshown

# What comes by one token with no longer pause between is one group.
_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True)
class Group:
    """What came by one token, one soon after the other; the newest first."""

    token_name: str
    items: list[Unshown]

    @property
    def id(self) -> int:
        """Of the oldest in it: as more come by, it is the same group."""
        return self.items[-1].consent.pk

    @property
    def since(self) -> datetime:
        return self.items[-1].heard_at

    @property
    def until(self) -> datetime:
        return self.items[0].heard_at

    @property
    def denied(self) -> int:
        """How many are of conversations that Engage denies."""
        return sum(item.conversation.denied_at is not None for item in self.items)


def group(found: Iterable[Unshown]) -> list[Group]:
    """The group with the newest first."""
    groups: dict[str, list[Group]] = {}
    for item in sorted(found, key=lambda item: (item.heard_at, item.consent.pk), reverse=True):
        of_token = groups.setdefault(item.consent.token_name, [])
        if not of_token or of_token[-1].since - item.heard_at > _PAUSE:
            of_token.append(Group(item.consent.token_name, []))
        of_token[-1].items.append(item)
    return sorted((found for parts in groups.values() for found in parts), key=lambda part: part.until, reverse=True)
