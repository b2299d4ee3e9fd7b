"""A person as the admin site makes and changes them: who they are, their role and their teams, in one step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import User

from console.accounts.models import Team


class _WithTeams(forms.ModelForm[User]):
    """Adds the teams, which know their people and not the other way round."""

    teams = forms.ModelMultipleChoiceField(
        Team.objects.order_by("name"),
        required=False,
        widget=FilteredSelectMultiple("teams", is_stacked=False),
        help_text="An agent in a team sees its campaigns only; in no team, all of them.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.setdefault("teams", list(self.instance.teams.order_by("name")))
        if groups := self.fields.get("groups"):
            groups.label = "Role"
            groups.help_text = "Who has none sees nothing."

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]  # Django's own hook for what is saved after the row
        if "teams" in self.cleaned_data and "teams" in self.fields:
            self.instance.teams.set(self.cleaned_data["teams"])


class NewPersonForm(_WithTeams, AdminUserCreationForm[User]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if groups := self.fields.get("groups"):
            groups.required = True


class PersonForm(_WithTeams, UserChangeForm[User]):
    pass
