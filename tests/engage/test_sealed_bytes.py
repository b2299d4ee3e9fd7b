"""The ledger rests encrypted: its bodies hold the keys of conversations."""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode

import pytest
from django.db import connection
from pytest_django import Settings

from engage.mirror.projector import project_all
from engage.models import Conversation, Delivery
from engage.models.sealed import reseal_all
from engage.vault import Unreadable, seal_bytes, unseal_bytes
from tests.engage.deliveries import body, deliver, make_workspace

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def new_key() -> str:
    return urlsafe_b64encode(os.urandom(32)).decode()


def stored() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM engage_delivery ORDER BY id DESC LIMIT 1")
        return bytes(cursor.fetchone()[0])


def store_plainly(delivery: Delivery, raw: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE engage_delivery SET body = %s WHERE id = %s", [raw, delivery.pk])


@pytest.mark.parametrize("raw", [b"", b"{}", b"\x81", b"\x81abcd" + bytes(40), b"\x00\xff" * 500])
def test_body_comes_back_as_it_was_received(raw: bytes) -> None:
    delivery = deliver(make_workspace(), raw)

    assert bytes(Delivery.objects.get(pk=delivery.pk).body) == raw
    assert stored() != raw
    assert len(stored()) == len(raw) + 33


def test_key_in_a_body_does_not_rest_in_the_clear() -> None:
    deliver(make_workspace(), body(key="a-key-that-nobody-should-see"))

    assert b"a-key-that-nobody-should-see" not in stored()
    project_all()
    assert Conversation.objects.get().offered_key.reveal() == "a-key-that-nobody-should-see"


def test_body_stored_before_it_was_sealed_is_read_and_sealed_by_a_rotation() -> None:
    delivery = deliver(make_workspace(), b"{}")
    store_plainly(delivery, b'{"eventType": "Old"}')

    before = bytes(Delivery.objects.get().body)
    reseal_all()

    assert before == bytes(Delivery.objects.get().body) == b'{"eventType": "Old"}'
    assert b"Old" not in stored()


def test_rotation_brings_every_body_under_the_newest_key(settings: Settings) -> None:
    deliver(make_workspace(), b'{"eventType": "Any"}')
    old, new = settings.ENGAGE_KEY_RING[0], new_key()

    settings.ENGAGE_KEY_RING = [new, old]
    reseal_all()
    settings.ENGAGE_KEY_RING = [new]

    assert bytes(Delivery.objects.get().body) == b'{"eventType": "Any"}'


def test_body_whose_key_was_removed_is_set_aside_and_keeps_nothing_else_waiting(settings: Settings) -> None:
    workspace = make_workspace()
    lost = deliver(workspace, body())
    settings.ENGAGE_KEY_RING = [new_key()]
    deliver(workspace, body())

    project_all()

    assert list(Delivery.objects.quarantined()) == [lost]
    assert Conversation.objects.count() == 1


def test_bytes_changed_where_they_rest_are_not_opened() -> None:
    sealed = bytearray(seal_bytes(b"as it was"))
    sealed[-1] ^= 1

    with pytest.raises(Unreadable):
        unseal_bytes(bytes(sealed))
