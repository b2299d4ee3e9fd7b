"""A CSV file on its way out: multipart/form-data, read from the file while it is sent, never held whole."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from engage.api.errors import Rejected

_PIECE = 64 * 1024


class FileCutShort(Exception):
    """The file has become shorter since its length was announced."""


class Upload:
    """A request body: `fields` first, then the file from its first byte to the end it has now; raises Rejected.

    The caller keeps the file open until the call is over, and closes it.
    """

    def __init__(self, *, fields: Mapping[str, str], file_name: str, file: BinaryIO) -> None:
        # Nobody who has not seen it can have put it into the file: 128 bits of chance.
        boundary = secrets.token_hex(16)
        part = f"--{boundary}\r\nContent-Disposition: form-data; name="
        head = "".join(f'{part}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
        head += f'{part}"file"; filename="{_checked_name(file_name)}"\r\nContent-Type: text/csv\r\n\r\n'
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._head = encoded(head)
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._file = file
        self._size = _size_of(file)

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        """As many bytes as `len` has promised; raises FileCutShort."""
        yield self._head
        self._file.seek(0)
        left = self._size
        while left:
            piece = self._file.read(min(_PIECE, left))
            if not piece:
                raise FileCutShort
            left -= len(piece)
            yield piece
        yield self._tail


def encoded(text: str) -> bytes:
    """UTF-8; raises Rejected for what has none."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Rejected(None, "holds half of a character pair, which cannot be sent") from None


def _checked_name(file_name: str) -> str:
    # The platform may name the list after it. Servers read these differently: what arrived would be a guess.
    if not file_name.strip() or any(letter in '"\\/' or letter < " " or letter == "\x7f" for letter in file_name):
        raise Rejected(None, "the file name is blank or holds a quotation mark, a slash or a control character")
    return file_name


def _size_of(file: BinaryIO) -> int:
    try:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        # Tried here, where it is still certain that nothing has left.
        is_empty = not file.read(1)
    except Exception:
        # Whoever lends us the file decides what its reading may raise.
        raise Rejected(None, "the file cannot be read") from None
    if is_empty:
        raise Rejected(None, "the file is empty")
    return size
