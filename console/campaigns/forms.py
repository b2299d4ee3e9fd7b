from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django import forms
from django.http import Http404

from console.accounts.scope import Scope
from console.campaigns.board import BoardView, Filter, Sort
from console.display.fields import ExactField, SearchField

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import QueryDict


class SwitchForm(forms.Form):
    """One click on Activate or Pause."""

    key = forms.UUIDField(required=False)

    def clean_key(self) -> uuid.UUID:
        return self.cleaned_data["key"] or uuid.uuid4()


class ListSwitchForm(SwitchForm):
    """The same for a list, which is named verbatim: spaces around its name are part of it."""

    list_name = ExactField(strip=False)


class DecisionForm(forms.Form):
    """What a person decides about a command to a campaign that is not settled."""

    decision = forms.ChoiceField(choices=(("cancel", "Cancel"), ("leave", "Leave it"), ("give_up", "Give up")))


class BoardForm(forms.Form):
    """The query of the board's address: `?show=active&find=solar&sort=waiting`."""

    show = forms.ChoiceField(choices=[(filter_.value, filter_.label) for filter_ in Filter], required=False)
    find = SearchField()
    sort = forms.ChoiceField(choices=[(sort.value, sort.label) for sort in Sort], required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)

    def __init__(self, query: QueryDict, *, user: User) -> None:
        super().__init__(query)
        self._scope = Scope.of(user)
        if not self.is_valid():
            raise Http404

    @property
    def view(self) -> BoardView:
        return BoardView(
            scope=self._scope,
            filter=Filter(self.cleaned_data["show"] or Filter.ALL),
            search=self.cleaned_data["find"],
            sort=Sort(self.cleaned_data["sort"] or Sort.ATTENTION),
            page=self.cleaned_data["page"] or 1,
        )
