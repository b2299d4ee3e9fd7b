from __future__ import annotations

import io
from collections.abc import Iterable
from typing import BinaryIO

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from engage.models.campaign import Campaign
from engage.models.command import Command

CHUNK_BYTES = 256 * 1024


class ListLoad(models.Model):
    """A CSV file of leads on its way to the platform, and what came back of it.

    The file lies in the database, in chunks, because that is all that web and worker machines share.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="list_loads")
    list_name = models.TextField()
    # {"de_dupe": true, "first_row_headers": true, "mapped_columns": [{"column_index": 0, "column_id": "Phone"}, …]}
    request = models.JSONField(default=dict, blank=True)
    size = models.BigIntegerField(default=0, help_text="bytes of the file")
    chunk_bytes = models.PositiveIntegerField(default=CHUNK_BYTES, help_text="length of every chunk but the last")
    created_at = models.DateTimeField(default=timezone.now)
    command = models.OneToOneField(
        Command,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="list_load",
        help_text="empty: not asked",
    )
    result = models.JSONField(null=True, blank=True, help_text="what the platform posted of it last, whole")
    result_at = models.DateTimeField(null=True, blank=True)
    result_version = models.CharField(max_length=100, blank=True, help_text="orders results; the greatest wins")

    def __str__(self) -> str:
        return self.list_name

    @property
    def state(self) -> str:
        """Its command's; empty before it was asked for."""
        return self.command.state if self.command else ""

    @property
    def has_file(self) -> bool:
        return self.size > 0

    def append_file(self, pieces: Iterable[bytes]) -> None:
        """Add to the end of the file, holding one chunk in memory; an upload's `chunks()` will do for `pieces`."""
        with transaction.atomic():
            rows = ListLoad.objects.filter(pk=self.pk)
            # A no-op update is the row lock that both databases have; the size may have grown since we were loaded.
            rows.update(size=F("size"))
            number, rest = divmod(rows.values_list("size", flat=True).get(), self.chunk_bytes)
            buffer = bytearray(self._read_chunk(number) if rest else b"")
            for piece in pieces:
                buffer += piece
                while len(buffer) >= self.chunk_bytes:
                    self._write_chunk(number, bytes(buffer[: self.chunk_bytes]))
                    del buffer[: self.chunk_bytes]
                    number += 1
            if buffer:
                self._write_chunk(number, bytes(buffer))
            self.size = number * self.chunk_bytes + len(buffer)
            self.save(update_fields=["size"])

    def open_file(self) -> BinaryIO:
        """The file to read and seek in, holding one chunk in memory."""
        return io.BufferedReader(_ChunkReader(self))

    def drop_file(self) -> None:
        """Give the space back; what the platform made of it stays."""
        with transaction.atomic():
            self.chunks.all().delete()
            ListLoad.objects.filter(pk=self.pk).update(size=0)
        self.size = 0

    def _read_chunk(self, number: int) -> bytes:
        return bytes(self.chunks.values_list("data", flat=True).get(number=number))

    def _write_chunk(self, number: int, data: bytes) -> None:
        self.chunks.update_or_create(number=number, defaults={"data": data})


class ListLoadChunk(models.Model):
    load = models.ForeignKey(ListLoad, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("load", "number"), name="list_load_chunk_is_one_row"),)

    def __str__(self) -> str:
        return f"chunk {self.number} of {self.load_id}"


class _ChunkReader(io.RawIOBase):
    """Reads a load's chunks one by one, each with a query of its own."""

    def __init__(self, load: ListLoad) -> None:
        self._load = load
        self._position = 0
        self._number = -1
        self._chunk = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._load.size}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning of the file")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer cannot be sliced
        if self._position >= self._load.size:
            return 0
        number, start = divmod(self._position, self._load.chunk_bytes)
        if number != self._number:
            self._chunk, self._number = self._load._read_chunk(number), number
        piece = self._chunk[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
