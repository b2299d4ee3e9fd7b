"""Change requests as pages show them: what differs, what it means for the leads, how far it is, who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.utils import timezone

from console.audit.models import AuditEntry
from console.campaigns import follow, templates_editor, templates_reach, versions, words
from console.campaigns.board import visible_campaigns
from console.campaigns.change_request_steps import Step, steps_of
from console.campaigns.models import TEMPLATES, ChangeRequest
from console.campaigns.numbers import count_campaigns
from console.campaigns.templates_diff import Comparison, compare
from console.campaigns.templates_lint import Finding
from console.campaigns.templates_reach import Reach
from console.display.pages import first_of
from engage.models import Campaign, Command
from engage.models.status_words import is_sending

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

    from console.accounts.scope import Scope

State = ChangeRequest.State

APPROVE: Final = "campaigns.approve_changes"
# So many are shown with their texts; behind them a line each.
SHOWN_WHOLE: Final = 10
SHOWN_AS_LINES: Final = 50
# Where many are shown at once each looks at fewer leads.
LEADS_IN_LISTS: Final = 2_000
COUNTED_WHOLE: Final = 500
ENTRIES_SHOWN: Final = 100
DONE_SHOWN_FOR: Final = timedelta(days=14)
_MOVING: Final = (*ChangeRequest.OPEN, *ChangeRequest.ON_ITS_WAY)

# decision, what opens it, what does it, what is asked
REFUSALS: Final = (
    ("ask", "Ask for changes", "Send back to the author", "What should be different?"),
    ("reject", "Reject", "Reject for good", "Why not?"),
)

_TONES: Final = {
    State.SUBMITTED: "brand",
    State.CHANGES_ASKED: "warn",
    State.STALE: "warn",
    State.APPROVED: "warn",
    State.AT_PLATFORM: "warn",
    State.LIVE: "ok",
    State.REJECTED: "bad",
    State.REFUSED: "bad",
    State.FAILED: "bad",
}


def tone_of(request: ChangeRequest) -> str:
    if request.state == State.APPROVED and request.command is not None and request.command.needs_decision:
        return "bad"
    return _TONES.get(State(request.state), "")


@dataclass(frozen=True)
class RequestedText:
    """One template of a request: before and after, what is to be said of it, what it becomes for the leads."""

    field: str
    label: str
    comparison: Comparison
    findings: list[Finding]
    before: Reach
    after: Reach
    # What the platform has now, where that is neither of the two.
    moved: Comparison | None

    @property
    def is_dearer(self) -> bool:
        return self.after.most.parts > self.before.most.parts


def visible_requests(scope: Scope) -> QuerySet[ChangeRequest]:
    campaigns = visible_campaigns(scope)
    requests = ChangeRequest.objects.filter(campaign__in=campaigns)
    return requests.select_related("campaign__workspace", "author", "decided_by", "command")


def count_waiting(scope: Scope) -> int:
    """Requests that can be approved now: those that the platform's text has moved away from wait for their author."""
    waiting = ChangeRequest.objects.filter(state=State.SUBMITTED)
    if scope.campaign_ids is not None:
        waiting = waiting.filter(campaign_id__in=scope.campaign_ids)
    rows = waiting.order_by("id").values_list("base", "campaign__document__messages")[:COUNTED_WHOLE]
    counted = list(rows.iterator(chunk_size=100))
    stale = sum(1 for base, messages in counted if messages and versions.differing(base, messages))
    # Of so many each is read no more: a page of any room shows this number.
    return (waiting.count() if len(counted) == COUNTED_WHOLE else len(counted)) - stale


def list_context(user: User, scope: Scope) -> dict[str, Any]:
    """All that the approvals page shows, as the platform has it now."""
    requests = visible_requests(scope)
    waiting = requests.filter(state=State.SUBMITTED).order_by("state_since", "id")
    moving = requests.filter(state__in=(State.CHANGES_ASKED, State.STALE, *ChangeRequest.ON_ITS_WAY))
    moving = moving.order_by("-state_since", "-id")
    done = requests.exclude(state__in=_MOVING).filter(state_since__gt=timezone.now() - DONE_SHOWN_FOR)
    done = done.order_by("-state_since", "-id")
    # Those that the page shows; the others the mirror settles as it goes.
    seen = [*waiting[: SHOWN_WHOLE + SHOWN_AS_LINES], *moving[:SHOWN_AS_LINES]]
    for campaign in Campaign.objects.filter(id__in={request.campaign_id for request in seen}):
        follow.settle(campaign)
    waiting_now, waiting_rest = first_of(waiting, SHOWN_WHOLE + SHOWN_AS_LINES)
    moving_now, moving_rest = first_of(moving, SHOWN_AS_LINES)
    done_now, done_rest = first_of(done, SHOWN_AS_LINES)
    return {
        "cards": [card_of(request, user, most_leads=LEADS_IN_LISTS) for request in waiting_now[:SHOWN_WHOLE]],
        "waiting_count": count_waiting(scope),
        "waiting_more": waiting_now[SHOWN_WHOLE:],
        "waiting_rest": waiting_rest,
        "moving": moving_now,
        "moving_rest": moving_rest,
        "done": done_now,
        "done_rest": done_rest,
        "may_approve": user.has_perm(APPROVE),
    }


