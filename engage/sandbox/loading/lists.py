"""Lists by their names."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import PurePath

from engage.sandbox import registrations, stamps
from engage.sandbox.loading.rows import duplicate, new_lead, phone_in, phones_known
from engage.sandbox.models import Campaign, Lead, LeadList
from engage.sandbox.schedule import Misunderstood
from engage.sandbox.sending import broadcast

LONGEST_NAME = 200


def checked_name(name: str) -> str:
    """Verbatim. Raises Misunderstood."""
    if not name.strip() or len(name) > LONGEST_NAME or any(unicodedata.category(letter) == "Cc" for letter in name):
        raise Misunderstood(f"A list needs a name of at most {LONGEST_NAME} characters, and no control characters")
    return name


def name_of_file(file_name: str) -> str:
    """A list that is not named otherwise is called like its file, without the .csv."""
    path = PurePath(file_name)
    return path.stem if path.suffix.lower() == ".csv" else path.name


def list_named(campaign: Campaign, name: str) -> LeadList:
    """Appended to if it exists, else made. Call inside `writing()`."""
    now = stamps.now()
    lead_list, is_new = LeadList.objects.get_or_create(
        campaign=campaign,
        name=name,
        defaults={"id": stamps.object_id(now), "status": "READY", "created_at": now, "updated_at": now},
    )
    if is_new:
        # To become READY is a change of status like any other, and the only way to hear of a new list.
        registrations.announce_list(lead_list)
    return lead_list


def load_lead(*, campaign: Campaign, list_name: str, data: Mapping[str, str], phone_field: str, de_dupe: bool) -> Lead:
    """One lead into the list of that name. Call inside `writing()`. Raises Refused."""
    phone = phone_in(data, phone_field)
    if de_dupe and phones_known(campaign, [phone]):
        raise duplicate()
    lead = new_lead(list_named(campaign, list_name), data, phone)
    lead.save(force_insert=True)
    broadcast.wake()
    return lead
