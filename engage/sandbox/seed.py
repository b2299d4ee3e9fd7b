"""The world a fresh sandbox begins with."""

from __future__ import annotations

import random

from django.core.management import call_command

from engage.sandbox import stamps
from engage.sandbox.catalogue import CAMPAIGNS
from engage.sandbox.database import writing
from engage.sandbox.first_conversations import begin_conversations
from engage.sandbox.models import Campaign, Lead, LeadList, LedgerEntry, Message, Webhook
from engage.sandbox.options import options

DAY = 86_400_000


def prepare_database() -> None:
    """Tables as they should be, and the first campaigns and leads if there are none."""
    call_command("migrate", verbosity=0, interactive=False)
    if not Campaign.objects.exists():
        _seed()


def start_over() -> None:
    with writing():
        for model in (Webhook, LedgerEntry, Message, Lead, LeadList, Campaign):
            model.objects.all().delete()
        _seed()


def _seed() -> None:
    dice = random.Random(options().seed)
    with writing():
        for number, blueprint in enumerate(CAMPAIGNS):
            created_at = stamps.now() - (len(CAMPAIGNS) - number) * 9 * DAY
            campaign = blueprint.build(created_at)
            campaign.save(force_insert=True)
            LeadList.objects.bulk_create(blueprint.build_lists(campaign))
        begin_conversations(options().start, dice)
