"""What the columns of a file mean: guessed from last time, from their headers and from what stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from console.campaigns.csv_rows import Row, read_rows
from console.campaigns.lists_layout import (
    OURS,
    as_they_were,
    find_header,
    first_rows,
    folded,
    headers_of,
    is_ours,
    width_of,
)
from console.campaigns.models import TEMPLATES, ColumnMapping, ListUpload
from engage.models import Campaign
from engage.sms import merge_fields, phones
from engage.sms.blanks import clean

PHONE: Final = "Phone"
ROWS_SHOWN: Final = 8
_LONGEST_HEADER: Final = 200
_MOSTLY: Final = 0.5

# The fields the guide names, for a campaign whose own are not known yet.
_USUAL_FIELDS: Final = ("Phone", "Zip", "FirstName", "LastName", "Address1", "Address2", "City", "State")
# How the usual fields are called elsewhere; letters and digits alone, in small letters.
_OTHER_NAMES: Final = {
    "Phone": "mobile cell cellphone mobilephone phonenumber mobilenumber cellnumber telephone tel msisdn number phone1",
    "Zip": "zipcode zip5 postal postalcode postcode",
    "FirstName": "first fname givenname forename",
    "LastName": "last lname surname familyname",
    "Address1": "address street addressline1 streetaddress street1",
    "Address2": "addressline2 apt apartment unit suite street2",
    "City": "town",
    "State": "st statecode province region",
}


@dataclass(frozen=True)
class Column:
    """One column of a file: where it is, what it is called there, and the campaign's field it fills, if any."""

    index: int
    header: str
    field: str = ""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Column:
        return cls(int(entry["index"]), str(entry["header"]), str(entry["field"]))

    def as_json(self) -> dict[str, Any]:
        return {"index": self.index, "header": self.header, "field": self.field}

    @property
    def name(self) -> str:
        return self.header or f"Column {self.index + 1}"


def columns_of(upload: ListUpload) -> list[Column]:
    return [Column.of(entry) for entry in upload.mapping]


def fields_of(campaign: Campaign) -> list[str]:
    """What can be loaded into this campaign, in its own order; the phone number always can."""
    listed = campaign.document.get("allCampaignFields")
    fields = [name for name in listed if isinstance(name, str) and name.strip()] if isinstance(listed, list) else []
    fields = fields or list(_USUAL_FIELDS)
    return list(dict.fromkeys(fields if PHONE in fields else [PHONE, *fields]))


def fields_in_messages(campaign: Campaign) -> dict[str, str]:
    """Field → the label of the first message that is filled with it."""
    used: dict[str, str] = {}
    for name, label in TEMPLATES.items():
        for field in merge_fields.fields_in(campaign.messages.get(name, "")):
            used.setdefault(field, label)
    return used


def read_first_rows(upload: ListUpload) -> list[Row]:
    """From the header on, where there is one. Raises BadFile."""
    if upload.source is None:
        return []
    with upload.source.open_file() as file:
        rows = first_rows(read_rows(file, encoding=upload.encoding, delimiter=upload.delimiter), upload.delimiter)
    if upload.has_header:
        rows = rows[find_header(rows, _known_names(upload.campaign)) :]
    if upload.has_header and rows and is_ours(headers_of(rows[0])):
        rows = list(as_they_were(rows))
    return rows


def has_header(rows: Sequence[Row]) -> bool:
    """A first row that holds a phone number is a lead already."""
    return bool(rows) and not any(phones.normalize(cell) for cell in rows[0].cells)


def guess_columns(rows: Sequence[Row], *, campaign: Campaign, is_headed: bool) -> list[Column]:
    """No field twice. What a person chose for such a header last time comes before any guess, and a header that is a
    field to the letter before one that only reads like it.
    """
    if not rows:
        return []
    data = rows[1:] if is_headed else rows
    width = width_of(rows[0] if is_headed else None, data)
    headers = _headers(rows[0].cells if is_headed else [], width)
    remembered = _remembered(campaign)
    fields = fields_of(campaign)
    keys = remembered_as([Column(index, header) for index, header in enumerate(headers)])
    names = _names(fields)
    chosen: dict[int, str] = {}
    for index, header in enumerate(headers):
        field = remembered.get(keys[index])
        if field is None:
            field = header if header in fields else names.get(folded(header), "")
            is_second_best = header != field and field in headers and folded(header) == folded(field)
            field = "" if is_second_best else field
        if field in fields and field not in chosen.values():
            chosen[index] = field
    if is_headed and is_ours(headers):
        chosen |= dict.fromkeys(range(len(OURS)), "")
    if PHONE not in chosen.values():
        _guess_phone(chosen, data, width)
    return [Column(index, header, chosen.get(index, "")) for index, header in enumerate(headers)]


def remember_columns(campaign: Campaign, columns: Sequence[Column]) -> None:
    """For the next file of this campaign; what other files taught before stays."""
    known = _remembered(campaign) | {
        key: column.field for key, column in zip(remembered_as(columns), columns, strict=True)
    }
    ColumnMapping.objects.update_or_create(campaign=campaign, defaults={"fields": known})


def remembered_as(columns: Sequence[Column]) -> list[str]:
    """Under what each is remembered: its header, its place when it has none; of several of one name, which of them."""
    names = [" ".join(column.header.casefold().split()) or f"#{column.index + 1}" for column in columns]
    return [
        f"{name} #{names[: index + 1].count(name)} of {names.count(name)}" if names.count(name) > 1 else name
        for index, name in enumerate(names)
    ]


def _remembered(campaign: Campaign) -> dict[str, str]:
    mapping = ColumnMapping.objects.filter(campaign=campaign).first()
    return dict(mapping.fields) if mapping else {}


def _headers(cells: Sequence[str], width: int) -> list[str]:
    cells = [clean(cell)[:_LONGEST_HEADER] for cell in cells[:width]]
    return [*cells, *[""] * (width - len(cells))]


def _names(fields: Sequence[str]) -> dict[str, str]:
    """Folded name → field; a field's own name comes before what others call it. What reads like two fields is none."""
    names = {other: field for field in fields for other in _OTHER_NAMES.get(field, "").split()}
    own = [folded(field) for field in fields]
    return names | {name: field if own.count(name) == 1 else "" for name, field in zip(own, fields, strict=True)}


def _known_names(campaign: Campaign) -> set[str]:
    return {*_names(fields_of(campaign)), *map(folded, OURS)} - {""}


def _guess_phone(chosen: dict[int, str], data: Sequence[Row], width: int) -> None:
    """The first of the columns that mostly hold phone numbers."""
    for index in range(width):
        cells = [row.cells[index] for row in data if index < len(row.cells)]
        count = sum(phones.normalize(cell) is not None for cell in cells)
        if index not in chosen and data and count > _MOSTLY * len(data):
            chosen[index] = PHONE
            return
