"""One writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

# All writers are threads of this one process: queueing here is fair and quick, while SQLite lets them sleep and race.
_one_writer = threading.RLock()


@contextmanager
def writing() -> Iterator[None]:
    """A transaction that no other thread of the sandbox writes beside."""
    with _one_writer, transaction.atomic():
        yield
