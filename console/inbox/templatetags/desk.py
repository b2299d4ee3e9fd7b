"""How the desk writes people, numbers and times."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import TYPE_CHECKING

from django import template
from django.template import Context
from django.utils import timezone

from console.inbox import times
from console.inbox.choices import SHOWN, Offer, offer_of
from engage.sms import phones
from engage.sms.blanks import first_shown, is_blank

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from engage.models import Conversation, Lead, Message

register = template.Library()

HUES = 12


@register.filter
def phone(number: str) -> str:
    return phones.display(number) if number else ""


@register.filter
def text_or_none(text: str) -> str:
    """A text in which there is nothing to be seen, be it of invisible signs, says so."""
    return "No text" if is_blank(text) else text


@register.filter
def opt_out_reason(messages: list[Message]) -> str:
    """Why a number is stopped whose texts were read as an opt-out: their words, as far as a note holds them."""
    words = " / ".join(" ".join(message.text.split()) for message in messages)
    return f"They wrote “{words[:460]}{'…' if len(words) > 460 else ''}”"


@register.filter
def has_more_to_offer(conversation: Conversation) -> bool:
    return len(conversation.dispositions) > SHOWN


@register.simple_tag(takes_context=True)
def offered(context: Context, conversation: Conversation) -> Offer:
    """Of what somebody looks for, where they do: `sought`."""
    return offer_of(conversation, str(context.get("sought") or ""))


@register.filter
def lead_name(lead: Lead) -> str:
    """Their name, or their number, or at least something to click."""
    return first_shown(lead.name, phone(lead.phone)) or "Unknown number"


@register.filter
def last_digits(lead: Lead) -> str:
    """As "0143", beside a name: tells two people of one name apart. Nothing beside a number, which says it already."""
    return phones.digits(lead.phone)[-4:] if not is_blank(lead.name) else ""


@register.filter
def lead_initials(lead: Lead) -> str:
    """Letters of their name; of a number alone how it begins, which is its country."""
    return initials(lead.name) or (lead.phone[:2] if lead.phone.startswith("+") else "#")


def initials(name: str) -> str:
    """One or two letters for a round picture: "Maria Reyes" MR, "ada" AD, nothing for what has no letters."""
    words = [word for word in ("".join(filter(str.isalpha, part)) for part in name.split()) if word]
    if not words:
        return ""
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()[:2]


@register.filter
def person_initials(person: User) -> str:
    return initials(person.get_full_name() or person.username)


@register.filter
def hue(key: object) -> int:
    """A colour of its own for everybody, the same on every page: 0 to 11, named by `data-hue` in the style sheets."""
    return zlib.crc32(str(key).encode()) % HUES


@register.filter
def epoch_ms(at: datetime | None) -> str:
    return "" if at is None else str(int(at.timestamp() * 1000))


@register.filter
def ago(since: datetime) -> str:
    return times.ago(since, timezone.now())


@register.filter
def urgency(since: datetime) -> str:
    """`late`, `soon` or nothing: how long somebody may wait before it shows."""
    waited = timezone.now() - since
    return "late" if waited >= times.LATE else "soon" if waited >= times.SOON else ""


@register.filter
def clock(at: datetime) -> str:
    return times.clock(at)


@register.filter
def moment(at: datetime) -> str:
    return times.moment(at)


@register.filter
def short_moment(at: datetime) -> str:
    return times.short_moment(at, timezone.now())


@register.filter
def to_the_second(at: datetime) -> str:
    """As "4 Mar, 11:33:52 AM", for what is looked up rather than read."""
    return timezone.localtime(at).strftime("%-d %b, %-I:%M:%S %p")


@register.filter
def there_now(zone_name: str) -> str:
    """As "10:42 AM there", or nothing where the zone is unknown."""
    there = times.clock_there(timezone.now(), zone_name)
    return f"{there} there" if there else ""


@register.filter
def key_of(position: int) -> str:
    """The digit that, with Alt, presses the button at this place."""
    return str(position) if position <= 9 else ""
