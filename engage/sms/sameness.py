"""When two texts are the same text, although the platform stored one of them in its own way."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """The form in which texts are compared: one spelling of each character, runs of space as one."""
    return " ".join(unicodedata.normalize("NFC", text).split())
