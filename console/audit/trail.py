"""The one way into the audit trail: called by actions, inside the transaction that does the thing."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from console.audit.models import AuditEntry
from engage.models import Campaign, Conversation


@dataclass(frozen=True)
class Origin:
    """Where the request being served came from; empty outside of requests."""

    address: str | None = None
    request_id: str = ""


# Actions never see a request; the middleware leaves here what the trail wants to know of it.
origin: ContextVar[Origin] = ContextVar("origin")


def record(
    *,
    by: User | None,
    action: str,
    subject: str = "",
    campaign: Campaign | None = None,
    conversation: Conversation | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Add one entry. `before` and `after` hold what a person needs to see the difference, never a secret."""
    here = origin.get(Origin())
    return AuditEntry.objects.create(
        by=by,
        action=action,
        subject=subject[:300],
        campaign=campaign,
        conversation=conversation,
        before=before or {},
        after=after or {},
        address=here.address,
        request_id=here.request_id,
    )


def record_operation(
    *, action: str, subject: str, details: dict[str, Any], conversation: Conversation | None = None
) -> None:
    """What an operator did on the command line, or the console by itself: nobody is signed in for it."""
    campaign = conversation.campaign if conversation else None
    record(by=None, action=action, subject=subject, campaign=campaign, conversation=conversation, after=details)


def has_entries_since(moment: datetime) -> bool:
    """Whether the request being served has made an entry of its own since then."""
    here = origin.get(Origin())
    return AuditEntry.objects.filter(at__gte=moment, request_id=here.request_id).exists()
