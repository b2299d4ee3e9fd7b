"""Keeping keys and message texts out of what a platform's answer lets us say about a failure."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from itertools import groupby
from urllib.parse import quote, quote_plus

_KEY_IN_URL = re.compile(r"\bkey=[^\s&\"'<>]+", re.IGNORECASE)
_RUN = 12
_SHORTEST = 4


def excerpt(body: bytes, *, secrets: Iterable[str], length: int = 200) -> str:
    """The start of an answer in one printable line, with every piece of a secret as `***`."""
    text = _KEY_IN_URL.sub("key=***", _one_line(body[: 4 * length].decode(errors="replace")))
    return _mask(text, [form for secret in secrets for form in _forms(secret)])[:length]


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _forms(secret: str) -> set[str]:
    """As an answer may echo it: plain, in JSON, in a URL, in HTML."""
    storable = secret.encode(errors="replace").decode()
    forms = {
        storable,
        json.dumps(storable)[1:-1],
        json.dumps(storable, ensure_ascii=False)[1:-1],
        quote(storable, safe=""),
        quote_plus(storable),
        html.escape(storable),
    }
    return {_one_line(form) for form in forms}


def _mask(text: str, forms: Iterable[str]) -> str:
    """Runs of twelve letters, not whole secrets: an answer may echo a part, or be cut in the middle of it.

    What is shorter than four letters says nothing by itself and stays.
    """
    hidden = [False] * len(text)
    for form in forms:
        size = min(_RUN, len(form))
        if size < _SHORTEST:
            continue
        runs = {form[start : start + size] for start in range(len(form) - size + 1)}
        for start in range(len(text) - size + 1):
            if text[start : start + size] in runs:
                hidden[start : start + size] = [True] * size
    marked = groupby(zip(text, hidden, strict=True), key=lambda pair: pair[1])
    return "".join("***" if is_hidden else "".join(letter for letter, _ in run) for is_hidden, run in marked)
