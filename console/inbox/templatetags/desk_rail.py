"""The rail on the left of every page: the queues and campaigns that this person may see."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Q
from django.template import Context
from django.urls import reverse
from django.utils import timezone

from console.accounts.scope import Scope
from console.inbox import needing
from console.inbox.deciding import sees_campaigns
from console.inbox.queues import Queue, QueueView, count_queues
from engage.models import Campaign

register = template.Library()

ICONS = {
    Queue.NEEDS_REPLY: "inbox",
    Queue.MINE: "user-round",
    Queue.UNASSIGNED: "user-round-plus",
    Queue.OPEN: "messages-square",
    Queue.CLOSED: "archive",
    Queue.OPTED_OUT: "ban",
}
# The rail is not the board: it leads there for more.
CAMPAIGNS_SHOWN = 30


@register.filter
def split(words: str) -> list[str]:
    return words.split()


@register.inclusion_tag("_rail.html", takes_context=True)
def rail(context: Context) -> dict[str, Any]:
    user = context["user"]
    view: QueueView | None = context.get("queue_view")
    scope = _scope_of(context)
    counts = context.get("counts") or count_queues(scope, user.id)
    campaigns, count = _find_campaigns(scope, _waiting_first(counts, view))
    return {
        "queues": [_queue_item(queue, view, counts) for queue in Queue],
        "campaigns": [_campaign_item(campaign, view, counts) for campaign in campaigns],
        "more": count - len(campaigns),
        "is_among_campaigns": _room_of(context) == "campaigns",
        "is_staff": user.is_staff,
    }


@register.inclusion_tag("inbox/_decisions_link.html", takes_context=True)
def decisions_link(context: Context) -> dict[str, Any]:
    """In the bar of every page: how much waits for a decision, and whether it waits too long."""
    user = context["user"]
    name = needing.counter_name(with_campaigns=sees_campaigns(user))
    counts = needing.count_decisions(_scope_of(context))
    return {
        "name": name,
        "count": counts[name],
        "oldest": counts[f"{name}-oldest"],
        "is_alarming": needing.is_alarming(counts[f"{name}-oldest"], timezone.now()),
        "is_current": context.get("is_at_decisions", False),
    }


def _scope_of(context: Context) -> Scope:
    view: QueueView | None = context.get("queue_view")
    return view.scope if view else Scope.of(context["user"])


def _room_of(context: Context) -> str:
    """The room that the page belongs to; error pages belong to none."""
    match = getattr(context.get("request"), "resolver_match", None)
    return match.app_name if match else ""


def _waiting_first(counts: dict[str, int], view: QueueView | None) -> list[int]:
    """The campaigns that must not be pushed out by names: the one that is open, and those in which most leads wait."""
    waiting = {name: count for name, count in counts.items() if name.startswith("campaign-") and count}
    most = sorted(waiting, key=lambda name: (-waiting[name], name))
    open_here = [view.campaign_id] if view is not None and view.campaign_id else []
    return [*open_here, *(int(name.removeprefix("campaign-")) for name in most)][:CAMPAIGNS_SHOWN]


def _find_campaigns(scope: Scope, first: list[int]) -> tuple[list[Campaign], int]:
    """Those that are running, and those that were; drafts have no conversations. And how many there are in all."""
    campaigns = Campaign.objects.known().begun()
    if scope.campaign_ids is not None:
        campaigns = campaigns.filter(id__in=scope.campaign_ids)
    by_name = campaigns.alias(is_first=Q(id__in=first or [0])).order_by("-is_first", "name", "id")
    # By ids first: those are read from an index alone, whatever the campaigns hold.
    found = list(by_name.values_list("id", flat=True)[: CAMPAIGNS_SHOWN + 1])
    count = len(found) if len(found) <= CAMPAIGNS_SHOWN else campaigns.count()
    shown = Campaign.objects.filter(id__in=found[:CAMPAIGNS_SHOWN]).defer("document")
    return sorted(shown, key=lambda campaign: (campaign.name, campaign.id)), count


def _queue_item(queue: Queue, view: QueueView | None, counts: dict[str, int]) -> dict[str, Any]:
    is_current = view is not None and view.queue is queue and view.campaign_id is None and not view.search
    return {
        "name": queue.value,
        "label": queue.label,
        "icon": ICONS[queue],
        "url": _address(queue=queue.value),
        "count": counts.get(queue.value, 0),
        "is_current": is_current,
    }


def _campaign_item(campaign: Campaign, view: QueueView | None, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "id": campaign.id,
        "label": str(campaign),
        "url": _address(queue=Queue.NEEDS_REPLY.value, campaign=campaign.id),
        "count": counts.get(f"campaign-{campaign.id}", 0),
        "is_current": view is not None and view.campaign_id == campaign.id,
    }


def _address(**query: str | int) -> str:
    return f"{reverse('inbox:queue')}?{urlencode(query)}"
