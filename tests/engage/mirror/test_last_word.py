"""Whatever is said, done and read, in whatever order it arrives: who said stop last is locked.

A story is lived once at the platform, minute by minute, and told to us as a real account may tell it: twice, late, out
of order, or by a clock that is a day off. Two leads of different campaigns share the number, written in two ways.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st

from engage.api.events import ConversationKind
from engage.api.wire import ConversationPayload
from engage.mirror.consent import locked_numbers
from engage.mirror.denial import mark_refused
from engage.mirror.lifting import LocksChanged, lift_number, locks_mark
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.mirror.stopping import AlreadyStopped, stop_number
from engage.models import Command, Conversation, Workspace
from engage.outbox.telling import tell_due
from tests.engage.deliveries import STARTED, body, make_workspace, message, stamp
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

# `make torture` tells more stories.
EXAMPLES = int(os.environ.get("TORTURE_EXAMPLES", "60"))
STEP_MINUTES = 20
DAY_MINUTES = 24 * 60
NUMBER = "+15555551212"
SPELLINGS = ("+15555551212", "(555) 555-1212")
OFFERED = [{"id": "7", "disposition": "Opted out", "doNotContact": True}]
STOPS = ("STOP", "stop texting me", "Unsubscribe")
KINDS = {
    "opt-out": ConversationKind.OPT_OUT,
    "opt-in": ConversationKind.OPT_IN,
    "disposition": ConversationKind.DISPOSITION,
}

SAID = ("opt-out", "opt-in", "stop", "start", "text", "disposition")
HAPPENINGS = (*SAID, "get", "absence", "refusal", "lift", "agent", "state", "tell")

leads = st.integers(0, 1)
# Of an event: it carries no text, the words that caused it, or the texts that the thread shows.
carried = st.sampled_from(["nothing", "words", "thread"])


@dataclass(frozen=True)
class Step:
    """One thing that happens. `late`: steps until its webhook arrives; `again`: steps until it arrives once more."""

    kind: str
    lead: int = 0
    words: str = ""
    carries: str = ""
    off: int = 0
    late: int = 0
    again: int = 0
    # Whether a GET looks right afterwards.
    is_read: bool = False


@st.composite
def steps(draw: st.DrawFn, *, is_in_order: bool) -> Step:
    kind = draw(st.sampled_from(HAPPENINGS))
    words = {"stop": draw(st.sampled_from(STOPS)), "start": "START", "text": draw(st.sampled_from(["Hi", "Stop?"]))}
    carries = draw(carried) if kind in ("opt-out", "opt-in") else ""
    late = 0 if is_in_order else draw(st.sampled_from([0, 0, 1, 2, 4]))
    if kind == "opt-in" and carries != "words":
        # Of two events that name no time, the order in which they arrive is all that anybody can know.
        late = 0
    return Step(
        kind,
        draw(leads),
        words.get(kind, ""),
        carries,
        off=draw(st.sampled_from([0, 0, DAY_MINUTES, -DAY_MINUTES])) if is_in_order else 0,
        late=late,
        again=draw(st.sampled_from([0, 0, 1, 3])),
        is_read=draw(st.booleans()),
    )


@st.composite
def stories(draw: st.DrawFn) -> list[Step]:
    """Either the clock of the platform is wrong or what it tells comes late: after both, nobody knows what was last."""
    return draw(st.lists(steps(is_in_order=draw(st.booleans())), min_size=2, max_size=9))


@dataclass
class Account:
    """The platform's side: what its threads show, and what it has yet to tell us."""

    workspace: Workspace
    sue: User
    threads: tuple[list[dict[str, Any]], list[dict[str, Any]]] = field(default_factory=lambda: ([], []))
    chosen: list[dict[str, Any]] = field(default_factory=lambda: [{}, {}])
    # Leads of whom we have read all that their threads show, and those whom we have read at all.
    read: set[int] = field(default_factory=set)
    known: set[int] = field(default_factory=set)
    on_their_way: list[tuple[int, Step, dict[str, Any]]] = field(default_factory=list)
    is_stop_the_last_word: bool = False
    clock: Any = None

    def happen(self, place: int, step: Step) -> None:
        match step.kind:
            case said if said in SAID:
                self._say(place, step)
            case "get":
                self.read_lead(step.lead)
            case "absence":
                self._show_nothing(step.lead)
            case "refusal":
                self._refuse(step.lead)
            case "state":
                self._show_state(step.lead)
            case "lift":
                self._lift()
            case "agent":
                self._stop_here()
            case "tell":
                self._tell()
        self.deliver(place)
        if step.is_read:
            self.read_lead(step.lead)

    def _say(self, place: int, step: Step) -> None:
        minutes = place * STEP_MINUTES
        if step.kind == "disposition":
            self.chosen[step.lead] = {"disposition": "Opted out", "dispositionTimestamp": stamp(minutes)}
        words = step.words or {"opt-out": "STOP", "opt-in": "START"}.get(step.kind, "")
        said = message(place, minutes + step.off, words)
        if step.kind in ("stop", "start", "text"):
            self.threads[step.lead].append(said)
        texts = {"words": [said], "nothing": []}.get(step.carries, list(self.threads[step.lead]))
        event = self._body(step.lead, texts)
        if step.kind not in ("opt-out", "opt-in"):
            # Until a GET shows it, it is only said: a forger could have said it.
            self.read.discard(step.lead)
        arrivals = {step.late, step.late + step.again}
        self.on_their_way += [(place + after, step, event) for after in sorted(arrivals)]
        if step.kind in ("opt-out", "stop", "disposition"):
            self.is_stop_the_last_word = True
        elif step.kind in ("opt-in", "start"):
            self.is_stop_the_last_word = False

    def _body(self, lead: int, texts: list[dict[str, Any]], **said: Any) -> dict[str, Any]:
        whole = body("", lead_id=f"lead-{lead}", phone=SPELLINGS[lead], messages=texts, **(self.chosen[lead] | said))
        whole["data"]["campaign"] = {"id": f"campaign-{lead}", "name": "Ours"}
        whole["data"]["dispositions"] = OFFERED
        return whole

    def deliver(self, place: int) -> None:
        due = [told for told in self.on_their_way if told[0] <= place]
        self.on_their_way = [told for told in self.on_their_way if told[0] > place]
        for _, step, event in due:
            self._merge(event, kind=KINDS.get(step.kind, ConversationKind.NEW_MESSAGE))

    def _merge(self, said: dict[str, Any], *, kind: ConversationKind | None = None) -> None:
        at = self._moment()
        payload = ConversationPayload.model_validate(said)
        observation = ConversationObservation(payload, at, kind=kind, is_read=kind is None)
        with transaction.atomic():
            if kind is None:
                Conversation.objects.filter(lead__remote_id=said["data"]["lead"]["id"]).update(
                    key_fingerprint="good", denied_at=None, refused_since=None
                )
            merge(self.workspace.pk, Observations(conversations=[observation]))

    def _moment(self) -> datetime:
        """No two things are heard at the same instant."""
        self.clock.shift(timedelta(seconds=1))
        return datetime.now(STARTED.tzinfo)

    def read_lead(self, lead: int) -> None:
        if lead not in self.known:
            # A conversation that nobody spoke of is not read either.
            self._merge(self._body(lead, []), kind=ConversationKind.CONVERSATION_STARTED)
        self._merge(self._body(lead, self.threads[lead]))
        self.known.add(lead)
        self.read.add(lead)

    def _show_nothing(self, lead: int) -> None:
        if lead in self.known:
            shown = self._body(lead, [])
            shown["data"]["lead"].update(disposition=None, dispositionTimestamp=None)
            self._merge(shown)

    def _show_state(self, lead: int) -> None:
        if lead in self.known:
            self._merge(self._body(lead, self.threads[lead], status="OPTED_OUT"))
            self.is_stop_the_last_word = True

    def _refuse(self, lead: int) -> None:
        if lead in self.known:
            mark_refused(self._conversation(lead), self._moment())

    def _conversation(self, lead: int) -> Conversation:
        return Conversation.objects.select_related("lead").get(lead__remote_id=f"lead-{lead}")

    def _lift(self) -> None:
        found = Conversation.objects.select_related("lead").first()
        if found is not None:
            try:
                lift_number(found, mark=locks_mark(found), by=self.sue, reason="They asked for texts again")
                self.is_stop_the_last_word = False
            except LocksChanged:
                assert not locks_mark(found)

    def _stop_here(self) -> None:
        found = Conversation.objects.select_related("lead").first()
        if found is not None:
            try:
                stop_number(found, by=self.sue, reason="They rang")
                self.is_stop_the_last_word = True
            except AlreadyStopped:
                assert locks_mark(found)

    def _tell(self) -> None:
        """A round of the console's own telling; the platform takes what it posts."""
        tell_due(self._moment() + timedelta(minutes=2))
        for command in Command.objects.unsettled().select_related("conversation__lead"):
            assert command.conversation is not None
            lead = int(command.conversation.lead.remote_id[-1])
            at = self._moment().isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self.chosen[lead] = {"disposition": command.text, "dispositionTimestamp": at}
            Command.objects.filter(pk=command.pk).update(state=Command.State.CONFIRMED)

    @property
    def has_told_all(self) -> bool:
        return not self.on_their_way and {0, 1} - self.read <= {lead for lead in (0, 1) if not self._has_said(lead)}

    def _has_said(self, lead: int) -> bool:
        return bool(self.threads[lead] or self.chosen[lead])

    def is_locked(self) -> bool:
        computed = NUMBER in locked_numbers(self.workspace.pk, [NUMBER])
        assert set(Conversation.objects.values_list("status", flat=True)) <= {"opted_out"} or not computed
        assert computed or not Conversation.objects.opted_out().exists()
        return computed


