"""The queue on the screen: rows find their place, and nothing moves under the hand of the person who works there."""

from __future__ import annotations

import random
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from console.accounts.scope import Scope
from console.inbox.models import DeskConversation
from console.inbox.queues import Queue, QueueView
from engage.models import Change
from tests.factories import make_conversation, make_message

pytestmark = pytest.mark.browser


def announce(*conversations: DeskConversation) -> None:
    Change.record_conversations((row.pk, row.campaign_id) for row in conversations)


def add_waiting(name: str, minutes: float) -> DeskConversation:
    return make_conversation(name=name, waiting=timedelta(minutes=minutes))


def answer(conversation: DeskConversation) -> None:
    make_message(conversation=conversation, is_inbound=False, text="Here you are")
    announce(conversation)


def open_page(window: BrowserContext, path: str = "/") -> Page:
    page = window.new_page()
    page.goto(path)
    page.mouse.move(900, 5)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    return page


def names(page: Page) -> list[str]:
    return [name.strip() for name in page.locator("#queue-list .row-name").all_text_contents()]


def expect_names(page: Page, *expected: str) -> None:
    expect(page.locator("#queue-list .row-name")).to_have_text(list(expected))


def row(page: Page, conversation: DeskConversation) -> str:
    return f"#conversation-{conversation.pk}"


def test_new_row_takes_its_place_among_those_who_wait(window: BrowserContext) -> None:
    add_waiting("Ann", 9), add_waiting("Cid", 3)
    page = open_page(window)

    announce(add_waiting("Bea", 6))

    expect_names(page, "Ann", "Bea", "Cid")
    expect(page.locator("[data-count='needs-reply']").first).to_have_text("3")


def test_row_that_arrived_live_leads_back_to_the_same_list(window: BrowserContext) -> None:
    page = open_page(window, "/?queue=open")

    newcomer = add_waiting("Ann", 1)
    announce(newcomer)

    link = page.locator(f"{row(page, newcomer)} a").first
    expect(link).to_have_attribute("href", re.compile(rf"/conversations/{newcomer.pk}/\?.*queue=open"))
    link.click()
    expect(page.locator("#thread")).to_have_attribute("data-conversation", str(newcomer.pk))


def test_nothing_moves_under_the_pointer(window: BrowserContext) -> None:
    ann, bea = add_waiting("Ann", 9), add_waiting("Bea", 3)
    page = open_page(window)
    page.hover(row(page, bea))

    announce(add_waiting("New", 6))
    answer(ann)
    expect(page.locator("#queue-held")).to_have_text("1 new")
    make_message(conversation=bea, text="Hello again")
    announce(bea)
    # What stays in its place is fresh all the same.
    expect(page.locator(f"{row(page, bea)} .row-text")).to_have_text("Hello again")
    still = names(page)
    page.mouse.move(900, 400)

    assert still == ["Ann", "Bea"]
    expect_names(page, "New", "Bea")
    expect(page.locator("#queue-held")).to_be_hidden()


def test_click_lets_the_new_rows_in(window: BrowserContext) -> None:
    ann = add_waiting("Ann", 9)
    page = open_page(window)
    page.hover(row(page, ann))
    announce(add_waiting("Bea", 6), add_waiting("Cid", 3))
    expect(page.locator("#queue-held")).to_have_text("2 new")

    page.click("#queue-held")

    expect_names(page, "Ann", "Bea", "Cid")


def test_nothing_moves_while_the_keyboard_is_in_the_list(window: BrowserContext) -> None:
    ann = add_waiting("Ann", 3)
    page = open_page(window)
    page.locator("#queue-list").press("Tab")
    page.locator(f"{row(page, ann)} a").first.focus()

    announce(add_waiting("Bea", 6))
    expect(page.locator("#queue-held")).to_have_text("1 new")
    still = names(page)
    page.locator("#search").focus()

    assert still == ["Ann"]
    expect_names(page, "Bea", "Ann")


