"""How far a load is, in words: from the first row that is checked to what the platform says of it in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from console.campaigns.models import ListUpload
from engage.models import Command, ListLoad

_State = Command.State
# The platform's result is not documented: numbers under these names are shown in these words, others by their own.
_COUNTS: Final = {"total": "in the file", "accepted": "accepted", "rejected": "rejected", "duplicates": "duplicates"}
_ERRORS_SHOWN: Final = 20
_LONGEST_ERROR: Final = 200


@dataclass(frozen=True)
class Progress:
    """`is_moving`: it goes on by itself, so a page that shows it looks again. `share`: of 100, where one is known."""

    headline: str
    explanation: str = ""
    tone: str = ""
    is_moving: bool = False
    share: int | None = None


def progress_of_upload(upload: ListUpload) -> Progress:
    command = upload.load.command if upload.load else None
    if upload.state == ListUpload.State.ASKED and command is not None:
        return progress_of_load(command, upload.load)
    match upload.state:
        case ListUpload.State.MAPPING:
            return Progress("Choose what its columns mean")
        case ListUpload.State.CHECKING:
            return Progress("Checking the rows", f"{upload.rows_done:,} so far", is_moving=True, share=_share(upload))
        case ListUpload.State.CHECKED if upload.rows_kept:
            return Progress("Ready to load", f"{upload.rows_kept:,} of {upload.rows_done:,} rows")
        case ListUpload.State.CHECKED:
            return Progress("Nothing to load", "No row of it can be loaded.", tone="bad")
    return Progress("The file cannot be read", upload.reason, tone="bad")


def progress_of_load(command: Command, load: ListLoad | None) -> Progress:
    """Of a file or a single lead that was asked to be loaded."""
    is_list = command.kind == Command.Kind.LOAD_LIST
    match command.state:
        case _State.QUEUED | _State.PREFLIGHT:
            return Progress("Waiting to be sent", is_moving=True)
        case _State.RETRY_WAIT | _State.HELD:
            return Progress(command.get_state_display(), command.reason, tone="warn", is_moving=True)
        case _State.SENDING:
            return Progress("Sending it to Engage", is_moving=True)
        case _State.CHECKING:
            return Progress("No answer from Engage, checking", "It is not sent again.", tone="warn", is_moving=True)
        case _State.ACCEPTED if is_list:
            return Progress(
                "Engage has the file", command.reason or "It says what became of the rows in a moment.", is_moving=True
            )
        case _State.ACCEPTED | _State.CONFIRMED:
            result = read_result(load.result) if load and load.result is not None else None
            return Progress("Loaded", result.in_words if result else "", tone="ok")
        case _State.REJECTED:
            return Progress("Refused by Engage", command.reason, tone="bad")
    return Progress(command.get_state_display(), command.reason, tone="bad" if command.state in Command.FAILED else "")


@dataclass(frozen=True)
class Result:
    """What the platform posted of a load, as far as it can be understood; `rest` is everything else, as it came."""

    status: str
    counts: tuple[tuple[str, int], ...]
    errors: tuple[str, ...]
    rest: Mapping[str, Any]

    @property
    def in_words(self) -> str:
        return ", ".join(f"{count:,} {words}" for words, count in self.counts)


def read_result(posted: Any) -> Result:
    """Whatever its shape."""
    if not isinstance(posted, dict):
        return Result("", (), (), {} if posted is None else {"result": posted})
    counts = tuple((_COUNTS[name], posted[name]) for name in _COUNTS if type(posted.get(name)) is int)
    errors = posted.get("errors")
    lines = tuple(_line(error) for error in errors[:_ERRORS_SHOWN]) if isinstance(errors, list) else ()
    known = {"status", "campaignId", "listName", *_COUNTS, *(["errors"] if isinstance(errors, list) else [])}
    rest = {name: value for name, value in posted.items() if name not in known}
    return Result(str(posted.get("status") or ""), counts, lines, rest)


def _line(error: Any) -> str:
    """An error in one line, by its own words."""
    if isinstance(error, dict):
        error = ", ".join(f"{name} {value}" for name, value in error.items() if value not in (None, ""))
    return str(error)[:_LONGEST_ERROR]


def _share(upload: ListUpload) -> int:
    size = upload.source.size if upload.source else 0
    return min(99, 100 * upload.offset // size) if size else 0
