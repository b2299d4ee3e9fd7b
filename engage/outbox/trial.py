"""Does a platform answer again? A look at a conversation that is known to be readable, or that nobody found in trouble.

While bad answers come quickly, they may be those conversations' own trouble: a few more are looked at.
"""

from __future__ import annotations

import random
import time

from engage.api.errors import EngageError, Unreachable
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Command, Conversation
from engage.outbox.breaker import Breaker
from engage.outbox.looks import TIMEOUTS
from engage.vault import Unreadable

# Talked with last: their keys are the most likely to be good.
_CANDIDATES = 50
_MOST_LOOKS = 15
# What takes longer is no answer about one conversation, but a platform that is silent.
_QUICK_SECONDS = 2.0


def try_again(workspace_id: int, breaker: Breaker) -> None:
    """Look at witnesses until one answers well, or the platform keeps silent, and tell the breaker how that ended."""
    last: EngageError | None = None
    for witness in _find_witnesses(workspace_id, breaker):
        began_at = time.monotonic()
        try:
            read_conversation(witness, client_for(witness.workspace, timeouts=TIMEOUTS))
        except Unreadable:
            # Our own trouble: somebody else is asked.
            breaker.remember(witness.pk)
        except EngageError as error:
            last = error
            breaker.remember(witness.pk)
            if isinstance(error, Unreachable) or time.monotonic() - began_at > _QUICK_SECONDS:
                break
        else:
            breaker.hear(None, witness.pk)
            return
    # Without anybody to ask nothing waits either, so nothing is held up by this.
    breaker.hear(last)


def _find_witnesses(workspace_id: int, breaker: Breaker) -> list[Conversation]:
    """Those that answered well come first, those that failed last come last."""
    readable = Conversation.objects.filter(workspace_id=workspace_id, denied_at=None).exclude(key_fingerprint="")
    newest = readable.open().order_by("-last_message_at", "-id").values_list("id", flat=True)[:_CANDIDATES]
    waiting = Command.objects.filter(workspace_id=workspace_id, state__in=Command.WAITING, conversation__isnull=False)
    concerned = waiting.order_by("id").values_list("conversation_id", flat=True)[:_CANDIDATES]
    ids = [found for found in {*newest, *concerned} if found is not None]
    random.shuffle(ids)
    chosen = sorted(ids, key=breaker.standing_of)[:_MOST_LOOKS]
    rows = Conversation.objects.select_related("workspace", "lead").in_bulk(chosen)
    return [rows[conversation_id] for conversation_id in chosen if conversation_id in rows]
