"""The stop words that each workspace has set for itself, ready to be compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from engage.models import Workspace
from engage.sms.keywords import OwnWords


def read_own_words(workspace_ids: Iterable[int]) -> Mapping[int, OwnWords]:
    """One query for a whole batch; no words for a workspace that has set none."""
    found: defaultdict[int, OwnWords] = defaultdict(OwnWords)
    rows = Workspace.objects.filter(id__in=set(workspace_ids)).exclude(stop_words="")
    for workspace_id, words in rows.values_list("id", "stop_words"):
        found[workspace_id] = OwnWords.of(frozenset(words.splitlines()))
    return found
