"""The world a fresh sandbox begins with."""

from __future__ import annotations

import random

from django.core.management import call_command
from django.db.models import Max

from engage.sandbox import campaigns, conversation_emails, stamps
from engage.sandbox.catalogue import CAMPAIGNS
from engage.sandbox.clock import clock
from engage.sandbox.database import writing
from engage.sandbox.first_conversations import begin_conversations
from engage.sandbox.loading import files
from engage.sandbox.models import Campaign, CampaignStatus, Lead, LeadList, LedgerEntry, ListLoad, Message, Webhook
from engage.sandbox.options import options
from engage.sandbox.sending import broadcast

DAY = 86_400_000


def prepare_database() -> None:
    """Tables as they should be, and the first campaigns and leads if there are none."""
    call_command("migrate", verbosity=0, interactive=False)
    if Campaign.objects.exists():
        _go_on_after_what_was()
    else:
        conversation_emails.clear()
        with writing():
            _seed(options().start, options().seed)


def start_over(start: int | None = None, seed: int | None = None) -> None:
    """Everything as at the first start, the clock included; with as many conversations as given."""
    clock.start_over()
    conversation_emails.clear()
    files.clear()
    with writing():
        for model in (Webhook, LedgerEntry, ListLoad, Message, Lead, LeadList, Campaign):
            model.objects.all().delete()
        _seed(options().start if start is None else start, options().seed if seed is None else seed)
        broadcast.wake()


def _go_on_after_what_was() -> None:
    """An earlier run with a faster clock may have come further than today: time does not go back."""
    latest = [
        LedgerEntry.objects.aggregate(at=Max("at"))["at"],
        Campaign.objects.aggregate(at=Max("updated_at"))["at"],
        Lead.objects.aggregate(at=Max("last_message_at"))["at"],
    ]
    clock.jump(max(clock.now(), *(at + 1 for at in latest if at is not None)))


def _seed(start: int, seed: int | None) -> None:
    dice = random.Random(seed)
    for number, blueprint in enumerate(CAMPAIGNS):
        created_at = stamps.now() - (len(CAMPAIGNS) - number) * 9 * DAY
        campaign = blueprint.build(created_at)
        if campaign.status == CampaignStatus.PENDING_APPROVAL:
            campaign.approval_asked_at, campaign.approval_ticket = stamps.now(), campaigns.ticket_of(campaign)
        campaign.save(force_insert=True)
        LeadList.objects.bulk_create(blueprint.build_lists(campaign))
    begin_conversations(start, dice)
