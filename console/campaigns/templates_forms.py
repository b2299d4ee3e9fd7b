from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from console.campaigns.models import TEMPLATES
from console.display.fields import ExactField, WordsField

if TYPE_CHECKING:
    from django.http import QueryDict

# Longer than anything that can be sent, so that what is too long can be shown as it was written.
LONGEST = 10_000


def plain_text(text: str) -> str:
    """A form posts every line break as CR LF; a database cannot hold NUL, nor a form half a character."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").encode("utf-8", "replace").decode()


def number(text: str) -> int | None:
    """An id out of a form or an address; what is none names nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def first_error(form: forms.Form) -> str:
    return next((str(error) for errors in form.errors.values() for error in errors), "")


class EditForm(forms.Form):
    """The five texts as written, and by hash those that the writer began with. Shape only; nothing is judged here."""

    comment = WordsField(required=False, max_length=2_000)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        for name, label in TEMPLATES.items():
            self.fields[name] = ExactField(required=False, strip=False, max_length=LONGEST, label=label)
            self.fields[f"base-{name}"] = forms.CharField(required=False, max_length=64)

    @property
    def texts(self) -> dict[str, str]:
        """Also of a form that is not valid: what somebody wrote is never thrown away."""
        return {name: plain_text(self.data.get(name, "")) for name in TEMPLATES}

    @property
    def base_hashes(self) -> dict[str, str]:
        return {name: self.data.get(f"base-{name}", "") for name in TEMPLATES}

    @property
    def written_comment(self) -> str:
        return plain_text(self.data.get("comment", "")).strip()

    @property
    def lead_id(self) -> int | None:
        return number(self.data.get("lead", ""))

    @property
    def revised_id(self) -> int | None:
        return number(self.data.get("revises", ""))


class DecisionForm(forms.Form):
    """What somebody decides about a change request; `hash` names the texts they were shown."""

    CHOICES = (
        ("approve", "Approve"),
        ("reject", "Reject"),
        ("ask", "Ask for changes"),
        ("send_again", "Send again"),
        ("give_up", "Give up"),
    )
    decision = forms.ChoiceField(choices=CHOICES)
    hash = forms.CharField(required=False, max_length=64)
    reason = WordsField(required=False, max_length=2_000)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") in ("reject", "ask") and not cleaned.get("reason"):
            self.add_error("reason", "Say why, so that the author knows what to do.")
        return cleaned


class CompareForm(forms.Form):
    """The query of the versions page: `?template=helpMessage&old=3&new=5&page=2`."""

    template = forms.ChoiceField(choices=list(TEMPLATES.items()), required=False)
    old = forms.IntegerField(required=False)
    new = forms.IntegerField(required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)
