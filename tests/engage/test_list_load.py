"""The file of a list load, in chunks in the database, is a file like any other to who reads it."""

from __future__ import annotations

import csv
import io
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.models import ListLoad
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


def make_load(chunk_bytes: int = 8) -> ListLoad:
    return ListLoad.objects.create(campaign=make_campaign(), list_name="Leads", chunk_bytes=chunk_bytes)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    uploads=st.lists(st.lists(st.binary(max_size=30), max_size=4), max_size=3),
    offset=st.integers(0, 60),
    length=st.integers(0, 60),
)
def test_what_was_written_in_any_pieces_is_read_from_anywhere(
    uploads: list[list[bytes]], offset: int, length: int
) -> None:
    load, whole = make_load(), b"".join(b"".join(pieces) for pieces in uploads)

    for pieces in uploads:
        # Another process each time, which knows the row as it was at the start.
        ListLoad.objects.get(pk=load.pk).append_file(pieces)

    load.refresh_from_db()
    file = load.open_file()
    assert (load.size, load.has_file, file.read()) == (len(whole), bool(whole), whole)
    file.seek(offset)
    assert file.read(length) == whole[offset : offset + length]
    assert file.seek(0, io.SEEK_END) == len(whole)


def test_its_rows_can_be_read_as_csv() -> None:
    load = make_load()
    load.append_file(['Name,Phone\n"Zoë\nMay",+12125550100\n'.encode()])

    rows = list(csv.reader(io.TextIOWrapper(load.open_file(), "utf-8", newline="")))

    assert rows == [["Name", "Phone"], ["Zoë\nMay", "+12125550100"]]


def test_a_large_file_takes_the_memory_of_a_few_chunks() -> None:
    load = make_load(chunk_bytes=256 * 1024)
    piece = b"+12125550100,Jo,Doe,1 Any St\n" * 2000
    tracemalloc.start()

    load.append_file(piece for _ in range(300))
    with load.open_file() as file:
        size = sum(len(read) for read in iter(lambda: file.read(64 * 1024), b""))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size == len(piece) * 300 > 16_000_000
    assert peak < 4_000_000


def test_a_dropped_file_leaves_the_load_and_nothing_to_read() -> None:
    load = make_load()
    load.append_file([b"x" * 20])

    load.drop_file()

    load.refresh_from_db()
    assert (load.has_file, load.open_file().read(), load.chunks.count()) == (False, b"", 0)
