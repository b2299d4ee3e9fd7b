"""How lead lists stand, in numbers: the platform's own, under its own names, and ours of who answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Count

from engage.models import Campaign, Command, Lead

# Whole numbers that count nothing.
_NO_COUNT: Final = re.compile(r"(?:id|code|version|priority)\Z", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


def count_answers(campaign: Campaign) -> dict[str, int]:
    """List, by the platform's id → leads who answered: others the platform does not tell of."""
    leads = Lead.objects.filter(campaign=campaign).exclude(remote_list_id="").order_by()
    return dict(leads.values_list("remote_list_id").annotate(Count("id")))


def find_loaded_names(campaign: Campaign) -> list[str]:
    """Lists that leads were loaded into from here: the platform tells of a list only when its state changes."""
    loads = Command.objects.filter(campaign=campaign, kind__in=Command.LOADS)
    arrived = loads.filter(state__in=(Command.State.ACCEPTED, Command.State.CONFIRMED))
    return list(arrived.order_by("text").values_list("text", flat=True).distinct())


def numbers_in_words(document: Mapping[str, Any], answers: int) -> str:
    """As "leads 412, sent 310, 41 answered"; the platform's list has no documented shape, so its names are kept."""
    counts = {name: value for name, value in document.items() if type(value) is int and not _NO_COUNT.search(name)}
    words = [f"{' '.join(_WORD.findall(name)).lower()} {value:,}" for name, value in counts.items()]
    return ", ".join(words + ([f"{answers:,} answered"] if answers else []))
