"""What the pages of lead lists show."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from console.accounts.people import name_of
from console.campaigns.csv_inspection import MIXED, WINDOWS_1252, BadFile
from console.campaigns.csv_rows import DELIMITERS, Row
from console.campaigns.intents import switch_url
from console.campaigns.lists_columns import (
    ROWS_SHOWN,
    Column,
    columns_of,
    fields_in_messages,
    fields_of,
    read_first_rows,
)
from console.campaigns.lists_findings import Findings
from console.campaigns.lists_forms import ColumnsForm
from console.campaigns.lists_problems import ALWAYS_LEFT_OUT, Problem
from console.campaigns.lists_progress import Progress, progress_of_load, progress_of_upload, read_result
from console.campaigns.lists_rows import ZONE_FIELDS
from console.campaigns.models import ListUpload
from engage.models import Campaign, Command, LeadList
from engage.models.status_words import is_sending

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_LOADS_SHOWN: Final = 20
_NAMES_OFFERED: Final = 100
_LONGEST_CELL: Final = 120


@dataclass(frozen=True)
class LoadRow:
    """One line of what was brought here: a file, or a single lead."""

    list_name: str
    what: str
    at: datetime
    by: User | None
    progress: Progress
    upload: ListUpload | None = None
    command: Command | None = None

    @property
    def is_being_checked(self) -> bool:
        """That goes on only where somebody looks at it."""
        return self.upload is not None and self.upload.state == ListUpload.State.CHECKING


def loads_context(campaign: Campaign, user: User) -> dict[str, Any]:
    """What was loaded from here. `is_moving`: some of it goes on while nobody here does anything."""
    loads = find_loads(campaign, _LOADS_SHOWN + 1)
    has_more = len(loads) > _LOADS_SHOWN
    loads = loads[:_LOADS_SHOWN]
    return {
        "campaign": campaign,
        "loads": loads,
        "has_more_loads": has_more,
        "is_moving": any(row.progress.is_moving for row in loads if not row.is_being_checked),
        "may_load": user.has_perm("campaigns.load_leads"),
    }


def find_loads(campaign: Campaign, most: int = _LOADS_SHOWN) -> list[LoadRow]:
    """Files and single leads, the newest first."""
    uploads = ListUpload.objects.filter(campaign=campaign).defer("mapping")
    uploads = uploads.select_related("source", "load__command", "uploaded_by").order_by("-created_at", "-id")
    single = Command.objects.filter(campaign=campaign, kind=Command.Kind.LOAD_LEAD).select_related("created_by")
    rows = [_row_of_upload(upload) for upload in uploads[:most]]
    rows += [_row_of_lead(command) for command in single.order_by("-id")[:most]]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:most]


def names_offered(campaign: Campaign) -> list[str]:
    """What a list may be called, for whoever types: the first of them; any other name can be typed as well."""
    names = LeadList.objects.filter(campaign=campaign).exclude(name="").order_by("name")
    return list(names.values_list("name", flat=True)[:_NAMES_OFFERED])


def _row_of_upload(upload: ListUpload) -> LoadRow:
    return LoadRow(
        upload.list_name,
        upload.file_name,
        upload.created_at,
        upload.uploaded_by,
        progress_of_upload(upload),
        upload=upload,
    )


def _row_of_lead(command: Command) -> LoadRow:
    progress = progress_of_load(command, None)
    return LoadRow(command.list_name, "One lead", command.created_at, command.created_by, progress, command=command)


def upload_context(upload: ListUpload, *, form: ColumnsForm | None = None, refusal: object = "") -> dict[str, Any]:
    """The page of one file, whatever its state."""
    context: dict[str, Any] = {
        "campaign": upload.campaign,
        "upload": upload,
        "progress": progress_of_upload(upload),
        "refusal": refusal,
        "is_windows_1252": upload.encoding == WINDOWS_1252,
        "is_mixed": upload.encoding == MIXED,
        "uploaded_by": name_of(upload.uploaded_by),
    }
    match upload.state:
        case ListUpload.State.MAPPING:
            context |= _mapping_context(upload, form)
        case ListUpload.State.CHECKED:
            context |= _findings_context(upload) | {"key": uuid.uuid4()}
        case ListUpload.State.ASKED:
            context |= _findings_context(upload) | _asked_context(upload)
    return context


# Choosing the columns


def _mapping_context(upload: ListUpload, form: ColumnsForm | None) -> dict[str, Any]:
    columns = form.columns if form else columns_of(upload)
    try:
        rows = read_first_rows(upload)
    except BadFile as error:
        rows, reason = [], str(error)
    else:
        reason = ""
    shown = rows[1:] if upload.has_header else rows
    return {
        "form": form,
        "columns": columns,
        "header_row": rows[0].number if upload.has_header and rows else 0,
        "rows": [(row.number, _cells(row, len(columns))) for row in shown[:ROWS_SHOWN]],
        "unreadable": reason,
        "fields": fields_of(upload.campaign),
        "hints": _hints(upload.campaign, columns),
        "list_name": form["list_name"].value() if form else upload.list_name,
        "de_dupe": form["de_dupe"].value() if form else upload.de_dupe,
        "choices": _choices(form["leave_out"].value() if form else upload.leave_out),
        "delimiters": [(value, label, value == upload.delimiter) for value, label in DELIMITERS.items()],
        "list_names": names_offered(upload.campaign),
    }


def _cells(row: Row, width: int) -> list[str]:
    cells = [cell.strip()[:_LONGEST_CELL] for cell in row.cells[:width]]
    return cells + [""] * (width - len(cells))


def _choices(chosen: Sequence[str]) -> list[tuple[Problem, bool]]:
    return [(Problem(value), value in chosen) for value, _ in ColumnsForm.CHOICES]


def _hints(campaign: Campaign, columns: Sequence[Column]) -> list[str]:
    """What is missing, said before it is counted."""
    chosen = {column.field for column in columns}
    known = fields_of(campaign)
    hints = [
        f"{{{{{field}}}}} stands in “{message}”, and no column fills it: the texts would have a gap."
        for field, message in fields_in_messages(campaign).items()
        if field in known and field not in chosen
    ]
    if not any(field.casefold() in ZONE_FIELDS for field in chosen):
        hints.append("No column holds a zip code or a state: time zones are told by area codes alone.")
    return hints


# What was found


@dataclass(frozen=True)
class Finding:
    problem: Problem
    count: int
    is_left_out: bool
    examples: Sequence[dict[str, Any]]
    details: str = ""

    @property
    def can_be_chosen(self) -> bool:
        return self.problem not in ALWAYS_LEFT_OUT


def _findings_context(upload: ListUpload) -> dict[str, Any]:
    found = Findings(upload.problems)
    findings = [
        Finding(
            problem,
            found.counts[problem],
            problem in ALWAYS_LEFT_OUT or problem.value in upload.leave_out,
            found.examples.get(problem, []),
            _details(found) if problem is Problem.EMPTY else "",
        )
        for problem in Problem
        if found.counts[problem]
    ]
    columns = columns_of(upload)
    status = LeadList.objects.filter(campaign=upload.campaign, name=upload.list_name).values_list("status", flat=True)
    return {
        "findings": findings,
        "can_choose": any(finding.can_be_chosen for finding in findings),
        "has_duplicates": bool(found.counts[Problem.DUPLICATE]),
        "columns": columns,
        "rows_left_out": upload.rows_done - upload.rows_kept,
        "has_left_out": bool(upload.left_out and upload.left_out.has_file and upload.rows_done > upload.rows_kept),
        "fields_sent": [column.field for column in columns if column.field],
        "columns_kept_back": sum(not column.field for column in columns),
        "is_list_sending": is_sending(status.first() or ""),
        "is_sending": upload.campaign.is_sending,
    }


def _details(found: Findings) -> str:
    """As "FirstName in 120 rows, City in 3"."""
    fields = [f"{name} in {count:,}" for name, count in found.empty_fields.most_common()]
    return ", ".join(fields)


def _asked_context(upload: ListUpload) -> dict[str, Any]:
    load = upload.load
    command = load.command if load else None
    return {
        "command": command,
        "result": read_result(load.result) if load and load.result is not None else None,
        "decisions": decisions_of(command),
        "activate_url": switch_url(upload.campaign_id, upload.list_name, is_pause=False),
    }


def decisions_of(command: Command | None) -> list[tuple[str, str]]:
    """What a person may decide about a load as it stands: value and words of each button."""
    if command is None:
        return []
    if command.is_cancellable:
        return [("cancel", "Cancel")]
    if command.state == Command.State.UNCONFIRMED:
        return [("mark_sent", "It was loaded"), ("send_again", "Load it again"), ("discard", "Leave it")]
    return []
