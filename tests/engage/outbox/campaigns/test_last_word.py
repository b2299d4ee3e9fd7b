"""Whatever the line does to each POST, and whoever asks in between: the platform ends with what was asked for last.

Time stands still but for the steps of the test, so that the real waits are lived through, and every run is the same.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engage.mirror.platform import client_for
from engage.mirror.reconcile import read_campaigns
from engage.models import Campaign, Command
from engage.outbox.campaigns import activate_campaign, looks, loop, pause_campaign, pausing, sending
from engage.outbox.pace import DEFAULT_PACE
from engage.outbox.sweeper import sweep
from tests.engage.outbox.campaigns.meddler import CUT, LATE, LOSE_500, PASS, PASS_THEN_500, REFUSE, Meddler
from tests.engage.outbox.campaigns.model_platform import ModelPlatform
from tests.factories import make_user, make_workspace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.promise(9)]

State = Command.State
# `make torture` tells more stories.
EXAMPLES = int(os.environ.get("TORTURE_EXAMPLES", "20"))
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
# Meanwhile: somebody asks, another worker does what is due by then, or both.
ACTIVATE, PAUSE, STEP, PAUSE_AND_STEP = "activate", "pause", "step", "pause, step"


@dataclass(frozen=True)
class Step:
    """One thing that is due is done. `fates`: of the POSTs made meanwhile; a late one lands after so many seconds."""

    fates: tuple[str, ...] = ()
    during_get: str = ""
    during_post: str = ""
    lands_after: float = 10
    waits: float = 0


@dataclass(frozen=True)
class Death:
    """A worker is killed after its mark; its POST lands after so many seconds, or never left (None)."""

    lands_after: float | None = None
    waits: float = 0


@dataclass(frozen=True)
class Turn:
    """Something is asked, or nothing, and then things happen."""

    asks: str
    deeds: tuple[Step | Death, ...] = (Step(),)


fates = st.sampled_from([PASS, PASS, LATE, LATE, CUT, REFUSE, LOSE_500, PASS_THEN_500])
meanwhile = st.sampled_from(["", "", "", ACTIVATE, PAUSE, STEP, PAUSE_AND_STEP])
waits = st.sampled_from([0.0, 0.0, 1.0, 6.0, 21.0])
steps = st.builds(Step, st.tuples(fates, fates), meanwhile, meanwhile, st.sampled_from([2, 10, 19]), waits)
deaths = st.builds(Death, st.sampled_from([None, 0, 10, 19]), waits)
turns = st.builds(
    Turn,
    st.sampled_from([ACTIVATE, PAUSE, ACTIVATE, PAUSE, ""]),
    st.lists(st.one_of(steps, steps, steps, deaths), min_size=1, max_size=3).map(tuple),
)


class Story:
    """One campaign, one platform, two workers and a few impatient people."""

    def __init__(self, line: Meddler, model: ModelPlatform, clock: time_machine.Traveller, by: User) -> None:
        self.line, self.model, self.clock, self.by = line, model, clock, by
        line.during_post, line.during_get = self._arrives, lambda path: self._meanwhile(self._during_get)
        self._during_get = self._during_post = ""
        self._is_nested = False
        self._landings: list[tuple[datetime, Callable[[], object]]] = []
        self.violations: list[str] = []
        workspace = make_workspace(origin=line.url)
        read_campaigns(workspace, client_for(workspace))
        self.campaign = Campaign.objects.get(workspace=workspace)

    def tell(self, told: list[Turn]) -> None:
        for turn in told:
            if turn.asks:
                self.ask(turn.asks)
            for deed in turn.deeds:
                self._do(deed)
                self._check_pause_holds()

    def end(self) -> None:
        """The line is good again and time goes by."""
        for _ in range(100):
            while self._do_what_is_due():
                pass
            self.wait(5)
            if not Command.objects.exclude(state__in=(*Command.SETTLED, State.UNCONFIRMED)).exists():
                break
        self.wait(60)

    def ask(self, kind: str) -> None:
        asked = activate_campaign if kind == ACTIVATE else pause_campaign
        asked(campaign=self.campaign, by=self.by, key=uuid.uuid4())

    def wait(self, seconds: float) -> None:
        until = timezone.now() + timedelta(seconds=seconds)
        for at, land in sorted(self._landings, key=lambda landing: landing[0]):
            if at <= until:
                self.clock.move_to(at)
                land()
        self._landings = [landing for landing in self._landings if landing[0] > until]
        self.clock.move_to(until)
        sweep()

    def _do(self, deed: Step | Death) -> None:
        match deed:
            case Step():
                self.line.fates.extend(deed.fates)
                self._during_get, self._during_post = deed.during_get, deed.during_post
                self._do_what_is_due()
                self.line.fates.clear()
                self._during_get = self._during_post = ""
                while self.line.late:
                    self._let_land(self.line.late.pop(), deed.lands_after)
            case Death():
                self._die(deed)
        self.wait(deed.waits)

    def _die(self, death: Death) -> None:
        command = self._claim()
        if command is None or command.campaign is None:
            return
        attempt = sending.mark(command, command.campaign, sending.pace_of(command, DEFAULT_PACE))
        if attempt is not None and death.lands_after is not None:
            path = f"/api/public/engage/campaigns/x/{command.kind}"
            self._let_land(lambda: self.model.handle("POST", path, {}, b""), death.lands_after)

    def _let_land(self, land: Callable[[], object], after: float) -> None:
        self._landings.append((timezone.now() + timedelta(seconds=after), land))

    def _do_what_is_due(self) -> bool:
        command = self._claim()
        if command is not None:
            (pausing.pause if command.kind == Command.Kind.PAUSE else sending.dispatch)(command)
            return True
        due = looks.due_looks().first()
        if due is not None:
            looks.look(due)
        return due is not None

    @staticmethod
    def _claim() -> Command | None:
        due = loop.due_pauses().first() or loop.due_changes().first()
        return sending.claim(due.pk) if due is not None else None

    def _arrives(self, path: str) -> None:
        """In the server's thread, as a POST comes in."""
        newest = newest_command()
        if path.endswith("/activate") and newest is not None and newest.kind != Command.Kind.ACTIVATE:
            self.violations.append(f"an activation left after {newest}")
        self._meanwhile(self._during_post)

    def _meanwhile(self, what: str) -> None:
        if what and not self._is_nested:
            self._is_nested = True
            try:
                if what in (ACTIVATE, PAUSE, PAUSE_AND_STEP):
                    self.ask(ACTIVATE if what == ACTIVATE else PAUSE)
                if what in (STEP, PAUSE_AND_STEP):
                    self._do_what_is_due()
            except Exception as error:
                # Here the server's thread would swallow it.
                self.violations.append(repr(error))
            finally:
                self._is_nested = False
        close_old_connections()

    def _check_pause_holds(self) -> None:
        newest = newest_command()
        if newest is not None and newest.kind == Command.Kind.PAUSE and newest.state == State.CONFIRMED:
            assert self.model.status == "READY"


