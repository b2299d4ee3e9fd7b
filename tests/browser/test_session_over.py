"""A session ends while somebody types: they sign in, are where they were, and their words are there, in every form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.desk import Desk, Leads
from tests.browser.ring import Ring

pytestmark = pytest.mark.browser

NEW = "Hi {{FirstName}}, Harbor Auto Club here. Shall we renew in June? STOP to opt out"


class Olga:
    exists = False


@pytest.fixture
def olga(windows: Windows, ring: Ring) -> Desk:
    """A supervisor whose session no other test needs."""
    windows.tolerate("status of (401|403|404|405|422)", "net::ERR_")
    if not Olga.exists:
        ring.make_person("olga", "Supervisor")
        Olga.exists = True
    page = windows.open(None)
    page.goto("/sign-in/")
    sign_in(page)
    expect(page.locator("#queue")).to_be_visible()
    return Desk(page)


def sign_in(page: Page) -> None:
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("User name").fill("olga")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in", exact=True).click()


def end_session(desk: Desk, cookies: str = "sessionid") -> None:
    desk.page.context.clear_cookies(name=re.compile(cookies))


def open_campaign(desk: Desk, link: str, name: str = "Renewals May") -> None:
    desk.open("/campaigns/")
    desk.page.get_by_role("link", name=name, exact=True).first.click()
    desk.page.get_by_role("link", name=link).first.click()


def test_text_of_a_template_outlives_the_session_by_whatever_its_end_is_noticed(olga: Desk) -> None:
    open_campaign(olga, "Propose changes")
    text, comment = olga.page.locator("#text-outgoingMessage"), olga.page.locator("#comment")
    expect(text).to_be_visible()

    # By the check that follows each key,
    end_session(olga)
    text.fill(NEW)
    sign_in(olga.page)
    expect(text).to_have_value(NEW)
    expect(olga.page.locator("#check-outgoingMessage")).to_contain_text("What changes")

    # or by the button.
    comment.fill("Because it is June")
    end_session(olga, ".*")
    olga.page.get_by_role("button", name="Propose these changes").click()
    sign_in(olga.page)
    expect(text).to_have_value(NEW)
    expect(comment).to_have_value("Because it is June")

    # Once it was taken, nothing of it is left.
    olga.page.get_by_role("button", name="Propose these changes").click()
    olga.page.wait_for_url("**/approvals/*/")
    olga.page.get_by_role("button", name="Withdraw").click()
    open_campaign(olga, "Propose changes")
    expect(text).not_to_have_value(NEW)
    expect(comment).to_have_value("")


def test_words_of_the_forms_beside_a_conversation_outlive_the_session(olga: Desk, leads: Leads) -> None:
    lead = leads.write("Could you ask my brother instead?")
    olga.open().enter(lead)
    olga.page.locator("details.stop > summary").click()
    reason = olga.page.get_by_label("Why?")
    reason.fill("They asked for it on the phone")
    olga.type_reply("Shall we?")

    end_session(olga)
    olga.page.locator("details.stop").get_by_role("button").click()

    sign_in(olga.page)
    expect(olga.page.locator("#thread-title")).to_have_text(lead.name)
    expect(reason).to_be_visible()
    expect(reason).to_have_value("They asked for it on the phone")
    expect(olga.field).to_have_value("Shall we?")
    olga.page.locator("details.stop").get_by_role("button").click()
    expect(olga.thread.locator(".locked")).to_be_visible()
    olga.page.locator("details.lift > summary").click()
    why = olga.page.get_by_label("Why may this number be texted again?")
    why.fill("Taken back on the phone")
    end_session(olga)
    olga.page.get_by_role("button", name="Lift the lock").click()
    sign_in(olga.page)
    expect(why).to_have_value("Taken back on the phone")


def test_lead_by_hand_and_what_was_chosen_for_a_file_outlive_the_session(olga: Desk, tmp_path: Path) -> None:
    open_campaign(olga, "Load leads")
    lists = olga.page.url
    olga.page.get_by_role("link", name="Type in a lead").click()
    phone = olga.page.get_by_label("Phone", exact=True)
    phone.fill("+1 202 555 0149")
    olga.page.get_by_label("List", exact=True).fill("June renewals")
    end_session(olga)
    olga.page.get_by_role("button", name="Load this lead").click()
    sign_in(olga.page)
    expect(phone).to_have_value("+1 202 555 0149")
    expect(olga.page.get_by_label("List", exact=True)).to_have_value("June renewals")

    olga.page.goto(lists)
    file = tmp_path / "june.csv"
    file.write_text("Phone,FirstName,Town\n2025550150,Ann,Troy\n2025550151,Bob,Troy\n")
    olga.page.locator("#list-file").set_input_files(file)
    name, twice = olga.page.locator("#list-name"), olga.page.locator("input[name=de_dupe]")
    name.fill("Members of June")
    twice.set_checked(not twice.is_checked())
    chosen = twice.is_checked()
    end_session(olga)
    olga.page.get_by_role("button", name="Check the rows").click()
    sign_in(olga.page)
    expect(name).to_have_value("Members of June")
    expect(twice).to_be_checked(checked=chosen)


def test_word_to_the_author_of_a_change_outlives_the_session(olga: Desk, ada: Desk) -> None:
    open_campaign(ada, "Propose changes")
    ada.page.locator("#text-outgoingMessage").fill(NEW.replace("June", "July"))
    ada.page.get_by_role("button", name="Propose these changes").click()
    ada.page.wait_for_url("**/approvals/*/")
    olga.page.goto(ada.page.url)
    olga.page.get_by_text("Ask for changes", exact=True).first.click()
    words = olga.page.locator("textarea[id^=ask-]")
    words.fill("Say May, please")
    end_session(olga)
    words.locator("xpath=ancestor::form").get_by_role("button").click()

    sign_in(olga.page)

    expect(words).to_be_visible()
    expect(words).to_have_value("Say May, please")
    expect(olga.page.locator("textarea[id^=reject-]")).to_have_value("")
    ada.page.get_by_role("button", name="Withdraw").click()
