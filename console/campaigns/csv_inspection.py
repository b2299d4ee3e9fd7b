"""What an uploaded file is, learned while it streams by: nothing of it is held but a few bytes."""

from __future__ import annotations

import codecs
import re
from typing import Final

UTF_8: Final = "utf-8"
WINDOWS_1252: Final = "cp1252"
# UTF-8 with lines of Windows-1252 in it: put together from two files, and read line by line.
MIXED: Final = "mixed"
BYTE_ORDER_MARK: Final = codecs.BOM_UTF8

# No lead takes so much: it is a file of another kind, or one without line breaks.
LONGEST_LINE: Final = 256 * 1024

_UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OTHER_KINDS: Final = (
    (b"PK\x03\x04", "This is an Excel workbook. Save it as “CSV UTF-8” and upload that."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook. Save it as “CSV UTF-8” and upload that."),
    (b"%PDF", "This is a PDF. Leads are loaded from a CSV file."),
    (b"\x1f\x8b", "This file is compressed. Unpack it and upload the CSV file that is in it."),
)
# Bytes that mean nothing in Windows-1252.
_UNDEFINED: Final = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
# What begins and goes on as a letter of UTF-8 does.
_LETTER: Final = re.compile(
    rb"[\xc3-\xdf][\x80-\xbf](?![\x80-\xff])|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HEAD_BYTES: Final = 8


class BadFile(Exception):
    """The file cannot be read; the message says why, and what to do, in the words of whoever uploaded it."""


class Inspection:
    """Feed it every piece of a file in order, then ask for the encoding."""

    def __init__(self) -> None:
        self.size = 0
        self._head = b""
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder(UTF_8)()
        self._is_windows_1252 = True
        self._has_utf_8 = False
        self._tail = b""
        self._lines_before = 0
        self._line_bytes = 0
        self._longest_line = (0, 0)
        self._nul_line = 0

    def feed(self, piece: bytes) -> None:
        self.size += len(piece)
        self._head = (self._head + piece[:_HEAD_BYTES])[:_HEAD_BYTES]
        self._decode(piece)
        if not self._nul_line and (at := piece.find(b"\0")) >= 0:
            self._nul_line = self._lines_before + piece.count(b"\n", 0, at) + 1
        self._measure_lines(piece)
        self._lines_before += piece.count(b"\n")

    def find_encoding(self) -> str:
        """After the last piece. Raises BadFile."""
        self._decode(b"", is_last=True)
        self._check_kind()
        line, length = self._longest_line
        if length > LONGEST_LINE:
            raise BadFile(
                f"Line {line:,} is longer than {LONGEST_LINE:,} characters: this is no list of leads, "
                "or its line breaks are missing."
            )
        if self._decoder is not None:
            return UTF_8
        if self._has_utf_8:
            return MIXED
        if self._is_windows_1252:
            return WINDOWS_1252
        raise BadFile("The letters of this file are in no encoding we know. Save it as “CSV UTF-8” and upload that.")

    def _check_kind(self) -> None:
        if not self.size:
            raise BadFile("This file is empty.")
        for beginning, words in _OTHER_KINDS:
            if self._head.startswith(beginning):
                raise BadFile(words)
        if self._head.startswith(_UTF_16_MARKS):
            raise BadFile("This file is saved as “Unicode text” (UTF-16). Save it as “CSV UTF-8” and upload that.")
        if self._nul_line:
            raise BadFile(
                f"Line {self._nul_line:,} holds a NUL byte: the file is damaged, or no text. "
                "Save it as “CSV UTF-8” and upload that."
            )

    def _decode(self, piece: bytes, *, is_last: bool = False) -> None:
        if self._is_windows_1252:
            self._is_windows_1252 = not any(byte in piece for byte in _UNDEFINED)
        if not self._has_utf_8:
            # Two such bytes in a row are two odd signs in Windows-1252, and a letter in UTF-8.
            self._has_utf_8 = bool(_LETTER.search(self._tail + piece))
            self._tail = piece[-3:]
        if self._decoder is None:
            return
        try:
            self._decoder.decode(piece, is_last)
        except UnicodeDecodeError:
            self._decoder = None

    def _measure_lines(self, piece: bytes) -> None:
        """Pieces are short beside the longest line: only lines that go on over several of them are measured."""
        # Carriage returns alone end lines as well.
        first, last = _first_end(piece), max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        if last < 0:
            self._line_bytes += len(piece)
        else:
            self._note(self._line_bytes + first)
            self._line_bytes = len(piece) - last - 1
        self._note(self._line_bytes)

    def _note(self, length: int) -> None:
        if length > self._longest_line[1]:
            self._longest_line = (self._lines_before + 1, length)


def _first_end(piece: bytes) -> int:
    return min((at for at in (piece.find(b"\n"), piece.find(b"\r")) if at >= 0), default=-1)
