"""Form fields that take whatever a person or a program sends: it is cleaned, and only what is left is judged."""

from __future__ import annotations

from typing import Any

from django import forms

from engage.sms.blanks import clean, storable
from engage.sms.searching import clean_query


class ExactField(forms.CharField):
    """To the letter, but for what no database holds."""

    def to_python(self, value: Any) -> str:
        return super().to_python(None if value is None else storable(str(value))) or ""


class WordsField(forms.CharField):
    """Words for people to read: what shows nothing is nothing, at the ends and as a whole."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "")


class SearchField(forms.CharField):
    """What is searched for: of any length, and of any characters."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: Any) -> str:
        return clean_query(super().to_python(value) or "")