@dataclass(frozen=True)
class Card:
    """One request with its texts, and what the person who looks may do with it."""

    request: ChangeRequest
    texts: list[RequestedText]
    steps: list[Step]
    consequences: list[str]
    is_own: bool
    may_approve: bool

    refusals = REFUSALS

    @property
    def may_decide(self) -> bool:
        return self.may_approve and not self.is_own

    @property
    def can_approve(self) -> bool:
        return self.may_decide and self.request.state == State.SUBMITTED

    @property
    def can_refuse(self) -> bool:
        return self.may_decide and self.request.is_open

    @property
    def can_revise(self) -> bool:
        return self.is_own and self.request.is_open

    @property
    def can_send_again(self) -> bool:
        return self.may_decide and self._is_sent_as(Command.State.UNCONFIRMED)

    @property
    def can_give_up(self) -> bool:
        return self.may_decide and self._is_sent_as(*Command.WAITING, Command.State.HELD, *Command.NEEDS_DECISION)

    def _is_sent_as(self, *states: Command.State) -> bool:
        command = self.request.command
        return self.request.state == State.APPROVED and command is not None and command.state in states


def card_of(request: ChangeRequest, user: User, *, most_leads: int = templates_reach.MOST_LEADS) -> Card:
    return Card(
        request=request,
        texts=requested_texts(request, most_leads),
        steps=steps_of(request),
        consequences=consequences(request.campaign),
        is_own=request.author_id == user.pk,
        may_approve=user.has_perm(APPROVE),
    )


def requested_texts(request: ChangeRequest, most_leads: int) -> list[RequestedText]:
    campaign = request.campaign
    fields = [field for field in TEMPLATES if field in request.proposed]
    texts_of_both = [*request.proposed.values(), *request.base.values()]
    sample = templates_reach.take_sample(campaign, texts_of_both, most=most_leads)
    texts = versions.current_texts(campaign) | request.proposed
    moved = versions.moved(request.base, campaign) if request.is_open else []
    return [
        RequestedText(
            field=field,
            label=TEMPLATES[field],
            comparison=compare(request.base.get(field, ""), request.proposed[field]),
            findings=templates_editor.find_findings(campaign, field, request.proposed[field], texts),
            before=templates_reach.measure(request.base.get(field, ""), sample),
            after=templates_reach.measure(request.proposed[field], sample),
            moved=compare(request.base.get(field, ""), campaign.messages.get(field, "")) if field in moved else None,
        )
        for field in fields
    ]


def consequences(campaign: Campaign) -> list[str]:
    """What approving will do, in true numbers."""
    said = ["The text goes to Engage at once, and Engage's own staff has to approve it before it is used."]
    if not campaign.is_sending:
        return [*said, f"The campaign is not sending now: it is {words.status_words(campaign).lower()}."]
    lists = sum(map(is_sending, campaign.lead_lists.values_list("status", flat=True)))
    open_count = count_campaigns([campaign.pk])[campaign.pk].open
    to_lists = f" to {lists} list{'' if lists == 1 else 's'}" if lists else ""
    return [
        *said,
        f"The campaign is active: sending{to_lists} stops until Engage has approved, and somebody activates it again.",
        f"{open_count:,} open conversation{' stays' if open_count == 1 else 's stay'} open for replies."
        if open_count
        else "No conversation is open now.",
    ]


def entries(request: ChangeRequest) -> list[AuditEntry]:
    """What people did with it lately, oldest first."""
    rows = AuditEntry.objects.filter(campaign_id=request.campaign_id, after__change_request=request.pk)
    return list(rows.select_related("by").order_by("-at", "-id")[:ENTRIES_SHOWN])[::-1]


def of_campaign(campaign: Campaign) -> list[ChangeRequest]:
    """Those of a campaign that somebody still has to do with, and what became of the others lately; newest first."""
    lately = Q(state__in=_MOVING) | Q(state_since__gt=timezone.now() - timedelta(days=1))
    rows = ChangeRequest.objects.filter(lately, campaign=campaign).select_related("author", "decided_by", "command")
    return list(rows.order_by("-id")[:10])
