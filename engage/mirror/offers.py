"""The dispositions that a conversation offers: the newest list, and of each what the newest list says that names it."""

from __future__ import annotations

from typing import Any, Final

from engage.mirror.merged import Merged
from engage.models.disposition_names import as_read

# What a list may leave out about a name that another list told. Whether it forbids all texts must not be lost.
_TOLD: Final = ("id", "success", "doNotContact")
# In an entry: of what its own list does not name, the version of the list that does.
_FROM: Final = "namedBy"

Entry = dict[str, Any]


def digest_of(version: str) -> str:
    return version.rpartition(" ")[2]


def take_dispositions(item: Merged) -> None:
    """The newest list that names any; raises nothing, whatever the lists hold."""
    row = item.conversation
    lists = {said.dispositions_version: said.dispositions for said in item.observations if said.dispositions_version}
    newest = max([row.dispositions_version, *lists])
    # Nearly always the same list comes again: then nothing of the row is read.
    if all(digest_of(version) == digest_of(row.dispositions_version) for version in lists):
        row.dispositions_version = newest
        return
    held = row.dispositions if row.dispositions_version else []
    lists = {row.dispositions_version: held} | lists
    listed = _filled(lists[newest], newest, lists)
    item.has_new_dispositions = listed != held
    row.dispositions, row.dispositions_version = listed, newest


def _filled(listed: list[Entry], newest: str, lists: dict[str, list[Entry]]) -> list[Entry]:
    if all(entry.get(name) is not None and not entry.get(_FROM) for entry in listed for name in _TOLD):
        return listed
    known = _find_told(lists)
    return [_with_told(entry, known, newest) for entry in listed]


def _find_told(lists: dict[str, list[Entry]]) -> dict[tuple[str, str], tuple[str, Any]]:
    """By name of the disposition and of the field: the newest version that names it, and what it says."""
    known: dict[tuple[str, str], tuple[str, Any]] = {}
    for version, entries in lists.items():
        for entry in entries:
            for name in _TOLD:
                if entry.get(name) is not None:
                    said = ((entry.get(_FROM) or {}).get(name, version), entry[name])
                    place = (as_read(entry.get("disposition") or ""), name)
                    known[place] = max(known.get(place, said), said, key=lambda told: (told[0], str(told[1])))
    return known


def _with_told(entry: Entry, known: dict[tuple[str, str], tuple[str, Any]], newest: str) -> Entry:
    filled = {name: value for name, value in entry.items() if name != _FROM}
    named_by: dict[str, str] = {}
    for name in _TOLD:
        version, value = known.get((as_read(entry.get("disposition") or ""), name), ("", None))
        if version:
            filled[name] = value
            if version != newest:
                named_by[name] = version
    return filled | ({_FROM: named_by} if named_by else {})
