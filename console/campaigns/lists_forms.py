from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms

from console.campaigns.csv_rows import DELIMITERS
from console.campaigns.lists_columns import PHONE, Column, columns_of, fields_of
from console.campaigns.lists_names import FORBIDDEN, LONGEST_NAME
from console.campaigns.lists_problems import CHOOSABLE
from console.campaigns.models import ListUpload
from engage.models import Campaign

if TYPE_CHECKING:
    from django.http import QueryDict

_LONGEST_VALUE = 1000


class ListNameField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            max_length=LONGEST_NAME,
            error_messages={
                "required": "The list needs a name.",
                "max_length": f"At most {LONGEST_NAME} characters can be in the name of a list.",
            },
        )

    def validate(self, value: str) -> None:
        super().validate(value)
        if FORBIDDEN.search(value):
            raise forms.ValidationError("The name of a list holds no quotation marks, slashes or line breaks.")


class KeyForm(forms.Form):
    """A click that asks for something once."""

    key = forms.UUIDField(required=False)

    def clean_key(self) -> uuid.UUID:
        return self.cleaned_data["key"] or uuid.uuid4()


class ReadingForm(forms.Form):
    """How the file is written, for whoever knows better than we guessed."""

    delimiter = forms.ChoiceField(choices=DELIMITERS.items())
    has_header = forms.BooleanField(required=False)


class ColumnsForm(forms.Form):
    """What each column means: `field-0`, `field-1`, … hold the campaign's field or nothing."""

    CHOICES = tuple((problem.value, problem.label) for problem in CHOOSABLE)

    list_name = ListNameField()
    de_dupe = forms.BooleanField(required=False)
    leave_out = forms.MultipleChoiceField(choices=CHOICES, required=False)

    def __init__(self, data: QueryDict, *, upload: ListUpload) -> None:
        super().__init__(data)
        self._columns = columns_of(upload)
        self._fields = fields_of(upload.campaign)

    @property
    def columns(self) -> list[Column]:
        """As chosen so far, right or wrong; what is no field of the campaign is nothing."""
        chosen = [str(self.data.get(f"field-{column.index}", "")) for column in self._columns]
        return [
            Column(column.index, column.header, field if field in self._fields else "")
            for column, field in zip(self._columns, chosen, strict=True)
        ]

    def clean(self) -> None:
        fields = [column.field for column in self.columns if column.field]
        if PHONE not in fields:
            self.add_error(None, "Choose the column with the phone numbers: nobody can be texted without one.")
        for field in dict.fromkeys(field for field in fields if fields.count(field) > 1):
            self.add_error(None, f"Two columns are to be “{field}”. Choose one of them.")


class DecisionForm(forms.Form):
    """What a person decides about a load that waits, or of which it is not certain that it arrived."""

    CHOICES = (
        ("cancel", "Cancel"),
        ("send_again", "Load again"),
        ("mark_sent", "It was loaded"),
        ("discard", "Discard"),
    )
    decision = forms.ChoiceField(choices=CHOICES)


class LeadForm(KeyForm):
    """One lead: a field for everything the campaign knows of its leads."""

    list_name = ListNameField()
    de_dupe = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, campaign: Campaign, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self._names = fields_of(campaign)
        for index, name in enumerate(self._names):
            self.fields[f"value-{index}"] = forms.CharField(label=name, required=False, max_length=_LONGEST_VALUE)

    @property
    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(f"value-{index}", "") for index, name in enumerate(self._names)}

    @property
    def value_fields(self) -> list[forms.BoundField]:
        return [self[f"value-{index}"] for index in range(len(self._names))]

    def clean(self) -> None:
        if not self.values.get(PHONE):
            place = self._names.index(PHONE)
            self.add_error(f"value-{place}", "Nobody can be texted without a phone number.")
