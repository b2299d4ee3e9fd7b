"""The items of a long JSON array one after the other: in memory are the bytes that came and one item."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator

from engage.api.strict_json import BadJson, clean_item, lenient_decoder

MAX_ITEM = 4 * 1024 * 1024
_WINDOW = 256 * 1024
_BLANK = " \t\r\n"
_AFTER = tuple(f"{_BLANK},]")


class _Window:
    """A stretch of the decoded body, moved forward as it is read."""

    def __init__(self, body: bytes | bytearray) -> None:
        self._body = memoryview(body)
        self._next = 0
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self.text = ""
        self.at = 0

    def extend(self) -> bool:
        """Read on; false at the end. What was read is dropped."""
        if self._next >= len(self._body):
            return False
        # Ever longer stretches, so that a long item is not begun anew too often.
        end = self._next + max(_WINDOW, len(self.text) - self.at)
        piece = bytes(self._body[self._next : end])
        self._next += len(piece)
        try:
            more = self._decode(piece, self._next >= len(self._body))
        except UnicodeDecodeError:
            raise BadJson("invalid UTF-8") from None
        self.text, self.at = self.text[self.at :] + more, 0
        return True

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in _BLANK:
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.extend():
                return ""

    def take(self, *expected: str) -> str:
        found = self.peek()
        if found not in expected or not found:
            raise BadJson("not a JSON array")
        self.at += 1
        return found


def is_array(body: bytes | bytearray) -> bool:
    return bytes(body[:1000]).removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"["


def each_item(body: bytes | bytearray) -> Iterator[object]:
    """The items, cleaned as those of an answer are; raises BadJson when what comes next is no item."""
    window = _Window(body)
    window.take("[")
    if window.peek() == "]":
        window.take("]")
    else:
        while True:
            yield clean_item(_take_item(window))
            if window.take(",", "]") == "]":
                break
    if window.peek():
        raise BadJson("more than one JSON value")


def _take_item(window: _Window) -> object:
    while True:
        window.peek()
        try:
            value, end = lenient_decoder.raw_decode(window.text, window.at)
        except json.JSONDecodeError as error:
            if len(window.text) - window.at > MAX_ITEM:
                raise BadJson("an item that is longer than 4 MiB") from None
            # It may only be cut off where the window ends.
            if not window.extend():
                raise BadJson(f"not JSON: {error.msg}") from None
            continue
        except RecursionError:
            raise BadJson("nested too deep") from None
        # A number goes on where the window may have cut it.
        is_cut = not isinstance(value, dict | list | str) and window.text[end : end + 1] not in _AFTER
        if is_cut and window.extend():
            continue
        window.at = end
        item: object = value
        return item
