"""Conversations that are under way when the sandbox starts, so that a fresh console has something to show."""

from __future__ import annotations

import random

from engage.sandbox import phrases, stamps, texting
from engage.sandbox.invented_leads import create_leads
from engage.sandbox.models import Campaign, Lead
from engage.sandbox.simulator import first_answer_of

MINUTE = 60_000
# Leads who got the broadcast and have not answered yet.
SILENT_SHARE = 0.5
# Leads of the active lists who are still to be sent to, for each conversation: enough for some twenty minutes.
WAITING_SHARE = 10

# Names that pages must survive, and a lead whose time zone nobody knows.
UNUSUAL = (
    {"FirstName": "Zoë 🌻", "LastName": "Lindqvist-Åström"},
    {"FirstName": "<script>alert('hi')</script>", "LastName": "O'Neil & Sons"},
    {"FirstName": "Ronnie", "LastName": "", "timeZone": None},
)


def begin_conversations(count: int, dice: random.Random) -> None:
    """Call inside `writing()`. The earliest began some 50 minutes ago, the latest just now."""
    campaigns = {campaign.topic: campaign for campaign in Campaign.objects.all()}
    topics = dice.choices(("webinar", "solar", "renewal"), (5, 4, 2), k=count)
    ages = sorted((dice.expovariate(1 / 12) % 50 for _ in range(count)), reverse=True)
    for number, (topic, age) in enumerate(zip(topics, ages, strict=True)):
        answered_at = stamps.now() - int(age * MINUTE) - dice.randint(2_000, 50_000)
        lead = create_leads(
            count=1,
            campaign=campaigns[topic],
            fields=UNUSUAL[number // 3] if number % 3 == 1 and number // 3 < len(UNUSUAL) else {},
            sent_at=answered_at - dice.randint(2, 600) * MINUTE // 2,
            dice=dice,
        )[0]
        _converse(lead, answered_at, number, dice)
    if count:
        create_leads(count=int(count * SILENT_SHARE) + 1, sent_at=stamps.now() - 45 * MINUTE, dice=dice)
        create_leads(count=count * WAITING_SHARE, is_sent=False, dice=dice)


def _converse(lead: Lead, at: int, number: int, dice: random.Random) -> None:
    first = first_answer_of(lead, dice)
    texting.text_from_lead(lead_id=lead.id, text=first, at=at)
    match number % 6:
        case 2:
            # Written in one go, as people do.
            more = dice.choice(phrases.ANSWERS["other"])
            texting.text_from_lead(lead_id=lead.id, text=more, at=min(at + 45_000, stamps.now()))
        case 4 if number > 6:
            _finish(Lead.objects.select_related("campaign").get(id=lead.id), dice)


def _finish(lead: Lead, dice: random.Random) -> None:
    """Somebody has already dealt with it elsewhere."""
    if lead.is_opted_out:
        return
    is_sorry = lead.mood in ("wrong", "leaving")
    texting.text_from_agent(
        lead=lead, text=SORRY if is_sorry else dice.choice(ANSWERED), at=lead.last_message_at + MINUTE
    )
    texting.choose_disposition(lead=lead, name="NOT INTERESTED" if is_sorry else "CALL BACK")


SORRY = "Sorry to have bothered you, we will not text you about this again."
ANSWERED = (
    "Thank you, I have noted it and we will be in touch tomorrow.",
    "Happy to help. A colleague will call you this afternoon.",
)
