"""A new key for the ring while everything runs: nothing becomes unreadable, and nothing is sent twice (F16)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection
from django.test import override_settings

from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Command, Conversation
from engage.models.sealed import SEALED, reseal_all
from engage.vault import unseal
from tests.engage.outbox.conftest import Dispatching, texts_sent, wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def open_everything() -> int:
    """Raises Unreadable when a value is under a key that is no longer in the ring."""
    rows = [
        sealed
        for model, columns in SEALED.items()
        for column in columns
        for sealed in model._default_manager.exclude(**{column: b""}).values_list(column, flat=True)
    ]
    return sum(bool(unseal(sealed)) for sealed in rows)


def test_f16_keys_are_rotated_while_replies_go_out(
    sandbox: SandboxProcess,
    start_conversation: Callable[..., Conversation],
    reply: Callable[..., Command],
    dispatching: Dispatching,
) -> None:
    conversations = [start_conversation() for _ in range(5)]
    texts = [f"This is answer number {number}." for number in range(4)]
    new, is_over = Fernet.generate_key().decode(), threading.Event()

    def read_all_the_time() -> None:
        """As webhooks and the reconciler do: every reading may write a key."""
        client = client_for(conversations[0].workspace)
        try:
            while not is_over.is_set():
                for conversation in conversations:
                    read_conversation(Conversation.objects.select_related("lead").get(pk=conversation.pk), client)
        finally:
            connection.close()

    with override_settings(ENGAGE_KEY_RING=[new, *settings.ENGAGE_KEY_RING]):
        reader = threading.Thread(target=read_all_the_time)
        reader.start()
        with dispatching(workers=2):
            for text in texts:
                for conversation in conversations:
                    reply(conversation, text)
                reseal_all()
            wait_until(lambda: not Command.objects.unsettled().exists(), within=60)
        is_over.set()
        reader.join()
        reseal_all()

    with override_settings(ENGAGE_KEY_RING=[new]):
        assert open_everything() >= len(conversations)
    assert set(Command.objects.values_list("state", flat=True)) == {Command.State.CONFIRMED}
    for conversation in conversations:
        assert sorted(texts_sent(sandbox, conversation)) == texts
