from __future__ import annotations

import random
import sqlite3
import time
from typing import Any

import pytest

from engage.sandbox import phrases, scripts
from engage.sandbox.people import person_number
from tests.engage.sandbox.calling import send, texts
from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess


def started(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    return [lead for lead in sandbox.leads() if lead["conversation_started"]]


def test_fresh_sandbox_has_conversations_under_way_and_names_to_survive(sandbox: SandboxProcess) -> None:
    sandbox.reset(start=24)

    leads = sandbox.leads()

    names = " ".join(lead["name"] for lead in leads)
    assert sum(lead["messages"] > 1 for lead in leads) == 24
    assert sum(lead["messages"] == 1 for lead in leads) >= 10
    assert sum(lead["status"] == "QUEUED" for lead in leads) == 240
    assert "🌻" in names
    assert "<script>" in names
    assert [lead["time_zone"] for lead in leads].count(None) == 1
    assert any(lead["disposition"] for lead in leads)


def test_same_seed_makes_the_same_people(sandbox: SandboxProcess) -> None:
    names = []
    for _ in range(2):
        sandbox.reset(start=5, seed=9)
        names.append([(lead["name"], lead["phone"]) for lead in sandbox.leads()])

    assert names[0] == names[1]


def test_nobody_moves_at_pace_zero(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    send(sandbox, lead["key"], "Are you there?")

    time.sleep(1.2)

    assert [lead["messages"] for lead in sandbox.leads()] == [3]


def test_leads_answer_the_broadcast_by_themselves(sandbox: SandboxProcess) -> None:
    sandbox.set_pace(600)
    wait_until(lambda: len(started(sandbox)) >= 5)

    campaigns = {lead["campaign"] for lead in started(sandbox)}

    # Only what runs is broadcast.
    assert campaigns <= {"Spring webinar", "Solar quotes NY"}


def test_recipients_of_the_broadcast_answer_it(march: SandboxProcess) -> None:
    wanted = {"timeZone": "America/New_York"}
    waiting = march.create_leads(
        40, march.campaign("Spring webinar")["id"], wanted, list_name="March sign-ups", sent=False
    )
    march.set_broadcast(600)
    march.set_clock(now="2026-03-06T15:00:00Z", speed=60)
    march.set_pace(60)
    known = {lead["id"] for lead in waiting}

    wait_until(lambda: any(lead["id"] in known for lead in started(march)))


def test_lead_reacts_to_an_agent_after_a_while(sandbox: SandboxProcess) -> None:
    sandbox.reset(start=12)
    sandbox.set_clock(speed=10)
    sandbox.set_pace(12)
    question = "Thanks for your answer! When shall we call you?"
    talked_to = [lead for lead in started(sandbox) if not lead["opted_out"] and not lead["disposition"]][:6]
    for lead in talked_to:
        send(sandbox, lead["key"], question)

    wait_until(lambda: any(question in texts(sandbox, lead["key"])[:-1] for lead in talked_to))


def test_simulation_keeps_out_where_a_person_has_texted(sandbox: SandboxProcess) -> None:
    sandbox.reset(start=6)
    simulated, by_hand = started(sandbox)[:2]
    sandbox.say(by_hand["id"], "I am typing this myself")
    sandbox.set_pace(1)

    for lead in (simulated, by_hand):
        send(sandbox, lead["key"], "Good to hear. Shall we go on?")

    with sqlite3.connect(sandbox.db) as database:
        reacts_at = dict(database.execute("SELECT id, reacts_at FROM sandbox_lead"))
    assert reacts_at[simulated["id"]] is not None
    assert reacts_at[by_hand["id"]] is None


def test_new_conversations_pause_when_too_many_wait(sandbox: SandboxProcess) -> None:
    sandbox.set_pace(6000)
    wait_until(lambda: len(started(sandbox)) >= 60, 30)
    time.sleep(1.2)

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
