"""Handing a broadcast text over to the carrier, and hearing what became of it."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import F

from engage.sandbox import registrations, stamps
from engage.sandbox.carriers import OPTED_OUT, RETRY_AFTER, fate_of
from engage.sandbox.database import writing
from engage.sandbox.merging import fill_in
from engage.sandbox.models import Campaign, Direction, Lead, LeadStatus, Message

_CHANGED = (
    "status",
    "status_message",
    "sent_at",
    "result_due_at",
    "result_at",
    "attempts",
    "retry_at",
    "last_message_at",
    "last_text",
)
_RESULTS_AT_ONCE = 500


class HandOver:
    """The texts of one look at the clock, saved together. Use inside `writing()`."""

    def __init__(self) -> None:
        self._opted_out = set(Lead.objects.opted_out().values_list("phone", flat=True))
        self._leads: list[Lead] = []
        self._messages: list[Message] = []

    def add(self, lead: Lead, campaign: Campaign, at: int) -> bool:
        """True when a text went out; a carrier may be busy, and whoever has opted out anywhere gets none."""
        self._leads.append(lead)
        if lead.phone in self._opted_out:
            lead.status, lead.status_message, lead.result_at, lead.retry_at = LeadStatus.FAILED, OPTED_OUT, at, None
            return False
        lead.attempts += 1
        fate = fate_of(lead.phone, lead.attempts)
        if fate.status is None:
            lead.status_message, lead.retry_at = fate.message, at + RETRY_AFTER * lead.attempts
            return False
        lead.status, lead.status_message, lead.retry_at = LeadStatus.SENT, None, None
        lead.sent_at, lead.result_due_at = at, at + fate.takes_ms
        lead.last_message_at, lead.last_text = at, fill_in(campaign.messages["outgoingMessage"], lead)
        self._messages.append(broadcast_message(lead))
        return True

    def save(self) -> None:
        # Rows that exist are overwritten: the quickest way to change many at once.
        Lead.objects.bulk_create(
            self._leads, update_conflicts=True, unique_fields=["id"], update_fields=_CHANGED, batch_size=500
        )
        Message.objects.bulk_create(self._messages, batch_size=1000)


def broadcast_message(lead: Lead) -> Message:
    """The broadcast as the first message of the thread; the lead holds its text and time."""
    return Message(
        id=stamps.object_id(lead.last_message_at),
        lead=lead,
        direction=Direction.OUTBOUND,
        origin=Message.Origin.BROADCAST,
        at=lead.last_message_at,
        text=lead.last_text,
    )


def record_results(now: int) -> None:
    """The carriers' answers that have come by now."""
    while due := list(Lead.objects.result_due(now).select_related("campaign", "lead_list")[:_RESULTS_AT_ONCE]):
        with writing():
            outcomes: defaultdict[tuple[str, str | None], list[Lead]] = defaultdict(list)
            for lead in due:
                fate = fate_of(lead.phone, lead.attempts)
                lead.status, lead.status_message = fate.status or LeadStatus.DELIVERED, fate.message
                lead.result_at, lead.result_due_at = lead.result_due_at, None
                outcomes[lead.status, lead.status_message].append(lead)
            for (status, message), leads in outcomes.items():
                Lead.objects.filter(id__in=[lead.id for lead in leads]).update(
                    status=status, status_message=message, result_at=F("result_due_at"), result_due_at=None
                )
            for lead in due:
                registrations.announce_about_lead("DeliveryResult", lead, lead.messages.order_by("at", "id"))
