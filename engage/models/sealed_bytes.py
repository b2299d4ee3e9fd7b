"""A column of bytes that rest encrypted; to the rest of the program they are what they are."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from engage.vault import Unreadable, seal_bytes, unseal_bytes


class SealedBytesField(models.BinaryField[Any, Any]):
    def deconstruct(self) -> Any:
        # To the database it is any column of bytes: no migration, and what was stored before stays readable.
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        sealed = value if value is None else seal_bytes(bytes(value))
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, *_: object) -> bytes | None:
        if value is None:
            return None
        try:
            return unseal_bytes(bytes(value))
        except Unreadable:
            # One row whose key was removed must not keep all others from being read; it reads as it is stored.
            return bytes(value)
