"""Checking an upload's rows in bounded steps, and writing the file that is sent beside it.

A step belongs to one request. Everything it found is saved in one transaction with how far it got, so that a step
that is killed, on whichever machine, is begun again from where the last one ended.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from django.db import transaction
from django.utils import timezone

from console.campaigns.csv_inspection import BadFile
from console.campaigns.csv_rows import Row, is_separator_line, read_rows
from console.campaigns.lists_columns import columns_of, fields_in_messages, read_first_rows
from console.campaigns.lists_findings import Findings, find_problems, is_left_out
from console.campaigns.lists_layout import OURS, as_they_were, is_ours, usual_width
from console.campaigns.lists_problems import Problem
from console.campaigns.lists_rows import Layout, Lead, read_lead
from console.campaigns.lists_seen import SeenNumbers
from console.campaigns.models import ListUpload
from console.display.spreadsheets import csv_bytes, spreadsheet_bytes
from engage.mirror.consent import locked_numbers
from engage.models import ListLoadChunk

STEP_SECONDS: Final = 1.5
MOST_ROWS: Final = 1_000_000

# Rows between two looks at the clock, and between two commits: what a step holds in memory at most.
_ROWS_AT_ONCE: Final = 500
_ROWS_PER_COMMIT: Final = 10_000
# However long the rows are.
_LETTERS_AT_ONCE: Final = 512 * 1024
_LETTERS_PER_COMMIT: Final = 2 * 1024 * 1024
_GONE: Final = "The file is not here any more. Upload it again."
# Longer than what is done without a look at the clock takes on a busy machine.
_SPARE: Final = timedelta(seconds=10)


def check_step(upload: ListUpload, *, seconds: float = STEP_SECONDS) -> None:
    """Check rows for so long, unless another request does just now. `upload` is old afterwards."""
    claimed_until = timezone.now() + timedelta(seconds=seconds) + _SPARE
    if not _claim(upload, claimed_until):
        return
    deadline = time.monotonic() + seconds
    while _check_part(upload.pk, deadline) and time.monotonic() < deadline:
        pass
    ListUpload.objects.filter(pk=upload.pk, step_until=claimed_until).update(step_until=None)


def _claim(upload: ListUpload, until: datetime) -> bool:
    """Two pages that show the same upload need not read the same rows twice."""
    mine = ListUpload.objects.filter(pk=upload.pk, state=ListUpload.State.CHECKING)
    free = mine.filter(step_until=None) | mine.filter(step_until__lt=timezone.now())
    return bool(free.update(step_until=until))


def _check_part(upload_id: int, deadline: float) -> bool:
    """Rows up to the next commit; False when there is nothing more to do."""
    upload = ListUpload.objects.select_related("campaign", "source", "load", "left_out", "seen").get(pk=upload_id)
    part = _Part(upload)
    try:
        part.run(deadline)
    except BadFile as error:
        part.give_up(str(error))
    except ListLoadChunk.DoesNotExist:
        # Nor is it saved where somebody chose anew meanwhile, or another request read the last rows.
        part.give_up(_GONE)
    return part.save() and upload.state == ListUpload.State.CHECKING


class _Part:
    """The rows between two commits. What it counts stands on its upload, and counts once it is saved."""

    def __init__(self, upload: ListUpload) -> None:
        self._upload = upload
        self._started_at = upload.offset
        self._findings = Findings(upload.problems)
        self._numbers = b""
        fields = {column.field: column.index for column in columns_of(upload) if column.field}
        first = _first_rows(upload)
        self._header = first[0].number if upload.has_header and first else 0
        self._is_ours = is_ours([column.header for column in columns_of(upload)])
        self._layout = Layout.of(
            fields,
            merge_fields=list(fields_in_messages(upload.campaign)),
            width=len(upload.mapping),
            usual_width=usual_width(first[1:]),
            delimiter=upload.delimiter,
        )
        self._kept: list[bytes] = []
        self._left_out: list[bytes] = []

    def run(self, deadline: float) -> None:
        """Raises BadFile."""
        upload = self._upload
        if upload.source is None or not upload.source.has_file:
            raise BadFile(_GONE)
        if upload.rows_kept and not (upload.seen and upload.seen.has_file):
            raise BadFile(_GONE)
        with upload.source.open_file() as file:
            is_over = self._check(self._read(file), deadline)
        if is_over and not upload.rows_done:
            raise BadFile("There are no rows below the header." if upload.has_header else "There are no rows in it.")
        if is_over:
            upload.state, upload.state_since = ListUpload.State.CHECKED, timezone.now()

    def give_up(self, reason: str) -> None:
        self._upload.state, self._upload.state_since = ListUpload.State.BROKEN, timezone.now()
        self._upload.reason = reason[:300]

    def save(self) -> bool:
        """All of it or nothing; False when the upload has moved on without us."""
        upload = self._upload
        counted = ("state", "state_since", "reason", "offset", "last_row", "rows_done", "rows_kept")
        changes = {name: getattr(upload, name) for name in counted}
        changes["problems"] = self._findings.as_json()
        same = ListUpload.objects.filter(
            pk=upload.pk, state=ListUpload.State.CHECKING, offset=self._started_at, load=upload.load
        )
        with transaction.atomic():
            if not same.update(**changes):
                return False
            if upload.load and self._kept:
                upload.load.append_file(self._kept)
            if upload.left_out and self._left_out:
                upload.left_out.append_file(self._left_out)
            if upload.seen and upload.state == ListUpload.State.CHECKING:
                upload.seen.append_file([self._numbers])
            elif upload.seen:
                # Once all rows are read the numbers are of no use, and they are people's.
                upload.seen.delete()
        return True

    def _read(self, file: BinaryIO) -> Iterator[Row]:
        upload = self._upload
        rows = read_rows(
            file,
            encoding=upload.encoding,
            delimiter=upload.delimiter,
            start=upload.offset,
            number=upload.last_row,
        )
        rows = (row for row in rows if row.number > self._header and not is_separator_line(row, upload.delimiter))
        return as_they_were(rows) if self._is_ours else rows

    def _check(self, rows: Iterator[Row], deadline: float) -> bool:
        """So many rows as are put together in one commit; whether the file is over.

        They are read before any of them is judged: whether a number stands further up is asked once for all.
        """
        upload = self._upload
        leads: list[Lead] = []
        locked: set[str] = set()
        letters = 0
        is_over = True
        while batch := _next_batch(rows):
            read = [read_lead(row, self._layout) for row in batch if not row.is_blank]
            locked.update(locked_numbers(upload.campaign.workspace_id, [lead.phone for lead in read if lead.phone]))
            leads += read
            letters += sum(map(_letters_in, batch))
            upload.offset, upload.last_row = batch[-1].end, batch[-1].number
            if upload.rows_done + len(leads) > MOST_ROWS:
                raise BadFile(f"There are more than {MOST_ROWS:,} rows. Split the file and load its parts.")
            is_full = len(leads) >= _ROWS_PER_COMMIT or letters >= _LETTERS_PER_COMMIT
            if is_full or time.monotonic() >= deadline:
                is_over = False
                break
        seen = SeenNumbers(upload.seen, (lead.phone for lead in leads if lead.phone))
        for start in range(0, len(leads), _ROWS_AT_ONCE):
            self._judge(leads[start : start + _ROWS_AT_ONCE], locked, seen)
        self._numbers = seen.pack()
        return is_over

    def _judge(self, leads: Sequence[Lead], locked: Collection[str], seen: SeenNumbers) -> None:
        upload = self._upload
        kept: list[list[str]] = []
        left_out: list[list[str]] = []
        for lead in leads:
            is_again = bool(lead.phone) and lead.phone in seen
            problems = find_problems(lead, is_locked=lead.phone in locked, is_again=is_again)
            self._findings.note(lead, problems, self._example(lead.row))
            if is_left_out(problems, upload.leave_out):
                cells = lead.row.cells[len(OURS) :] if self._is_ours else lead.row.cells
                left_out.append([str(lead.row.number), _in_words(problems), *cells])
            else:
                kept.append(lead.values)
                seen.add(lead.phone)
        upload.rows_done += len(leads)
        upload.rows_kept += len(kept)
        self._kept.append(csv_bytes(kept))
        self._left_out.append(spreadsheet_bytes(left_out))

    def _example(self, row: Row) -> str:
        """The cell of the number as it came; who looks for the row looks for that."""
        index = self._layout.phone
        return row.cells[index].strip() if index < len(row.cells) else ""


def _first_rows(upload: ListUpload) -> list[Row]:
    """None of a file that breaks off among them: who reads on finds out where."""
    try:
        return read_first_rows(upload)
    except BadFile:
        return []


def _next_batch(rows: Iterator[Row]) -> list[Row]:
    """Bounded by rows and by what is in them."""
    batch: list[Row] = []
    letters = 0
    for row in rows:
        batch.append(row)
        letters += _letters_in(row)
        if len(batch) >= _ROWS_AT_ONCE or letters >= _LETTERS_AT_ONCE:
            break
    return batch


def _letters_in(row: Row) -> int:
    """Empty cells take room as well."""
    return len(row.cells) + sum(map(len, row.cells))


def _in_words(problems: Sequence[Problem]) -> str:
    return "; ".join(problem.label for problem in problems)
