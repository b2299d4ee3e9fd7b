"""What people do with lead lists: bring a file, say what its columns mean, have it loaded; load a single lead."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from console.audit.models import AuditEntry
from console.audit.trail import record
from console.campaigns.csv_rows import sniff_delimiter
from console.campaigns.lists_columns import (
    PHONE,
    Column,
    columns_of,
    guess_columns,
    has_header,
    read_first_rows,
    remember_columns,
)
from console.campaigns.lists_layout import OURS, is_ours
from console.campaigns.lists_names import list_name_of
from console.campaigns.lists_problems import Problem
from console.campaigns.lists_rows import normalize
from console.campaigns.models import ListUpload
from console.display.spreadsheets import csv_bytes, spreadsheet_bytes
from engage.mirror.consent import locked_numbers
from engage.models import Campaign, Command, ListLoad
from engage.outbox import decisions
from engage.outbox.campaigns import load_lead, load_list
from engage.outbox.refusals import NothingToLoad, NotListed, NotPossibleNow, Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

State = ListUpload.State


class NoSuchNumber(Refused):
    message = "This is no phone number."


class NumberLocked(Refused):
    message = "This number must not be texted: they opted out, or a disposition says do not contact."


def start_upload(*, campaign: Campaign, source: ListLoad, encoding: str, file_name: str, by: User) -> ListUpload:
    """Take a file that lies in the database; raises NotListed, and BadFile when no row of it can be read."""
    if campaign.is_unlisted:
        raise NotListed
    with source.open_file() as file:
        delimiter = sniff_delimiter(file, encoding=encoding)
    upload = ListUpload(
        campaign=campaign,
        source=source,
        file_name=file_name[:300],
        list_name=list_name_of(file_name),
        encoding=encoding,
        delimiter=delimiter,
        uploaded_by=by,
    )
    _guess(upload)
    with transaction.atomic():
        upload.save()
        record(by=by, action="uploaded file", subject=file_name, campaign=campaign, after={"bytes": source.size})
    return upload


def read_anew(*, upload: ListUpload, delimiter: str, is_headed: bool) -> None:
    """Somebody knows better how the file is written. Raises BadFile, NotPossibleNow."""
    upload.delimiter = delimiter
    _guess(upload, is_headed=is_headed)
    with transaction.atomic():
        _change(upload, State.MAPPING, delimiter=delimiter, has_header=is_headed, mapping=upload.mapping, seen=None)
        _drop(upload.seen_id)


def choose_columns(
    *, upload: ListUpload, columns: Sequence[Column], list_name: str, de_dupe: bool, leave_out: Sequence[str]
) -> None:
    """Remember the choice, here and for the next file, and begin to check the rows. Raises NotPossibleNow."""
    fields = [column for column in columns if column.field]
    with transaction.atomic():
        load = ListLoad.objects.create(
            campaign=upload.campaign, list_name=list_name, request=_request(fields, de_dupe=de_dupe)
        )
        load.append_file([csv_bytes([[column.field for column in fields]])])
        left_out = ListLoad.objects.create(campaign=upload.campaign, list_name=list_name)
        headers = [column.name for column in columns]
        headers = headers[len(OURS) :] if is_ours(headers) else headers
        left_out.append_file([spreadsheet_bytes([[*OURS, *headers]], is_first=True)])
        seen = ListLoad.objects.create(campaign=upload.campaign, list_name=list_name)
        # The upload before its files: a check that is under way takes the locks in this order, too.
        _change(
            upload,
            State.CHECKING,
            mapping=[column.as_json() for column in columns],
            list_name=list_name,
            de_dupe=de_dupe,
            leave_out=[*leave_out, *([Problem.DUPLICATE.value] if de_dupe else [])],
            load=load,
            left_out=left_out,
            seen=seen,
        )
        _drop(upload.load_id, upload.left_out_id, upload.seen_id)
        remember_columns(upload.campaign, columns)


def load(*, upload: ListUpload, by: User, key: uuid.UUID) -> Command:
    """Have the good rows loaded. Raises NotPossibleNow and the outbox's refusals."""
    if not upload.rows_kept:
        raise NothingToLoad("No row of this file can be loaded.")
    with transaction.atomic():
        # Of a double click the second finds it asked for, and gets what the first got.
        ready = ListUpload.objects.filter(pk=upload.pk, load=upload.load, state__in=(State.CHECKED, State.ASKED))
        if upload.load is None or not ready.update(state=State.ASKED):
            raise NotPossibleNow
        command = load_list(load=upload.load, by=by, key=key)
        _record_once(
            command,
            by,
            "loaded list",
            {
                "rows": upload.rows_kept,
                "left_out": upload.rows_done - upload.rows_kept,
                "file": upload.file_name,
                "columns": {column.name: column.field for column in columns_of(upload) if column.field},
            },
        )
        # From here on the platform has it, or has not: what came is not needed for that.
        _drop(upload.source_id)
    return command


