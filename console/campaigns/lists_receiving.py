"""Taking an uploaded file straight into the database, piece by piece as it comes in: no machine of ours keeps it."""

from __future__ import annotations

import io
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from console.campaigns.csv_inspection import BadFile, Inspection
from engage.models import Campaign, ListLoad

LARGEST_FILE: Final = 100 * 1024 * 1024
FIELD: Final = "file"

_PIECES_PER_WRITE: Final = 16


class ListReceiver(FileUploadHandler):
    """The upload handler of one request. Whatever becomes of the request: `finish` takes the file, or `drop` does."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__()
        self.name = ""
        self._campaign = campaign
        self._inspection = Inspection()
        self._pieces: list[bytes] = []
        self._load: ListLoad | None = None
        self._is_complete = False

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        if field_name != FIELD or self._load is not None:
            raise SkipFile
        super().new_file(field_name, file_name, *args, **kwargs)
        self.name = file_name
        # Each piece is written in a transaction of its own: a slow line must not hold a lock.
        self._load = ListLoad.objects.create(campaign=self._campaign, list_name=file_name)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._inspection.feed(raw_data)
        if self._inspection.size > LARGEST_FILE:
            # The rest is read, so that the browser hears the answer, and thrown away.
            raise SkipFile
        self._pieces.append(raw_data)
        if len(self._pieces) >= _PIECES_PER_WRITE:
            self._write()

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        self._write()
        self._is_complete = True
        # The form has to see that there was a file; what is in it lies in the database.
        return UploadedFile(io.BytesIO(), name=self.name, size=file_size)

    def finish(self) -> tuple[ListLoad, str]:
        """The file and its encoding. Raises BadFile."""
        if self._inspection.size > LARGEST_FILE:
            raise BadFile(f"This file has more than {LARGEST_FILE // 1024**2} MB. Split it and load its parts.")
        if self._load is None or not self._is_complete:
            raise BadFile("Choose a file." if self._load is None else "The file did not arrive whole. Upload it again.")
        encoding = self._inspection.find_encoding()
        load, self._load = self._load, None
        return load, encoding

    def drop(self) -> None:
        """Nothing stays of a file that nobody took."""
        if self._load is not None:
            self._load.delete()
            self._load = None

    def _write(self) -> None:
        if self._load is not None and self._pieces:
            self._load.append_file(self._pieces)
        self._pieces = []
