"""Parts of the ring die and come back: pages say so, catch up by themselves, and nothing is sent twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.desk import NO_LINE, Desk, Leads
from tests.browser.ring import Ring

pytestmark = pytest.mark.browser


def test_page_says_that_the_line_is_down_and_catches_up_when_web_is_back(
    ada: Desk, leads: Leads, ring: Ring, windows: Windows
) -> None:
    windows.tolerate(*NO_LINE)
    lead = leads.write("Before the power cut")
    ada.open().enter(lead)
    ada.type_reply("Half a sentence")

    ring.web.kill()
    ada.expect_connection("lost")
    leads.say(lead, "During the power cut")
    newcomer = leads.write("I am new, in the dark")
    ring.web.start()

    ada.expect_connection("live", seconds=60)
    expect(ada.bubble("During the power cut")).to_be_visible(timeout=30_000)
    expect(ada.names).to_have_text([lead.name, newcomer.name])
    expect(ada.count("needs-reply")).to_have_text("2")
    expect(ada.field).to_have_value("Half a sentence")
    ada.expect_same_page()


def test_web_that_is_told_to_stop_ends_its_streams_and_pages_come_back(
    ada: Desk, leads: Leads, ring: Ring, windows: Windows
) -> None:
    windows.tolerate(*NO_LINE)
    lead = leads.write("Before the new release")
    ada.open().enter(lead)

    status = ring.web.stop()
    ring.web.start()
    leads.say(lead, "After the new release")

    assert status == 0
    expect(ada.bubble("After the new release")).to_be_visible(timeout=60_000)
    ada.expect_connection("live")
    ada.expect_same_page()


def test_reply_that_could_not_be_handed_in_stays_in_the_field(
    ada: Desk, leads: Leads, ring: Ring, windows: Windows
) -> None:
    windows.tolerate(*NO_LINE)
    lead = leads.write("Are you open?")
    ada.open().enter(lead)
    ring.web.kill()
    ada.expect_connection("lost")

    ada.reply("We are open until nine.")
    expect(ada.toast).to_contain_text("No connection. Nothing was lost; try again.")
    expect(ada.field).to_have_value("We are open until nine.")
    ring.web.start()
    ada.expect_connection("live", seconds=60)
    ada.field.press("Control+Enter")

    expect(ada.state_of("We are open until nine.")).to_have_text("Confirmed")
    assert leads.received(lead) == ["We are open until nine."]


def test_text_that_came_while_the_worker_was_dead_appears_when_it_is_back(ada: Desk, leads: Leads, ring: Ring) -> None:
    lead = leads.write("Anybody?")
    ada.open().enter(lead)

    ring.worker.kill()
    leads.say(lead, "Nobody?")
    ring.worker.start()

    expect(ada.bubble("Nobody?")).to_be_visible(timeout=30_000)
    ada.expect_same_page()


def test_reply_that_was_being_sent_when_the_worker_died_is_not_sent_twice(ada: Desk, leads: Leads, ring: Ring) -> None:
    lead = leads.write("Is it still available?")
    ada.open().enter(lead)
    ada.watch_bubbles("It is still available.")
    ring.sandbox.set_faults(calls={"rate": 1, "modes": ["stall"], "stall_s": 30, "paths": ["send"]})

    ada.reply("It is still available.")
    ring.wait_until(lambda: leads.received(lead) == ["It is still available."])
    expect(ada.state_of("It is still available.")).to_have_text("Sending")
    ring.worker.kill()
    ring.sandbox.clear_faults()
    ring.let_pass(minutes=1)
    ring.worker.start()

    expect(ada.state_of("It is still available.")).to_have_text("Confirmed", timeout=30_000)
    assert set(ada.watched_bubbles()[0]) <= {0, 1}
    assert leads.received(lead) == ["It is still available."]
