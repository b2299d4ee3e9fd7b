"""Many writers at once: on PostgreSQL they take their ids in one order and commit in another."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

import pytest
from django.db import connections, transaction

from console.live.feed import Feed, find_start
from engage.models import Change

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]

WRITERS = 6
TRANSACTIONS = 60


class RolledBack(Exception):
    pass


def test_reader_misses_nothing_and_repeats_nothing_while_many_write() -> None:
    feed = Feed(find_start())
    committed: list[int] = []
    read: list[int] = []
    writers = [threading.Thread(target=_write, args=(number, committed)) for number in range(WRITERS)]

    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        read += [row.id for row in feed.read()]
        time.sleep(0.005)
    for writer in writers:
        writer.join()
    read += [row.id for row in feed.read()]

    assert len(committed) > WRITERS * TRANSACTIONS
    assert Counter(read) == Counter(committed)


def _write(number: int, committed: list[int]) -> None:
    chance = random.Random(number)
    try:
        for _ in range(TRANSACTIONS):
            written: list[int] = []
            try:
                with transaction.atomic():
                    for _ in range(chance.randint(1, 4)):
                        written.append(Change.objects.create(conversation_id=number).pk)
                        time.sleep(chance.random() * 0.004)
                    if chance.random() < 0.1:
                        raise RolledBack
            except RolledBack:
                continue
            committed += written
    finally:
        connections.close_all()
