"""Whatever the line does to each POST, and whoever asks in between: the platform ends with what was asked for last.

Time stands still but for the steps of the test, so that the real waits are lived through, and every run is the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from engage.mirror.platform import client_for
from engage.mirror.reconcile import read_campaigns
from engage.models import Campaign, Command
from engage.outbox.campaigns import activate_campaign, looks, loop, pause_campaign, pausing, sending
from engage.outbox.pace import DEFAULT_PACE
from engage.outbox.sweeper import sweep
from tests.engage.outbox.campaigns.meddler import CUT, LATE, LOSE_500, PASS, PASS_THEN_500, REFUSE, Meddler
from tests.engage.outbox.campaigns.model_platform import ModelPlatform
from tests.factories import make_user, make_workspace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

State = Command.State
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

fates = st.sampled_from([PASS, PASS, REFUSE, LOSE_500, CUT, PASS_THEN_500, LATE])
# What happens while a call is under way: somebody asks, or another worker takes a step.
meanwhile = st.sampled_from(["", "", "pause", "activate", "step"])
landings = st.sampled_from([1, 10, 19])


class LastWord(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(NOON, tick=False)
        self.time = self.clock.start()
        self.model = ModelPlatform()
        self.line = Meddler(self.model).__enter__()
        self.line.during_post = self._arrives
        self.line.during_get = lambda path: self._meanwhile(self.during_get)
        self.during_get = self.during_post = ""
        self.depth = 0
        self.landings: list[tuple[datetime, Callable[[], object]]] = []
        self.violations: list[str] = []
        self.ada = make_user(username="ada")
        workspace = make_workspace(origin=self.line.url)
        read_campaigns(workspace, client_for(workspace))
        self.campaign = Campaign.objects.get(workspace=workspace)

    # What people and the world do

    @rule(kind=st.sampled_from(["activate", "pause"]))
    def ask(self, kind: str) -> None:
        asked = activate_campaign if kind == "activate" else pause_campaign
        asked(campaign=self.campaign, by=self.ada, key=uuid.uuid4())

    @rule(fate=fates, during_get=meanwhile, during_post=meanwhile, lands_after=landings)
    def step(self, fate: str, during_get: str, during_post: str, lands_after: int) -> None:
        """One thing that is due is done, while something else happens."""
        self.line.fates.append(fate)
        self.during_get, self.during_post = during_get, during_post
        self._do_what_is_due()
        self.line.fates.clear()
        self.during_get = self.during_post = ""
        while self.line.late:
            self.landings.append((timezone.now() + timedelta(seconds=lands_after), self.line.late.pop()))

    @rule(seconds=st.sampled_from([0.5, 1, 3, 15, 30]))
    def wait(self, seconds: float) -> None:
        until = timezone.now() + timedelta(seconds=seconds)
        for at, land in sorted(self.landings, key=lambda landing: landing[0]):
            if at <= until:
                self.time.move_to(at)
                land()
        self.landings = [landing for landing in self.landings if landing[0] > until]
        self.time.move_to(until)
        sweep()

    @precondition(lambda self: loop.due_pauses().exists() or loop.due_changes().exists())
    @rule(arrives=st.booleans())
    def die(self, arrives: bool) -> None:
        """A worker is killed after its mark; its POST left, or did not."""
        command = self._claim()
        if command is None or command.campaign is None:
            return
        if sending.mark(command, command.campaign, sending.pace_of(command, DEFAULT_PACE)) is None:
            return
        if arrives:
            path = f"/api/public/engage/campaigns/x/{command.kind}"
            self.model.handle("POST", path, {}, b"")

    # What must hold

    @invariant()
    def no_activation_leaves_after_a_newer_pause(self) -> None:
        assert self.violations == []

    @invariant()
    def what_reads_as_paused_stays_paused(self) -> None:
        newest = self._newest()
        if newest is not None and newest.kind == Command.Kind.PAUSE and newest.state == State.CONFIRMED:
            assert self.model.status == "READY"

    def teardown(self) -> None:
        """The line is good again and time goes by: who asked last has the last word."""
        try:
            for _ in range(60):
                while self._do_what_is_due():
                    pass
                self.wait(15)
                if not Command.objects.exclude(state__in=(*Command.SETTLED, State.UNCONFIRMED)).exists():
                    break
            self._check_last_word()
            assert self.violations == []
        finally:
            self.line.__exit__()
            self.clock.stop()
            Campaign.objects.all().delete()
            User.objects.all().delete()

    def _check_last_word(self) -> None:
        newest = self._newest()
        if newest is None:
            return
        if newest.kind == Command.Kind.PAUSE:
            assert (newest.state, self.model.status) == (State.CONFIRMED, "READY")
        elif newest.state == State.CONFIRMED:
            assert self.model.status == "ACTIVE"
        else:
            # Too old to be repeated behind anybody's back: a person was told.
            assert newest.state in (State.UNCONFIRMED, State.EXPIRED)
        assert not Command.objects.exclude(pk=newest.pk).exclude(state__in=Command.SETTLED).exists()

    # How the test drives it

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
        newest = self._newest()
        if path.endswith("/activate") and newest is not None and newest.kind != Command.Kind.ACTIVATE:
            self.violations.append(f"{path} after {newest}")
        self._meanwhile(self.during_post)

    def _meanwhile(self, what: str) -> None:
        if self.depth == 0 and what:
            self.depth += 1
            try:
                self._do_what_is_due() if what == "step" else self.ask(kind=what)
            except Exception as error:
                # Here the server's thread would swallow it.
                self.violations.append(repr(error))
            finally:
                self.depth -= 1
        close_old_connections()

    @staticmethod
    def _newest() -> Command | None:
        return Command.objects.order_by("id").last()


def test_the_last_word_at_the_platform_is_the_newest_intent() -> None:
    run_state_machine_as_test(
        LastWord,
        settings=settings(
            max_examples=40, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
