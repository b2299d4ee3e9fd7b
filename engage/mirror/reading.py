"""GET one conversation or campaign and merge what it says. A good answer is what confirms a conversation's key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from engage.api import access
from engage.api.access import Place
from engage.api.client import EngageClient
from engage.api.errors import Gone, Malformed, Rejected, Unauthorized, Unknown
from engage.api.wire import Campaign as WireCampaign
from engage.api.wire import CampaignList, CampaignReference, ConversationPayload
from engage.api.wire.conversation import NO_CAMPAIGN
from engage.crash_points import crash_point
from engage.mirror import summary
from engage.mirror.campaigns import ensure_campaigns
from engage.mirror.denial import mark_refused, note_answered
from engage.mirror.merge import merge
from engage.mirror.observations import (
    CampaignObservation,
    ConversationObservation,
    LeadListObservation,
    Observations,
)
from engage.mirror.own_words import read_own_words
from engage.models import Campaign, Change, Consent, Conversation, Lead, Workspace
from engage.vault import Secret, fingerprint, seal

_LOOK_EVERY = timedelta(seconds=30)
_QUIET_FOR = timedelta(seconds=15)


@dataclass(frozen=True)
class Reading:
    """What the platform answered. `started_at`: our clock before the request, so what it shows is no older."""

    started_at: datetime
    payload: ConversationPayload


def read_conversation(conversation: Conversation, client: EngageClient, *, claim: datetime | None = None) -> Reading:
    """Ask with the confirmed key; when there is none, or it is refused, with the offered one.

    The mirror holds the answer afterwards and `conversation` is refreshed in place. `claim` is the `read_wanted_at` by
    which the caller claimed this read. Raises the errors of engage.api; Gone or Unauthorized after both keys were
    refused, which is marked on the conversation: it is denied now only if that has lasted.
    """
    started_at = timezone.now()
    try:
        key, payload = _ask(conversation, client)
    except (Gone, Unauthorized):
        mark_refused(conversation, started_at)
        raise
    crash_point("read.after_get")
    words = read_own_words([conversation.workspace_id])
    with transaction.atomic():
        _put_into_campaign(conversation, payload.data.campaign)
        _confirm_key(conversation, key, started_at, claim)
        observation = ConversationObservation(
            payload, started_at, is_read=True, stop_words=words[conversation.workspace_id]
        )
        merge(conversation.workspace_id, Observations(conversations=[observation]))
        if conversation.denied_at is not None:
            _count_words_again(conversation)
        crash_point("read.before_commit")
    conversation.refresh_from_db(from_queryset=Conversation.objects.select_related("lead"))
    return Reading(started_at, payload)


def want_read_soon(conversation: Conversation, now: datetime) -> None:
    """Something goes on at the platform that no webhook tells of.

    Said again and again it means a GET every half minute, and one after it was said last.
    """
    is_long_ago = conversation.read_at is None or not now - _LOOK_EVERY <= conversation.read_at <= now
    rows = Conversation.objects.filter(Q(read_wanted_at=None) | Q(read_wanted_at__gt=now), pk=conversation.pk)
    rows.update(read_wanted_at=now if is_long_ago else now + _QUIET_FOR)


def _ask(conversation: Conversation, client: EngageClient) -> tuple[Secret, ConversationPayload]:
    candidates = _find_candidates(conversation)
    for number, key in enumerate(candidates, start=1):
        try:
            payload = client.get_conversation(key)
        except (Gone, Unauthorized):
            if number == len(candidates):
                raise
            continue
        if payload.data.lead.id != conversation.lead.remote_id:
            # A key of another conversation: using it would send a reply to a stranger.
            raise Gone(404, "the key opens another conversation")
        if fingerprint(key) != conversation.key_fingerprint:
            _check_account(conversation.workspace, payload, client)
        return key, payload
    raise Gone(404, "no key was ever named for this conversation")


def _find_candidates(conversation: Conversation) -> list[Secret]:
    """The confirmed key, then the offered one: it alone where both ask for the conversation in the same way."""
    offered = access.completed(conversation.offered_key, conversation.key)
    found = [key for key in (conversation.key, offered) if key]
    asked_with = [access.query_for(key, Place.CONVERSATION) for key in found]
    # What is answered proves the newer one then, and it may name endpoints that the older one did not.
    return found[-1:] if len(set(asked_with)) == 1 else found


def _check_account(workspace: Workspace, payload: ConversationPayload, client: EngageClient) -> None:
    """Every account's keys open conversations at this origin; ours are those of campaigns that our API key can see.

    Some campaigns the API does not serve (CORE_CAMPAIGN, archived ones): then the lead says whose it is.
    """
    campaign_remote_id = payload.data.campaign.id
    campaigns = Campaign.objects.filter(workspace=workspace, remote_id=campaign_remote_id)
    if campaigns.filter(confirmed_at__isnull=False).exists():
        return
    started_at = timezone.now()
    try:
        said = client.get_campaign(campaign_remote_id)
    except (Gone, Rejected):
        lead = payload.data.lead
        if (lead.org_id, lead.workspace_id) != (workspace.org_id, workspace.workspace_id):
            raise Gone(404, "the key opens a conversation of another account") from None
        return
    except Unauthorized as error:
        # Of our own key that says nothing about the conversation: it is asked for again.
        raise Unknown("our API key is refused", error.status) from None
    if said.id != campaign_remote_id:
        raise Malformed("the answer is about another campaign", 200)
    with transaction.atomic():
        described = CampaignObservation(said, started_at, is_read=True, is_single=True)
        merge(workspace.pk, Observations(campaigns=[described]))


def _put_into_campaign(conversation: Conversation, said: CampaignReference) -> None:
    """Where the platform says it belongs: what a webhook said of that decides which team sees it until now."""
    if conversation.is_confirmed or said.id == NO_CAMPAIGN:
        return
    campaign_id = ensure_campaigns(conversation.workspace_id, [said])[said.id].pk
    if campaign_id == conversation.campaign_id:
        return
    Conversation.objects.filter(pk=conversation.pk).update(campaign_id=campaign_id)
    Lead.objects.filter(pk=conversation.lead_id).update(campaign_id=campaign_id)
    Change.record_conversations([(conversation.pk, conversation.campaign_id), (conversation.pk, campaign_id)])


def _confirm_key(conversation: Conversation, key: Secret, read_at: datetime, claim: datetime | None) -> None:
    """The key that answered is the key; the read that was wanted before it began is done."""
    names = ("key_fingerprint", "denied_at", "refused_since", "read_wanted_at", "workspace_id")
    row = Conversation.objects.select_for_update(no_key=True).only(*names).get(pk=conversation.pk)
    was_unconfirmed = not row.key_fingerprint or row.denied_at is not None or row.refused_since is not None
    note_answered(row)
    row.read_at, row.denied_at = read_at, None
    if row.read_wanted_at and (row.read_wanted_at <= read_at or row.read_wanted_at == claim):
        row.read_wanted_at = None
    said = {"read_at", "denied_at", "refused_since", "read_wanted_at"}
    if row.key_fingerprint != fingerprint(key):
        row.sealed_key, row.key_fingerprint = seal(key), fingerprint(key)
        said |= {"sealed_key", "key_fingerprint"}
    row.save(update_fields=said)
    if was_unconfirmed:
        Change.record_conversations([(conversation.pk, conversation.campaign_id)])


def _count_words_again(conversation: Conversation) -> None:
    """What this lead said counted for nothing while Engage denied them."""
    phones = set(Consent.objects.filter(conversation=conversation).values_list("phone", flat=True))
    others = summary.lock_numbers(conversation.workspace_id, phones, besides=[])
    changed = summary.refresh_locked(others)
    Change.record_conversations(sorted((row.pk, row.campaign_id) for row in changed))


def read_campaign(campaign: Campaign, client: EngageClient) -> WireCampaign:
    """What the platform says of it now; the mirror holds it afterwards and `campaign` is refreshed in place.

    Raises the errors of engage.api.
    """
    started_at = timezone.now()
    said = client.get_campaign(campaign.remote_id)
    if said.id != campaign.remote_id:
        raise Malformed("the answer is about another campaign", 200)
    merge_said(campaign, said, started_at, is_single=True)
    return said


def merge_said(
    campaign: Campaign, said: WireCampaign | CampaignList, started_at: datetime, *, is_single: bool = False
) -> None:
    """Take over the object that answered a call about `campaign`; `started_at`: our clock before the call.

    `is_single`: it answered the GET of this campaign; what a POST answers may be a part.
    """
    observations = Observations()
    match said:
        case WireCampaign():
            observations.campaigns.append(CampaignObservation(said, started_at, is_read=True, is_single=is_single))
        case CampaignList():
            observation = LeadListObservation(said, started_at, campaign_remote_id=campaign.remote_id, is_read=True)
            observations.lead_lists.append(observation)
    with transaction.atomic():
        merge(campaign.workspace_id, observations)
    campaign.refresh_from_db()
