"""One row of lead data as a lead, or why it is refused."""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Iterable, Mapping

from phonenumbers import parse as parse_number
from phonenumbers import timezone as number_zones

from engage.sandbox import people, scripts, stamps
from engage.sandbox.carriers import carrier_of
from engage.sandbox.models import Campaign, Lead, LeadList, LeadStatus
from engage.sandbox.people import Place
from engage.sms.phones import normalize

# What the numbering plan of the United States and Canada allows: no area code or exchange begins with 0 or 1.
_NANP = re.compile(r"\+1[2-9]\d\d[2-9]\d{6}")
_dice = random.Random()
_zones: dict[str, str | None] = {}


class Refused(Exception):
    """Not taken into the list, for this `reason` in one word and these words for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message


def phone_in(data: Mapping[str, str], field: str = "Phone") -> str:
    """As the platform keeps it, +17165550142. Raises Refused."""
    written = data.get(field, "").strip()
    if not written:
        raise Refused("MissingPhone", "There is no phone number")
    phone = normalize(written)
    if phone is None or not _NANP.fullmatch(phone):
        raise Refused("InvalidPhone", "Not a phone number of the United States or Canada")
    return phone


def phones_known(campaign: Campaign, phones: Iterable[str]) -> set[str]:
    """Those the campaign has already, in any of its lists."""
    return set(Lead.objects.with_phones(phones).filter(campaign=campaign).values_list("phone", flat=True))


def duplicate() -> Refused:
    return Refused("DuplicatePhone", "The campaign has this phone number already")


def new_lead(lead_list: LeadList, data: Mapping[str, str], phone: str) -> Lead:
    """Loaded now, sent to when its turn comes. The caller saves."""
    at = stamps.now()
    place = people.place_with(phone[2:5])
    carrier, normalized_carrier = carrier_of(phone)
    state = data.get("State", "").strip()
    return Lead(
        id=stamps.object_id(at),
        campaign=lead_list.campaign,
        lead_list=lead_list,
        key=secrets.token_urlsafe(32),
        name=f"{data.get('FirstName', '')} {data.get('LastName', '')}".strip()[:200] or phone,
        phone=phone,
        data=dict(data),
        carrier=carrier,
        normalized_carrier=normalized_carrier,
        time_zone=_zone_of(phone, place),
        zip=data.get("Zip", "").strip()[:10] or (place.zip if place else ""),
        state=state.upper() if len(state) == 2 else (place.state if place else ""),
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        status=LeadStatus.NEW,
        loaded_at=at,
        last_message_at=0,
        mood=_dice.choices(scripts.MOODS, scripts.MOOD_WEIGHTS)[0],
    )


def _zone_of(phone: str, place: Place | None) -> str | None:
    """By area code; none where an area code has several zones, or no place at all."""
    if place:
        return place.time_zone
    area = phone[:5]
    if area not in _zones:
        zones = number_zones.time_zones_for_geographical_number(parse_number(phone))
        # A number of no place is said to be in "Etc/Unknown".
        _zones[area] = zones[0] if len(zones) == 1 and not zones[0].startswith("Etc/") else None
    return _zones[area]
