"""Leads made of invented people: with the broadcast in their threads, or waiting for it."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from typing import Any

from engage.sandbox import people, scripts, stamps
from engage.sandbox.database import writing
from engage.sandbox.handing_over import broadcast_message
from engage.sandbox.merging import fill_in
from engage.sandbox.models import Campaign, Lead, LeadList, LeadStatus, Message
from engage.sandbox.people import Person
from engage.sandbox.sending import broadcast


class NoRunningList(Exception):
    """Nobody is sent anything."""


def create_leads(
    *,
    count: int,
    campaign: Campaign | None = None,
    list_name: str | None = None,
    fields: Mapping[str, Any] | None = None,
    is_sent: bool = True,
    sent_at: int | None = None,
    dice: random.Random | None = None,
) -> list[Lead]:
    """New leads. `fields` overrides columns of leadData, timeZone or carrier. Raises NoRunningList."""
    dice = dice or random.Random()
    with writing():
        # A named campaign is obeyed whatever its status; otherwise the running ones take turns.
        lists = campaign.lists.order_by("id") if campaign else LeadList.objects.running().select_related("campaign")
        chosen = list(lists.filter(name=list_name) if list_name else lists)
        if not chosen:
            raise NoRunningList(
                f"No list is called {list_name}" if list_name else "No active campaign has an active list"
            )
        serial = Lead.objects.count()
        leads = [
            _lead(people.person_number(serial + i, dice), chosen[(serial + i) % len(chosen)], fields or {}, dice)
            for i in range(count)
        ]
        if is_sent:
            for lead in leads:
                _reach(lead, sent_at or stamps.now(), dice)
        Lead.objects.bulk_create(leads, batch_size=500)
        if is_sent:
            Message.objects.bulk_create([broadcast_message(lead) for lead in leads], batch_size=1000)
        broadcast.wake()
    return leads


def _lead(person: Person, lead_list: LeadList, fields: Mapping[str, Any], dice: random.Random) -> Lead:
    at = stamps.now()
    data = person.as_lead_data() | {
        name: str(value) for name, value in fields.items() if name not in ("timeZone", "carrier")
    }
    named = fields.get("carrier")
    return Lead(
        id=stamps.object_id(at),
        campaign=lead_list.campaign,
        lead_list=lead_list,
        key=secrets.token_urlsafe(32),
        name=f"{data['FirstName']} {data['LastName']}".strip(),
        phone=_international(data["Phone"]),
        data=data,
        carrier=named or person.carrier[0],
        normalized_carrier=named or person.carrier[1],
        time_zone=fields.get("timeZone", person.place.time_zone),
        zip=data["Zip"],
        state=data["State"],
        lat=person.place.lat,
        lon=person.place.lon,
        status=LeadStatus.NEW,
        loaded_at=at,
        last_message_at=0,
        mood=dice.choices(scripts.MOODS, scripts.MOOD_WEIGHTS)[0],
    )


def _reach(lead: Lead, at: int, dice: random.Random) -> None:
    """As if the broadcast had gone out then."""
    # They were not loaded before they were sent to, so nothing is said of when.
    lead.id, lead.loaded_at = stamps.object_id(at), None
    lead.status, lead.attempts = LeadStatus.DELIVERED, 1
    lead.sent_at, lead.result_at = at, at + dice.randint(300, 2500)
    lead.last_message_at, lead.last_text = at, fill_in(lead.campaign.messages["outgoingMessage"], lead)


def _international(phone: str) -> str:
    return phone if phone.startswith("+") else f"+1{phone}"
