"""Opt-outs that Engage does not know of and the console could not tell it: somebody does, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Count, IntegerField, Max, Min, QuerySet, Sum, Value
from django.utils import timezone

from console.accounts.scope import Scope
from console.audit import trail
from console.display.pages import first_of
from console.display.spreadsheets import MARK, spreadsheet_line
from engage.models import Change, Telling

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SHOWN: Final = 200
COLUMNS: Final = ("phone", "name", "campaign", "opted out at", "how", "why Engage was not told")


class AnsweredAlready(Exception):
    """Somebody else said what was done, or Engage knows by now; the message is for the person who asked."""


def needing_person(scope: Scope) -> QuerySet[Telling]:
    """In no order."""
    return _within(scope, Telling.objects.needing_decision())


def visible(scope: Scope) -> QuerySet[Telling]:
    """Whatever became of them, with all that a row shows."""
    return _load(_within(scope, Telling.objects.all()))


def _within(scope: Scope, found: QuerySet[Telling]) -> QuerySet[Telling]:
    return found if scope.campaign_ids is None else found.filter(conversation__campaign_id__in=scope.campaign_ids)


def counted(scope: Scope) -> QuerySet[Telling, Any]:
    """One row of the columns that the counters of decisions are put together from."""
    nothing = Value(0, output_field=IntegerField())
    grouped = needing_person(scope).order_by().values(of_campaign=nothing)
    return grouped.annotate(
        count=Count("id"), oldest=Min("state_since"), newest=Max("state_since"), ids=Sum("id"), moves=Count("id")
    )


def list_context(scope: Scope) -> dict[str, Any]:
    """Longest wait first."""
    found, more = first_of(_load(needing_person(scope)).order_by("state_since", "id"), SHOWN)
    return {"untold": found, "untold_more": more}


def _load(tellings: QuerySet[Telling]) -> QuerySet[Telling]:
    related = tellings.select_related("consent__by", "conversation__lead", "conversation__campaign")
    return related.defer(
        "conversation__sealed_key",
        "conversation__sealed_offered_key",
        "conversation__dispositions",
        "conversation__campaign__document",
        "conversation__lead__data",
        "conversation__lead__unknown_fields",
    )


def answer(*, telling: Telling, answer: Telling.Answer, by: User) -> None:
    """Somebody told Engage in another way, or leaves it. Raises AnsweredAlready; of two at once one does."""
    conversation = telling.conversation
    with transaction.atomic():
        asked = Telling.objects.filter(pk=telling.pk, state=Telling.State.NEEDS_DECISION)
        done = {"state": Telling.State.ANSWERED, "answer": answer, "by": by, "state_since": timezone.now()}
        if not asked.update(**done):
            raise AnsweredAlready("This has moved on in the meantime. Look at it again.")
        trail.record(
            by=by,
            action="answered for an opt-out that Engage was not told of",
            subject=str(conversation),
            campaign=conversation.campaign,
            conversation=conversation,
            after={"evidence": telling.consent_id, "answer": answer},
        )
        Change.record_conversations([(conversation.pk, conversation.campaign_id)])


def csv_lines(scope: Scope) -> Iterator[str]:
    """All that waits, for whoever tells Engage in one go."""
    yield MARK + spreadsheet_line(COLUMNS)
    for row in _load(needing_person(scope)).order_by("state_since", "id").iterator(chunk_size=500):
        consent, conversation = row.consent, row.conversation
        lead = conversation.lead
        how = f"by {consent.by or 'an agent'}: {consent.reason}" if consent.is_by_desk else "by text"
        at = consent.at.isoformat(timespec="seconds")
        yield spreadsheet_line([lead.phone, lead.name, str(conversation.campaign), at, how, row.reason])
