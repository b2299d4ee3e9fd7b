"""Live updates never disturb the person at work: not the words being typed, not the row under the pointer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.desk import Desk, Leads

pytestmark = pytest.mark.browser


def top_of(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["y"]


def test_words_focus_and_caret_survive_ten_texts_that_come_in(ben: Desk, leads: Leads) -> None:
    talkative = leads.write("Text 0")
    ben.open().enter(talkative)
    ben.type_reply("Half a sentnce")
    for _ in range(3):
        ben.page.keyboard.press("ArrowLeft")

    for number in range(1, 6):
        leads.say(talkative, f"Text {number}")
        leads.write(f"Hello from number {number}")
    expect(ben.bubble("Text 5")).to_be_visible()
    expect(ben.count("needs-reply")).to_have_text("6")

    expect(ben.field).to_be_focused()
    assert ben.field.evaluate("field => [field.selectionStart, field.selectionEnd]") == [11, 11]
    ben.page.keyboard.type("e")
    expect(ben.field).to_have_value("Half a sentence")
    ben.expect_same_page()


def test_row_under_the_pointer_stays_where_it_is_until_it_is_let_go(ada: Desk, ben: Desk, leads: Leads) -> None:
    first, pointed = leads.write("Me first"), leads.write("Me second")
    ada.open().enter(first)
    ben.open()
    expect(ben.names).to_have_text([first.name, pointed.name])
    ben.row(pointed).hover()
    before = top_of(ben.row(pointed))

    newcomer = leads.write("And me third")
    ada.reply("You are the first one answered.")

    held = ben.page.locator("#queue-held")
    expect(held).to_have_text("1 new")
    expect(ben.row(first)).to_have_attribute("data-left", "")

    assert top_of(ben.row(pointed)) == before
    expect(ben.names).to_have_text([first.name, pointed.name])
    held.click()
    expect(ben.names).to_have_text([pointed.name, newcomer.name])
    expect(held).to_be_hidden()


def test_pointer_that_leaves_the_queue_lets_go_what_was_held_back(ben: Desk, leads: Leads) -> None:
    pointed = leads.write("Me first")
    ben.open()
    ben.row(pointed).hover()
    newcomer = leads.write("Me second")
    expect(ben.page.locator("#queue-held")).to_have_text("1 new")

    ben.rest()

    expect(ben.names).to_have_text([pointed.name, newcomer.name])


def test_reader_of_older_messages_is_not_pulled_down_by_a_new_one(ben: Desk, leads: Leads) -> None:
    lead = leads.write("Text 0")
    for number in range(1, 30):
        leads.say(lead, f"Text {number}, with some words to fill the line")
    ben.open().enter(lead)
    expect(ben.bubble("Text 29, with some words to fill the line")).to_be_visible()
    read = ben.bubble("Text 10, with some words to fill the line")
    read.scroll_into_view_if_needed()
    before = top_of(read)

    leads.say(lead, "Something new below")
    expect(ben.bubble("Something new below")).to_be_attached()

    assert top_of(read) == pytest.approx(before, abs=1)
