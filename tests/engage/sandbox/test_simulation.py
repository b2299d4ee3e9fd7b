from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import pytest

from engage.sandbox import phrases, scripts
from engage.sandbox.people import person_number
from tests.engage.sandbox.calling import send, texts
from tests.sandbox_process import SandboxProcess


def wait_until(is_so: Callable[[], Any], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


def started(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    return [lead for lead in sandbox.leads() if lead["conversation_started"]]


def test_fresh_sandbox_has_conversations_under_way_and_names_to_survive() -> None:
    with SandboxProcess(start=24) as sandbox:
        leads = sandbox.leads()

        zones = [sandbox.conversation(lead["key"])["data"]["lead"]["timeZone"] for lead in leads]

    names = " ".join(lead["name"] for lead in leads)
    assert sum(lead["messages"] > 1 for lead in leads) == 24
    assert sum(lead["messages"] == 1 for lead in leads) >= 10
    assert "🌻" in names
    assert "<script>" in names
    assert zones.count(None) == 1
    assert any(lead["disposition"] for lead in leads)


def test_same_seed_makes_the_same_people() -> None:
    names = []
    for _ in range(2):
        with SandboxProcess(start=5, seed=9) as sandbox:
            names.append([(lead["name"], lead["phone"]) for lead in sandbox.leads()])

    assert names[0] == names[1]


def test_nobody_moves_at_pace_zero(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    send(sandbox, lead["key"], "Are you there?")

    time.sleep(1.5)

    assert [lead["messages"] for lead in sandbox.leads()] == [3]


def test_leads_answer_the_broadcast_by_themselves() -> None:
    with SandboxProcess(pace=600) as sandbox:
        wait_until(lambda: len(started(sandbox)) >= 5, 15)

        campaigns = {lead["campaign"] for lead in started(sandbox)}

    # Only what runs is broadcast.
    assert campaigns <= {"Spring webinar", "Solar quotes NY"}


def test_lead_reacts_to_an_agent_after_a_while() -> None:
    with SandboxProcess(start=12) as sandbox:
        sandbox.set_pace(120)
        talked_to = started(sandbox)[:6]
        for lead in talked_to:
            send(sandbox, lead["key"], "Thanks for your answer! When shall we call you?")

        def has_answered() -> bool:
            return any(
                "Thanks for your answer! When shall we call you?" in texts(sandbox, lead["key"])[:-1]
                for lead in talked_to
            )

        wait_until(has_answered, 30)


def test_simulation_keeps_out_where_a_person_has_texted() -> None:
    with SandboxProcess(start=6) as sandbox:
        simulated, by_hand = started(sandbox)[:2]
        sandbox.say(by_hand["id"], "I am typing this myself")
        sandbox.set_pace(1)

        for lead in (simulated, by_hand):
            send(sandbox, lead["key"], "Good to hear. Shall we go on?")

        with sqlite3.connect(sandbox.db) as database:
            reacts_at = dict(database.execute("SELECT id, reacts_at FROM sandbox_lead"))
        assert reacts_at[simulated["id"]] is not None
        assert reacts_at[by_hand["id"]] is None


def test_new_conversations_pause_when_too_many_wait() -> None:
    with SandboxProcess(pace=6000) as sandbox:
        wait_until(lambda: len(started(sandbox)) >= 60, 30)
        time.sleep(1.5)

        waiting = [lead for lead in started(sandbox) if not lead["opted_out"]]

    assert len(waiting) <= 61


@pytest.mark.parametrize(
    ("agent_text", "cue"),
    [
        ("When shall we call you?", "asks_time"),
        ("Here is the link: https://northfield.example/join", "link"),
        ("It costs $40 per month.", "price"),
        ("So sorry, we will remove you.", "apology"),
        ("Could you tell me your e-mail address?", "asks_detail"),
        ("How many rooms are there?", "asks_size"),
        ("Shall I save you a seat?", "asks"),
        ("Have a great day!", "goodbye"),
        ("I have noted that.", "other"),
    ],
)
def test_answers_suit_what_the_agent_said(agent_text: str, cue: str) -> None:
    answer = scripts.answer(mood="open", turns=0, agent_text=agent_text, said=(), dice=random.Random(1))

    assert scripts.cue(agent_text) == cue
    assert answer in phrases.ANSWERS[cue]


@pytest.mark.parametrize("topic", ["webinar", "solar", "renewal", "clearance"])
@pytest.mark.parametrize("mood", scripts.MOODS)
def test_every_mood_has_a_first_answer_for_every_topic(topic: str, mood: str) -> None:
    assert scripts.first_answer(topic=topic, mood=mood, name="Ann", dice=random.Random(1))


@pytest.mark.parametrize("mood", scripts.MOODS)
def test_every_conversation_comes_to_an_end_without_repeating_itself(mood: str) -> None:
    dice, said = random.Random(4), list[str]()
    for turn in range(20):
        text = scripts.answer(mood=mood, turns=turn, agent_text="Would that suit you?", said=said, dice=dice)
        if text is None:
            break
        said.append(text)

    assert len(said) <= 6
    assert len(set(said)) == len(said)


def test_people_have_fictional_numbers_of_their_own() -> None:
    people = [person_number(serial, random.Random(serial)) for serial in range(5000)]

    assert len({person.phone for person in people}) == 5000
    assert all(person.phone[5:10] == "55501" for person in people)
