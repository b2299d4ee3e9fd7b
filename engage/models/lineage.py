from __future__ import annotations

from django.db import models


class Lineage(models.Model):
    """Which copy of the database this is: held against what is kept outside of it, so that a restored one is known.

    One row. `number` only ever grows; `identity` is what the server itself calls this very database.
    """

    number = models.BigIntegerField(default=0)
    identity = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"lineage {self.number}"
