"""Server-sent events as bytes."""

from __future__ import annotations

import re

# The three line ends of the format. `splitlines` knows more of them and would eat those out of a message's text.
_LINE_END = re.compile(r"\r\n|\r|\n")


def data_lines(html: str) -> bytes:
    """A part of an event's data; parts may be joined."""
    return "".join(f"data: {line}\n" for line in _LINE_END.split(html)).encode()


def event(data: bytes = b"data:\n", *, id: int | None = None, name: str = "", retry: int | None = None) -> bytes:
    """One event. Without data a browser would not dispatch it, so an empty line of data is the least."""
    head = f"id: {id}\n" if id is not None else ""
    head += f"event: {name}\n" if name else ""
    head += f"retry: {retry}\n" if retry is not None else ""
    return head.encode() + data + b"\n"
