"""The platform does not answer as it should: the bubble says what is known, in words, and a person decides."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk, Leads
from tests.browser.ring import Ring

pytestmark = pytest.mark.browser

# Two minutes apart: three without a trace, the last after five minutes, and a person is asked. One to spare.
LOOKS = 4
TEXT = "The office is in Albany."


def break_platform(ring: Ring, mode: str, *paths: str, stall_s: float = 10) -> None:
    ring.sandbox.set_faults(calls={"rate": 1, "modes": [mode], "stall_s": stall_s, "paths": list(paths)})


def test_reply_waits_for_a_platform_that_is_away_and_leaves_when_it_is_back(
    ada: Desk, leads: Leads, ring: Ring
) -> None:
    lead = leads.write("Where are you?")
    ada.open().enter(lead)
    break_platform(ring, "refuse", "send", "conversation")

    ada.reply(TEXT)
    expect(ada.state_of(TEXT)).to_have_text("Engage is not reachable, will be sent when it is back")
    expect(ada.bubble(TEXT).get_by_role("button", name="Cancel")).to_be_visible()
    ring.sandbox.clear_faults()

    expect(ada.state_of(TEXT)).to_have_text("Confirmed", timeout=40_000)
    assert leads.received(lead) == [TEXT]


def test_cancelled_reply_never_leaves(ada: Desk, ben: Desk, leads: Leads, ring: Ring) -> None:
    lead = leads.write("Where are you?")
    for desk in (ada, ben):
        desk.open().enter(lead)
    break_platform(ring, "refuse", "send", "conversation")
    ada.reply(TEXT)
    expect(ada.state_of(TEXT)).to_have_text("Engage is not reachable, will be sent when it is back")

    ada.bubble(TEXT).get_by_role("button", name="Cancel").click()

    expect(ben.state_of(TEXT)).to_have_text("Not sent")
    expect(ben.count("needs-reply")).to_have_text("1")
    ring.sandbox.clear_faults()
    ring.let_pass(minutes=2)
    ada.reply("But this one does leave.")
    expect(ada.state_of("But this one does leave.")).to_have_text("Confirmed")
    expect(ada.bubble(TEXT)).to_contain_text("Cancelled by Ada")
    assert leads.received(lead) == ["But this one does leave."]


def test_reply_of_which_the_answer_was_cut_off_is_looked_for_and_found(ada: Desk, leads: Leads, ring: Ring) -> None:
    lead = leads.write("Where are you?")
    ada.open().enter(lead)
    ada.watch_bubbles(TEXT)
    break_platform(ring, "cut", "send")

    ada.reply(TEXT)

    expect(ada.state_of(TEXT)).to_have_text("Confirmed", timeout=40_000)
    counts, states = ada.watched_bubbles()
    assert counts == sorted(counts)
    assert set(counts) <= {0, 1}
    assert "No answer from Engage, checking" in states
    assert leads.received(lead) == [TEXT]


def test_reply_that_was_never_seen_asks_a_person_and_is_sent_again_on_their_word(
    ada: Desk, ben: Desk, leads: Leads, ring: Ring
) -> None:
    lead = leads.write("Where are you?")
    for desk in (ada, ben):
        desk.open().enter(lead)
    break_platform(ring, "cut_before", "send")

    ada.reply(TEXT)
    expect(ada.state_of(TEXT)).to_have_text("No answer from Engage, checking")
    for _ in range(LOOKS):
        ring.let_pass(minutes=2)
    expect(ben.state_of(TEXT)).to_have_text("Could not be confirmed")
    expect(ben.count("needs-reply")).to_have_text("1")
    ring.sandbox.clear_faults()
    for desk in (ada, ben):
        expect(desk.bubble(TEXT).get_by_role("button")).to_have_text(["Send again", "It was sent", "Discard"])
    ada.bubble(TEXT).get_by_role("button", name="Send again").click()

    for desk in (ada, ben):
        expect(desk.state_of(TEXT)).to_have_text("Confirmed")
        expect(desk.count("needs-reply")).to_have_text("0")
    assert leads.received(lead) == [TEXT]


def test_platform_that_is_slow_to_answer_gets_the_reply_once(ada: Desk, leads: Leads, ring: Ring) -> None:
    lead = leads.write("Where are you?")
    ada.open().enter(lead)
    break_platform(ring, "stall", "send", stall_s=3)

    ada.reply(TEXT)
    expect(ada.state_of(TEXT)).to_have_text("Sending")
    expect(ada.bubble(TEXT).get_by_role("button")).to_have_count(0)

    expect(ada.state_of(TEXT)).to_have_text("Confirmed")
    assert leads.received(lead) == [TEXT]
