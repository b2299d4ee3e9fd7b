"""Which numbers stand in rows further up of a file that is checked part by part."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Final

from engage.models import ListLoad

_BYTES_AT_ONCE: Final = 256 * 1024


class SeenNumbers:
    """Of the numbers that are asked for, those of rows further up; `file` holds those of the parts before this one.

    There they lie as they came, eight bytes each. They are read past the numbers of this part, piece by piece, so
    that memory goes by the part and not by the file, and what is written is never written again.
    """

    def __init__(self, file: ListLoad | None, asked_for: Iterable[str]) -> None:
        self._seen = _find(file, set(map(_number_of, asked_for)))
        self._new = array("Q")

    def __contains__(self, phone: str) -> bool:
        return _number_of(phone) in self._seen

    def add(self, phone: str) -> None:
        if phone not in self:
            self._seen.add(_number_of(phone))
            self._new.append(_number_of(phone))

    def pack(self) -> bytes:
        """What this part adds to the file."""
        return self._new.tobytes()


def _find(file: ListLoad | None, asked_for: set[int]) -> set[int]:
    found: set[int] = set()
    if file is None or not file.has_file or not asked_for:
        return found
    with file.open_file() as numbers:
        while piece := numbers.read(_BYTES_AT_ONCE):
            found |= asked_for.intersection(array("Q", piece))
    return found


def _number_of(phone: str) -> int:
    """Of E.164: at most fifteen digits."""
    return int(phone[1:])
