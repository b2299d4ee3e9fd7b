"""How lead lists stand, in numbers: the platform's own, under its own names, and ours of who answered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count

from console.campaigns.models import ListUpload
from engage.models import Campaign, Command, Lead, LeadList

# Whole numbers that count nothing.
_NO_COUNT: Final = re.compile(r"(?:id|code|version|priority)\Z", re.IGNORECASE)
_ARRIVED: Final = (Command.State.ACCEPTED, Command.State.CONFIRMED)
_WORD: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True)
class ListNumbers:
    """Of one list: what was loaded into it from here, and how many of its leads answered."""

    loaded: int = 0
    answered: int = 0

    def in_words(self, document: Mapping[str, Any]) -> str:
        """As "412 loaded from here, 41 answered. Engage last said: sent leads 310".

        The platform's list has no documented shape, so its names are kept; it tells of a list only now and then.
        """
        ours = ((self.loaded, "loaded from here"), (self.answered, "answered"))
        said = ", ".join(_their_words(document))
        parts = [
            ", ".join(f"{count:,} {words}" for count, words in ours if count),
            said and f"Engage last said: {said}",
        ]
        return ". ".join(part for part in parts if part)


def count_lists(campaign: Campaign, lists: Iterable[LeadList]) -> dict[str, ListNumbers]:
    """List name → its numbers; of those that were loaded from here, and of `lists` where leads answered."""
    ids = {row.remote_id: row.name for row in lists if row.remote_id}
    leads = Lead.objects.filter(campaign=campaign, remote_list_id__in=ids).order_by()
    answers = dict(leads.values_list("remote_list_id").annotate(Count("id")))
    answered = {ids[remote_id]: count for remote_id, count in answers.items()}
    loaded = _count_loaded(campaign)
    return {name: ListNumbers(loaded[name], answered.get(name, 0)) for name in [*loaded, *answered]}


def _count_loaded(campaign: Campaign) -> Counter[str]:
    """What arrived: the platform's own count where it posted one."""
    files = ListUpload.objects.filter(campaign=campaign, load__command__state__in=_ARRIVED)
    loaded: Counter[str] = Counter()
    for name, rows, accepted in files.values_list("list_name", "rows_kept", "load__result__accepted"):
        loaded[name] += accepted if type(accepted) is int else rows
    single = Command.objects.filter(campaign=campaign, kind=Command.Kind.LOAD_LEAD, state=Command.State.CONFIRMED)
    for name, count in single.order_by().values_list("text").annotate(Count("id")):
        loaded[name] += count
    return loaded


def _their_words(document: Mapping[str, Any]) -> Iterator[str]:
    for name, value in sorted(document.items()):
        # Nothing is said by a zero of a list that was told of before its leads were in it.
        if type(value) is int and value and not _NO_COUNT.search(name):
            yield f"{' '.join(_WORD.findall(name)).lower()} {value:,}"
