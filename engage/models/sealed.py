"""Every column that holds a secret, so that a rotation forgets none."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models
from django.db.models.functions import Cast

from engage.models.conversation import Conversation
from engage.models.delivery import Delivery
from engage.models.workspace import Workspace
from engage.vault import reseal, unseal_bytes

SEALED: dict[type[models.Model], tuple[str, ...]] = {
    Workspace: ("sealed_api_key", "sealed_webhook_token"),
    Conversation: ("sealed_key", "sealed_offered_key"),
}
# Secrets of rooms above: each is a function that puts its own under the newest key and returns how many they were.
OTHERS: list[Callable[[], int]] = []


def reseal_all() -> int:
    """Put every secret under the newest key, row by row; returns how many. Raises Unreadable."""
    count = sum(reseal_others() for reseal_others in OTHERS) + _reseal_ledger()
    for model, columns in SEALED.items():
        for column in columns:
            rows = model._default_manager.exclude(**{column: b""}).order_by("pk").values_list("pk", column)
            for pk, sealed in rows.iterator(chunk_size=500):
                # Only where it is still what was read: a key that changed meanwhile was sealed with the newest anyway.
                count += model._default_manager.filter(pk=pk, **{column: sealed}).update(
                    **{column: reseal(bytes(sealed))}
                )
    return count


def _reseal_ledger() -> int:
    """A delivery's body never changes; written again, it is under the newest key."""
    count = 0
    # As it is stored: by its own name it would come out opened, or not, and the two cannot be told apart.
    stored = Delivery.objects.annotate(stored=Cast("body", models.BinaryField())).order_by("pk")
    for pk, sealed in stored.values_list("pk", "stored").iterator(chunk_size=500):
        count += Delivery.objects.filter(pk=pk).update(body=unseal_bytes(bytes(sealed)))
    return count