def discard(*, upload: ListUpload, by: User) -> None:
    """Forget a file that was not asked to be loaded. Raises NotPossibleNow."""
    with transaction.atomic():
        if not _not_asked(upload).delete()[0]:
            raise NotPossibleNow
        _drop(upload.source_id, upload.load_id, upload.left_out_id, upload.seen_id)
        record(by=by, action="discarded file", subject=upload.file_name, campaign=upload.campaign)


def load_one(
    *, campaign: Campaign, list_name: str, de_dupe: bool, values: Mapping[str, str], by: User, key: uuid.UUID
) -> Command:
    """One lead, by field. Raises NoSuchNumber, NumberLocked and the outbox's refusals."""
    phone = normalize(values.get(PHONE, ""))
    if not phone:
        raise NoSuchNumber
    if locked_numbers(campaign.workspace_id, [phone]):
        raise NumberLocked
    typed = {"Phone": {"type": "Phone"}, "Zip": {"type": "Zip"}}
    given = {name: value for name, value in {**values, PHONE: phone}.items() if value}
    fields = [{"name": name, "value": value, **typed.get(name, {})} for name, value in given.items()]
    with transaction.atomic():
        command = load_lead(campaign=campaign, list_name=list_name, de_dupe=de_dupe, fields=fields, by=by, key=key)
        _record_once(command, by, "loaded lead", {"fields": [field["name"] for field in fields]})
    return command


def decide(*, command: Command, decision: str, by: User) -> None:
    """About a load that waits, or of which nobody knows whether it arrived. Raises the outbox's refusals."""
    choices: dict[str, tuple[str, Callable[..., Command]]] = {
        "cancel": ("cancelled load", decisions.cancel),
        "send_again": ("loaded again", decisions.send_again),
        "mark_sent": ("marked as loaded", decisions.mark_sent),
        "discard": ("discarded load", decisions.discard),
    }
    action, ask = choices[decision]
    with transaction.atomic():
        before = command.state
        decided = ask(command=command, by=by)
        record(
            by=by,
            action=action,
            subject=command.list_name,
            campaign=command.campaign,
            before={"command": command.pk, "state": before},
            after={"state": decided.state},
        )


def _guess(upload: ListUpload, *, is_headed: bool | None = None) -> None:
    upload.has_header = is_headed is not False
    rows = read_first_rows(upload)
    if is_headed is None and not has_header(rows):
        upload.has_header = False
        rows = read_first_rows(upload)
    columns = guess_columns(rows, campaign=upload.campaign, is_headed=upload.has_header)
    upload.mapping = [column.as_json() for column in columns]


def _not_asked(upload: ListUpload) -> QuerySet[ListUpload]:
    """The row, unless what is in it is on its way by now."""
    return ListUpload.objects.filter(pk=upload.pk).exclude(state=State.ASKED)


def _change(upload: ListUpload, state: State, **changes: Any) -> None:
    """To a state from which everything begins anew: what was found before counts no more."""
    fresh: dict[str, Any] = {
        "offset": 0,
        "last_row": 0,
        "rows_done": 0,
        "rows_kept": 0,
        "problems": {},
        "step_until": None,
        "reason": "",
    }
    if not _not_asked(upload).update(state=state, state_since=timezone.now(), **fresh, **changes):
        raise NotPossibleNow


def _drop(*load_ids: int | None) -> None:
    ListLoad.objects.filter(pk__in=[id_ for id_ in load_ids if id_ is not None], command=None).delete()


def _request(fields: Sequence[Column], *, de_dupe: bool) -> dict[str, Any]:
    """How the file that is sent is to be read: it holds the chosen columns alone, under the names of their fields."""
    columns = [{"column_index": index, "column_id": column.field} for index, column in enumerate(fields)]
    return {"de_dupe": de_dupe, "first_row_headers": True, "mapped_columns": columns}


def _record_once(command: Command, by: User, action: str, after: dict[str, Any]) -> None:
    """The same click twice is one command, and one entry."""
    if not AuditEntry.objects.filter(campaign=command.campaign, after__command=command.pk).exists():
        after = after | {"command": command.pk}
        record(by=by, action=action, subject=command.list_name, campaign=command.campaign, after=after)
