"""The whole mirror against the platform, difference by difference. It only looks.

What the platform answers is read here as the mirror reads it: another spelling of the same facts is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count
from django.utils import timezone

from engage.api.client import EngageClient
from engage.api.errors import EngageError, Gone, Unauthorized
from engage.api.pages import Partial
from engage.api.wire import Campaign as WireCampaign
from engage.api.wire import Message as WireMessage
from engage.mirror.observations import (
    CAMPAIGN_OBJECTS,
    CampaignObservation,
    ConversationObservation,
    is_inbound,
)
from engage.mirror.parts import flatten
from engage.mirror.platform import client_for
from engage.models import Campaign, Conversation, Delivery, Message, Workspace
from engage.sms.keywords import Signal
from engage.sms.phones import consent_number


def find_differences() -> Iterator[str]:
    """One line per difference, over every workspace. Raises the errors of engage.api when nothing can be compared."""
    for workspace in Workspace.objects.order_by("pk"):
        client = client_for(workspace)
        yield from _deliveries(workspace)
        yield from _campaigns(workspace, client)
        conversations = Conversation.objects.filter(workspace=workspace).select_related("lead").order_by("pk")
        for conversation in conversations.iterator(chunk_size=500):
            yield from _conversation(conversation, client)


def _campaigns(workspace: Workspace, client: EngageClient) -> Iterator[str]:
    mirrored = {row.remote_id: row for row in Campaign.objects.filter(workspace=workspace)}
    is_whole = True
    for campaign in client.each_campaign():
        if isinstance(campaign, Partial):
            yield f"campaigns: the list is partial: Engage {campaign.reason}"
            return
        if not isinstance(campaign, WireCampaign):
            yield f"campaign {campaign.id or 'without an id'}: not understood ({campaign.reason})"
            mirrored.pop(campaign.id, None)
            is_whole = is_whole and bool(campaign.id)
            continue
        row = mirrored.pop(campaign.id, None)
        if row is None:
            yield f"campaign {campaign.id}: not in the mirror"
        elif _differs(row, CampaignObservation(campaign, workspace.created_at)):
            yield f"campaign {campaign.id}: the mirror holds an older or another description"
    # One without an id may be any of those that were not listed. Of one that is missing the mirror says so itself.
    unlisted = (remote_id for remote_id, row in mirrored.items() if is_whole and row.missing_since is None)
    for remote_id in sorted(unlisted):
        yield f"campaign {remote_id}: not in the platform's list"


def _differs(row: Campaign, said: CampaignObservation) -> bool:
    """A list may name less of a campaign than is known; what it names has to be so."""
    held = flatten(row.document, CAMPAIGN_OBJECTS)
    return any(name not in held or held[name] != value for name, value in said.parts.items())


def _deliveries(workspace: Workspace) -> Iterator[str]:
    """What came and is in no row of the mirror: it cannot agree with what was not taken in."""
    left = Delivery.objects.filter(workspace=workspace).exclude(state=Delivery.State.APPLIED)
    for row in left.values("state", "error").annotate(count=Count("id")).order_by("state", "error"):
        reason = f": {row['error']}" if row["error"] else ""
        yield f"webhooks: {row['count']} {row['state']}{reason}"


def _conversation(conversation: Conversation, client: EngageClient) -> Iterator[str]:
    name = f"conversation {conversation.pk} (lead {conversation.lead.remote_id})"
    key = conversation.key or conversation.offered_key
    if not key:
        yield f"{name}: no key to read it with"
        return
    try:
        payload = client.get_conversation(key)
    except (Gone, Unauthorized):
        # Also of one that is marked so: whether it was invented, or we ask at the wrong place, a person has to judge.
        yield f"{name}: unknown to the platform"
        return
    except EngageError as error:
        yield f"{name}: could not be read ({type(error).__name__})"
        return
    if not conversation.is_confirmed or conversation.denied_at is not None:
        yield f"{name}: the platform answers for it, and it is not confirmed here"
    said = ConversationObservation(payload, timezone.now(), is_read=True)
    rows = {row.remote_id: row for row in conversation.messages.standing()}
    for message in said.messages:
        if words := tell_apart(message, rows.pop(message.id, None)):
            yield f"{name}: message {message.id} {words}"
    for remote_id in sorted(remote_id for remote_id, row in rows.items() if not _may_be_kept_out(row)):
        yield f"{name}: message {remote_id} is not at the platform"
    if said.chosen != conversation.disposition:
        yield f"{name}: disposition differs"
    if consent_number(said.lead.phone or "", said.lead.from_number or "") != conversation.lead.number:
        yield f"{name}: phone differs"


def tell_apart(said: WireMessage, row: Message | None) -> str:
    """How a text differs from its row, in words; empty when they agree."""
    if row is None:
        return "is missing from the mirror"
    if not said.message.strip() and not said.model_extra:
        # A picture is no text either, but it is told of in fields of its own, which the thread shows.
        return "came without a text that is understood"
    differing = [
        what
        for what, is_other in (("text", row.text != said.message), ("direction", row.is_inbound != is_inbound(said)))
        if is_other
    ]
    return f"differs in its {' and '.join(differing)}" if differing else ""


def _may_be_kept_out(row: Message) -> bool:
    """Carriers keep STOP and START out of the thread: an event may tell of one, and no answer ever shows it."""
    return not row.is_confirmed and row.signal in (Signal.STOP.value, Signal.START.value)
