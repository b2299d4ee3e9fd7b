"""The audit trail as a CSV that opens in a spreadsheet as text: what somebody once typed must not run there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from console.audit.models import AuditEntry
from console.display.spreadsheets import MARK, spreadsheet_line

COLUMNS = ("at", "by", "action", "subject", "campaign", "conversation", "before", "after", "address", "request")


def csv_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """A header and a line per entry; the mark at the beginning tells spreadsheets that it is UTF-8."""
    yield MARK + spreadsheet_line(COLUMNS)
    for entry in entries:
        yield spreadsheet_line(["" if value is None else str(value) for value in _cells(entry)])


def _cells(entry: AuditEntry) -> list[object]:
    return [
        entry.at.isoformat(timespec="milliseconds"),
        entry.by.get_username() if entry.by else "",
        entry.action,
        entry.subject,
        # By name as long as there is one; the number alone outlives the campaign.
        f"{entry.campaign} ({entry.campaign_id})" if entry.campaign else entry.campaign_id,
        entry.conversation_id,
        json.dumps(entry.before, ensure_ascii=False) if entry.before else "",
        json.dumps(entry.after, ensure_ascii=False) if entry.after else "",
        entry.address,
        entry.request_id,
    ]
