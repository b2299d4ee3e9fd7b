"""What can be wrong with a row of leads, in the words of whoever has to mend it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class _Words(NamedTuple):
    """`label` names the finding, `explanation` says what to do, `rows` names what would be left out."""

    label: str
    explanation: str
    rows: str


class Problem(StrEnum):
    """In the order in which they are looked for and shown."""

    SWALLOWED = "swallowed"
    PHONE = "phone"
    EXTENSION = "extension"
    TWO_NUMBERS = "numbers"
    ROUNDED = "rounded"
    NO_VALUE = "no-value"
    LOCKED = "locked"
    DUPLICATE = "duplicate"
    EMPTY = "empty"
    ZONE = "zone"
    SHAPE = "shape"
    SHORT = "short"
    MISPLACED = "misplaced"
    LETTERS = "letters"
    ERROR = "error"

    @property
    def label(self) -> str:
        return _WORDS[self].label

    @property
    def explanation(self) -> str:
        return _WORDS[self].explanation

    @property
    def rows(self) -> str:
        """What would be left out, for whoever decides."""
        return _WORDS[self].rows


_WORDS: Final = {
    Problem.SWALLOWED: _Words(
        "A quotation mark swallows the rows below",
        "It is opened in a cell of this row and closed rows later, so that all between is one cell. Take it away, or "
        "double it, and upload the file again.",
        "Rows whose quotation mark swallows others",
    ),
    Problem.PHONE: _Words("No valid phone number", "Nothing can be sent to them.", "Rows without a valid phone number"),
    Problem.EXTENSION: _Words(
        "Phone number with an extension",
        "A text would reach the switchboard, not the person. Put in a number that is theirs alone.",
        "Numbers with an extension",
    ),
    Problem.TWO_NUMBERS: _Words(
        "More than one number in the cell",
        "Nobody can tell which of them takes texts. Leave one in the cell.",
        "Cells with more than one number",
    ),
    Problem.ROUNDED: _Words(
        "Number rounded by a spreadsheet",
        "Excel took it for a figure, and its last digits are gone. Format the column as text in the file it came from, "
        "and save that again.",
        "Numbers that a spreadsheet rounded",
    ),
    Problem.NO_VALUE: _Words(
        "A spreadsheet could not show the number",
        "It saved an error or ##### in its place. Widen the column or mend the formula, and save the file again.",
        "Numbers that a spreadsheet could not show",
    ),
    Problem.LOCKED: _Words(
        "Must not be texted",
        "They opted out, or a disposition says do not contact.",
        "Numbers that must not be texted",
    ),
    Problem.DUPLICATE: _Words("Number comes twice", "A row further up has the same number.", "Numbers that come twice"),
    Problem.EMPTY: _Words(
        "A merge field is empty",
        "Their texts would have a gap where the field stands.",
        "Rows in which a merge field is empty",
    ),
    Problem.ZONE: _Words(
        "Time zone cannot be told",
        "No zip code, no state, and an area code that is in no one place: they are texted only when it is allowed in "
        "every US time zone.",
        "Rows whose time zone cannot be told",
    ),
    Problem.SHAPE: _Words(
        "More cells than columns",
        "Their values may stand in the wrong columns. Put quotation marks around cells that hold a separator.",
        "Rows with more cells than there are columns",
    ),
    Problem.SHORT: _Words(
        "Fewer cells than columns",
        "A cell may be missing, and the values behind it stand in the wrong columns. Look at the row.",
        "Rows with fewer cells than there are columns",
    ),
    Problem.MISPLACED: _Words(
        "A value stands in the wrong column",
        "Such as a name where the zip code should be, or a number for a name. Look at the row, and at the columns.",
        "Rows with a value in the wrong column",
    ),
    Problem.LETTERS: _Words(
        "Letters are damaged",
        "As in “JosÃ©”: the row is saved in another encoding than it says. Save the list as “CSV UTF-8” where it came "
        "from, or mend the row.",
        "Rows with damaged letters",
    ),
    Problem.ERROR: _Words(
        "A spreadsheet's error, or no value, in a cell",
        "It would be sent as it stands: #N/A, #VALUE!, null. Mend the formula, or empty the cell.",
        "Rows with a spreadsheet's error in a cell",
    ),
}

# Of these no row can be sent.
NO_NUMBER: Final = frozenset((Problem.PHONE, Problem.EXTENSION, Problem.TWO_NUMBERS, Problem.ROUNDED, Problem.NO_VALUE))
# Whoever uploads decides about the rest.
ALWAYS_LEFT_OUT: Final = frozenset((*NO_NUMBER, Problem.LOCKED, Problem.SWALLOWED))
CHOOSABLE: Final = (
    Problem.EMPTY,
    Problem.ZONE,
    Problem.SHAPE,
    Problem.SHORT,
    Problem.MISPLACED,
    Problem.LETTERS,
    Problem.ERROR,
)
