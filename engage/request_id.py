"""The name of the request that set something off: carried from the click to the last line of the log about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_name: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Empty where nobody asked for anything: in loops and on the command line."""
    return _name.get()


@contextmanager
def carrying(name: str) -> Iterator[None]:
    """What is done and logged in here belongs to the request of this name."""
    token = _name.set(name)
    try:
        yield
    finally:
        _name.reset(token)