@contextmanager
def living(story: list[Step]) -> Iterator[Account]:
    Workspace.objects.all().delete()
    User.objects.all().delete()
    account = Account(make_workspace(), make_user(username="sue"))
    with time_machine.travel(STARTED, tick=False) as account.clock:
        yield account


# Found by chance: a state of one lead, and a START of the other that was said before it and arrives after it.
_LATE_START = [
    Step("get", is_read=True),
    Step("opt-out", lead=1, carries="words"),
    Step("start", lead=1, words="START", late=2),
    Step("state"),
]


@example(story=_LATE_START)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories())
def test_who_said_stop_last_is_locked_whatever_happens(story: list[Step]) -> None:
    with living(story) as account:
        for place, step in enumerate(story):
            account.clock.move_to(STARTED + timedelta(minutes=place * STEP_MINUTES))
            account.happen(place, step)
            if account.has_told_all and account.is_stop_the_last_word:
                assert account.is_locked(), f"after {place}"

        account.clock.move_to(STARTED + timedelta(minutes=len(story) * STEP_MINUTES))
        account.deliver(len(story) + 10)
        for lead in (0, 1):
            account.read_lead(lead)

        note(f"the last word was {'a stop' if account.is_stop_the_last_word else 'no stop'}")
        assert account.is_locked() or not account.is_stop_the_last_word
