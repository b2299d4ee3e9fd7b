"""Who is told of an event: the account's address, and the campaign's own one for events about conversations.

`webhooks` of a campaign names an address per kind of event, or null. An address that both name is told once. The guides
list no event for `deliveryResult`: a campaign that names one gets `DeliveryResult` there, and nobody else does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engage.sandbox import webhooks
from engage.sandbox.dialects import saying
from engage.sandbox.models import Campaign, Lead, LeadList, Message
from engage.sandbox.options import is_web_address
from engage.sandbox.payloads import WEBHOOK_NAMES, campaign_object, conversation_payload, list_object
from engage.sandbox.schedule import Misunderstood

_REGISTERED_AS = {
    "DeliveryResult": "deliveryResult",
    "ConversationStarted": "conversationStarted",
    "NewMessage": "incomingMessage",
    "Disposition": "disposition",
    "OptOut": "optOut",
    "OptIn": "optIn",
}
_ACCOUNT = ""


def parse(document: Any) -> dict[str, str]:
    """The addresses of a campaign; null ones are left out. Raises Misunderstood."""
    if not isinstance(document, Mapping) or set(document) - set(WEBHOOK_NAMES):
        raise Misunderstood(f"webhooks must be an object of {', '.join(WEBHOOK_NAMES)}")
    named = {name: url for name, url in document.items() if url is not None}
    if not all(isinstance(url, str) and is_web_address(url) for url in named.values()):
        raise Misunderstood("webhooks must be http or https addresses, or null")
    return named


def announce_about_lead(event: str, lead: Lead, messages: Iterable[Message]) -> None:
    """Call inside `writing()`."""
    addresses = _addresses(event, lead.campaign)
    if addresses:
        told = saying.tell_about_lead(event, conversation_payload(event, lead, messages), lead)
        for url in addresses:
            _enqueue(told, lead.name, lead.id, url=url)


def announce_campaign(campaign: Campaign) -> None:
    """Call inside `writing()`."""
    told = saying.tell_about_campaign("MessagingCampaignStatus", campaign_object(campaign), campaign)
    _enqueue(told, campaign.name, campaign.id)


def announce_list(lead_list: LeadList) -> None:
    """Call inside `writing()`."""
    told = saying.tell_about_list("MessagingListStatus", list_object(lead_list), lead_list)
    _enqueue(told, lead_list.name, lead_list.campaign_id)


def _enqueue(told: saying.Told | None, subject: str, lane_key: str, *, url: str = _ACCOUNT) -> None:
    if told is not None:
        webhooks.enqueue(told.event, subject, lane_key, told.body, url=url, header=told.header)


def _addresses(event: str, campaign: Campaign) -> list[str]:
    of_account = [] if event == "DeliveryResult" else [_ACCOUNT]
    own = campaign.webhooks.get(_REGISTERED_AS[event])
    return of_account if own is None or (of_account and own == webhooks.receiver.url) else [*of_account, own]
