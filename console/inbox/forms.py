from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404

from console.accounts.scope import Scope
from console.display.fields import ExactField, SearchField, WordsField
from console.inbox.queues import Queue, QueueView
from engage.models import Campaign, Telling

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import QueryDict

PAGE = 50
LONGEST_LIST = 1000
# What the page itself fills in does not read as it was written.
_ODD = "The page sent something odd. Reload it and try again; your words stay."


def words_of(form: forms.Form) -> str:
    """Why it was refused, for the person who filled it in."""
    return " ".join(dict.fromkeys(str(error) for errors in form.errors.values() for error in errors))


class SeenField(forms.Field):
    """Id of the text heard last of those that stood on the page; None where the form does not say."""

    widget = forms.HiddenInput
    _GREATEST = 2**63 - 1

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: object) -> int | None:
        text = "" if value is None else str(value).strip()
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) < 20):
            raise forms.ValidationError(_ODD)
        return min(int(text), self._GREATEST)


class SeenForm(forms.Form):
    """An act on a conversation, with what its author had in front of them."""

    seen_through = SeenField()


class ReplyForm(SeenForm):
    """Shape only; whether it may be sent is the outbox's to say."""

    text = ExactField(
        required=False, max_length=20_000, error_messages={"max_length": "This text is too long to be sent as one."}
    )
    key = forms.UUIDField(required=False, error_messages={"invalid": _ODD})
    take_over = forms.BooleanField(required=False)
    # What the person has read that may be an opt-out, and takes for none.
    no_opt_out = forms.CharField(required=False, max_length=16)

    def clean_text(self) -> str:
        # A form posts every line break as CR LF; on the way to a phone each counts as one character.
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")

    def clean_key(self) -> uuid.UUID:
        return self.cleaned_data["key"] or uuid.uuid4()


class DispositionForm(SeenForm):
    # As long and with whatever blanks the platform has named it.
    name = ExactField(strip=False, error_messages={"required": "Choose one of the dispositions."})
    key = forms.UUIDField(required=False, error_messages={"invalid": _ODD})
    confirmed = forms.BooleanField(required=False)

    def clean_key(self) -> uuid.UUID:
        return self.cleaned_data["key"] or uuid.uuid4()


class AssignForm(SeenForm):
    agent = forms.IntegerField()


class PageForm(forms.Form):
    """Which page of a list: `?page=2`."""

    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)

    @property
    def number(self) -> int:
        return (self.cleaned_data["page"] or 1) if self.is_valid() else 1


class FindForm(forms.Form):
    """What is looked for by name among many: `?find=call back`."""

    find = SearchField()

    @property
    def sought(self) -> str:
        return str(self.cleaned_data["find"]) if self.is_valid() else ""


class NoOptOutForm(forms.Form):
    """Which texts somebody had read when they said that it is no opt-out."""

    doubt = forms.CharField(max_length=16)


class StopForm(forms.Form):
    """Why all texts to a number are stopped."""

    reason = forms.CharField(max_length=500)


class TellingForm(forms.Form):
    """What a person did about an opt-out that Engage was not told of."""

    answer = forms.ChoiceField(choices=Telling.Answer.choices)


class LiftForm(forms.Form):
    """Why a number may be texted again, and what locked it when the person looked."""

    reason = WordsField(max_length=500, error_messages={"required": "Say why the lock may be lifted."})
    mark = forms.CharField(max_length=16)


class LiftManyForm(forms.Form):
    """The opt-out events that were ticked."""

    reason = WordsField(max_length=500, error_messages={"required": "Say why these locks may be lifted."})

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.ids = {int(value) for value in data.getlist("evidence") if value.isascii() and value.isdecimal()}

    def clean(self) -> None:
        if not self.ids:
            raise forms.ValidationError("Tick at least one.")


class DecisionForm(SeenForm):
    """What a person decides about a command that no machine may settle."""

    CHOICES = (
        ("cancel", "Cancel"),
        ("send_again", "Send again"),
        ("mark_sent", "It was sent"),
        ("discard", "Discard"),
        ("same", "Yes, the same"),
        ("different", "No, another"),
        ("release", "Release"),
        ("leave", "Leave it"),
    )
    decision = forms.ChoiceField(choices=CHOICES)


class ListForm(forms.Form):
    """The query of an inbox address: `?queue=mine&campaign=3&search=reyes&show=100`."""

    queue = forms.ChoiceField(choices=[(queue.value, queue.label) for queue in Queue], required=False)
    campaign = forms.IntegerField(required=False)
    search = SearchField()
    show = forms.IntegerField(required=False, min_value=1)

    def __init__(self, query: QueryDict, *, user: User) -> None:
        super().__init__(query)
        self._user = user
        self.chosen_campaign: Campaign | None = None
        self.scope = Scope.of(user)
        if not self.is_valid():
            raise Http404

    def clean_campaign(self) -> int | None:
        campaign_id: int | None = self.cleaned_data["campaign"]
        if campaign_id is None:
            return None
        reachable = self.scope.campaign_ids
        if reachable is None or campaign_id in reachable:
            self.chosen_campaign = Campaign.objects.defer("document").filter(id=campaign_id).first()
        if self.chosen_campaign is None:
            raise forms.ValidationError("There is no such campaign.")
        return campaign_id

    @property
    def view(self) -> QueueView:
        queue = Queue(self.cleaned_data["queue"] or Queue.NEEDS_REPLY)
        return QueueView(
            queue=queue,
            scope=self.scope,
            agent_id=self._user.id if queue is Queue.MINE else None,
            campaign_id=self.cleaned_data["campaign"],
            search=self.cleaned_data["search"],
        )

    @property
    def limit(self) -> int:
        return min(self.cleaned_data["show"] or PAGE, LONGEST_LIST)

    @property
    def address(self) -> dict[str, Any]:
        """What leads back to the same list: the query without how much of it is shown."""
        view = self.view
        query: dict[str, Any] = {"queue": view.queue.value}
        if view.campaign_id is not None:
            query["campaign"] = view.campaign_id
        if view.search:
            query["search"] = view.search
        return query
