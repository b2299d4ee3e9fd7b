"""The audit trail as a CSV that opens in a spreadsheet as text: what somebody once typed must not run there."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator

from console.audit.models import AuditEntry

COLUMNS = ("at", "by", "action", "subject", "campaign", "conversation", "before", "after", "address", "request")
# Spreadsheets take these for the beginning of a formula, also behind spaces and quotation marks.
_FORMULA = re.compile(r"""[\s"'\x00]*[=+\-@|%＝＋－＠]|[\t\r\n\x00]""")


class _Echo:
    """A file for the csv writer whose lines are handed on instead of kept."""

    def write(self, line: str) -> str:
        return line


def csv_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """A header and a line per entry; the mark at the beginning tells spreadsheets that it is UTF-8."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff" + str(writer.writerow(COLUMNS))
    for entry in entries:
        yield str(writer.writerow([safe_cell(value) for value in _cells(entry)]))


def safe_cell(value: object) -> str:
    """As text, with an apostrophe before whatever a spreadsheet would work out."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


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
