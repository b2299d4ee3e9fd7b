"""What allauth tells of second factors, which it tells by signals only, into the audit trail."""

from __future__ import annotations

from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User

from console.audit import trail


def connect() -> None:
    signals.authenticator_added.connect(_note_added)
    signals.authenticator_removed.connect(_note_removed)
    signals.authenticator_reset.connect(_note_reset)
    signals.authentication_failed.connect(_note_failure)


def _note_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    trail.record(by=user, action="added second factor", subject=str(authenticator))


def _note_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    trail.record(by=user, action="removed second factor", subject=str(authenticator))


def _note_reset(user: User, authenticator: Authenticator, **_: Any) -> None:
    trail.record(by=user, action="made new recovery codes")


def _note_failure(user: User, authenticator: Authenticator, **_: Any) -> None:
    trail.record(by=None, action="gave a wrong second factor", subject=user.get_username())
