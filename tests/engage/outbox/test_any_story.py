"""Whatever happens, in whatever order: replies under any weather, any death of a worker, any decision of a person.

Hypothesis tells the stories; the platform is a model behind real sockets, the clock stands still but for the steps.
Texts are heard late, in any order, twice or by a look alone, and are dated before the replies that they follow; the
platform shows what it took when it likes. I1 no more texts at the platform than people asked for; I2 confirmed is what
is there; I3 one reply under way in each conversation; I4 nothing is forgotten; I5 no POST without its mark; I6 one text
is one reply's; I7 no POST after a STOP, or what may be one, that a look had shown; I8 what was heard after all that our
replies had seen waits; I9 what may be an opt-out is asked about until a person has answered; I10 nobody answers over
what they have not seen.
"""

from __future__ import annotations

import os
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from engage import crash_points
from engage.mirror import judging
from engage.models import Command
from engage.outbox import decisions, holding
from engage.outbox.enqueue import enqueue_reply
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
)
from tests.engage.outbox.model_threads import MAY_BE_AN_OPT_OUT
from tests.engage.outbox.story_stage import SHOWN_WITHIN, SOMEBODY_ELSES, Stage

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.promise(5),
    pytest.mark.promise(6),
]

State = Command.State
# Here the same stories every day, so that a red day says something of the day's change; `make torture` tells new ones.
TELLS_NEW_ONES = "TORTURE_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("TORTURE_EXAMPLES", "25"))
WORDS = ("ok", "Yes, we can.", "We open at nine tomorrow morning, and close at five.")
DEATHS = tuple(
    name for name in crash_points.NAMES if name.startswith(("send.", "look.", "read.", "move.before_", "sweep."))
)

which = st.integers(0, 1)
# How long ago a text was written that the platform hears of now: mostly a moment, or before all that was said since.
ages = st.sampled_from([0, 0, 0, 7, 90, 2400]).map(lambda seconds: timedelta(seconds=seconds))
deaths = st.sampled_from(["", "", "", *DEATHS])
fates = st.sampled_from([PASS, PASS, LATE, CUT, HALF_HEADERS, PASS_THEN_500, REFUSE, LOSE_500, TOO_MANY])


class Story(Stage):
    # What people do

    @rule(number=which)
    def look_at_page(self, number: int) -> None:
        self._open_page(number)

    @rule(number=which, words=st.sampled_from(WORDS))
    def reply(self, number: int, words: str) -> None:
        conversation = self._conversation(self.model.threads[number].lead_id)
        seen = self.pages[number]
        try:
            made = enqueue_reply(
                conversation=conversation, text=words, by=self.ada, key=uuid.uuid4(), seen_through=seen
            )
        except Refused as refusal:
            self._check_held(conversation, seen, refusal)
            return
        assert conversation.heard_through <= seen, "I10"
        self.asked[made.pk] += 1

    @rule(number=which, words=st.sampled_from(WORDS), choice=st.sampled_from(["", "sent", "discard"]))
    def lose_track(self, number: int, words: str, choice: str) -> None:
        """A reply is held up on the line for so long that nobody looks for it any more, and a person decides."""
        self.look_at_page(number)
        self.reply(number, words)
        self.send(LATE, "")
        for seconds in (5, 30, 120, 200):
            self.wait(seconds, "")
            self.look_once("")
            self.look_once("")
        if choice:
            self.decide(choice, number)

    @rule(number=which)
    def judge(self, number: int) -> None:
        """Whoever reads what may be an opt-out takes it for none."""
        thread = self.model.threads[number]
        conversation = self._conversation(thread.lead_id)
        mark = judging.find_doubts(conversation).mark
        judged = judging.take_for_no_opt_out(conversation, mark=mark) if mark else []
        thread.judged |= {text.remote_id for text in judged}
        thread.doubts_shown -= thread.judged

    @rule(choice=st.sampled_from(["again", "again", "sent", "discard", "same", "other", "cancel"]), number=which)
    def decide(self, choice: str, number: int) -> None:
        state = {"same": State.PROBABLE, "other": State.PROBABLE, "cancel": State.QUEUED}.get(choice, State.UNCONFIRMED)
        rows = list(Command.objects.filter(state=state).select_related("conversation__lead").order_by("id"))
        if not rows:
            return
        command = rows[number % len(rows)]
        try:
            match choice:
                case "again":
                    seen = self._seen_on_page_of(command)
                    decisions.send_again(command=command, by=self.ada, seen_through=seen)
                    assert command.conversation.heard_through <= seen, "I10"
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
        self.model.show_all(taken_before=timezone.now() - SHOWN_WITHIN)
        self._with_death(death, lambda: sweep())

    @rule()
    def notice(self) -> None:
        """The dispatcher holds the mirror against what is open."""
        self.sightings.match_changed()

    # What the platform and the leads do

    @rule(number=which)
    def echo(self, number: int) -> None:
        """A webhook tells of the thread as it is now."""
        self._echo(number)

    @rule(number=which, back=st.integers(1, 4))
    def late_webhook(self, number: int, back: int) -> None:
        """One tells of one message alone, be it old, told already, or not to be seen in the thread yet."""
        thread = self.model.threads[number]
        self._hear(self.model.payload(thread, only=thread.messages[-min(back, len(thread.messages))]))

    @rule(number=which, is_so=st.booleans())
    def shows_late(self, number: int, is_so: bool) -> None:
        """The thread shows what the platform takes from now on only after a while."""
        self.model.threads[number].is_slow = is_so

    @rule()
    def catch_up(self) -> None:
        self.model.show_all(taken_before=timezone.now() + SHOWN_WITHIN)

    @rule()
    def land(self) -> None:
        """A POST that was held up on the line takes effect now."""
        if self.late:
            self._land_next()

    @rule(number=which, text=st.sampled_from(["And the price?", "STOP", "START", "START"]))
    def lead_says(self, number: int, text: str) -> None:
        self.model.say(self.model.threads[number], text)

    @rule(number=which, text=st.sampled_from(["And the price?", "Hello?", MAY_BE_AN_OPT_OUT]), ago=ages)
    def lead_said(self, number: int, text: str, ago: timedelta) -> None:
        """It reaches the platform now, and is dated when it was written."""
        self.model.say(self.model.threads[number], text, ago=ago)

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


def test_any_story_keeps_the_promises() -> None:
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            derandomize=not TELLS_NEW_ONES,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
