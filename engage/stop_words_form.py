"""A workspace's own stop words as admins edit them: one a line, each something that can mean nothing else."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from engage.models import Workspace
from engage.sms.keywords import OwnWords, Signal, signal
from engage.sms.keywords.clauses import COURTESIES, Said
from engage.sms.keywords.english import YES_WORDS
from engage.sms.keywords.folding import fold
from engage.sms.keywords.own_words import LONGEST_WORD, MOST

_NEVER = {
    Signal.START: "lifts an opt-out",
    Signal.MAYBE_START: "asks for texts again",
    Signal.HELP: "asks for help",
    Signal.REACTION: "is what phones send as a reaction",
}
_READ_AS = {
    Signal.STOP: "opts out by itself, also without being set here",
    Signal.MAYBE_STOP: "would ask a person; set here, it opts out",
    Signal.NONE: "would be an ordinary text; set here, it opts out",
}


def words_for(word: str) -> str:
    """How a word of the list is read."""
    return _READ_AS.get(signal(word), "is not used")


class StopWordsForm(forms.ModelForm[Workspace]):
    class Meta:
        model = Workspace
        fields = ("stop_words", "tells_engage")

    def clean_stop_words(self) -> str:
        lines = (" ".join(line.split()) for line in self.cleaned_data["stop_words"].splitlines())
        words = list(dict.fromkeys(line for line in lines if line))
        if len(words) > MOST:
            raise ValidationError(f"At most {MOST} words; these are {len(words)}.")
        refusals = [refusal for word in words if (refusal := _refusal(word))]
        if refusals:
            raise ValidationError(refusals)
        return "\n".join(words)


def _refusal(word: str) -> str:
    whole = next(iter(OwnWords.of(frozenset([word])).wholes), "")
    if len(word) > LONGEST_WORD:
        return f"“{word[:LONGEST_WORD]}…” is longer than {LONGEST_WORD} characters."
    if len(whole) < 2:
        return f"“{word}” is too short to mean one thing."
    if whole.isdigit():
        return f"“{word}” is a number, and may answer a question."
    if not Said(fold(word)).core or set(whole.split()) <= COURTESIES | YES_WORDS:
        return f"“{word}” is said in many a text that asks for an answer."
    meant = _NEVER.get(signal(word))
    return f"“{word}” {meant}." if meant else ""
