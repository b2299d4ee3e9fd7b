"""What runs in the processes of B2: make a large mirror, and drain a ledger as the worker does."""

from __future__ import annotations

import gc
import time

from django.db import close_old_connections, connection
from django.db.models import Model

from bench.figures import MeasureFailed
from bench.payloads import new_message, started
from bench.rows import make_workspace, project_confirmed, store
from engage.mirror.projector import project_batch
from engage.models import Conversation, Delivery, Lead, Message, Workspace

MESSAGES_EACH = 8
# Numbers of leads that no mirror knows begin here.
_UNKNOWN_FROM = 10_000_000


def make_mirror(*, conversations: int) -> None:
    """One conversation comes by the real way, and is copied by SQL with an identity and a time of its own each."""
    project_confirmed(make_workspace(), [started(1, messages=MESSAGES_EACH)])
    identity = "lpad(to_hex(n), 24, '0')"
    fingerprint = f"encode(sha256(('key-of-' || {identity})::bytea), 'hex')"
    earlier = "- n * interval '1 minute'"
    _copy(
        Lead,
        conversations,
        {
            "id": "n",
            "remote_id": identity,
            "phone": "'+1' || 2000000000 + n",
            "search_text": "'john doe 1' || 2000000000 + n",
        },
    )
    times = ("started_at", "last_inbound_at", "last_message_at")
    _copy(
        Conversation,
        conversations,
        {"id": "n", "lead_id": "n", "key_fingerprint": fingerprint, "offered_key_fingerprint": fingerprint}
        | {name: f"t.{name} {earlier}" for name in times},
    )
    # All first texts, then all second ones: those of one conversation lie far apart, as they do when they come singly.
    remote_id = f"lpad(to_hex(n * {MESSAGES_EACH} + t.id), 24, '0')"
    own = {"remote_id": remote_id, "conversation_id": "n", "sent_at": f"t.sent_at {earlier}", "text": "t.text || n"}
    _copy(Message, conversations, {"id": f"t.id + (n - 1) * {MESSAGES_EACH}"} | own, order="t.id, n")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _copy(model: type[Model], count: int, own: dict[str, str], order: str = "n") -> None:
    """Number 1 again as number 2, 3 and so on. `own`: what differs, as SQL over `n` and the row `t` of number 1."""
    table, columns = model._meta.db_table, [str(field.column) for field in model._meta.concrete_fields]
    values = ", ".join(own.get(column, f"t.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)})"
            f" SELECT {values} FROM {table} AS t, generate_series(2, %s) AS n ORDER BY {order}",
            [count],
        )
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")


def drain(*, number: int, conversations: int, texts_each: int, mirrored: int) -> float:
    """Deliveries per second, from leads in turn: a batch holds as many conversations as deliveries, the dearest case.

    Where conversations are mirrored already, half of those that are written to are among them, spread evenly over the
    mirror; the other half is new, as all of them are to an empty mirror. Every round (`number`) takes others.
    """
    known = conversations // 2 if mirrored else 0
    step = mirrored // max(known, 1)
    leads = [2 + number + index * step for index in range(known)]
    leads += [_UNKNOWN_FROM + number * conversations + index for index in range(conversations - known)]
    workspace = Workspace.objects.first() or make_workspace()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE engage_delivery")
    bodies = [_delivery(lead, text) for text in range(texts_each) for lead in leads]
    store(workspace, bodies)
    before = Message.objects.count()
    # As `engage.worker` does for its process.
    gc.set_threshold(50_000, 20, 50)
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    begin = time.perf_counter()
    while project_batch():
        close_old_connections()
    seconds = time.perf_counter() - begin
    _check(len(bodies), Message.objects.count() - before, new_conversations=conversations - known)
    return len(bodies) / seconds


def _delivery(lead: int, text: int) -> bytes:
    """The first of an unknown lead brings the text that it answers."""
    if text == 0 and lead >= _UNKNOWN_FROM:
        return started(lead, at=900)
    return new_message(lead, text, f"This is text {text} of lead {lead}. When can somebody call me about the offer?")


def _check(deliveries: int, messages: int, *, new_conversations: int) -> None:
    applied = Delivery.objects.filter(state=Delivery.State.APPLIED).count()
    if (applied, messages) != (deliveries, deliveries + new_conversations):
        raise MeasureFailed(f"{applied} of {deliveries} applied, {messages} messages")
