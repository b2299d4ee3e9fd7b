"""What webhooks alone cannot give: confirmation of what they said, and what they never said."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from django.conf import settings
from django.db import Error, close_old_connections, transaction
from django.utils import timezone

from engage.api.answers import LeftOut
from engage.api.client import EngageClient
from engage.api.errors import EngageError, Gone, Malformed, RateLimited, Unauthorized, Unknown, Unreachable
from engage.api.pages import Partial
from engage.api.wire import Campaign as WireCampaign
from engage.mirror import filling
from engage.mirror.clock import Watch, mend
from engage.mirror.lanes import Lane
from engage.mirror.listed import note_listed
from engage.mirror.merge import merge
from engage.mirror.observations import CampaignObservation, Observations
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Campaign, Conversation, Trouble, Workspace
from engage.models.trouble import CAMPAIGN_LIST
from engage.vault import Unreadable

logger = logging.getLogger(__name__)

# A claimed read that does not come back is due again after this; so is one the platform failed to answer.
_CLAIM = timedelta(seconds=30)
# What cannot be read for a reason of ours waits longer: somebody has to put it right first.
_SET_ASIDE = timedelta(minutes=10)
# Open conversations are looked at again after this long without a GET, should there be time for it.
_SWEEP_AFTER = timedelta(minutes=10)
_IDLE_SECONDS = 0.2
_TRY_TO_REACH_AGAIN = 5.0
# So many campaigns in one transaction.
_PORTION = 100
_MOST_NOTED = 20

Listed = WireCampaign | LeftOut | Partial


@dataclass(frozen=True)
class Catalogue:
    """What one reading of the list came to; `partial`: why there may be more than was read, empty when not."""

    campaigns: int
    left_out: int = 0
    partial: str = ""

    def __str__(self) -> str:
        found = "1 campaign" if self.campaigns == 1 else f"{self.campaigns} campaigns"
        odd = f"{self.left_out} more listed and not understood" if self.left_out else ""
        partial = f"this is a part of them, for Engage {self.partial}" if self.partial else ""
        return ", ".join(filter(None, (found, odd, partial)))


def run(stop: threading.Event) -> None:
    """Confirm, sweep and poll until told to stop, each workspace in a lane and within a budget of its own."""
    lanes: dict[int, Lane] = defaultdict(Lane)
    watch = Watch()
    while not stop.is_set():
        try:
            close_old_connections()
            if watch.has_fallen_back():
                mend()
            did = _round(lanes)
        except Error as error:
            logger.warning("reconciling waits for the database: %s", type(error).__name__)
            stop.wait(2.0)
            continue
        except Exception:
            # The loop outlives it: with the loop would end the reading of everything else.
            logger.exception("reconciling failed and is tried again")
            stop.wait(2.0)
            continue
        stop.wait(min(_IDLE_SECONDS, 1.0 / settings.RECONCILE_READS_PER_SECOND) if did else _IDLE_SECONDS)
    for lane in lanes.values():
        lane.join()


def _round(lanes: dict[int, Lane]) -> bool:
    """Start what is due and has room in its lane; nothing here waits for a platform. True when something started."""
    did = False
    for workspace in Workspace.objects.all():
        try:
            did |= _start_due(workspace, lanes[workspace.pk])
        except Error:
            raise
        except Exception as error:
            # The others' turn comes all the same.
            logger.error("reconciling workspace %s failed and is tried again", workspace.pk, exc_info=error)
    return did


def _start_due(workspace: Workspace, lane: Lane) -> bool:
    did = False
    if lane.may_list():
        lane.start_listing(partial(_try_read_campaigns, workspace), every=settings.RECONCILE_CAMPAIGNS_EVERY)
    while lane.may_read() and (conversation := _claim_next(workspace, timezone.now())):
        lane.start_reading(partial(_read_claimed, conversation), pause=1.0 / settings.RECONCILE_READS_PER_SECOND)
        did = True
    return did


def _claim_next(workspace: Workspace, now: datetime) -> Conversation | None:
    """The conversation to GET next, claimed by moving its due time: another worker then passes it by."""
    conversations = Conversation.objects.filter(workspace=workspace).select_related("workspace", "lead")
    for conversation in conversations.due_for_read(now)[:20]:
        wanted_at = conversation.read_wanted_at
        claim = now + _CLAIM
        if Conversation.objects.filter(pk=conversation.pk, read_wanted_at=wanted_at).update(read_wanted_at=claim):
            conversation.read_wanted_at = claim
            return conversation
    for conversation in conversations.stale_since(now - _SWEEP_AFTER)[:20]:
        seen_at = conversation.read_at
        # The look itself is the claim: whoever moves `read_at` does it.
        if Conversation.objects.filter(pk=conversation.pk, read_at=seen_at).update(read_at=now):
            return conversation
    return None


def _read_claimed(conversation: Conversation) -> float:
    """Read it, whatever comes of that; returns for how many seconds the platform asks its lane to stand back."""
    about = f"conversation {conversation.pk}"
    try:
        client = client_for(conversation.workspace)
    except Unreadable:
        # The whole workspace's key: reading its campaigns says so, and nothing else is to be had here.
        return _CLAIM.total_seconds()
    try:
        reading = read_conversation(conversation, client, claim=conversation.read_wanted_at)
    except (Gone, Unauthorized) as error:
        logger.warning("conversation %s is unknown to the platform (%s)", conversation.pk, error.status)
    except RateLimited as error:
        # The budget is shared with replies: stand back for as long as the platform asks.
        return min(error.retry_after or 5.0, 60.0)
    except Malformed as error:
        logger.warning("conversation %s could not be read: %s", conversation.pk, error)
        Trouble.note(conversation.workspace_id, about, f"Engage's answer cannot be read: {error}")
    except EngageError as error:
        logger.info("conversation %s could not be read: %s", conversation.pk, type(error).__name__)
    except Error:
        # The database, not the conversation: its claim runs out, and it is due again.
        raise
    except Exception as error:
        _set_aside(conversation, about, error)
    else:
        end_or_note(conversation.workspace_id, about, reading.payload.odd)
    return 0.0


def _set_aside(conversation: Conversation, about: str, error: Exception) -> None:
    """A reason of ours, such as a key that no ring opens: asking again at once would end no better."""
    words = str(error) if isinstance(error, Unreadable) else f"could not be read: {type(error).__name__}"
    logger.error("conversation %s is set aside", conversation.pk, exc_info=error)
    Trouble.note(conversation.workspace_id, about, words)
    claimed = Conversation.objects.filter(pk=conversation.pk, read_wanted_at=conversation.read_wanted_at)
    claimed.exclude(read_wanted_at=None).update(read_wanted_at=timezone.now() + _SET_ASIDE)


def _try_read_campaigns(workspace: Workspace) -> float | None:
    """Read them, whatever comes of that; returns after how many seconds it is worth another try, if soon."""
    try:
        read_campaigns(workspace, client_for(workspace))
    except EngageError as error:
        logger.warning("campaigns of workspace %s could not be read: %s", workspace.pk, error)
        _note_trouble(workspace, error)
        # Not a byte left: both may be starting, and until then the board is empty.
        return _TRY_TO_REACH_AGAIN if isinstance(error, Unreachable) else None
    except Unreadable:
        logger.error("the API key of workspace %s cannot be opened", workspace.pk)
        _say_trouble(workspace, "cannot be asked: no key of ENGAGE_KEY_RING opens its API key")
    except Error:
        raise
    except Exception as error:
        logger.exception("campaigns of workspace %s could not be read", workspace.pk)
        _say_trouble(workspace, f"was asked, and its campaigns could not be taken in: {type(error).__name__}")
    else:
        now = timezone.now()
        Workspace.objects.filter(pk=workspace.pk).update(reached_at=now, unreached_since=None, trouble="")
    return None


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
    _say_trouble(workspace, words)


def _say_trouble(workspace: Workspace, words: str) -> None:
    row = Workspace.objects.filter(pk=workspace.pk)
    row.filter(unreached_since=None).update(unreached_since=timezone.now())
    row.exclude(trouble=words).update(trouble=words)


def read_campaigns(workspace: Workspace, client: EngageClient) -> Catalogue:
    """GET every campaign and merge them, some at a time. Raises the errors of engage.api."""
    seen_at = timezone.now()
    known = set(Campaign.objects.filter(workspace=workspace).values_list("id", flat=True))
    listed: list[str] = []
    odd: list[str] = []
    left_out, partial = 0, ""
    named: dict[str, filling.Listed] = {}
    for part in _portions(client.each_campaign()):
        some = [said for said in part if not isinstance(said, Partial)]
        if len(some) < len(part):
            # What was not read may be any of those that are missed.
            listed.append("")
        partial = next((said.reason for said in part if isinstance(said, Partial)), partial)
        campaigns = [said for said in some if isinstance(said, WireCampaign)]
        left_out += len(some) - len(campaigns)
        observations = [CampaignObservation(campaign, seen_at, is_read=True) for campaign in campaigns]
        named |= {said.campaign.id: filling.Listed.of(said) for said in observations}
        with transaction.atomic():
            merge(workspace.pk, Observations(campaigns=observations))
        # What is listed is there, though it cannot be read.
        listed += (said.id for said in some)
        odd += (f"{_name_of(said)}: {words}" for said in some if len(odd) < _MOST_NOTED for words in _odd_of(said))
    # One without an id may be any of those that are missed: such a reading is not complete.
    if all(listed):
        with transaction.atomic():
            note_listed(workspace.pk, known=known, listed=listed, at=seen_at)
    in_part = [f"only a part was read, for Engage {partial}"] if partial else []
    end_or_note(workspace.pk, CAMPAIGN_LIST, [*in_part, *odd])
    filling.fill_summaries(workspace, client, named)
    return Catalogue(len(named), left_out, partial)


def _portions(said: Iterator[Listed]) -> Iterator[list[Listed]]:
    while some := list(islice(said, _PORTION)):
        yield some


def _name_of(said: WireCampaign | LeftOut) -> str:
    return f"campaign {said.id}" if said.id else "a campaign without an id"


def _odd_of(said: WireCampaign | LeftOut) -> Sequence[str]:
    return said.odd if isinstance(said, WireCampaign) else (f"left out ({said.reason})",)


def end_or_note(workspace_id: int, about: str, odd: Sequence[str]) -> None:
    """What of an answer was not understood, for an admin; nothing is, once it was read whole."""
    if odd:
        Trouble.note(workspace_id, about, f"not understood: {'; '.join(odd)}")
    else:
        Trouble.end(workspace_id, about)
