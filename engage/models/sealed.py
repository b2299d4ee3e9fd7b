"""Every column that holds a secret, so that a rotation forgets none."""

from __future__ import annotations

from django.db import models

from engage.models.conversation import Conversation
from engage.models.workspace import Workspace
from engage.vault import reseal

SEALED: dict[type[models.Model], tuple[str, ...]] = {
    Workspace: ("sealed_api_key", "sealed_webhook_token"),
    Conversation: ("sealed_key", "sealed_offered_key"),
}


def reseal_all() -> int:
    """Put every secret under the newest key, row by row; returns how many. Raises Unreadable."""
    count = 0
    for model, columns in SEALED.items():
        for column in columns:
            rows = model._default_manager.exclude(**{column: b""}).order_by("pk").values_list("pk", column)
            for pk, sealed in rows.iterator(chunk_size=500):
                # Only where it is still what was read: a key that changed meanwhile was sealed with the newest anyway.
                count += model._default_manager.filter(pk=pk, **{column: sealed}).update(
                    **{column: reseal(bytes(sealed))}
                )
    return count
