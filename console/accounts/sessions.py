"""The session engine: Django's own in the database, with a column that says whose session it is.

What a browser holds is a secret like a password, so the database knows sessions by a one-way name alone: who reads a
backup cannot go on where somebody is signed in.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.utils import timezone

if TYPE_CHECKING:
    from console.accounts.models import Session

_WRITTEN_EVERY = timedelta(minutes=1)


def name_of(session_key: str) -> str:
    """What the session with this key is called in the database; as long as the column."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(DatabaseSessionStore):
    _used_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        # The engine is loaded before the models are.
        from console.accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Any = super().create_model_instance(data)
        row.session_key = name_of(row.session_key)
        row.person_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return cast("Session", row)

    def exists(self, session_key: str) -> bool:
        return super().exists(name_of(session_key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            self.model.objects.filter(session_key=name_of(key)).delete()

    def _get_session_from_db(self) -> Session | None:
        row = self.get_model_class().objects.alive().filter(session_key=name_of(self.session_key or "")).first()
        if row is None:
            self._session_key = None
        self._used_at = row.used_at if row else None
        return row

    def touch(self) -> None:
        """Somebody uses it. Costs nothing where it was not read."""
        now = timezone.now()
        if self._used_at and now - self._used_at > _WRITTEN_EVERY:
            rows = self.get_model_class().objects.filter(session_key=name_of(self.session_key or ""))
            rows.update(used_at=now)
