"""Whatever happens, in whatever order: replies under any weather, any death of a worker, any decision of a person.

Hypothesis tells the stories; the platform is a model behind real sockets, the clock stands still but for the steps.
I1 no more texts at the platform than people asked for; I2 confirmed is what is there; I3 one reply under way in each
conversation; I4 nothing is forgotten; I5 no POST without its mark; I6 one text is one reply's; I7 no POST after a STOP
that a look had shown.
"""

from __future__ import annotations

import os
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from engage import crash_points
from engage.api.wire import ConversationPayload
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Attempt, Command, Conversation, Workspace
from engage.outbox import decisions, holding
from engage.outbox.dispatch import claim, dispatch
from engage.outbox.enqueue import enqueue_reply
from engage.outbox.evidence import Sightings
from engage.outbox.looks import due_looks, look
from engage.outbox.loop import due_sends
from engage.outbox.matching import fold
from engage.outbox.refusals import Refused
from engage.outbox.sweeper import sweep
from tests.engage.outbox.campaigns.meddler import (
    CUT,
    HALF_HEADERS,
    LATE,
    LOSE_500,
    PASS,
    PASS_THEN_500,
    REFUSE,
    TOO_MANY,
    Meddler,
)
from tests.engage.outbox.model_threads import ModelThreads
from tests.factories import make_user, make_workspace

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.promise(5),
    pytest.mark.promise(6),
]

State = Command.State
# `make torture` tells more stories.
EXAMPLES = int(os.environ.get("TORTURE_EXAMPLES", "25"))
NOON = datetime(2026, 11, 21, 18, tzinfo=UTC)
WORDS = ("ok", "Yes, we can.", "We open at nine tomorrow morning, and close at five.")
SOMEBODY_ELSES = "This was written by somebody else, and at some length."
DEATHS = tuple(
    name for name in crash_points.NAMES if name.startswith(("send.", "look.", "read.", "move.before_", "sweep."))
)

which = st.integers(0, 1)
deaths = st.sampled_from(["", "", "", *DEATHS])
fates = st.sampled_from([PASS, PASS, LATE, CUT, HALF_HEADERS, PASS_THEN_500, REFUSE, LOSE_500, TOO_MANY])


class Died(BaseException):
    """The process is gone; the test outlives it."""


def die() -> None:
    raise Died


