"""Where the stories are played: two conversations, their platform behind a line, a clock that stands still; and what
must hold after every step of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.contrib.auth.models import User
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from engage import crash_points
from engage.api.wire import ConversationPayload
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Attempt, Command, Conversation, Workspace
from engage.outbox.dispatch import claim, dispatch
from engage.outbox.evidence import Sightings
from engage.outbox.looks import due_looks, look
from engage.outbox.loop import due_sends
from engage.outbox.refusals import NewerMessage, Refused
from engage.outbox.sweeper import sweep
from engage.sms.sameness import fold
from tests.engage.outbox.campaigns.meddler import Meddler
from tests.engage.outbox.model_threads import ModelThreads
from tests.engage.outbox.waits import check_waits
from tests.factories import make_user, make_workspace

State = Command.State
NOON = datetime(2026, 11, 21, 18, tzinfo=UTC)
SOMEBODY_ELSES = "This was written by somebody else, and at some length."
CAMPAIGNS = "Hi, this is the campaign."
# The platform shows what it took within so long, however slow it is.
SHOWN_WITHIN = timedelta(minutes=10)


class Died(BaseException):
    """The process is gone; the test outlives it."""


def die() -> None:
    raise Died


class Stage(RuleBasedStateMachine):
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
        # What stands on the page of each conversation: the text heard last.
        self.pages = [0, 0]
        self.sightings = Sightings()
        self.ada = make_user(username="ada")
        self.workspace = make_workspace(origin=self.line.url)
        for thread in self.model.threads:
            self.model.text_as_somebody_else(thread, CAMPAIGNS)
            self.model.say(thread, "Hi, yes please")
            number = self.model.threads.index(thread)
            self._echo(number)
            self._open_page(number)
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
        check_waits((SOMEBODY_ELSES, CAMPAIGNS))

    def _check_confirmed(self) -> None:
        """I2, I6: of the same words in the same conversation no more are confirmed than there are."""
        there = Counter((entry.lead_id, fold(entry.text)) for entry in self.model.ledger)
        confirmed = Command.objects.filter(state=State.CONFIRMED).exclude(pk__in=self.judged)
        rows = confirmed.values_list("conversation__lead__remote_id", "text", "message_id")
        assert all(message for _, _, message in rows), "I2: confirmed without a text"
        shown = Counter((lead_id, fold(text)) for lead_id, text, _ in rows)
        assert all(count <= there[name] for name, count in shown.items()), "I2"

    def _check_held(self, conversation: Conversation, seen: int, refusal: Refused) -> None:
        """I10: all that was missed is shown, and nothing else."""
        if not isinstance(refusal, NewerMessage):
            return
        missed = conversation.messages.standing().inbound().filter(pk__gt=seen)
        assert {text.pk for text in refusal.unseen} == set(missed.values_list("pk", flat=True)), "I10"

    def _seen_on_page_of(self, command: Command) -> int:
        assert command.conversation is not None
        leads = [thread.lead_id for thread in self.model.threads]
        return self.pages[leads.index(command.conversation.lead.remote_id)]

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
        if self.model.find(path).doubts_shown:
            self.violations.append("I7: a POST after what may be a STOP was shown, and nobody has judged it")
        close_old_connections()

    def _land_next(self) -> None:
        self.model.carrying, land = self.late.pop(0)
        land()

    def _open_page(self, number: int) -> None:
        self.pages[number] = self._conversation(self.model.threads[number].lead_id).heard_through

    def _echo(self, number: int) -> None:
        self._hear(self.model.payload(self.model.threads[number]))

    def _hear(self, body: dict[str, Any]) -> None:
        observation = ConversationObservation(ConversationPayload.model_validate(body), timezone.now())
        with transaction.atomic():
            merge(self.workspace.pk, Observations(conversations=[observation]))

    def _conversation(self, lead_id: str) -> Conversation:
        return Conversation.objects.select_related("lead").get(lead__remote_id=lead_id)

    def _end_well(self) -> None:
        """The line is good again, all that was late has landed, and a day goes by."""
        self.model.reads_fail = False
        while self.late:
            self._land_next()
        for thread in self.model.threads:
            thread.is_slow = False
        self.model.show_all(taken_before=timezone.now() + SHOWN_WITHIN)
        for number in (0, 1):
            self._echo(number)
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
