"""A reply from the click to the lead's phone: one bubble, one text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import APIResponse, Route, expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Leads

pytestmark = pytest.mark.browser


def test_reply_is_one_bubble_on_both_pages_from_the_keys_to_its_confirmation(
    ada: Desk, ben: Desk, leads: Leads
) -> None:
    lead = leads.write("What does it cost?")
    for desk in (ada, ben):
        desk.open().enter(lead)
        desk.watch_bubbles("It is free this month.")

    ada.reply("It is free this month.")

    for desk in (ada, ben):
        expect(desk.state_of("It is free this month.")).to_have_text("Confirmed")
        expect(desk.bubble("It is free this month.")).to_contain_text("Ada")
        counts, states = desk.watched_bubbles()
        assert counts == sorted(counts)
        assert set(counts) <= {0, 1}
        assert states[-1] == "Confirmed"
        desk.expect_same_page()
    expect(ada.field).to_have_value("")
    expect(ada.field).to_be_focused()
    expect(ben.count("needs-reply")).to_have_text("0")
    assert leads.received(lead) == ["It is free this month."]


def double_click(desk: Desk) -> None:
    desk.button("Send").dblclick(force=True)


def press_and_click(desk: Desk) -> None:
    box = desk.button("Send").bounding_box()
    assert box
    desk.page.keyboard.press("Control+Enter")
    desk.page.mouse.click(box["x"] + 10, box["y"] + 10)


def press_twice(desk: Desk) -> None:
    desk.page.keyboard.press("Control+Enter")
    desk.page.keyboard.press("Control+Enter")


@pytest.mark.parametrize("send", [double_click, press_and_click, press_twice])
def test_impatient_fingers_send_one_reply(ada: Desk, leads: Leads, send: Callable[[Desk], None]) -> None:
    lead = leads.write("Shall I come by?")
    ada.open().enter(lead)
    ada.type_reply("Yes, please do come by.")

    send(ada)

    expect(ada.state_of("Yes, please do come by.")).to_have_text("Confirmed")
    expect(ada.thread.locator(".reply-refusal")).to_have_count(0)
    assert leads.received(lead) == ["Yes, please do come by."]


def test_answer_that_comes_late_does_not_undo_what_the_stream_has_told(ada: Desk, leads: Leads) -> None:
    lead = leads.write("Is there a late train?")
    ada.open().enter(lead)
    answered: list[tuple[Route, APIResponse]] = []
    ada.page.route("**/replies/", lambda route: answered.append((route, route.fetch())))

    ada.reply("There is one at midnight.")
    expect(ada.state_of("There is one at midnight.")).to_have_text("Confirmed")
    ada.watch_bubbles("There is one at midnight.")
    route, answer = answered[0]
    route.fulfill(response=answer)
    expect(ada.field).to_have_value("")
    ada.page.wait_for_timeout(500)

    expect(ada.state_of("There is one at midnight.")).to_have_text("Confirmed")
    assert set(ada.watched_bubbles()[1]) <= {"Confirmed"}


def test_press_on_an_empty_field_does_nothing(ada: Desk, leads: Leads) -> None:
    lead = leads.write("Shall I come by?")
    ada.open().enter(lead)
    ada.reply("Yes, please do come by.")
    expect(ada.field).to_have_value("")

    ada.page.keyboard.press("Control+Enter")
    ada.button("Send").click()
    ada.reply("At nine, if you like.")

    expect(ada.state_of("At nine, if you like.")).to_have_text("Confirmed")
    expect(ada.thread.get_by_text("There is nothing to send")).to_have_count(0)
    assert leads.received(lead) == ["Yes, please do come by.", "At nine, if you like."]


def test_reply_to_somebody_who_wrote_unseen_meanwhile_asks_before_it_is_sent(
    ada: Desk, leads: Leads, windows: Windows
) -> None:
    windows.tolerate("status of 422")
    lead = leads.write("I want two")
    ada.open().enter(lead)
    ada.type_reply("Two are on their way.")
    # What comes in while nobody looks is not seen.
    ada.hide()
    leads.say(lead, "No, sorry, make it three")
    expect(ada.bubble("No, sorry, make it three")).to_be_visible()

    ada.page.keyboard.press("Control+Enter")
    expect(ada.thread.get_by_role("alert")).to_contain_text("No, sorry, make it three")
    assert leads.received(lead) == []
    ada.button("Send anyway").click()

    expect(ada.state_of("Two are on their way.")).to_have_text("Confirmed")
    assert leads.received(lead) == ["Two are on their way."]


def test_second_reply_can_be_written_while_the_first_is_on_its_way(ada: Desk, leads: Leads) -> None:
    lead = leads.write("Two questions")
    ada.open().enter(lead)

    ada.reply("First, the price is 20.")
    expect(ada.field).to_have_value("")
    ada.reply("Second, we open at nine.")

    for text in ("First, the price is 20.", "Second, we open at nine."):
        expect(ada.state_of(text)).to_have_text("Confirmed")
    assert leads.received(lead) == ["First, the price is 20.", "Second, we open at nine."]


def test_reply_to_a_conversation_of_the_other_asks_before_it_takes_over(
    ada: Desk, ben: Desk, leads: Leads, windows: Windows
) -> None:
    windows.tolerate("status of 422")
    lead = leads.write("Hello there")
    ada.open().enter(lead)
    ada.reply("Ada here, how can I help?")
    ben.open(queue="open").enter(lead)

    ben.reply("Ben here as well.")
    expect(ben.thread.get_by_role("alert")).to_contain_text("Ada works this conversation.")
    expect(ben.field).to_have_value("Ben here as well.")
    ben.button("Take over and send").click()

    expect(ben.state_of("Ben here as well.")).to_have_text("Confirmed")
    expect(ada.worked_by).to_contain_text("Ben works this")
