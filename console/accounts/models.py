from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from engage.models import Campaign

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from console.accounts.sessions import SessionStore


class Team(models.Model):
    """People who work some campaigns. Who is in no team sees every campaign; who is in teams sees theirs only."""

    name = models.CharField(max_length=100, unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="teams")
    campaigns = models.ManyToManyField(Campaign, blank=True, related_name="teams")

    class Meta:
        permissions = (
            ("see_every_campaign", "Can see every campaign, whatever the teams"),
            ("assign_conversations", "Can assign conversations to others and release them"),
        )

    def __str__(self) -> str:
        return self.name


class SessionManager(BaseSessionManager["Session"]):
    def of(self, person: User) -> models.QuerySet[Session]:
        return self.get_queryset().filter(person_id=person.pk)

    def alive(self) -> models.QuerySet[Session]:
        """Neither too old nor unused for too long."""
        now = timezone.now()
        return self.get_queryset().filter(expire_date__gt=now, used_at__gt=now - settings.SESSION_IDLE)


class Session(AbstractBaseSession):
    """One browser that somebody signed in with, or nobody yet."""

    # A bare number: a session is written on the way out of a request, also when its person is gone by then.
    person_id = models.IntegerField(null=True, db_index=True)
    # What a page asks by itself is no use; see console/accounts/idle.py.
    used_at = models.DateTimeField(default=timezone.now, db_default=Now())

    objects: ClassVar[SessionManager] = SessionManager()

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        from console.accounts.sessions import SessionStore

        return SessionStore
