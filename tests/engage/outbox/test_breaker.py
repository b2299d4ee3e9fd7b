"""G1: a platform in trouble gets one call at a time, nothing is lost, and agents read why they wait."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engage.api.errors import EngageError, Gone, Malformed, Overloaded, RateLimited, Rejected, Unknown, Unreachable
from engage.models import Command, Conversation
from engage.outbox.breaker import Breaker, is_failure
from tests.engage.outbox.conftest import Dispatching, fail_reads, texts_sent, wait_for_state, wait_until
from tests.sandbox_process import SandboxProcess

State = Command.State
AWAY = Unreachable("connecting: connection refused")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def open_breaker(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(5):
        breaker.hear(AWAY)
    return breaker


@pytest.mark.parametrize(
    ("error", "is_so"),
    [
        (AWAY, True),
        (Unknown("out of time"), True),
        (Unknown("", 500), True),
        (Overloaded(3.0), True),
        (Malformed("not JSON", 200), True),
        (Unknown("a redirect", 302), False),
        (RateLimited(1.0), False),
        (Rejected(400, "no"), False),
        (Gone(404), False),
        (None, False),
    ],
)
def test_g1_only_what_the_platform_is_to_blame_for_counts(error: EngageError | None, is_so: bool) -> None:
    assert is_failure(error) is is_so


def test_g1_four_failures_stop_nothing_and_a_good_call_forgets_them(clock: Clock) -> None:
    breaker = Breaker(clock)

    for error in (AWAY, AWAY, AWAY, AWAY, None, AWAY, AWAY, AWAY, AWAY):
        breaker.hear(error)

    assert breaker.lets_through()


def test_g1_open_lets_one_call_through_when_its_time_has_come(clock: Clock) -> None:
    breaker = open_breaker(clock)

    at_once = breaker.lets_through()
    clock.now += breaker.seconds_left()

    assert not at_once
    assert breaker.lets_through()
    assert not breaker.lets_through()


def test_g1_each_try_that_fails_doubles_the_wait_up_to_half_a_minute(clock: Clock) -> None:
    breaker = open_breaker(clock)
    waits = []

    for _ in range(7):
        waits.append(breaker.seconds_left())
        clock.now += breaker.seconds_left()
        assert breaker.lets_through()
        breaker.hear(AWAY)

    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_g1_a_try_that_succeeds_closes_it(clock: Clock) -> None:
    breaker = open_breaker(clock)
    clock.now += 1

    has_closed = breaker.lets_through() and breaker.hear(None)

    assert has_closed
    assert all(breaker.lets_through() for _ in range(10))


def test_g1_a_try_that_became_no_call_is_given_back(clock: Clock) -> None:
    breaker = open_breaker(clock)
    clock.now += 1
    breaker.lets_through()

    breaker.give_back()

    assert breaker.lets_through()


def test_g1_one_conversation_that_fails_again_and_again_says_nothing_about_the_platform(clock: Clock) -> None:
    breaker = Breaker(clock)

    for conversation_id in (1, 2, 3, 4) * 10:
        breaker.hear(Malformed("not JSON", 200), conversation_id)

    assert not breaker.is_open


def test_g1_many_conversations_that_fail_and_none_that_answers_open_it(clock: Clock) -> None:
    breaker = Breaker(clock)

    for conversation_id in range(1, 6):
        breaker.hear(Unknown("out of time"), conversation_id)

    assert breaker.is_open


def test_g1_nobody_reached_opens_it_whoever_was_asked_for(clock: Clock) -> None:
    breaker = Breaker(clock)

    for _ in range(5):
        breaker.hear(AWAY, 1)

    assert breaker.is_open


def test_g1_a_good_answer_to_anybody_is_a_sign_of_life(clock: Clock) -> None:
    answered = [0.0]
    breaker = Breaker(clock, lambda: answered[0])
    for _ in range(5):
        breaker.hear(AWAY)
    was_open, answered[0] = breaker.is_open, clock.now + 0.1

    assert was_open
    assert (breaker.is_open, breaker.take_recovery(), breaker.take_recovery()) == (False, True, False)


def test_g1_who_answered_well_is_asked_first_and_who_failed_last(clock: Clock) -> None:
    breaker = Breaker(clock)
    breaker.hear(None, 1)
    clock.now += 1
    breaker.hear(None, 2)
    breaker.hear(AWAY, 3)
    clock.now += 1
    breaker.hear(AWAY, 4)

    assert sorted([4, 3, 5, 1, 2], key=breaker.standing_of) == [2, 1, 5, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_g1_replies_to_a_platform_in_trouble_wait_and_leave_when_it_is_back(
    sandbox: SandboxProcess,
    start_conversation: Callable[..., Conversation],
    reply: Callable[..., Command],
    dispatching: Dispatching,
) -> None:
    conversations = [start_conversation() for _ in range(8)]
    fail_reads(sandbox)
    commands = [reply(conversation) for conversation in conversations]
    seen = sandbox.received()[-1]["n"]

    with dispatching():
        wait_until(lambda: not Command.objects.exclude(state=State.RETRY_WAIT).exists())
        asked = sum(1 for call in sandbox.received() if call["n"] > seen)
        sandbox.clear_faults()
        for command in commands:
            wait_for_state(command, State.CONFIRMED, within=30)

    # Five failures, those that were under way meanwhile, and a try now and then.
    assert asked <= 15
    assert [texts_sent(sandbox, conversation) for conversation in conversations] == [[commands[0].text]] * 8
    assert Command.objects.filter(attempts__number=2).count() == 0
