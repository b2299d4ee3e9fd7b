"""After any storm every open page shows what a page opened now would show."""

from __future__ import annotations

import random
import uuid
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.desk import NO_LINE, Desk, Lead, Leads
from tests.browser.ring import Ring

pytestmark = pytest.mark.browser

STEPS = 40
# All that people read on a page, but for how long ago something was.
_READ = """() => {
    const texts = (all) => [...document.querySelectorAll(all)].map((part) =>
        part.checkVisibility() ? part.innerText.trim() : "");
    return {
        rows: texts("#queue-list .row:not([data-left]) :is(.row-name, .row-text, .chip, .avatar)"),
        thread: texts("#thread :is(h1, .chip, .line, .message-text, .message-state, .message-meta, .locked, button)"),
        lead: texts("#lead dd"),
        counts: texts(".rail [data-count]"),
    };
}"""


def read(desk: Desk) -> dict[str, Any]:
    seen: dict[str, Any] = desk.page.evaluate(_READ)
    return seen


def shows_the_same(fresh: Desk, desk: Desk) -> bool:
    fresh.page.reload()
    return read(fresh) == read(desk)


def act(chance: random.Random, desk: Desk, lead: Lead, path: str, leads: Leads) -> None:
    """Something that a lead or a colleague might do; what is not possible now is refused and that is right."""
    match chance.choice(("say", "say", "say", "stop", "start", "reply", "reply", "claim", "release", "finish")):
        case "say":
            leads.say(lead, f"Text {chance.random()}")
        case "stop" | "start" as word:
            leads.say(lead, word)
        case "reply":
            desk.post(f"{path}replies/", text=f"Reply {chance.random()}", key=str(uuid.uuid4()), take_over="true")
        case "finish":
            desk.post(f"{path}disposition/", name=chance.choice(("SALE", "CALL BACK")))
        case action:
            desk.post(f"{path}{action}/")


def test_pages_show_what_a_fresh_page_shows(ada: Desk, ben: Desk, leads: Leads, ring: Ring, windows: Windows) -> None:
    windows.tolerate(*NO_LINE)
    chance = random.Random(1)
    people = [leads.write(f"Text of {number}") for number in range(5)]
    ada.open().enter(people[0])
    ben.open(queue="open").enter(people[1])
    paths = {lead: f"/conversations/{ada.number_of(lead)}/" for lead in people}

    for step in range(STEPS):
        if step == STEPS // 2:
            ring.web.kill()
            ring.worker.kill()
            ring.mend()
        lead = chance.choice(people)
        act(chance, chance.choice((ada, ben)), lead, paths[lead], leads)

    for lead in people:
        leads.say(lead, "The end")

    for desk in (ada, ben):
        expect(desk.bubble("The end")).to_be_attached()
        fresh = Desk(desk.page.context.new_page()).go(desk.page.url)
        ring.wait_until(partial(shows_the_same, fresh, desk))
        desk.expect_same_page()
