"""A row of leads as it is going to be sent, and what can be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from console.campaigns.csv_rows import Row
from console.campaigns.lists_phones import read_number
from console.campaigns.lists_problems import Problem
from engage.sms.blanks import clean, is_blank
from engage.sms.places import is_armed_forces, zone_named, zones_told

_TIME_ZONE_FIELDS: Final = ("timezone", "tz")
_PLACES_AND_NAMES: Final = ("firstname", "lastname", "city")
_DIGITS_OF_A_FIGURE: Final = 3
# What follows a last name; cut off by a comma it pushes all that comes after into the next column.
_SUFFIX: Final = re.compile(r"(?:jr|sr|ii|iii|iv|esq)\.?", re.IGNORECASE)
# Signs of one encoding read as another: accents of the Mac inside of a word, and what no name holds.
_STRANGE: Final = re.compile(
    "[a-zß-ÿ][À-ÖØ-ÞŠŽŒŸ]|[A-Za-zÀ-ÿ][‡†‰ˆ˜¤¦¨©¬®¯±´µ¶¸¿×÷ƒ‚„…¡¢£¥§«»°²³¹¼½¾]|[ƒ‚„][^ ]|[\x80-\x9f]"
)
_NO_VALUE: Final = re.compile(
    r"#+|#(?:N/A|VALUE!|REF!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!)|null|none|undefined|nan|n/a|\[object Object\]",
    re.IGNORECASE,
)
# Fields, in small letters, that tell where somebody is.
ZONE_FIELDS: Final = ("zip", "state", *_TIME_ZONE_FIELDS)


@dataclass(frozen=True)
class Layout:
    """Where in a row its facts stand. `fields`: campaign field → column, in the order they are sent.

    `usual_width`: how many cells most rows have; of a file whose rows end where they are empty, it says nothing.
    """

    fields: Mapping[str, int]
    phone: int
    must_be_filled: tuple[str, ...]
    zone_fields: tuple[str, ...]
    width: int
    usual_width: int = 0
    delimiter: str = ","

    @classmethod
    def of(
        cls,
        fields: Mapping[str, int],
        *,
        merge_fields: Sequence[str],
        width: int,
        usual_width: int = 0,
        delimiter: str = ",",
    ) -> Layout:
        """`merge_fields`: what the campaign's messages are filled with; `width`: columns of the file."""
        zones = tuple(name for name in fields if name.casefold() in _TIME_ZONE_FIELDS)
        filled = tuple(name for name in merge_fields if name in fields)
        return cls(dict(fields), fields["Phone"], filled, zones, width, usual_width, delimiter)


@dataclass(frozen=True, slots=True)
class Lead:
    """A row as it is going to be sent, and what is remarkable about it. `phone` is E.164, or empty."""

    row: Row
    phone: str
    values: list[str]
    empty_fields: tuple[str, ...]
    has_zone: bool
    # What else is remarkable; the first of them may say why there is no number.
    oddities: tuple[Problem, ...] = ()


def read_lead(row: Row, layout: Layout) -> Lead:
    by_field = {name: _cell(row, index) for name, index in layout.fields.items()}
    number = read_number(by_field["Phone"])
    empty = tuple(name for name in layout.must_be_filled if not by_field[name])
    has_zone = bool(number.e164) and _has_zone(number.e164, by_field, layout)
    oddities = tuple(_find_oddities(row, by_field, layout))
    if number.e164:
        by_field["Phone"] = number.e164
    elif number.problem:
        oddities = (number.problem, *oddities)
    return Lead(row, number.e164, list(by_field.values()), empty, has_zone, oddities)


def _cell(row: Row, index: int) -> str:
    """As it is sent: of blanks one kind, nothing that cannot be seen, and nothing at all where nothing is seen."""
    text = clean(row.cells[index]) if index < len(row.cells) else ""
    return "" if is_blank(text) else text


def _find_oddities(row: Row, by_field: Mapping[str, str], layout: Layout) -> Iterator[Problem]:
    if any("\n" in cell or "\r" in cell for cell in row.cells) and _swallows(row, layout.delimiter):
        yield Problem.SWALLOWED
    values = {name: value for name, value in by_field.items() if value and name != "Phone"}
    # Each of these says the same of the row, the first the most certainly.
    if not all(map(is_blank, row.cells[layout.width :])):
        yield Problem.SHAPE
    elif len(row.cells) < min(layout.width, layout.usual_width):
        yield Problem.SHORT
    elif any(is_misplaced(name, value) for name, value in values.items()):
        yield Problem.MISPLACED
    if row.is_patched or any(has_damaged_letters(value) for value in values.values()):
        yield Problem.LETTERS
    if any(_NO_VALUE.fullmatch(value) for value in values.values()):
        yield Problem.ERROR


def _swallows(row: Row, delimiter: str) -> bool:
    """Whether lines inside of a cell are rows themselves: several cells, one of them somebody's number."""
    lines = (line for cell in row.cells for line in cell.splitlines()[1:])
    return any(
        read_number(part.strip(' "')).e164 for line in lines if delimiter in line for part in line.split(delimiter)
    )


def is_misplaced(field: str, value: str) -> bool:
    """A value that cannot be of this field, and mostly is of another."""
    name = field.casefold()
    digits = sum(map(str.isdigit, value))
    if name in _PLACES_AND_NAMES:
        is_figure = digits >= _DIGITS_OF_A_FIGURE and not any(map(str.isalpha, value))
        return is_figure or "@" in value or bool(_SUFFIX.fullmatch(value))
    if name == "zip":
        return not digits
    return name == "state" and bool(digits)


def has_damaged_letters(text: str) -> bool:
    """Read in another encoding than it was written in, once at least, on its way here."""
    if text.isascii():
        return False
    if "\ufffd" in text or _STRANGE.search(text):
        return True
    try:
        return text.encode("cp1252").decode() != text
    except UnicodeError:
        return False


def normalize(text: str) -> str:
    """E.164, or nothing for what is not for certain anybody's number."""
    return read_number(text).e164


def _has_zone(phone: str, values: Mapping[str, str], layout: Layout) -> bool:
    """Told by the same that the send window of a lead goes by."""
    if any(zone_named(values[name]) for name in layout.zone_fields):
        return True
    state, zip_code = values.get("State"), values.get("Zip")
    # A mailbox of the armed forces tells a part of the world.
    told = not is_armed_forces(state=state, zip_code=zip_code)
    return told and bool(zones_told(state=state, zip_code=zip_code, phone=phone))
