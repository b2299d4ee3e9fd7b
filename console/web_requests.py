"""How much of a request has come. Enough of it is read here to wait for the rest; gunicorn reads it properly, later."""

from __future__ import annotations

import re
from enum import Enum

HEAD_LIMIT = 64 * 1024
# Larger than any webhook and any form of ours; what is larger still is a file, and is read while it comes.
BODY_LIMIT = 2 * 1024 * 1024
_SIZE_LINE_LIMIT = 4096

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.I)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]{0,200}chunked", re.I)
_EXPECTS_WORD = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.I)


class Progress(Enum):
    COMING = "coming"
    WHOLE = "whole"
    # Its head is there, and its body is not waited for.
    LARGE = "large"
    # Nobody sends such a head.
    TOO_LARGE = "too large"


class Arrival:
    """The bytes of one request so far. What makes no sense counts as whole: gunicorn says what is wrong with it."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._body_at = 0
        self._length: int | None = 0
        self._chunk_at = 0

    def __len__(self) -> int:
        return len(self._data)

    def add(self, piece: bytes) -> Progress:
        searched = max(0, len(self._data) - 3)
        self._data += piece
        if not self._body_at and not self._find_head(searched):
            return Progress.TOO_LARGE if len(self._data) > HEAD_LIMIT else Progress.COMING
        return self._look_at_chunks() if self._length is None else self._look_at_length(self._length)

    def waits_for_a_word(self) -> bool:
        """Whether the sender wants to hear that it may go on. It is asked once; then nobody needs to say it again."""
        if not self._body_at or b"100-" not in self._data[: self._body_at]:
            return False
        head, count = _EXPECTS_WORD.subn(b"", bytes(self._data[: self._body_at]))
        self._data[: self._body_at] = head
        self._chunk_at -= self._body_at - len(head)
        self._body_at = len(head)
        return bool(count)

    @property
    def path(self) -> bytes:
        """As the request line has it, without the query; empty when there is none."""
        words = bytes(self._data[:HEAD_LIMIT]).split(b"\r\n", 1)[0].split(b" ")
        return words[1].partition(b"?")[0] if len(words) > 1 else b""

    def take(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        return data

    def _find_head(self, searched: int) -> bool:
        end = self._data.find(b"\r\n\r\n", searched)
        if end < 0:
            return False
        self._body_at = self._chunk_at = end + 4
        head = bytes(self._data[: self._body_at])
        if _CHUNKED.search(head):
            self._length = None
        elif length := _LENGTH.search(head):
            self._length = int(length[1])
        return True

    def _look_at_length(self, length: int) -> Progress:
        if length > BODY_LIMIT:
            return Progress.LARGE
        return Progress.WHOLE if len(self._data) >= self._body_at + length else Progress.COMING

    def _look_at_chunks(self) -> Progress:
        while self._chunk_at < len(self._data):
            end = self._data.find(b"\r\n", self._chunk_at, self._chunk_at + _SIZE_LINE_LIMIT)
            if end < 0:
                is_endless = len(self._data) - self._chunk_at >= _SIZE_LINE_LIMIT
                return Progress.WHOLE if is_endless else self._or_large()
            try:
                size = int(bytes(self._data[self._chunk_at : end]).partition(b";")[0], 16)
            except ValueError:
                return Progress.WHOLE
            if size < 0:
                return Progress.WHOLE
            if size == 0:
                # After it come trailers, if any, and an empty line.
                return Progress.WHOLE if self._data.find(b"\r\n\r\n", end) >= 0 else self._or_large()
            self._chunk_at = end + 2 + size + 2
        return self._or_large()

    def _or_large(self) -> Progress:
        return Progress.LARGE if len(self._data) - self._body_at > BODY_LIMIT else Progress.COMING