def newest_command() -> Command | None:
    return Command.objects.order_by("id").last()


@contextmanager
def a_story(status: str) -> Iterator[Story]:
    model = ModelPlatform()
    model.status = status
    with time_machine.travel(NOON, tick=False) as clock, Meddler(model) as line:
        try:
            yield Story(line, model, clock, make_user(username="ada"))
        finally:
            Campaign.objects.all().delete()
            User.objects.all().delete()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(told=st.lists(turns, min_size=1, max_size=4), status=st.sampled_from(["READY", "ACTIVE"]))
# An activation that nobody answered lands after the pause.
@example(told=[Turn(ACTIVATE, (Step((LATE,)),)), Turn(PAUSE, (Step(), Step()))], status="READY")
# The pause is through while the activation is still on the line.
@example(told=[Turn(ACTIVATE, (Step((PASS,), during_post=PAUSE_AND_STEP),))], status="READY")
# The worker died with the activation on the line.
@example(told=[Turn(ACTIVATE, (Death(lands_after=19),)), Turn(PAUSE, (Step(), Step()))], status="READY")
# The pause is asked for while the activation looks.
@example(told=[Turn(ACTIVATE, (Step(during_get=PAUSE),)), Turn("")], status="READY")
# A pause that nobody answered lands after the activation.
@example(told=[Turn(PAUSE, (Step((LATE,)),)), Turn(ACTIVATE, (Step(), Step(), Step()))], status="ACTIVE")
# Somebody changes their mind while the pause is on the line.
@example(told=[Turn(PAUSE, (Step((LATE,), during_post=ACTIVATE),)), Turn("", (Step(), Step()))], status="ACTIVE")
def test_the_last_word_at_the_platform_is_the_newest_intent(told: list[Turn], status: str) -> None:
    with a_story(status) as story:
        story.tell(told)
        story.end()

        assert story.violations == []
        newest = newest_command()
        if newest is None:
            return
        assert not Command.objects.exclude(pk=newest.pk).exclude(state__in=Command.SETTLED).exists()
        if newest.kind == Command.Kind.PAUSE:
            assert (newest.state, story.model.status) == (State.CONFIRMED, "READY")
        elif newest.state == State.CONFIRMED:
            assert story.model.status == "ACTIVE"
        else:
            # Too old to be repeated behind anybody's back: a person was told.
            assert newest.state in (State.UNCONFIRMED, State.EXPIRED)
