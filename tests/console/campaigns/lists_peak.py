"""A program: uploads and checks files of so many rows, long or short, and prints how much memory it took at most."""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import django


def pieces(rows: int, *, are_short: bool) -> Iterator[bytes]:
    """Of an upload, as the parser of a request hands them on; made as they go."""
    from tests.console.campaigns.lists import HEADER, many_rows

    if are_short:
        # Of numbers alone: as many rows as a file can hold.
        yield b"Phone\r\n"
        lines = (f"{row.split(',')[0]}\r\n" for row in many_rows(rows))
    else:
        yield f"{HEADER},Notes\r\n".encode()
        notes = "x" * 140
        lines = (f"{row},{notes}\r\n" for row in many_rows(rows))
    while piece := "".join(islice(lines, 300)):
        yield piece.encode()


def main(kind: str, *counts_of_rows: str) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps([measure(int(rows), are_short=kind == "short") for rows in counts_of_rows]))


def measure(rows: int, *, are_short: bool) -> dict[str, Any]:
    """The peak is of all that ran so far, so begin with little."""
    from console.campaigns import lists_actions
    from console.campaigns.lists_receiving import ListReceiver
    from tests import factories
    from tests.console.campaigns.lists import check, counts

    campaign, sue = factories.make_campaign(), factories.make_user(role="Supervisor")
    receiver = ListReceiver(campaign)
    receiver.new_file("file", "Many.csv", "text/csv", None)
    size = 0
    for piece in pieces(rows, are_short=are_short):
        receiver.receive_data_chunk(piece, size)
        size += len(piece)
    receiver.file_complete(size)
    source, encoding = receiver.finish()
    upload = lists_actions.start_upload(
        campaign=campaign, source=source, encoding=encoding, file_name="Many.csv", by=sue
    )
    started_at = time.process_time()
    upload = check(upload)
    return {
        "seconds": time.process_time() - started_at,
        "rows_done": upload.rows_done,
        "rows_kept": upload.rows_kept,
        "counts": counts(upload),
        "file_megabytes": size / 1024**2,
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    with tempfile.TemporaryDirectory() as directory:
        os.environ["CONSOLE_DATABASE_URL"] = f"sqlite:///{directory}/peak.sqlite3"
        django.setup()
        main(*sys.argv[1:])
