"""Leads come into being here: loaded into a list and sent the campaign's broadcast."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from typing import Any

from engage.sandbox import people, scripts, stamps
from engage.sandbox.database import writing
from engage.sandbox.models import Campaign, CampaignStatus, Direction, Lead, LeadList, Message
from engage.sandbox.people import Person
from engage.sandbox.texting import fill_in


class NoRunningList(Exception):
    """Nobody is sent anything."""


def create_leads(
    *,
    count: int,
    campaign: Campaign | None = None,
    fields: Mapping[str, Any] | None = None,
    sent_at: int | None = None,
    dice: random.Random | None = None,
) -> list[Lead]:
    """New leads with their broadcast. `fields` overrides columns of leadData, or timeZone. Raises NoRunningList."""
    dice = dice or random.Random()
    with writing():
        # A named campaign is obeyed whatever its status; otherwise the running ones take turns.
        running = LeadList.objects.filter(status="ACTIVE", campaign__status=CampaignStatus.ACTIVE)
        lists = list(campaign.lists.order_by("id") if campaign else running.order_by("id").select_related("campaign"))
        if not lists:
            raise NoRunningList("No active campaign has an active list")
        serial = Lead.objects.count()
        leads = [
            _lead(people.person_number(serial + i, dice), lists[(serial + i) % len(lists)], sent_at, fields or {}, dice)
            for i in range(count)
        ]
        Lead.objects.bulk_create(leads, batch_size=500)
        Message.objects.bulk_create([_broadcast(lead) for lead in leads], batch_size=1000)
    return leads


def _lead(
    person: Person, lead_list: LeadList, sent_at: int | None, fields: Mapping[str, Any], dice: random.Random
) -> Lead:
    at = sent_at or stamps.now()
    data = person.as_lead_data() | {name: str(value) for name, value in fields.items() if name != "timeZone"}
    lead = Lead(
        id=stamps.object_id(at),
        campaign=lead_list.campaign,
        lead_list=lead_list,
        key=secrets.token_urlsafe(32),
        name=f"{data['FirstName']} {data['LastName']}".strip(),
        phone=_international(data["Phone"]),
        data=data,
        carrier=person.carrier[0],
        normalized_carrier=person.carrier[1],
        time_zone=fields.get("timeZone", person.place.time_zone),
        zip=data["Zip"],
        state=data["State"],
        lat=person.place.lat,
        lon=person.place.lon,
        sent_at=at,
        result_at=at + dice.randint(300, 2500),
        last_message_at=at,
        mood=dice.choices(scripts.MOODS, scripts.MOOD_WEIGHTS)[0],
    )
    lead.last_text = fill_in(lead_list.campaign.messages["outgoingMessage"], lead)
    return lead


def _broadcast(lead: Lead) -> Message:
    return Message(
        id=stamps.object_id(lead.sent_at),
        lead=lead,
        direction=Direction.OUTBOUND,
        origin=Message.Origin.BROADCAST,
        at=lead.sent_at,
        text=lead.last_text,
    )


def _international(phone: str) -> str:
    return phone if phone.startswith("+") else f"+1{phone}"
