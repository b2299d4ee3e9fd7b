"""Several workers, several people and a bad line, all at once: who asked last has the last word."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest
from django.db import close_old_connections

from engage.models import Campaign, Command
from tests.engage.outbox.campaigns.conftest import Asking
from tests.engage.outbox.campaigns.meddler import CUT, LOSE_500, PASS, PASS_THEN_500, REFUSE, STALL, TOO_MANY, Meddler
from tests.engage.outbox.campaigns.model_platform import ModelPlatform
from tests.engage.outbox.conftest import Dispatching, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

State = Command.State
WEATHER = [PASS, PASS, CUT, REFUSE, LOSE_500, PASS_THEN_500, STALL, TOO_MANY]


def ask_in_threads(asks: list[Callable[[Campaign], Command]], campaign: Campaign, dice: random.Random) -> None:
    def run(ask: Callable[[Campaign], Command], pause: float) -> None:
        time.sleep(pause)
        ask(campaign)
        close_old_connections()

    threads = [threading.Thread(target=run, args=(ask, dice.uniform(0, 0.6))) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_newest_of_many_wishes_is_what_the_platform_ends_with(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching, seed: int
) -> None:
    dice = random.Random(seed)
    line.fates.extend(dice.choice(WEATHER) for _ in range(25))

    with dispatching(workers=2):
        ask_in_threads([ask.activate, ask.pause] * 4, modelled, dice)
        wait_until(lambda: not Command.objects.unsettled().exists(), within=60)

    newest = Command.objects.order_by("id").last()
    assert newest is not None
    assert newest.state == State.CONFIRMED
    assert model.status == ("ACTIVE" if newest.kind == Command.Kind.ACTIVATE else "READY")


def test_one_dispatcher_at_a_time_carries_out_a_change(
    model: ModelPlatform, line: Meddler, modelled: Campaign, ask: Asking, dispatching: Dispatching
) -> None:
    commands = [ask.update(modelled, outgoingMessage=f"Text {number}") for number in range(3)]

    with dispatching(workers=3):
        wait_until(lambda: not Command.objects.unsettled().exists(), within=30)

    # The first was written against what is there; to the others it is a change by somebody else.
    states = [Command.objects.get(pk=command.pk).state for command in commands]
    assert states == [State.CONFIRMED, State.CANCELLED, State.CANCELLED]
    assert len(line.posts) == 1
