"""What webhooks alone cannot give: confirmation of what they said, and what they never said."""

from __future__ import annotations

import logging
import threading
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, close_old_connections, transaction
from django.utils import timezone

from engage.api.client import EngageClient
from engage.api.errors import EngageError, Gone, RateLimited, Unauthorized, Unknown, Unreachable
from engage.mirror.clock import Watch, mend
from engage.mirror.listed import note_listed
from engage.mirror.merge import merge
from engage.mirror.observations import CampaignObservation, Observations
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Campaign, Conversation, Workspace

logger = logging.getLogger(__name__)

# A claimed read that does not come back is due again after this; so is one the platform failed to answer.
_CLAIM = timedelta(seconds=30)
# Open conversations are looked at again after this long without a GET, should there be time for it.
_SWEEP_AFTER = timedelta(minutes=10)
_TRY_CAMPAIGNS_AGAIN = 5.0
_IDLE_SECONDS = 0.2


def run(stop: threading.Event) -> None:
    """Confirm, sweep and poll until told to stop, within the budget of GETs per second."""
    campaigns_due: dict[int, float] = {}
    watch = Watch()
    while not stop.is_set():
        try:
            close_old_connections()
            if watch.has_fallen_back():
                mend()
            did = _round(stop, campaigns_due)
        except Error as error:
            logger.warning("reconciling waits for the database: %s", type(error).__name__)
            stop.wait(2.0)
            continue
        if not did:
            stop.wait(_IDLE_SECONDS)


def _round(stop: threading.Event, campaigns_due: dict[int, float]) -> bool:
    for workspace in Workspace.objects.all():
        if campaigns_due.get(workspace.pk, 0.0) <= time.monotonic():
            is_read = _try_read_campaigns(workspace)
            pause = settings.RECONCILE_CAMPAIGNS_EVERY if is_read else _TRY_CAMPAIGNS_AGAIN
            campaigns_due[workspace.pk] = time.monotonic() + pause
    conversation = _claim_next(timezone.now())
    if conversation is None:
        return False
    pause = 1.0 / settings.RECONCILE_READS_PER_SECOND
    try:
        _read_claimed(conversation)
    except RateLimited as error:
        # The budget is shared with replies: stand back for as long as the platform asks.
        pause = min(error.retry_after or 5.0, 60.0)
    stop.wait(pause)
    return True


def _claim_next(now: datetime) -> Conversation | None:
    """The conversation to GET next, claimed by moving its due time: another worker then passes it by."""
    waiting = Conversation.objects.due_for_read(now).select_related("workspace", "lead")[:20]
    for conversation in waiting:
        wanted_at = conversation.read_wanted_at
        claim = now + _CLAIM
        if Conversation.objects.filter(pk=conversation.pk, read_wanted_at=wanted_at).update(read_wanted_at=claim):
            conversation.read_wanted_at = claim
            return conversation
    for conversation in Conversation.objects.stale_since(now - _SWEEP_AFTER).select_related("workspace", "lead")[:20]:
        seen_at = conversation.read_at
        # The look itself is the claim: whoever moves `read_at` does it.
        if Conversation.objects.filter(pk=conversation.pk, read_at=seen_at).update(read_at=now):
            return conversation
    return None


def _read_claimed(conversation: Conversation) -> None:
    try:
        read_conversation(conversation, client_for(conversation.workspace), claim=conversation.read_wanted_at)
    except (Gone, Unauthorized) as error:
        logger.warning("conversation %s is unknown to the platform (%s)", conversation.pk, error.status)
    except RateLimited:
        raise
    except EngageError as error:
        logger.info("conversation %s could not be read: %s", conversation.pk, type(error).__name__)


def _try_read_campaigns(workspace: Workspace) -> bool:
    try:
        read_campaigns(workspace, client_for(workspace))
    except EngageError as error:
        logger.warning("campaigns of workspace %s could not be read: %s", workspace.pk, error)
        _note_trouble(workspace, error)
        return False
    Workspace.objects.filter(pk=workspace.pk).update(reached_at=timezone.now(), unreached_since=None, trouble="")
    return True


def _note_trouble(workspace: Workspace, error: EngageError) -> None:
    match error:
        case Unreachable() | Unknown(status=None):
            words = "does not answer"
        case Unauthorized():
            words = f"refuses our API key ({error.status})"
        case RateLimited():
            words = "asks us to wait"
        case _:
            words = "does not answer as it should"
    row = Workspace.objects.filter(pk=workspace.pk)
    row.filter(unreached_since=None).update(unreached_since=timezone.now())
    row.exclude(trouble=words).update(trouble=words)


def read_campaigns(workspace: Workspace, client: EngageClient) -> int:
    """GET every campaign and merge them; returns how many. Raises the errors of engage.api."""
    seen_at = timezone.now()
    known = set(Campaign.objects.filter(workspace=workspace).values_list("id", flat=True))
    campaigns = client.list_campaigns()
    observations = [CampaignObservation(campaign, seen_at, is_read=True) for campaign in campaigns]
    with transaction.atomic():
        merge(workspace.pk, Observations(campaigns=observations))
        note_listed(workspace.pk, known=known, listed=[campaign.id for campaign in campaigns], at=seen_at)
    return len(campaigns)