class Story(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.model = ModelThreads(2)
        self.clock = time_machine.travel(NOON, tick=False)
        self.time = self.clock.start()
        self.line = Meddler(self.model).__enter__()
        self.line.during_post = self._arrives
        self.violations: list[str] = []
        self.late: list[tuple[int, Callable[[], object]]] = []
        # Where a person said how it was, the evidence need not.
        self.judged: set[int] = set()
        self.asked: Counter[int] = Counter()
        self.sightings = Sightings()
        self.ada = make_user(username="ada")
        self.workspace = make_workspace(origin=self.line.url)
        for thread in self.model.threads:
            self.model.text_as_somebody_else(thread, "Hi, this is the campaign.")
            self.model.say(thread, "Hi, yes please")
            self.echo(self.model.threads.index(thread))
            read_conversation(self._conversation(thread.lead_id), client_for(self.workspace))

    def teardown(self) -> None:
        if not hasattr(self, "line"):
            return
        try:
            self._end_well()
        finally:
            crash_points.arm("")
            self.line.__exit__()
            self.clock.stop()
            Workspace.objects.all().delete()
            User.objects.all().delete()

    # What people do

    @rule(number=which, words=st.sampled_from(WORDS))
    def reply(self, number: int, words: str) -> None:
        conversation = self._conversation(self.model.threads[number].lead_id)
        try:
            made = enqueue_reply(
                conversation=conversation, text=words, by=self.ada, key=uuid.uuid4(), seen_through=None
            )
        except Refused:
            return
        self.asked[made.pk] += 1

    @rule(choice=st.sampled_from(["again", "again", "sent", "discard", "same", "other", "cancel"]), number=which)
    def decide(self, choice: str, number: int) -> None:
        state = {"same": State.PROBABLE, "other": State.PROBABLE, "cancel": State.QUEUED}.get(choice, State.UNCONFIRMED)
        rows = list(Command.objects.filter(state=state).order_by("id"))
        if not rows:
            return
        command = rows[number % len(rows)]
        try:
            match choice:
                case "again":
                    decisions.send_again(command=command, by=self.ada)
                    self.asked[command.pk] += 1
                case "sent":
                    decisions.mark_sent(command=command, by=self.ada)
                    self.judged.add(command.pk)
                case "discard":
                    decisions.discard(command=command, by=self.ada)
                    self.judged.add(command.pk)
                case "cancel":
                    decisions.cancel(command=command, by=self.ada)
                case _:
                    decisions.same_message(command=command, is_same=choice == "same", by=self.ada)
                    self.judged.add(command.pk)
        except Refused:
            return

    @rule(is_held=st.booleans())
    def hold(self, is_held: bool) -> None:
        """As after a backup was restored."""
        ids = Command.objects.values_list("id", flat=True)
        holding.hold(ids) if is_held else holding.release(ids)

    # What workers do

    @rule(fate=fates, death=deaths)
    def send(self, fate: str, death: str) -> None:
        """Whatever is due first is carried out, and the worker may die on the way."""
        self.line.fates.append(fate)
        self._with_death(death, self._send_next)
        self.line.fates.clear()
        self.late += [(self.model.carrying, land) for land in self.line.late]
        self.line.late.clear()

    @rule(death=deaths)
    def look_once(self, death: str) -> None:
        self._with_death(death, self._look_next)

    @rule(seconds=st.sampled_from([1, 4, 25, 70, 130, 310, 1000, 4000]), death=deaths)
    def wait(self, seconds: int, death: str) -> None:
        self.time.shift(timedelta(seconds=seconds))
        self._with_death(death, lambda: sweep())

    @rule()
    def notice(self) -> None:
        """The dispatcher holds the mirror against what is open."""
        self.sightings.match_changed()

    # What the platform and the leads do

    @rule(number=which)
    def echo(self, number: int) -> None:
        """A webhook tells of the thread as it is now."""
        payload = ConversationPayload.model_validate(self.model.payload(self.model.threads[number]))
        observation = ConversationObservation(payload, timezone.now())
        with transaction.atomic():
            merge(self.workspace.pk, Observations(conversations=[observation]))

    @rule()
    def land(self) -> None:
        """A POST that was held up on the line takes effect now."""
        if self.late:
            self.model.carrying, land = self.late.pop(0)
            land()

    @rule(number=which, text=st.sampled_from(["And the price?", "STOP", "START", "START"]))
    def lead_says(self, number: int, text: str) -> None:
        self.model.say(self.model.threads[number], text)

    @rule(number=which)
    def somebody_else_writes(self, number: int) -> None:
        self.model.text_as_somebody_else(self.model.threads[number], SOMEBODY_ELSES)

    @rule(number=which)
    def renew_key(self, number: int) -> None:
        """What tells of it is newer than what told of the key before."""
        self.model.renew_key(self.model.threads[number])
        self.time.shift(timedelta(seconds=1))
        self.lead_says(number, "Hello again")
        self.echo(number)

    @rule(is_so=st.booleans())
    def reads_fail(self, is_so: bool) -> None:
        self.model.reads_fail = is_so

    # What must always hold

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "line"):
            return
        assert self.violations == []
        taken = Counter(entry.command for entry in self.model.ledger)
        assert all(count <= self.asked[command] for command, count in taken.items()), "I1"
        in_flight = Counter(Command.objects.in_flight().values_list("conversation_id", flat=True))
        assert max(in_flight.values(), default=0) <= 1, "I3"
        forgotten = Command.objects.unsettled().filter(due_at=None).exclude(state__in=(State.HELD, State.UNCONFIRMED))
        assert not forgotten.exists(), "I4"
        self._check_confirmed()

    def _check_confirmed(self) -> None:
        """I2, I6: of the same words in the same conversation no more are confirmed than there are."""
        there = Counter((entry.lead_id, fold(entry.text)) for entry in self.model.ledger)
        confirmed = Command.objects.filter(state=State.CONFIRMED).exclude(pk__in=self.judged)
        rows = confirmed.values_list("conversation__lead__remote_id", "text", "message_id")
        assert all(message for _, _, message in rows), "I2: confirmed without a text"
        shown = Counter((lead_id, fold(text)) for lead_id, text, _ in rows)
        assert all(count <= there[name] for name, count in shown.items()), "I2"

    # The steps themselves

    def _with_death(self, name: str, step: Callable[[], object]) -> None:
        if name:
            crash_points.arm(name, die)
        try:
            step()
        except Died:
            pass
        finally:
            crash_points.arm("")

    def _send_next(self) -> None:
        due = due_sends().first()
        command = claim(due.pk) if due is not None else None
        if command is not None:
            self.model.carrying = command.pk
            dispatch(command)

    def _look_next(self) -> None:
        due = due_looks().select_related("workspace", "conversation__lead").first()
        if due is not None:
            look(due)

    def _arrives(self, path: str) -> None:
        """In the server's thread, as a POST comes in: what it sees of the database is committed."""
        command = Command.objects.get(pk=self.model.carrying)
        if command.state != State.SENDING or not command.attempts.filter(outcome=Attempt.Outcome.OPEN).exists():
            self.violations.append(f"I5: a POST while {command.state}")
        if self.model.find(path).has_shown_stop:
            self.violations.append("I7: a POST after a STOP that was shown")
        close_old_connections()

    def _conversation(self, lead_id: str) -> Conversation:
        return Conversation.objects.select_related("lead").get(lead__remote_id=lead_id)

    def _end_well(self) -> None:
        """The line is good again, all that was late has landed, and a day goes by."""
        self.model.reads_fail = False
        while self.late:
            self.land()
        for number in (0, 1):
            self.echo(number)
        for seconds in (1, 5, 30, 70, 200, 400, 1900, 4000, 20_000, 50_000):
            sweep()
            for _ in range(30):
                before = list(Command.objects.order_by("id").values_list("state", "due_at"))
                self._send_next()
                self._look_next()
                if before == list(Command.objects.order_by("id").values_list("state", "due_at")):
                    break
            self.sightings.match_changed()
            self.holds()
            self.time.shift(timedelta(seconds=seconds))
        done = (*Command.SETTLED, *Command.NEEDS_DECISION, State.HELD)
        assert not Command.objects.exclude(state__in=done).exists(), "not settled in a day"
        self._check_nothing_overlooked()

    def _check_nothing_overlooked(self) -> None:
        """What the platform took is some reply's, unless a person said otherwise."""
        taken = {entry.command for entry in self.model.ledger} - self.judged
        for command in Command.objects.filter(pk__in=taken).select_related("conversation"):
            same = Command.objects.filter(conversation=command.conversation, text=command.text)
            found = same.filter(state__in=(State.CONFIRMED, State.PROBABLE)).count() + len(
                self.judged & set(same.values_list("pk", flat=True))
            )
            there = sum(1 for row in same if row.pk in taken)
            assert found >= there, f"{command} ({command.state}) is at the platform and nobody knows"


def test_any_story_keeps_the_promises() -> None:
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
