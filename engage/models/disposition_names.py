"""Names of dispositions: the platform knows each by its name, to the letter, however long and whatever is in it."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

LONGEST: Final = 300
_DIGEST: Final = 12


def kept_name(name: str) -> str:
    """The name as a column holds it: a long one is cut, with a digest that tells it from others that begin alike."""
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    return f"{name[: LONGEST - _DIGEST - 2]}… {digest}"


def find_name(said: str, offered: Iterable[Mapping[str, Any]]) -> str:
    """The name of what was chosen, be it said by name, by id or in other letters; what nobody offers stays."""
    entries = [(name, entry.get("id")) for entry in offered if isinstance(name := entry.get("disposition"), str)]
    if any(name == said for name, _ in entries):
        return said
    wanted = as_read(said)
    alike = {name for name, entry_id in entries if str(entry_id) == said} or {
        name for name, _ in entries if as_read(name) == wanted
    }
    return min(alike, default=said)


def means_do_not_contact(name: str, offered: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any of those offered that a person reads as this name, kept or whole, or as its id, says so."""
    return name in DoNotContact(offered)


class DoNotContact:
    """The names among those offered that say so; for whoever asks about one name after the other."""

    def __init__(self, offered: Iterable[Mapping[str, Any]]) -> None:
        self._names: set[str] = set()
        self._ids: set[str] = set()
        for entry in offered:
            if bool(entry.get("doNotContact")) and isinstance(own := entry.get("disposition"), str):
                self._names |= {as_read(own), as_read(kept_name(own))}
                self._ids.add(str(entry.get("id")))

    def __contains__(self, name: str) -> bool:
        return bool(self._names) and (as_read(name) in self._names or (bool(name) and name in self._ids))


def as_read(name: str) -> str:
    """One for all spellings that a person takes for the same name."""
    seen = "".join(character for character in name if unicodedata.category(character) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", seen).split()).casefold()
