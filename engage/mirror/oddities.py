"""What an admin should see of a delivery though it is applied: nobody but the platform has a reason to post such a one.

A delivery is a hint and proves nothing; what it says is confirmed by GET. So an oddity is written down, not refused.
"""

from __future__ import annotations

from engage.api.events import (
    CampaignEvent,
    ConversationEvent,
    ConversationKind,
    Event,
    ListEvent,
    folded,
    is_documented,
)
from engage.api.origins import origin_of
from engage.api.wire.conversation import Endpoint
from engage.mirror.observations import LoadObservation
from engage.models import Delivery, Workspace
from engage.models.delivery import NO_GUIDE_NAMES, NOT_UNDERSTOOD


def find_oddity(event: Event | LoadObservation, delivery: Delivery, workspace: Workspace) -> str:
    """In words; empty when there is none."""
    oddities = (_find_forgery(event, delivery, workspace), _not_understood(event), _left_out(event))
    return "; ".join(words for words in oddities if words)


def _not_understood(event: Event | LoadObservation) -> str:
    odd: tuple[str, ...] = ()
    match event:
        case ConversationEvent(payload=statement):
            odd = statement.odd
        case CampaignEvent(campaign=campaign):
            odd = campaign.odd
        case ListEvent(lead_list=lead_list):
            odd = lead_list.odd
    return f"{NOT_UNDERSTOOD}: {'; '.join(odd)}" if odd else ""


def _left_out(event: Event | LoadObservation) -> str:
    is_cleaned = isinstance(event, ConversationEvent | CampaignEvent | ListEvent) and event.was_cleaned
    return "a text held NUL or half of a character, which no database holds: it is left out" if is_cleaned else ""


def _find_forgery(event: Event | LoadObservation, delivery: Delivery, workspace: Workspace) -> str:
    if not isinstance(event, ConversationEvent):
        return ""
    if event.kind == ConversationKind.OTHER:
        return f"{NO_GUIDE_NAMES}, {event.event_type[:100]!r}: Engage is asked what became of the lead"
    if event.event_type and not is_documented(event.event_type):
        return f"{NO_GUIDE_NAMES}, {event.event_type[:100]!r}: read as {event.kind}"
    if delivery.event_type and folded(delivery.event_type) != folded(event.event_type):
        return f"header and body disagree: {delivery.event_type!r}, {event.event_type[:100]!r}"
    foreign = _foreign_origins(event, workspace)
    # The origin alone: the rest of the address holds a key.
    return f"names addresses at {', '.join(foreign)}, which is not the configured platform" if foreign else ""


def _foreign_origins(event: ConversationEvent, workspace: Workspace) -> list[str]:
    endpoints = event.payload.endpoints
    if endpoints is None:
        return []
    calls = (endpoints.conversation_endpoint, endpoints.send_message_endpoint, endpoints.disposition_endpoint)
    named = {_origin(endpoint) for endpoint in calls} - {"", origin_of(workspace.conversation_origin)}
    named |= {_origin(endpoints.embeddable_widget)} - {"", origin_of(workspace.widget_origin)}
    return sorted(named)


def _origin(endpoint: Endpoint | None) -> str:
    # Of a userinfo the platform has no need, and it may hold anything.
    return endpoint.origin.rpartition("@")[2][:100] if endpoint else ""
