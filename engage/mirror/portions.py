"""What of the ledger is taken in next: bounded by number and by bytes, and the large never stand before the small.

A webhook may be 1 MiB, and its parts take a hundred times as much while they are applied. In which order deliveries are
applied makes no difference to the mirror, but it does to those who wait for a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models.functions import Length

from engage.models import Delivery

BATCH = 500
BATCH_BYTES = 2 * 1024 * 1024
_LARGE = 64 * 1024


def next_portions(size: int = BATCH) -> Iterator[list[int]]:
    """Ids of pending deliveries: small ones, then some large ones, where there are such."""
    pending = Delivery.objects.pending().annotate(bytes=Length("body")).values_list("id", "bytes")
    oldest = list(pending[:size])
    large = [row for row in oldest if row[1] > _LARGE]
    small = list(pending.filter(bytes__lte=_LARGE)[:size]) if large else oldest
    for portion in (_cut(small), _cut(large)):
        if portion:
            yield portion


def _cut(rows: Iterable[tuple[int, int]]) -> list[int]:
    """As many as fit, at least one."""
    ids: list[int] = []
    left = BATCH_BYTES
    for row_id, length in rows:
        left -= length
        if ids and left < 0:
            break
        ids.append(row_id)
    return ids