def test_open_conversation_stays_until_the_agent_moves_on(window: BrowserContext) -> None:
    ann, bea = add_waiting("Ann", 9), add_waiting("Bea", 3)
    page = open_page(window, f"/conversations/{ann.pk}/?queue=needs-reply")

    answer(ann)
    expect(page.locator(row(page, ann))).to_have_attribute("data-left", "")
    expect(page.locator(row(page, ann))).to_have_attribute("aria-current", "true")
    page.click(f"{row(page, bea)} a")
    expect(page.locator(row(page, bea))).to_have_attribute("aria-current", "true")
    page.mouse.move(900, 400)

    expect_names(page, "Bea")


def test_typed_text_and_caret_survive_what_comes_in(window: BrowserContext) -> None:
    ann = add_waiting("Ann", 9)
    page = open_page(window, f"/conversations/{ann.pk}/?queue=needs-reply")
    page.locator("#reply-form textarea").press_sequentially("Dear An")

    make_message(conversation=ann, text="Are you still there?")
    announce(ann)
    expect(page.locator("#thread")).to_contain_text("Are you still there?")
    page.keyboard.type("n,")

    expect(page.locator("#reply-form textarea")).to_have_value("Dear Ann,")


def test_row_beyond_those_loaded_is_not_put_below_them(window: BrowserContext) -> None:
    waiting = [add_waiting(f"Lead {number}", 300 - number) for number in range(52)]
    page = open_page(window)
    expect(page.locator("#queue-list .row-name")).to_have_count(50)

    announce(add_waiting("Just now", 0.1), add_waiting("For ages", 400), waiting[49])

    expect(page.locator("#queue-list .row-name").first).to_have_text("For ages")
    expect(page.locator("#queue-list .row-name").last).to_have_text("Lead 49")
    expect(page.locator("#queue-list .row-name")).to_have_count(51)


@pytest.mark.parametrize("queue", [Queue.UNASSIGNED, Queue.OPEN])
def test_rows_come_to_stand_as_the_server_orders_them(window: BrowserContext, ada: User, queue: Queue) -> None:
    chance = random.Random(7)
    page = open_page(window, f"/?queue={queue}")
    now = timezone.now()
    moments = [None, *(now - timedelta(minutes=minutes) for minutes in range(4))]
    conversations = [make_conversation(name=f"Lead {number}", waiting=None) for number in range(25)]
    for conversation in conversations:
        # Few moments for many rows: equal ones are told apart by the id alone.
        wait, newest = chance.choice(moments), chance.choice(moments[1:])
        DeskConversation.objects.filter(id=conversation.pk).update(waiting_since=wait, last_message_at=newest)

    for number in chance.sample(range(25), 25):
        announce(conversations[number])
    expect(page.locator("#queue-list .row-name")).to_have_count(25)

    expected = [row.lead.name for row in QueueView(queue, Scope.of(ada)).conversations()]
    assert names(page) == expected


def test_who_waits_grows_late_without_a_word_from_the_server(window: BrowserContext) -> None:
    ann = add_waiting("Ann", 0)
    page = window.new_page()
    page.clock.install()
    page.goto("/")
    time = page.locator(f"{row(page, ann)} time")

    page.clock.run_for(6 * 60_000)
    expect(time).to_have_text("6 min")
    expect(time).to_have_attribute("data-soon", "")
    page.clock.run_for(10 * 60_000)

    expect(time).to_have_text("16 min")
    expect(time).to_have_attribute("data-late", "")
    expect(time).not_to_have_attribute("data-soon", "")


def test_new_messages_are_announced_and_answers_are_not(window: BrowserContext) -> None:
    ann = add_waiting("Ann", 9)
    page = open_page(window)

    answer(ann)
    expect_names(page)
    announce(make_conversation(name="Maria Reyes", waiting=timedelta(0)))

    expect(page.locator("#announcer")).to_have_text("New message from Maria Reyes")


def test_many_messages_are_announced_together(window: BrowserContext) -> None:
    page = open_page(window)

    announce(make_conversation(name="Ann", waiting=timedelta(0)))
    expect(page.locator("#announcer")).to_have_text("New message from Ann")
    announce(*(make_conversation(name=name, waiting=timedelta(0)) for name in ("Bea", "Cid", "Dan")))

    expect(page.locator("#announcer")).to_have_text("New message from Bea and 2 more")
